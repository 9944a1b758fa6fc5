"""Perturbations of low rank for models whose code does not know of them."""

from __future__ import annotations
