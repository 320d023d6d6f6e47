"""The officers' acts, by command line for now."""
