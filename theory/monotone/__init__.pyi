from theory.monotone import dichotomy as dichotomy
from theory.monotone import hottopic as hottopic

__all__ = ["dichotomy", "hottopic"]
