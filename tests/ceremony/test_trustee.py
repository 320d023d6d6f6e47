"""A trustee's key, and what a trustee refuses to decrypt."""

import json
import stat
from functools import partial
from pathlib import Path

import pytest

from sandogh.ceremony import ballots
from sandogh.ceremony.errors import Refused
from sandogh.ceremony.keyfile import PrivateKey
from sandogh.ceremony.record import check_tallied
from sandogh.ceremony.trustee import decrypt as decrypt_asking
from sandogh.ceremony.trustee import keygen as keygen_choosing
from sandogh.protocol import archive
from sandogh.protocol.ballot import make_ballot, parse_ballot
from sandogh.protocol.credential import derive_credential, generate_credential, make_public_credentials
from sandogh.protocol.decryption import check_partial_decryption
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.election import Election, make_election
from sandogh.protocol.errors import VerificationError
from sandogh.protocol.events import Event, EventType, make_setup_data, owned
from sandogh.protocol.groups import group_named
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.tally import EncryptedTally, make_encrypted_tally
from sandogh.protocol.trustee import TrusteePublicKey, Trustees, check_trustees, make_trustees

from .conftest import no_passphrase, unasked

decrypt = partial(decrypt_asking, ask=unasked)
keygen = partial(keygen_choosing, choose=no_passphrase)
UUID = "8YJ6ZwzVgVfD4d"


class Board:
    """A board in memory: two trustees made by the command, three voters, and a tally of the first `tallied` ballots."""

    def __init__(self, folder: Path, group_name: str = "Ed25519") -> None:
        self.group = group_named(group_name)
        self.keys = [keygen(group_name=group_name, name=None, prefix=folder / f"t{number}") for number in (1, 2)]
        publics = [TrusteePublicKey.from_bytes(key.public.read_bytes(), self.group) for key in self.keys]
        trustees = make_trustees(publics)
        self.trustees: Trustees = check_trustees(trustees, self.group)
        credentials = [derive_credential(generate_credential(), uuid=UUID, group=self.group) for _ in range(3)]
        listed = make_public_credentials([credential.public for credential in credentials], self.group)
        questions = [HomomorphicQuestion(answers=("الف", "ب"), question="دادستان", min=0, max=1)]
        data = make_election(name="نمونه", description="", group=self.group, trustees=self.trustees, questions=questions, uuid=UUID)
        self.election = Election.from_bytes(data)
        self.ballots = [make_ballot(self.election, credential, [[1, 0]]) for credential in credentials]
        self.voters = credentials
        self.credentials = {credential.public for credential in credentials}
        setup = make_setup_data(sha_hex(data), sha_hex(trustees), sha_hex(listed))
        self.setup = [data, trustees, listed, setup]

    def tally(self, ballots: int) -> EncryptedTally:
        return make_encrypted_tally(self.election, [parse_ballot(ballot, self.election) for ballot in self.ballots[:ballots]])

    def write(self, path: Path, *, ballots: int = 3, tallied: int | None = 3, partial: tuple[int, bytes] | None = None) -> Path:
        """The archive with so many ballots on the board and so many in the tally."""
        steps = [(EventType.Setup, self.setup)] + [(EventType.Ballot, [ballot]) for ballot in self.ballots[:ballots]]
        if tallied is not None:
            tally = self.tally(tallied)
            steps += [(EventType.EndBallots, []), (EventType.EncryptedTally, [tally.to_bytes(), tally.sized_bytes()])]
        if partial is not None:
            steps.append((EventType.PartialDecryption, [partial[1], owned(partial[0], sha_hex(partial[1]))]))
        stored, previous = archive.archive_header(1), None
        for kind, data in steps:
            previous = Event.after(previous, kind, sha_hex(data[-1]) if data else None)
            stored += b"".join(archive.archive_member(member, "data", 1) for member in data)
            stored += archive.archive_member(previous.to_bytes(), "event", 1)
        path.write_bytes(stored)
        return path


@pytest.fixture
def board(tmp_path: Path) -> Board:
    return Board(tmp_path)


