"""Voters' sessions and what guards the way to them (ARCHITECTURE.md §3, §6)."""

from django.db import models
from django.db.models import Q

from sandogh.server.accounts.domain.machine import LIVE, SessionState
from sandogh.server.elections.models import Election
from sandogh.server.rolls.models import Voter

_STATES = [state.value for state in SessionState]
_LIVE = sorted(state.value for state in LIVE)


class VotingSession(models.Model):
    """One login of one voter on one device, from the two numbers to the cast vote. Holds a ballot's hash, never a ballot."""

    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="+")
    voter = models.ForeignKey(Voter, on_delete=models.PROTECT, related_name="voting_sessions")
    # Shown to the booth, enters the vote code; gives access to nothing.
    public_id = models.CharField(max_length=22, unique=True)
    # SHA-256 of the cookie's token: a reader of this table cannot enter.
    token_hash = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=16, choices=[(state, state) for state in _STATES], default=SessionState.IDENTIFIED.value)
    address = models.GenericIPAddressField()
    created_at = models.DateTimeField()
    authenticated_at = models.DateTimeField(null=True)
    # Of the code page before authentication, of the voting window after it.
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    # ---- the one-time code
    # The number that gets the code and from which the vote code must come; as it stood at login.
    mobile = models.CharField(max_length=11)
    # HMAC under the server's key; the code itself is in the outbox until it is sent, and then nowhere.
    otp_hash = models.CharField(max_length=64, blank=True)
    otp_sent_at = models.DateTimeField(null=True)
    otp_expires_at = models.DateTimeField(null=True)
    otp_attempts = models.PositiveSmallIntegerField(default=0)
    otp_sends = models.PositiveSmallIntegerField(default=0)

    # ---- the sealed ballot
    ballot_hash = models.CharField(max_length=43, blank=True)
    vote_code = models.CharField(max_length=8, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    # Sealed ballots of this session that were challenged instead of cast.
    challenges = models.PositiveSmallIntegerField(default=0)

    # ---- the cast vote
    cast_at = models.DateTimeField(null=True)
    tracker = models.CharField(max_length=43, blank=True)
    event_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=_STATES), name="session_state_known"),
            models.UniqueConstraint(fields=["voter"], condition=Q(state__in=_LIVE), name="session_one_live_per_voter"),
            models.UniqueConstraint(fields=["voter"], condition=Q(state="cast"), name="session_one_cast_per_voter"),
            # Two members may share a number; the code decides between them, so it must be able to.
            models.UniqueConstraint(
                fields=["mobile", "vote_code"], condition=Q(state__in=["sealed", "confirmed"]), name="session_live_code_once"
            ),
            # A ballot belongs to one session: nobody else can seal it too, and then challenge what another is about to cast.
            models.UniqueConstraint(
                fields=["election", "ballot_hash"], condition=Q(state__in=["sealed", "confirmed", "cast"]), name="session_ballot_once"
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(state__in=["identified", *_LIVE]), name="session_due"),
            models.Index(fields=["mobile", "otp_sent_at"], name="session_mobile"),
        ]

    def __str__(self) -> str:
        # Never a name or a number: this text ends up in logs.
        return f"session {self.pk}: {self.state}"


class ChallengedBallot(models.Model):
    """A sealed ballot that was opened instead of cast, and can never be cast. No time and no session beside it: it names nobody."""

    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="+", db_index=False)
    ballot_hash = models.CharField(max_length=43)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["election", "ballot_hash"], name="challenged_once")]

    def __str__(self) -> str:
        return self.ballot_hash


class Attempt(models.Model):
    """One try that a limit counts. `key` is an HMAC of what is limited, so this table names nobody. Rows go once no limit sees them."""

    key = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["key", "at"], name="attempt_key_at"), models.Index(fields=["at"], name="attempt_at")]

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.at.isoformat()}"


class SpentChallenge(models.Model):
    """A picture or a proof of work that has been answered: none counts twice. Kept until it would have expired anyway."""

    nonce = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.nonce
