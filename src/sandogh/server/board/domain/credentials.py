"""The public list of Setup, asked one credential at a time."""

from sandogh.server.board.models import PublicCredential


class ListedCredentials:
    """`credential in ListedCredentials(election_id)`: one look-up by index; nothing of the list is held in memory."""

    __slots__ = ("_election_id",)

    def __init__(self, election_id: int) -> None:
        self._election_id = election_id

    def __contains__(self, credential: object) -> bool:
        return (
            isinstance(credential, str) and PublicCredential.objects.filter(election_id=self._election_id, credential=credential).exists()
        )


def count_credentials(election_id: int) -> int:
    """How many may vote, as published in Setup."""
    return PublicCredential.objects.filter(election_id=election_id).count()
