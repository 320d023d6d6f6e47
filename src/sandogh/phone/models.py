"""What the simulated network keeps: texts, how it is told to fail, what it has to push."""

from enum import StrEnum

from django.db import models
from django.db.models import Q


class FaultKind(StrEnum):
    """The ways to fail, in pairs: failed, and failed but happened."""

    REFUSED = "refused"
    BUSY = "busy"
    UNDELIVERED = "undelivered"
    REPORT_LOST = "report_lost"
    TIMED_OUT = "timed_out"


class Text(models.Model):
    """One text message: to a phone, or from one to the short number."""

    from_phone = models.BooleanField()
    number = models.CharField(max_length=11)
    line = models.CharField(max_length=20)
    text = models.TextField()
    # The sender's own name for it; the same one again is the same text, as at a gateway that guards against doubles.
    reference = models.CharField(max_length=64, blank=True)
    delivered = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reference"], condition=~Q(reference=""), name="text_reference_once")]
        indexes = [models.Index(fields=["number", "id"], name="text_number")]

    def __str__(self) -> str:
        return f"text {self.pk}"


class Fault(models.Model):
    """The network fails in this way for a number, or for all where the number is empty; `times` more times, or until it is taken back."""

    kind = models.CharField(max_length=16)
    number = models.CharField(max_length=11, blank=True, unique=True)
    times = models.PositiveIntegerField(null=True)
    # Seconds that a timed-out answer is held back.
    hold = models.FloatField(default=15.0)

    def __str__(self) -> str:
        return f"{self.kind} {self.number or 'all'}"


class Push(models.Model):
    """Something that a webhook must hear: tried until it answers."""

    url = models.CharField(max_length=500)
    payload = models.JSONField()
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["next_at"], condition=Q(done_at=None), name="push_due")]

    def __str__(self) -> str:
        return f"push {self.pk}"
