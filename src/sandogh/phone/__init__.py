"""The simulated mobile network, for development only: a process of its own, where every number's phone is a page.

It stands for the operator between the parties: texts with secret links go through it and never through the server.
"""
