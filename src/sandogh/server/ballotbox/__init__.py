"""Casting: the checks of a ballot and its way onto the board. Knows credentials, never people."""
