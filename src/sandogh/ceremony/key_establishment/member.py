"""What a member of the group does: four papers to hand in, four files that stay. protocol.md §6.3

What stays, beside each other, locked or for the owner only:

`PREFIX.seed.json` (`sandogh-trustee-seed/1`, locked): everything follows from it; made once, for one ceremony.
`PREFIX.kept.json` (`sandogh-ceremony-kept/1`): the polynomial that was committed to, and for which certificates. A seed makes one
    polynomial in its life: points of it, sent once under these certificates and once under others, would give the key to who wrote the
    others.
`PREFIX.shown.json` (`sandogh-ceremony-shown/1`): to which commitments the polynomial was shown, so that nobody's can change afterwards.
`PREFIX.private.json` (`sandogh-trustee-key/1`, locked): the share of the key, as any trustee's; lost, it comes back from seed and last
    round.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sandogh.ceremony.errors import Refused
from sandogh.ceremony.files import alone, read, read_private, write_new, write_same
from sandogh.ceremony.key_establishment.checking import check_round, naming
from sandogh.ceremony.key_establishment.papers import SECTION, Ceremony, Paper, Round, Step, refusing
from sandogh.ceremony.keyfile import FORMAT as KEY_FORMAT
from sandogh.ceremony.keyfile import PrivateKey
from sandogh.ceremony.locked import Ask, Passphrase, open_secret, write_secret
from sandogh.protocol import canonical
from sandogh.protocol.certificates import index_of, make_certificate
from sandogh.protocol.channel import MessageKeys, generate_seed
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.errors import Malformed
from sandogh.protocol.group import Group
from sandogh.protocol.groups import group_named
from sandogh.protocol.key_generation import (
    commit_polynomial,
    make_decryption_key,
    make_polynomial,
    recover_decryption_key,
    vector_for,
)
from sandogh.protocol.shapes import integer, record, text

SEED_FORMAT = "sandogh-trustee-seed/1"
KEPT_FORMAT = "sandogh-ceremony-kept/1"
SHOWN_FORMAT = "sandogh-ceremony-shown/1"


@dataclass(frozen=True, slots=True)
class Seed:
    """A member's seed and what it was made for; `repr` hides it. `verification` shows that the file is whole."""

    ceremony: str
    group: Group
    member: int
    seed: str = field(repr=False)

    def to_bytes(self) -> bytes:
        return canonical.dumps(
            {
                "format": SEED_FORMAT,
                "ceremony": self.ceremony,
                "group": self.group.name,
                "member": self.member,
                "verification": self.group.ser(MessageKeys.from_seed(self.seed, self.group).verification),
                "seed": self.seed,
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> "Seed":
        """Refused, never showing the seed, unless the file is of this format and whole."""
        with refusing("this is not a seed file, or it is damaged"):
            names = ("format", "ceremony", "group", "member", "verification", "seed")
            fields = record(canonical.loads_canonical(data, what="seed file"), names, section=SECTION, what="seed file")
            texts = {name: text(fields[name], section=SECTION, what=name) for name in names if name != "member"}
            if texts["format"] != SEED_FORMAT:
                raise Malformed(SECTION, f"its format is not {SEED_FORMAT}")
            group = group_named(texts["group"])
            if group.ser(MessageKeys.from_seed(texts["seed"], group).verification) != texts["verification"]:
                raise Malformed(SECTION, "seed and verification key do not belong together")
            member = integer(fields["member"], section=SECTION, what="member")
            return cls(texts["ceremony"], group, member, texts["seed"])


@dataclass(frozen=True, slots=True)
class Handed:
    """A paper for the coordinator, and the fingerprint of the round it answers (of the ceremony, at first), to be compared by telephone."""

    paper: Path
    member: str
    fingerprint: str


def beside(seed_file: Path, name: str) -> Path:
    """PREFIX.name for PREFIX.seed.json."""
    return seed_file.with_name(seed_file.name.removesuffix(".seed.json") + "." + name)


def certificate(ceremony: Ceremony, member: int, *, prefix: Path, choose: Callable[[], Passphrase | None]) -> Handed:
    """Step 1: the seed, and the certificate of the keys that follow from it. The seed is durable before the certificate appears."""
    if not 1 <= member <= ceremony.size:
        raise Refused(f"there is no member {member}: this ceremony has {ceremony.size}")
    seed_file = prefix.with_name(prefix.name + ".seed.json")
    out = beside(seed_file, "1-certificate.json")
    for path in (seed_file, out):
        if path.exists():
            raise Refused(f"{path} exists already: a seed is never overwritten. Take another --out")
    seed = Seed(ceremony.digest, ceremony.group, member, generate_seed())
    made = make_certificate(seed.seed, group=ceremony.group, index=member, size=ceremony.size, threshold=ceremony.threshold)
    write_secret(seed_file, seed.to_bytes(), choose(), contents=SEED_FORMAT)
    write_new(out, Paper(Step.CERTIFICATE, ceremony.digest, member, canonical.loads(made)).to_bytes(), private=False)
    return Handed(out, ceremony.name(member), ceremony.digest)


def commit(seed_file: Path, round_: Round, ask: Ask) -> Handed:
    """Step 2: draw the polynomial, keep it, hand in its digest.

    1. the round holds and names this member
    2. one polynomial for one list of certificates in the life of the seed: the choice is durable before anything leaves
    3. the digest of what is kept
    """
    # (1)
    round_.demand(Step.CERTIFICATE)
    seed, _ = own_seed(seed_file, round_, ask)
    certs = check_round(round_).certs
    with naming(round_.ceremony):
        if index_of(seed.seed, certs) != seed.member:
            raise Refused("another member's certificate is yours: do not go on, and tell the others")
    # (2)
    kept = beside(seed_file, "kept.json")
    with alone(seed_file):
        if not kept.exists():
            made = make_polynomial(seed.seed, seed.member, certs)
            fields = {"format": KEPT_FORMAT, "round": round_.fingerprint, "polynomial": canonical.loads(made)}
            write_new(kept, canonical.dumps(fields), private=True)
    # (3)
    commitment = commit_polynomial(kept_polynomial(seed_file, round_))
    return hand_in(seed_file, Step.COMMITMENT, seed, commitment, round_)


def polynomial(seed_file: Path, round_: Round, ask: Ask) -> Handed:
    """Step 3: show the polynomial, once everybody has committed to theirs.

    1. the round continues the certificates that the polynomial was made for, and holds this member's own commitment
    2. one list of commitments: noted before anything leaves
    """
    # (1)
    round_.demand(Step.COMMITMENT)
    seed, _ = own_seed(seed_file, round_, ask)
    check_round(round_)
    kept = kept_polynomial(seed_file, round_.up_to(Step.CERTIFICATE))
    if round_.commitments()[seed.member] != commit_polynomial(kept):
        raise Refused("the commitment under your name is not yours: do not go on, and tell the others")
    # (2)
    note_shown(seed_file, round_, make=True)
    return hand_in(seed_file, Step.POLYNOMIAL, seed, canonical.loads(kept), round_)


def key(seed_file: Path, round_: Round, ask: Ask) -> Handed:
    """Step 4: the share of the key, encrypted for oneself, and its public half.

    1. the round continues the commitments to which this member showed its polynomial; every polynomial is the committed one
    2. what each sent to this member is true, else it is named
    """
    # (1)
    round_.demand(Step.POLYNOMIAL)
    seed, _ = own_seed(seed_file, round_, ask)
    note_shown(seed_file, round_.up_to(Step.COMMITMENT), make=False)
    checked = check_round(round_)
    # (2)
    with naming(round_.ceremony, "do not go on, and tell the others: "):
        vector = vector_for(seed.member, checked.polynomials, checked.certs)
        made = make_decryption_key(seed.seed, seed.member, vector, checked.certs, name=round_.ceremony.members[seed.member - 1])
    return hand_in(seed_file, Step.KEY, seed, canonical.loads(made), round_)


def confirm(seed_file: Path, round_: Round, *, ask: Ask, out: Path, parameters: bytes | None) -> str:
    """Step 5, and recovery: write this member's private key to `out`, locked as the seed is; the fingerprint of the parameters.

    Needs the seed and the last round, of which everybody has a copy, and nothing else.

    1. the whole round holds, and the parameters that are to be sealed are those that it makes
    2. the share in it opens with this seed and belongs to this member's public key
    """
    # (1)
    round_.demand(Step.KEY)
    seed, passphrase = own_seed(seed_file, round_, ask)
    checked = check_round(round_)
    if checked.parameters is None:
        raise Refused("the round is not complete")
    made = checked.parameters.to_bytes()
    if parameters is not None and parameters != made:
        raise Refused("the threshold parameters are not those that this round makes: do not let them be sealed, and tell the others")
    # (2)
    with naming(round_.ceremony):
        message = checked.keys[seed.member - 1].message
        share = recover_decryption_key(seed.seed, message, parameters=checked.parameters)
    key_ = PrivateKey(seed.group, share, seed.group.ser(seed.group.power_g(share)))
    write_secret(out, key_.to_bytes(), passphrase, contents=KEY_FORMAT)
    return sha_hex(made)


# ---- parts
def own_seed(seed_file: Path, round_: Round, ask: Ask) -> tuple[Seed, Passphrase | None]:
    """The seed, if it was made for this ceremony."""
    data, passphrase = open_secret(seed_file, ask)
    seed = Seed.from_bytes(data)
    if seed.ceremony != round_.ceremony.digest:
        raise Refused("this round is of another ceremony than your seed: a seed serves the one it was made for")
    return seed, passphrase


def kept_polynomial(seed_file: Path, round_: Round) -> bytes:
    """The polynomial that was drawn for this round of certificates; Refused when it was drawn for another one."""
    path = beside(seed_file, "kept.json")
    with refusing(f"{path} is damaged"):
        names = ("format", "round", "polynomial")
        fields = record(canonical.loads_canonical(read_private(path), what="file"), names, section=SECTION, what="kept polynomial")
        if fields["format"] != KEPT_FORMAT:
            raise Malformed(SECTION, f"its format is not {KEPT_FORMAT}")
    if fields["round"] != round_.fingerprint:
        raise Refused(
            "you have committed to a polynomial for other certificates. Somebody hands round two lists, which could give your share of"
            " the key away: do not go on, and tell the others"
        )
    return canonical.dumps(fields["polynomial"])


def note_shown(seed_file: Path, round_: Round, *, make: bool) -> None:
    """Note durably (or only compare) to which commitments the polynomial is shown; Refused for any others."""
    note = beside(seed_file, "shown.json")
    wanted = canonical.dumps({"format": SHOWN_FORMAT, "round": round_.fingerprint})
    with alone(seed_file):
        if (note.exists() or not make) and read(note) != wanted:
            raise Refused("you have shown your polynomial to other commitments than these: do not go on, and tell the others")
        write_same(note, wanted, private=False)


def hand_in(seed_file: Path, step: Step, seed: Seed, contents: object, round_: Round) -> Handed:
    out = beside(seed_file, f"{int(step)}-{step.word}.json")
    write_new(out, Paper(step, seed.ceremony, seed.member, contents).to_bytes(), private=False)
    return Handed(out, round_.ceremony.name(seed.member), round_.fingerprint)
