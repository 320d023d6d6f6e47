"""The voters of an election, as the office handed them in."""

from django.db import models
from django.utils.translation import gettext as _

from sandogh import persian
from sandogh.server.elections.models import Election

STATUSES = ("active", "suspended", "lapsed")


class Voter(models.Model):
    """One member on one election's roll. Numbers and words are stored in their normal form; only `active` members may vote (R10)."""

    election = models.ForeignKey(Election, on_delete=models.PROTECT, related_name="voters")
    licence_no = models.CharField(max_length=10)
    national_id = models.CharField(max_length=10)
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    mobile = models.CharField(max_length=11, blank=True)
    field = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=60, blank=True)
    status = models.CharField(max_length=10, choices=[(status, status) for status in STATUSES])
    # How many times the vote counts.
    weight = models.PositiveSmallIntegerField(default=1)
    # Which public credential is this voter's: known to the identity side alone, stripped from all that is published.
    public_credential = models.CharField(max_length=700, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["election", "licence_no"], name="voter_licence_once"),
            models.UniqueConstraint(fields=["election", "national_id"], name="voter_national_id_once"),
            models.UniqueConstraint(
                fields=["election", "public_credential"], condition=~models.Q(public_credential=""), name="voter_credential_once"
            ),
            models.CheckConstraint(condition=models.Q(status__in=STATUSES), name="voter_status_known"),
            models.CheckConstraint(condition=models.Q(weight__gte=1), name="voter_weight_positive"),
        ]

    def __str__(self) -> str:
        # Never a name or a number: this text ends up in logs.
        return f"voter {self.pk}"

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def eligible(self) -> bool:
        return self.status == "active"

    @property
    def greeting(self) -> str:
        """The roll has no gender, and none is guessed."""
        return _("همکار گرامی %(name)s") % {"name": self.name}

    @property
    def masked_mobile(self) -> str:
        return persian.mask_mobile(self.mobile)
