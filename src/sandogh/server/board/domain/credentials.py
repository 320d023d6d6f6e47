"""The public list of Setup, asked one credential at a time."""

from django.db.models import Sum

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


def weight_of(election_id: int, credential: str) -> int:
    """How many times a ballot of this listed credential counts (protocol.md §5.3)."""
    return PublicCredential.objects.values_list("weight", flat=True).get(election_id=election_id, credential=credential)


def weights_of(election_id: int) -> dict[str, int]:
    """The credentials whose ballots count more than once; empty where nobody's do."""
    rows = PublicCredential.objects.filter(election_id=election_id, weight__gt=1)
    return dict(rows.values_list("credential", "weight"))


def total_weight(election_id: int) -> int:
    """Of all credentials together, as published in Setup."""
    return PublicCredential.objects.filter(election_id=election_id).aggregate(total=Sum("weight"))["total"] or 0


def count_credentials(election_id: int) -> int:
    """How many may vote, as published in Setup."""
    return PublicCredential.objects.filter(election_id=election_id).count()
