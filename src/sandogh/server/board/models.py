"""What the board keeps: the chain of events, their data members, and one row an election that says where its chain ends.

Nothing here is ever changed or deleted except the head, which the sequencer moves forward. Foreign keys have no index of their own where a
constraint begins with them: every index is written with every ballot.
"""

from typing import Any, ClassVar, NoReturn

from django.db import models

from sandogh.server.elections.models import Election


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Rows to be added and read: no slip of ours rewrites the record. Whoever holds the database can, and then the chain shows it."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError(f"{self.model.__name__} is append-only")

    def delete(self) -> NoReturn:
        raise TypeError(f"{self.model.__name__} is append-only")


class AppendOnly(models.Model):
    objects: ClassVar[models.Manager[Any]] = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(f"{type(self).__name__} is append-only")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(f"{type(self).__name__} is append-only")


class BoardEvent(AppendOnly):
    """One event, protocol.md §11.3. `body` are the bytes that are hashed; the other columns repeat them for searching."""

    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="+", db_index=False)
    height = models.PositiveIntegerField()
    type = models.CharField(max_length=20)
    parent = models.CharField(max_length=64, blank=True, default="")
    hash = models.CharField(max_length=64)
    payload = models.CharField(max_length=64, blank=True, default="")
    body = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["election", "height"], name="board_one_event_a_height"),
            models.UniqueConstraint(fields=["hash"], name="board_no_event_twice"),
        ]
        indexes = [models.Index(fields=["election", "payload"], name="board_by_payload")]

    def __str__(self) -> str:
        return f"{self.height} {self.type} {self.hash}"


class BoardData(AppendOnly):
    """One data member; `place` is its number among those that stand before its event in the archive, protocol.md §11.4."""

    event = models.ForeignKey(BoardEvent, on_delete=models.PROTECT, related_name="members", db_index=False)
    place = models.PositiveSmallIntegerField()
    hash = models.CharField(max_length=64)
    body = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "place"], name="board_one_member_a_place")]

    def __str__(self) -> str:
        return f"{self.place} {self.hash}"


class BoardHead(models.Model):
    """The end of an election's chain. The sequencer locks this row, so events of one election queue and those of two do not."""

    election = models.OneToOneField(Election, on_delete=models.PROTECT, primary_key=True, related_name="+")
    height = models.PositiveIntegerField()
    type = models.CharField(max_length=20)
    hash = models.CharField(max_length=64)
    ballots = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.height} {self.type} {self.hash}"


class PublicCredential(AppendOnly):
    """The public list of Setup, one row each, so that one credential is looked up without reading the list (up to 100,000 of them)."""

    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="+", db_index=False)
    credential = models.CharField(max_length=640)
    weight = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["election", "credential"], name="board_one_row_a_credential")]

    def __str__(self) -> str:
        return self.credential
