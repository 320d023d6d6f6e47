"""What the ceremony refuses, in one sentence for the person at the keyboard, with the remedy."""


class Refused(Exception):
    """The act was not done and nothing was changed; the text says why and what to do."""
