"""Observables and recorders as the compiled engines see them."""
