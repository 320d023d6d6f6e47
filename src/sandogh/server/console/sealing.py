"""What sealing reads and makes: the credential authority's list, the trustees' keys, the three files of Setup. No database here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from sandogh.protocol import canonical
from sandogh.protocol.credential import make_public_credentials
from sandogh.protocol.credentials_certificate import check_credentials_certificate
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.election import Election, make_election
from sandogh.protocol.errors import SandoghError
from sandogh.protocol.group import Group
from sandogh.protocol.threshold import ThresholdParameters
from sandogh.protocol.trustee import Pedersen, Single, TrusteePublicKey, Trustees, check_trustees, make_trustees
from sandogh.server.common.errors import Refused
from sandogh.server.common.templatetags.persian import fa_digits
from sandogh.server.elections.races import Race, questions

REHEARSAL_FORMAT = "sandogh-rehearsal-record/1"
PROOF_FORMAT = "sandogh-credentials-proof/1"
CREDENTIALS_FORMAT = "sandogh-public-credentials/1"
PARTIAL_FORMAT = "sandogh-partial-decryption/1"
SHUFFLE_FORMAT = "sandogh-shuffle/1"


@dataclass(frozen=True, slots=True)
class IssuedCredentials:
    """The authority's answer. `published` is the list without voters (protocol.md §5.3).

    `by_voter`: licence number → public credential; `weights`: licence number → weight, of those whose vote counts more than once.
    """

    uuid: str
    roll_fingerprint: str
    by_voter: Mapping[str, str]
    weights: Mapping[str, int]
    published: bytes


def read_credentials(data: bytes, group: Group) -> IssuedCredentials:
    """The authority's file, each credential checked to be a member and none given twice. Raises Refused `credentials_file`.

    Which election and which roll it belongs to is compared where those are known and locked.
    """
    document = _document(data, CREDENTIALS_FORMAT, ("uuid", "roll_fingerprint", "credentials"), "credentials_file")
    entries = document["credentials"]
    if not isinstance(entries, list) or not entries:
        raise _bad("credentials_file", _("فهرست شناسه‌ها خالی است"))
    by_voter: dict[str, str] = {}
    weights: dict[str, int] = {}
    for entry in entries:
        voter, public, weight = _credential_entry(entry)
        if voter in by_voter:
            raise _bad("credentials_file", _("پروانهٔ %(voter)s دو بار آمده است") % {"voter": fa_digits(voter)})
        by_voter[voter] = public
        if weight > 1:
            weights[voter] = weight
    if len(set(by_voter.values())) != len(by_voter):
        raise _bad("credentials_file", _("یک شناسه دو بار آمده است"))
    try:
        published = make_public_credentials({public: weights.get(voter, 1) for voter, public in by_voter.items()}, group)
    except SandoghError as error:
        raise _bad("credentials_file", str(error)) from error
    return IssuedCredentials(str(document["uuid"]), str(document["roll_fingerprint"]), by_voter, weights, published)


def _credential_entry(entry: object) -> tuple[str, str, int]:
    """(licence number, public credential, weight) of one entry; the weight may be left out where it is 1."""
    if not isinstance(entry, dict) or not {"voter", "public"} <= entry.keys() <= {"voter", "public", "weight"}:
        raise _bad("credentials_file", _("هر مورد باید voter و public داشته باشد، و اگر خواست weight"))
    voter, public, weight = entry["voter"], entry["public"], entry.get("weight", 1)
    if not isinstance(voter, str) or not isinstance(public, str) or type(weight) is not int or weight < 1:
        raise _bad("credentials_file", _("voter و public باید متن باشد و weight عددی از ۱ به بالا"))
    return voter, public, weight


def read_certificate(proof: bytes) -> bytes:
    """The authority's certificate of its list, protocol.md §5.4, out of the authority's proof. Raises Refused `proof_file`.

    That it speaks of this very list is checked where the election is.
    """
    optional = ("destruction",)
    document = _document(proof, PROOF_FORMAT, ("record", "credentials"), "proof_file", optional=optional)
    record = document["record"]
    if not isinstance(record, dict) or not isinstance(record.get("certificate"), dict):
        raise _bad("proof_file", _("گواهی در آن نیست"))
    return canonical.dumps(record["certificate"])


def check_certificate(certificate: bytes, *, election: Election, published: bytes, voters: int) -> None:
    """Raise Refused `proof_file` unless the authority signed this very list of this very election (protocol.md §5.4)."""
    try:
        check_credentials_certificate(certificate, election=election, credentials_hash=sha_hex(published), voters=voters)
    except SandoghError as error:
        raise _bad("proof_file", str(error)) from error


def read_trustees(singles: Sequence[bytes], thresholds: Sequence[bytes], group: Group) -> Trustees:
    """The trustees in the order given, single ones first, every proof and signature checked, none twice (protocol.md §6).

    Raises Refused `trustee_file`.
    """
    if not singles and not thresholds:
        raise Refused("trustee_file", _("دست‌کم کلید عمومی یک کلیددار لازم است."), status=400)
    items: list[Single | Pedersen] = []
    for number, data in enumerate((*singles, *thresholds), 1):
        try:
            if number <= len(singles):
                items.append(TrusteePublicKey.from_bytes(data.strip(), group))
            else:
                items.append(ThresholdParameters.from_bytes(data.strip(), group))
        except SandoghError as error:
            where = _("پروندهٔ %(number)s کلیدداران: %(fault)s") % {"number": fa_digits(number), "fault": error}
            raise _bad("trustee_file", where) from error
    try:
        return check_trustees(make_trustees(items), group)
    except SandoghError as error:
        raise _bad("trustee_file", str(error)) from error


def read_shuffle(data: bytes) -> tuple[int, bytes]:
    """(the trustee's number, the shuffle in canonical form). Raises Refused `shuffle_file`. Its proofs are checked where the tally is."""
    return _owned(data, SHUFFLE_FORMAT, "shuffle", "shuffle_file")


def read_partial_decryption(data: bytes) -> tuple[int, bytes]:
    """(the trustee's number, the partial decryption in canonical form). Raises Refused `partial_file`.

    Its proofs are checked where the tally is.
    """
    return _owned(data, PARTIAL_FORMAT, "partial_decryption", "partial_file")


def _owned(data: bytes, form: str, name: str, code: str) -> tuple[int, bytes]:
    document = _document(data, form, ("owner", name), code)
    owner, contents = document["owner"], document[name]
    if type(owner) is not int or not isinstance(contents, dict):
        raise _bad(code, _("owner باید عدد و %(name)s شیء باشد") % {"name": name})
    return owner, canonical.dumps(contents)


@dataclass(frozen=True, slots=True)
class RehearsalRecord:
    """What the minutes of a rehearsal say: of which election, when in its course, and whether those who passed could open a tally."""

    election: str
    purpose: str
    works: bool


def read_rehearsal(data: bytes) -> RehearsalRecord:
    """From the record that `sandogh trustee rehearsal` makes. Raises Refused `rehearsal_file`. Who made it is for the minutes to say."""
    names = ("rehearsal", "purpose", "election", "uuid", "made_at", "checked_at", "trustees", "groups", "refused", "works")
    document = _document(data, REHEARSAL_FORMAT, names, "rehearsal_file")
    election, purpose, works = document["election"], document["purpose"], document["works"]
    if not isinstance(election, str) or purpose not in ("opening", "closing") or type(works) is not bool:
        raise _bad("rehearsal_file", _("باید نام انتخابات، هنگام تمرین و نتیجهٔ آن را بگوید"))
    return RehearsalRecord(election, str(purpose), works)


def make_election_file(
    *,
    uuid: str,
    title: str,
    kind_text: str,
    organisation: str,
    group: Group,
    trustees: Trustees,
    races: Sequence[Race],
    definition_fingerprint: str,
    roll_fingerprint: str,
    eligible: int,
) -> tuple[bytes, str]:
    """(election.json, its description).

    The description fixes in public what the protocol's questions leave out: the definition (seats, order, biographies) and the roll, by
    their fingerprints, and how many may vote.
    """
    description = "\n".join(
        (kind_text, f"definition sha256 {definition_fingerprint}", f"roll sha256 {roll_fingerprint}", f"eligible voters {eligible}")
    )
    try:
        data = make_election(
            name=title,
            description=description,
            group=group,
            trustees=trustees,
            questions=questions(races, group),
            uuid=uuid,
            administrator=organisation,
        )
    except SandoghError as error:
        raise _bad("definition", str(error)) from error
    return data, description


def _document(data: bytes, form: str, names: tuple[str, ...], code: str, *, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    try:
        document = canonical.loads(data.strip())
    except SandoghError as error:
        raise _bad(code, str(error)) from error
    if not isinstance(document, dict) or document.get("format") != form:
        raise _bad(code, _("قالب آن %(form)s نیست") % {"form": form})
    if not {"format", *names} <= document.keys() <= {"format", *names, *optional}:
        raise _bad(code, _("باید درست این فیلدها را داشته باشد: %(names)s") % {"names": ", ".join(names)})
    return document


def _bad(code: str, fault: str) -> Refused:
    return Refused(code, _("پرونده پذیرفته نشد: %(fault)s.") % {"fault": fault}, status=400)
