"""How the first string is made, one rule per file."""
