"""Estimators that learn from a stream of windows and carry a state from one to the next."""

from __future__ import annotations