# ---- keygen
def test_a_key_pair_as_its_format_says(tmp_path: Path) -> None:
    made = keygen(group_name="BELENIOS-2048", name="رضا امانت‌دار", prefix=tmp_path / "a.b")
    assert [path.name for path in (made.private, made.public)] == ["a.b.private.json", "a.b.public.json"]
    private = json.loads(made.private.read_bytes())
    public = TrusteePublicKey.from_bytes(made.public.read_bytes(), group_named("BELENIOS-2048"))
    assert list(private) == ["format", "group", "private_key", "public_key"]
    assert (private["format"], private["group"], private["public_key"]) == ("sandogh-trustee-key/1", "BELENIOS-2048", public.public_key)
    assert public.name == "رضا امانت‌دار"
    assert stat.S_IMODE(made.private.stat().st_mode) == 0o600
    assert made.fingerprint == sha_hex(made.public.read_bytes())


def test_two_keys_differ(tmp_path: Path) -> None:
    one, other = (keygen(group_name="Ed25519", name=None, prefix=tmp_path / name) for name in ("a", "b"))
    assert one.fingerprint != other.fingerprint


@pytest.mark.parametrize("existing", ["a.private.json", "a.public.json"])
def test_a_key_is_never_overwritten(tmp_path: Path, existing: str) -> None:
    (tmp_path / existing).write_bytes(b"mine")
    with pytest.raises(Refused, match="never overwritten"):
        keygen(group_name="Ed25519", name=None, prefix=tmp_path / "a")
    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [(existing, b"mine")]


def test_a_key_file_goes_back_to_the_same_bytes_and_hides_its_number(board: Board) -> None:
    data = board.keys[0].private.read_bytes()
    key = PrivateKey.from_bytes(data)
    assert key.to_bytes() == data
    assert str(key.private) not in repr(key)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"private_key": "1"}, "do not belong together"),
        ({"private_key": "0"}, "not a number between"),
        ({"private_key": "-1"}, "not a number between"),
        ({"private_key": "01"}, "not a number between"),
        ({"private_key": "٢"}, "not a number between"),
        ({"private_key": 5}, "exactly the fields"),
        ({"more": "x"}, "exactly the fields"),
        ({"group": "P-256"}, "private key file"),
        ({"format": "sandogh-trustee-key/2"}, "not a private key file of format"),
    ],
)
def test_a_damaged_key_file_is_refused_without_showing_the_key(board: Board, change: dict[str, object], said: str) -> None:
    fields = json.loads(board.keys[0].private.read_bytes())
    with pytest.raises(Refused, match=said) as refused:
        PrivateKey.from_bytes(json.dumps(fields | change).encode())
    assert fields["private_key"] not in str(refused.value)


@pytest.mark.parametrize("data", [b"", b"null", b"{", b"\x00"])
def test_bytes_that_are_no_key_file(data: bytes) -> None:
    with pytest.raises(Refused, match="not a private key file"):
        PrivateKey.from_bytes(data)


# ---- decrypt
@pytest.mark.parametrize("group", ["Ed25519", "BELENIOS-2048"])
def test_a_decryption_that_its_readers_accept(tmp_path: Path, group: str) -> None:
    board = Board(tmp_path, group)
    bel = board.write(tmp_path / "e.bel")
    done = decrypt(key_file=board.keys[1].private, archive=bel, out=tmp_path / "p.json")
    assert (done.title, done.owner, done.trustees, done.credentials, done.ballots) == ("نمونه", 2, 2, 3, 3)
    written = json.loads((tmp_path / "p.json").read_bytes())
    assert list(written) == ["format", "owner", "partial_decryption"]
    assert (written["format"], written["owner"]) == ("sandogh-partial-decryption/1", 2)
    partial = json.dumps(written["partial_decryption"], separators=(",", ":")).encode()
    assert partial in (tmp_path / "p.json").read_bytes()
    check_partial_decryption(partial, tally=board.tally(3), trustee=board.trustees.members[1], election=board.election)


def refuse(board: Board, bel: Path, said: str, *, key: int = 0) -> None:
    with pytest.raises(Exception, match=said) as refused:  # Refused, Malformed or VerificationError: all are told to the person
        decrypt(key_file=board.keys[key].private, archive=bel, out=bel.with_suffix(".json"))
    assert not isinstance(refused.value, AssertionError)
    assert not bel.with_suffix(".json").exists()


def test_voting_that_is_not_over_is_not_decrypted(board: Board, tmp_path: Path) -> None:
    refuse(board, board.write(tmp_path / "e.bel", tallied=None), "no encrypted tally yet")


def test_a_tally_that_leaves_a_ballot_out_is_not_decrypted(board: Board, tmp_path: Path) -> None:
    refuse(board, board.write(tmp_path / "e.bel", ballots=3, tallied=2), "not that of the kept ballots")


