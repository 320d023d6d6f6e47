"""Organisations, elections and the record of what was done to them."""

from datetime import datetime, timedelta
from functools import lru_cache

from django.db import models
from django.utils.translation import gettext as _

from sandogh.protocol.election import Election as ProtocolElection
from sandogh.server.common.errors import Refused
from sandogh.server.elections.definition import Contact, Supervisor
from sandogh.server.elections.races import Race, races_of
from sandogh.server.elections.state import State, state_text


@lru_cache(maxsize=32)
def _parsed(election_json: bytes) -> ProtocolElection:
    return ProtocolElection.from_bytes(election_json)


class Organisation(models.Model):
    """An association that holds elections (journey.md S17)."""

    name = models.CharField(max_length=200, unique=True)
    short_name = models.CharField(max_length=60)
    province = models.CharField(max_length=100, blank=True)
    supervising_body = models.CharField(max_length=200, blank=True)
    support = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.name

    def contacts(self) -> list[Contact]:
        return [Contact(**contact) for contact in self.support]


class Election(models.Model):
    """One election: its definition, its schedule, its state; and, from sealing on, the very bytes that Setup put on the board."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="elections")
    slug = models.SlugField(max_length=50, unique=True)
    uuid = models.CharField(max_length=32, unique=True)
    title = models.CharField(max_length=300)
    kind_text = models.CharField(max_length=300)
    # What election.json says about the election besides its questions; written by sealing.
    description = models.TextField(blank=True)
    group = models.CharField(max_length=32)
    state = models.CharField(max_length=16, choices=[(state.value, state.value) for state in State], default=State.DRAFT.value)

    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    # The end as it was announced; closes_at is earlier when the supervisory board closed early.
    announced_closes_at = models.DateTimeField()
    objections_close_at = models.DateTimeField(null=True, blank=True)
    session_minutes = models.PositiveSmallIntegerField(default=20)
    otp_seconds = models.PositiveSmallIntegerField(default=120)
    otp_digits = models.PositiveSmallIntegerField(default=6)
    grace = models.BooleanField(default=True)
    inbound_number = models.CharField(max_length=20)
    fictional = models.BooleanField(default=False)
    # The credential authority is run by the server's operator: said on the public page (ARCHITECTURE.md §1.4).
    same_operator = models.BooleanField(default=False)

    # supervisory_board, sms_templates, tie_break, races: Definition.stored()
    definition = models.JSONField()
    election_json = models.BinaryField(null=True, blank=True)
    trustees_json = models.BinaryField(null=True, blank=True)
    credentials_json = models.BinaryField(null=True, blank=True)
    fingerprint = models.CharField(max_length=43, blank=True)
    roll_fingerprint = models.CharField(max_length=64, blank=True)
    eligible_at_sealing = models.PositiveIntegerField(null=True, blank=True)
    closed_early_reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(closes_at__gte=models.F("opens_at")), name="election_closes_after_opening"),
            models.CheckConstraint(condition=models.Q(state__in=[state.value for state in State]), name="election_state_known"),
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def last_cast_at(self) -> datetime:
        """Until then a ballot begun before closes_at may be cast: the grace rule (ARCHITECTURE.md §6)."""
        return self.closes_at + timedelta(minutes=self.session_minutes) if self.grace else self.closes_at

    @property
    def state_text(self) -> str:
        return state_text(State(self.state))

    @classmethod
    def by_slug(cls, slug: str) -> "Election":
        """The election of this address. Raises Refused `no_election` (404). The long list of credentials is read only when asked for."""
        try:
            return cls.objects.select_related("organisation").defer("credentials_json").get(slug=slug)
        except cls.DoesNotExist as error:
            raise Refused("no_election", _("چنین انتخاباتی نیست. نشانی را دوباره ببینید."), status=404) from error

    def phase(self, now: datetime) -> str:
        """What a visitor finds: draft, before, open, grace, counting, published or cancelled.

        The first instant of voting is opens_at itself, and closes_at is the first instant after it.
        """
        match State(self.state):
            case State.DRAFT | State.PUBLISHED | State.CANCELLED as state:
                return state.value
            case State.SEALED:
                return "before"
            case State.OPEN if now < self.opens_at:
                return "before"
            case State.OPEN if now < self.closes_at:
                return "open"
            case State.OPEN if now < self.last_cast_at:
                return "grace"
            case _:
                return "counting"

    def accepts_logins(self, now: datetime) -> bool:
        return self.phase(now) == "open"

    def accepts_ballots(self, now: datetime) -> bool:
        return self.phase(now) in ("open", "grace")

    def parsed(self) -> ProtocolElection:
        """The sealed election as the protocol's value. Only for an election that has been sealed."""
        if self.election_json is None:
            raise ValueError(f"{self.slug} is not sealed")
        return _parsed(bytes(self.election_json))

    def races(self) -> list[Race]:
        """Races and candidates in ballot order, index for index the questions and answers of election.json."""
        return races_of(self.definition)

    def supervisory_board(self) -> list[Supervisor]:
        return [Supervisor(**supervisor) for supervisor in self.definition["supervisory_board"]]

    @property
    def sms_templates(self) -> dict[str, str]:
        return dict(self.definition["sms_templates"])


class Photo(models.Model):
    """The portrait of one candidate, made by `photos.make_portrait`. Written with the definition and frozen with it."""

    election = models.ForeignKey(Election, on_delete=models.CASCADE, related_name="photos")
    code = models.CharField(max_length=12)
    # Hex, of the very bytes; the definition's fingerprint covers it.
    sha256 = models.CharField(max_length=64)
    jpeg = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["election", "code"], name="photo_one_a_candidate")]

    def __str__(self) -> str:
        return f"{self.election_id}: {self.code}"


class ActRecord(models.Model):
    """One thing done to an election: append-only, for the minutes."""

    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="acts")
    act = models.CharField(max_length=16)
    at = models.DateTimeField()
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.election_id}: {self.act}"
