"""Mutation-rate policies, one per file."""
