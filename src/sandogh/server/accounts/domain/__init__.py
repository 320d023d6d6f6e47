"""The acts of the identity side, one function each, with their transactions."""
