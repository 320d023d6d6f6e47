"""Definition, schedule and state of an election."""
