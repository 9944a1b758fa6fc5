"""How each algorithm makes a generation, compiled."""
