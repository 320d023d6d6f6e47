"""Judges a whole election archive, check by check (protocol.md §12)."""
