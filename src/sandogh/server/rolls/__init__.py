"""Voters, import, eligibility."""
