"""What sealing reads and makes: the credential authority's list, the trustees' keys, the three files of Setup. No database here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from sandogh.protocol import canonical
from sandogh.protocol.credential import make_public_credentials
from sandogh.protocol.election import make_election
from sandogh.protocol.errors import SandoghError
from sandogh.protocol.group import Group
from sandogh.protocol.question import Question
from sandogh.protocol.trustee import TrusteePublicKey, Trustees, check_trustees, make_trustees
from sandogh.server.common.errors import Refused
from sandogh.server.common.templatetags.persian import fa_digits

CREDENTIALS_FORMAT = "sandogh-public-credentials/1"
PARTIAL_FORMAT = "sandogh-partial-decryption/1"


@dataclass(frozen=True, slots=True)
class IssuedCredentials:
    """The authority's answer. `by_voter`: licence number → public credential; `published` is the list without voters (protocol.md §5.3)."""

    uuid: str
    roll_fingerprint: str
    by_voter: Mapping[str, str]
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
    for entry in entries:
        if not isinstance(entry, dict) or entry.keys() != {"voter", "public"} or not all(isinstance(text, str) for text in entry.values()):
            raise _bad("credentials_file", _("هر مورد باید voter و public داشته باشد"))
        if entry["voter"] in by_voter:
            raise _bad("credentials_file", _("پروانهٔ %(voter)s دو بار آمده است") % {"voter": fa_digits(entry["voter"])})
        by_voter[entry["voter"]] = entry["public"]
    try:
        published = make_public_credentials(by_voter.values(), group)
    except SandoghError as error:
        raise _bad("credentials_file", str(error)) from error
    return IssuedCredentials(str(document["uuid"]), str(document["roll_fingerprint"]), by_voter, published)


def read_trustees(files: Sequence[bytes], group: Group) -> Trustees:
    """The trustees in the order given, each with a valid proof of knowledge, none twice (protocol.md §6). Raises Refused `trustee_file`."""
    if not files:
        raise Refused("trustee_file", _("دست‌کم کلید عمومی یک کلیددار لازم است."), status=400)
    keys = []
    for number, data in enumerate(files, 1):
        try:
            keys.append(TrusteePublicKey.from_bytes(data.strip(), group))
        except SandoghError as error:
            where = _("کلیددار شمارهٔ %(number)s: %(fault)s") % {"number": fa_digits(number), "fault": error}
            raise _bad("trustee_file", where) from error
    try:
        return check_trustees(make_trustees(keys), group)
    except SandoghError as error:
        raise _bad("trustee_file", str(error)) from error


def read_partial_decryption(data: bytes) -> tuple[int, bytes]:
    """(the trustee's number, the partial decryption in canonical form). Raises Refused `partial_file`.

    Its proofs are checked where the tally is.
    """
    document = _document(data, PARTIAL_FORMAT, ("owner", "partial_decryption"), "partial_file")
    owner, partial = document["owner"], document["partial_decryption"]
    if not isinstance(owner, int) or isinstance(owner, bool) or not isinstance(partial, dict):
        raise _bad("partial_file", _("owner باید عدد و partial_decryption شیء باشد"))
    return owner, canonical.dumps(partial)


def make_election_file(
    *,
    uuid: str,
    title: str,
    kind_text: str,
    organisation: str,
    group: Group,
    trustees: Trustees,
    questions: Sequence[Question],
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
            questions=questions,
            uuid=uuid,
            administrator=organisation,
        )
    except SandoghError as error:
        raise _bad("definition", str(error)) from error
    return data, description


def _document(data: bytes, form: str, names: tuple[str, ...], code: str) -> dict[str, Any]:
    try:
        document = canonical.loads(data.strip())
    except SandoghError as error:
        raise _bad(code, str(error)) from error
    if not isinstance(document, dict) or document.get("format") != form:
        raise _bad(code, _("قالب آن %(form)s نیست") % {"form": form})
    if document.keys() != {"format", *names}:
        raise _bad(code, _("باید درست این فیلدها را داشته باشد: %(names)s") % {"names": ", ".join(names)})
    return document


def _bad(code: str, fault: str) -> Refused:
    return Refused(code, _("پرونده پذیرفته نشد: %(fault)s.") % {"fault": fault}, status=400)
