"""Closing, decryptions, result, seats."""