def test_a_single_ballot_passed_off_as_the_tally_is_not_decrypted(board: Board, tmp_path: Path) -> None:
    refuse(board, board.write(tmp_path / "e.bel", ballots=3, tallied=1), "not that of the kept ballots")


def test_an_archive_that_is_changed_while_it_is_read_is_not_decrypted(
    board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ballot that its voter replaced is read again, to be taken out: another one in its place would change the tally."""
    election, voter = board.election, board.voters[0]
    replaced = board.ballots[0]
    while len(other := make_ballot(election, voter, [[0, 0]])) != len(replaced):
        pass
    board.ballots.append(make_ballot(election, voter, [[0, 1]]))
    bel = board.write(tmp_path / "e.bel", ballots=4, tallied=4)
    monkeypatch.setattr(ballots, "AT_ONCE", 2)

    def change(done: int) -> None:
        bel.write_bytes(bel.read_bytes().replace(replaced, other))

    with bel.open("rb") as file:
        assert check_tallied(bel, file).ballots == 4
        file.seek(0)
        with pytest.raises(VerificationError, match="changed while it was being read"):
            check_tallied(bel, file, progress=change)


def test_another_elections_key_decrypts_nothing(board: Board, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    stranger = Board(tmp_path / "other")
    with pytest.raises(Refused, match="not among this election's trustees"):
        decrypt(key_file=stranger.keys[0].private, archive=board.write(tmp_path / "e.bel"), out=tmp_path / "p.json")
    assert not (tmp_path / "p.json").exists()


def test_a_second_tally_is_refused_by_the_same_key(board: Board, tmp_path: Path) -> None:
    """An operator who shows a trustee two boards of one election would learn the difference."""
    decrypt(key_file=board.keys[0].private, archive=board.write(tmp_path / "e.bel", ballots=2, tallied=2), out=tmp_path / "p.json")
    refuse(board, board.write(tmp_path / "f.bel"), "has been used for another tally")


def test_the_same_tally_may_be_decrypted_again(board: Board, tmp_path: Path) -> None:
    bel = board.write(tmp_path / "e.bel")
    decrypt(key_file=board.keys[0].private, archive=bel, out=tmp_path / "p.json")
    decrypt(key_file=board.keys[0].private, archive=bel, out=tmp_path / "again.json")
    assert json.loads((tmp_path / "again.json").read_bytes())["owner"] == 1


def test_an_archive_that_has_my_decryption_is_left_alone(board: Board, tmp_path: Path) -> None:
    decrypt(key_file=board.keys[0].private, archive=board.write(tmp_path / "e.bel"), out=tmp_path / "p.json")
    partial = json.dumps(json.loads((tmp_path / "p.json").read_bytes())["partial_decryption"], separators=(",", ":")).encode()
    later = board.write(tmp_path / "f.bel", partial=(1, partial))
    refuse(board, later, "already has the partial decryption of trustee 1")
    assert decrypt(key_file=board.keys[1].private, archive=later, out=tmp_path / "p2.json").owner == 2


def test_an_output_that_exists_is_not_overwritten(board: Board, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_bytes(b"mine")
    with pytest.raises(Refused, match="not overwritten"):
        decrypt(key_file=board.keys[0].private, archive=board.write(tmp_path / "e.bel"), out=tmp_path / "p.json")
    assert (tmp_path / "p.json").read_bytes() == b"mine"


def test_a_key_that_others_may_read_is_not_used(board: Board, tmp_path: Path) -> None:
    board.keys[0].private.chmod(0o640)
    refuse(board, board.write(tmp_path / "e.bel"), "others may open it")


@pytest.mark.parametrize("cut", [1, 511, 600])
def test_an_archive_that_was_cut_is_refused(board: Board, tmp_path: Path, cut: int) -> None:
    bel = board.write(tmp_path / "e.bel")
    bel.write_bytes(bel.read_bytes()[:-cut])
    refuse(board, bel, "§11|§12")


def test_every_altered_byte_of_the_contents_is_noticed(board: Board, tmp_path: Path) -> None:
    whole = board.write(tmp_path / "e.bel").read_bytes()
    for place in range(520, len(whole), 997):
        changed = bytearray(whole)
        changed[place] ^= 1
        (tmp_path / "f.bel").write_bytes(changed)
        refuse(board, tmp_path / "f.bel", "§")


def test_a_missing_archive_is_said(board: Board, tmp_path: Path) -> None:
    refuse(board, tmp_path / "none.bel", "cannot be read")
