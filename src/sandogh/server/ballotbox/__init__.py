"""Checking and casting ballots."""
