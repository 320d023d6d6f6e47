"""Acts on a roll: importing it, freezing it with credentials, finding one voter."""

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Mapping

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from sandogh import persian
from sandogh.server.common.errors import Refused
from sandogh.server.common.templatetags.persian import fa_digits
from sandogh.server.elections.domain import lock, refuse_frozen
from sandogh.server.elections.models import Election
from sandogh.server.rolls.importer import COLUMNS, RollReport, Row
from sandogh.server.rolls.models import Voter

_BATCH = 500


@transaction.atomic
def import_roll(election: Election, report: RollReport) -> int:
    """Make the report's accepted rows the election's roll, in place of an earlier one; answers how many.

    Raises Refused `frozen` once the election is sealed, `roll_empty` when no row was accepted.
    """
    # The lock keeps sealing from reading half of a roll.
    refuse_frozen(lock(election))
    if not report.accepted:
        raise Refused("roll_empty", _("هیچ ردیفی از فهرست پذیرفته نشد."), status=400)
    Voter.objects.filter(election=election).delete()
    Voter.objects.bulk_create([Voter(election=election, **_values(row)) for row in report.accepted], batch_size=_BATCH)
    return len(report.accepted)


def _values(row: Row) -> dict[str, str | int]:
    return row.normalised | {"weight": int(row.normalised.get("weight", "1"))}


def find(election: Election, *, licence_no: str, national_id: str) -> Voter:
    """The voter with both numbers, typed in any digits. Raises Refused `no_match` for every other case, malformed numbers too.

    One answer and the same work for every mismatch (threat-model.md W7, O16): two indexed look-ups that always bring a row, then two
    comparisons in constant time, so that neither the answer nor its time tells which number was wrong.
    """
    licence, person = _comparable(licence_no), _comparable(national_id)
    roll = Voter.objects.filter(election=election).order_by("licence_no")
    # The nearest licence from there on; past the last one, the first of the roll.
    nearest = roll.filter(licence_no__gte=licence).first()
    first = roll.first()
    voter = nearest or first
    if voter is None:
        raise _no_match()
    same_licence = hmac.compare_digest(voter.licence_no.encode(), licence.encode())
    same_person = hmac.compare_digest(voter.national_id.encode(), person.encode())
    if not (same_licence & same_person):
        raise _no_match()
    return voter


def _comparable(typed: str) -> str:
    """Ten ASCII digits, or "", which is nobody's number: what else was typed must not reach the database."""
    number = persian.typed_number(typed)
    return number if len(number) == 10 and number.isascii() and number.isdigit() else ""


def _no_match() -> Refused:
    return Refused("no_match", _("اطلاعات واردشده با فهرست رأی‌دهندگان مطابقت ندارد."), status=403)


def eligible_voters(election: Election) -> QuerySet[Voter]:
    """The voters who may vote, by licence number (R10)."""
    return Voter.objects.filter(election=election, status="active").order_by("licence_no")


def eligible_count(election: Election) -> int:
    return eligible_voters(election).count()


def weighted(election: Election) -> bool:
    """Whether any vote of this roll counts more than once."""
    return Voter.objects.filter(election=election, weight__gt=1).exists()


def lone_weights(election: Election) -> int:
    """How many who may vote have a weight that nobody else has: the public list shows it, so their ballots can be recognised by it."""
    return sum(count == 1 for count in _weights(election).values()) if weighted(election) else 0


def _weights(election: Election) -> Counter[int]:
    return Counter(eligible_voters(election).values_list("weight", flat=True))


def roll_fingerprint(election: Election) -> str:
    """Hex SHA-256 of the whole roll: a line with the format, then a line of compact JSON with each voter's eight values, by licence number.

    Where votes have weights, the format is sandogh-roll/2 and the weight is the ninth value, a number. Anyone who holds the roll can
    compute it again; from it alone nobody can be found.
    """
    form, columns = ("sandogh-roll/2", (*COLUMNS, "weight")) if weighted(election) else ("sandogh-roll/1", COLUMNS)
    digest = hashlib.sha256(f"{form}\n".encode())
    for values in Voter.objects.filter(election=election).order_by("licence_no").values_list(*columns).iterator(chunk_size=_BATCH):
        digest.update(json.dumps(list(values), ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    return digest.hexdigest()


@transaction.atomic
def assign_credentials(election: Election, mapping: Mapping[str, str], weights: Mapping[str, int]) -> None:
    """Give each eligible voter (by licence number) the public credential that the authority made. Only in draft: raises Refused `frozen`.

    Raises Refused `credentials_roll` unless the mapping names exactly the eligible voters, `credentials_twice` for a repeated credential,
    `credentials_weight` unless each has the roll's weight; `weights` names those that are not 1.
    """
    refuse_frozen(lock(election))
    voters = {voter.licence_no: voter for voter in eligible_voters(election)}
    if mapping.keys() != voters.keys():
        counts = {
            "missing": fa_digits(len(voters.keys() - mapping.keys())),
            "extra": fa_digits(len(mapping.keys() - voters.keys())),
        }
        message = _("شناسه‌ها با فهرست واجدان شرایط یکی نیست: %(missing)s نفر شناسه ندارند و %(extra)s شناسه از آنِ کسی در فهرست نیست.")
        raise Refused("credentials_roll", message % counts)
    if wrong := [licence_no for licence_no, voter in voters.items() if weights.get(licence_no, 1) != voter.weight]:
        message = _("وزن رأی %(count)s نفر در شناسه‌ها با فهرست رأی‌دهندگان یکی نیست؛ نخستین آن‌ها پروانهٔ %(voter)s است.")
        raise Refused("credentials_weight", message % {"count": fa_digits(len(wrong)), "voter": fa_digits(min(wrong))})
    if len(set(mapping.values())) != len(mapping):
        raise Refused("credentials_twice", _("یک شناسه به دو نفر داده شده است."))
    Voter.objects.filter(election=election).exclude(public_credential="").update(public_credential="")
    for licence_no, voter in voters.items():
        voter.public_credential = mapping[licence_no]
    Voter.objects.bulk_update(voters.values(), ["public_credential"], batch_size=_BATCH)
