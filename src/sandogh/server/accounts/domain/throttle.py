"""Limits on trying (threat-model.md W7): so many in so long, per licence, national ID, number, address and range of addresses.

The picture keeps no program out for long; these do. They look at what was typed, so they answer alike whether or not
anybody has such a number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, ip_address, ip_network

from django.db import connection, transaction
from django.utils.translation import gettext as _

from sandogh.server.accounts.domain.keyed import keyed_digest, keyed_hash
from sandogh.server.accounts.models import Attempt
from sandogh.server.common.errors import Refused


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` tries in any stretch of `period`."""

    name: str
    count: int
    period: timedelta


TEN_MINUTES = timedelta(minutes=10)
LICENCE = Limit("licence", 10, TEN_MINUTES)
NATIONAL_ID = Limit("national-id", 10, TEN_MINUTES)
# Carrier-grade NAT puts thousands of honest voters behind one address, so these two only stop machines.
ADDRESS = Limit("address", 300, TEN_MINUTES)
ADDRESS_RANGE = Limit("address-range", 600, TEN_MINUTES)
# One-time codes sent.
SENDS_PER_MEMBER = Limit("sends-member", 3, TEN_MINUTES)
SENDS_PER_NUMBER = Limit("sends-number", 3, TEN_MINUTES)
LONGEST = TEN_MINUTES

Hit = tuple[Limit, str]


def spend(hits: Sequence[Hit], *, now: datetime) -> None:
    """Count one try under every limit. Raises Refused `throttled` (429), counting it under none then: hammering lengthens nobody's wait.

    Within an outer transaction the count stands or falls with it; call it before one if a failure after it must still count.
    """
    # Sorted, so that two requests take their locks in one order.
    keys = sorted((keyed_hash(f"limit/{limit.name}", value), limit) for limit, value in hits)
    with transaction.atomic():
        for key, _limit in keys:
            _lock(key)
        # A clock that was wrong for a while must not shut anybody out for longer than one period.
        full = [
            limit
            for key, limit in keys
            if Attempt.objects.filter(key=key, at__gt=now - limit.period, at__lte=now + limit.period).count() >= limit.count
        ]
        if not full:
            Attempt.objects.bulk_create([Attempt(key=key, at=now) for key, _limit in keys])
    if full:
        raise Refused(
            "throttled", _("دفعات تلاش بیش از اندازه شد. ده دقیقهٔ دیگر دوباره امتحان کنید یا با پشتیبانی تماس بگیرید."), status=429
        )


def _lock(key: str) -> None:
    """Two tries under one key wait for each other; else both would see room for one. SQLite's writers queue from the start anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(keyed_digest("lock", key)[:8], signed=True)])


def address_hits(address: str) -> list[Hit]:
    """The limits that an address falls under: itself (a /64 in version 6) and its range (/24, /48)."""
    parsed = ip_address(address)
    single, wide = (32, 24) if isinstance(parsed, IPv4Address) else (64, 48)
    return [
        (ADDRESS, str(ip_network((parsed, single), strict=False))),
        (ADDRESS_RANGE, str(ip_network((parsed, wide), strict=False))),
    ]


def identity_hits(licence_no: str, national_id: str) -> list[Hit]:
    """The limits that a pair of numbers falls under, each for itself, as typed and normalised."""
    return [(LICENCE, licence_no), (NATIONAL_ID, national_id)]


def forget_old(*, now: datetime) -> int:
    """Delete the tries that no limit can still see; answers how many."""
    deleted, _by_model = Attempt.objects.exclude(at__gt=now - LONGEST, at__lte=now + LONGEST).delete()
    return deleted
