"""What the ballot box remembers: which credential has voted, with which ballot, at which event."""

from django.db import models

from sandogh.server.board.models import BoardEvent
from sandogh.server.elections.models import Election


class Ballot(models.Model):
    """A recorded ballot. The constraints are the last word on one ballot a credential and no ballot twice, whatever else runs just then."""

    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="+", db_index=False)
    credential = models.CharField(max_length=640)
    tracker = models.CharField(max_length=43)
    event = models.OneToOneField(BoardEvent, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["election", "credential"], name="ballotbox_one_ballot_a_credential"),
            models.UniqueConstraint(fields=["election", "tracker"], name="ballotbox_no_ballot_twice"),
        ]

    def __str__(self) -> str:
        return self.tracker
