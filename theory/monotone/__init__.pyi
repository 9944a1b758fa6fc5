from theory.monotone import hottopic as hottopic

__all__ = ["hottopic"]
