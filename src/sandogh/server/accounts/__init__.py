"""Picture numbers, one-time codes, voting sessions, permits."""
