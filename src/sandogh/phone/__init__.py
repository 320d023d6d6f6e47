"""The simulated mobile network, for development only: every number's phone on one page."""
