"""Texts that leave, texts that come, and what providers report about them."""

from enum import StrEnum

from django.db import models
from django.db.models import Q


class OutboundState(StrEnum):
    """Forward only; `delivered` is final. `unknown`: perhaps sent, nobody will ever say for sure."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"


class OutboundMessage(models.Model):
    """A row of the outbox: written in the transaction that causes the text, sent by the worker after it."""

    to = models.CharField(max_length=11)
    # Wiped as soon as the text has left or is past its time, if it holds a one-time code: none rests in a table (threat-model.md W10).
    text = models.TextField()
    wipe = models.BooleanField(default=False)
    purpose = models.CharField(max_length=24)
    reference = models.CharField(max_length=64, unique=True)
    # Of an election marked fictional: no real provider may have it.
    fictional = models.BooleanField()
    state = models.CharField(
        max_length=12, choices=[(state.value, state.value) for state in OutboundState], default=OutboundState.QUEUED.value
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    # An attempt has begun and its outcome is not recorded; past next_attempt_at it means that a worker died over it.
    attempting = models.BooleanField(default=False)
    # Some attempt may have sent it without our knowing: the worker died, or the answer never came.
    in_doubt = models.BooleanField(default=False)
    valid_until = models.DateTimeField(null=True)
    provider = models.CharField(max_length=40, blank=True)
    provider_id = models.CharField(max_length=100, blank=True)
    # The provider's own last code, raw.
    raw = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(state__in=[state.value for state in OutboundState]), name="outbound_state_known")]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(state="queued"), name="outbound_due"),
            models.Index(fields=["provider", "provider_id"], name="outbound_provider_id"),
        ]

    def __str__(self) -> str:
        # Never the number or the text: this ends up in logs.
        return f"{self.purpose} {self.pk}: {self.state}"


class DeliveryReport(models.Model):
    """A report as it came, also one that came before its message was known to be sent. One row per provider, message and code."""

    provider = models.CharField(max_length=40)
    provider_id = models.CharField(max_length=100, blank=True)
    reference = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=12)
    raw = models.CharField(max_length=100)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "provider_id", "reference", "raw"], name="delivery_report_once")]

    def __str__(self) -> str:
        return f"{self.provider} {self.provider_id}: {self.state}"


class InboundMessage(models.Model):
    """A text that came to our line. Kept whatever it says; `outcome` is for the desk, the sender is never answered with an error."""

    provider = models.CharField(max_length=40)
    # The provider's id, or "hash:" and a digest of the message where it gives none.
    message_id = models.CharField(max_length=100)
    sender = models.CharField(max_length=32)
    line = models.CharField(max_length=32, blank=True)
    text = models.CharField(max_length=300)
    received_at = models.DateTimeField()
    provider_time = models.CharField(max_length=40, blank=True)
    handled_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=24, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "message_id"], name="inbound_once")]
        indexes = [
            models.Index(fields=["received_at"], condition=Q(handled_at=None), name="inbound_waiting"),
            models.Index(fields=["sender", "received_at"], name="inbound_sender"),
        ]

    def __str__(self) -> str:
        return f"inbound {self.pk}: {self.outcome or 'waiting'}"


class PollCursor(models.Model):
    """How far the polling of a provider has come."""

    provider = models.CharField(max_length=40, unique=True)
    value = models.CharField(max_length=200, blank=True)
    polled_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.provider}: {self.value}"
