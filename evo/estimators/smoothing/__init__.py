"""Estimators from function values: parts and algorithms."""

from __future__ import annotations
