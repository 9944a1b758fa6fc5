"""Pseudo-Boolean functions, one per file."""
