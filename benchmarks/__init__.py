"""How long runs take: tables for the README (`python -m benchmarks`) and benches (`python -m pytest benchmarks`)."""
