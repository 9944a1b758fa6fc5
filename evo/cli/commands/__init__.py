"""The commands, one per module, each with a function `command(words) -> exit code`."""
