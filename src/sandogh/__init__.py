"""Sandogh: remote elections that anyone can verify."""
