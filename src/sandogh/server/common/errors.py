"""The one error that a person gets to read."""


class Refused(Exception):
    """An act that cannot be done, said to the person who tried it.

    `code` is stable, for programs and tests; `message` is a Persian sentence with the remedy; `status` is the HTTP status.
    """

    def __init__(self, code: str, message: str, *, status: int = 409) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
