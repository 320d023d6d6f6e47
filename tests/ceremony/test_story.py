"""The parties' whole story by the command line alone, without server or network.

Five trustees of whom three suffice, each with a passphrase and a folder of their own; an authority with weights; a blank vote; rehearsals
before opening and before closing; one trustee loses the key and recovers it, one lies, one is away at the count.
"""

import contextlib
import json
import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from protocol.elections import Board, story
from sandogh.ceremony.keyfile import PrivateKey
from sandogh.ceremony.store import CredentialStore
from sandogh.cli import main
from sandogh.protocol.ballot import make_ballot, parse_ballot
from sandogh.protocol.credential import derive_credential, make_public_credentials
from sandogh.protocol.decryption import check_partial_decryption
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.election import Election, make_election
from sandogh.protocol.errors import VerificationError
from sandogh.protocol.events import EventType, make_setup_data, owned
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.nonhomomorphic import NonHomomorphicQuestion
from sandogh.protocol.result import make_result
from sandogh.protocol.tally import make_encrypted_tally
from sandogh.protocol.threshold import ThresholdParameters
from sandogh.protocol.trustee import TrusteePublicKey, check_trustees, make_trustees

from .ceremonies import NAMES
from .conftest import request_fields

UUID = "8YJ6ZwzVgVfD4d"
OURS = [name for name in os.environ if name.startswith("SANDOGH_")]


class Desk:
    """A folder in which commands are typed; files in it are named as a person would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, line: str, *more: str, typed: str | None = None) -> Result:
        with contextlib.chdir(self.folder):
            return CliRunner().invoke(main, [*line.split(), *more], input=typed, env=dict.fromkeys(OURS), catch_exceptions=False)

    def sandogh(self, line: str, *more: str, typed: str | None = None) -> str:
        """What the command answered; it must have succeeded."""
        done = self.run(line, *more, typed=typed)
        assert done.exit_code == 0, done.stderr
        return done.stdout.strip()

    def refused(self, line: str, *more: str, typed: str | None = None) -> str:
        """What the command said when it refused, in one sentence and without a traceback."""
        done = self.run(line, *more, typed=typed)
        assert done.exit_code == 1, done.output
        assert "Traceback" not in done.stderr
        return done.stderr

    def secret(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text + "\n")
        (self.folder / name).chmod(0o600)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    for number in range(1, 6):
        (tmp_path / f"m{number}").mkdir()
    made = Desk(tmp_path)
    for number in range(1, 6):
        made.secret(f"m{number}/words", f"the passphrase of member {number}")
    made.secret("authority-words", "the authority's own passphrase")
    return made


def establish(desk: Desk) -> None:
    """The key ceremony, in which member 4 first hands in somebody else's work at each step, and is named."""
    names = [word for name in NAMES for word in ("--member", name)]
    desk.sandogh("trustee ceremony new --folder office --threshold 3", *names)
    for number in range(1, 6):
        desk.sandogh(
            f"trustee certificate --ceremony office/ceremony.json --member {number} --out m{number}/me --passphrase-file m{number}/words"
        )
    rounds = {1: "certificate", 2: "commitment", 3: "polynomial", 4: "key"}
    commands = {2: "commit", 3: "polynomial", 4: "key"}
    for step, word in rounds.items():
        if step > 1:
            compared = {
                desk.sandogh(
                    f"trustee {commands[step]} --seed m{number}/me.seed.json --round office/round-{step - 1}.json"
                    f" --passphrase-file m{number}/words"
                )
                for number in range(1, 6)
            }
            assert len(compared) == 1
        honest = desk.folder / f"m4/me.{step}-{word}.json"
        stolen = json.loads((desk.folder / f"m5/me.{step}-{word}.json").read_bytes()) | {"member": 4}
        honest.rename(desk.folder / "m4/honest.json")
        honest.write_text(json.dumps(stolen, ensure_ascii=False, separators=(",", ":")))
        files = [f"m{number}/me.{step}-{word}.json" for number in (5, 1, 2, 4)]
        said = desk.refused("trustee ceremony add --folder office", *files)
        assert f"REFUSED m4/me.{step}-{word}.json, from member 4 ({NAMES[3]}): " in said
        assert "1 of 4 files refused" in said
        (desk.folder / "m4/honest.json").rename(honest)
        status = json.loads(desk.sandogh("trustee ceremony status --folder office --json"))
        assert (status["collecting"], [each["member"] for each in status["missing"]]) == (word, [3, 4])
        assert status["missing"][1]["name"] == NAMES[3]
        desk.sandogh("trustee ceremony add --folder office", f"m3/me.{step}-{word}.json", str(honest))
    for number in range(1, 6):
        desk.sandogh(
            f"trustee confirm --seed m{number}/me.seed.json --round office/round-4.json --parameters office/threshold-parameters.json"
            f" --out m{number}/me.private.json --passphrase-file m{number}/words"
        )


def issue(desk: Desk) -> None:
    voters = [
        {"id": str(number), "greeting": f"عضو {number}", "mobile": "", "weight": weight} for number, weight in ((1, 1), (2, 3), (3, 1))
    ]
    request = json.dumps(request_fields(voters=voters), ensure_ascii=False)
    (desk.folder / "request.json").write_text(request)
    issued = "credentials issue --request request.json --store secret.sqlite3 --out public.json --passphrase-file authority-words"
    assert desk.sandogh(issued) == "3 credentials"


def credentials_of(desk: Desk) -> list[str]:
    said = [
        desk.sandogh(f"credentials show --store secret.sqlite3 --voter {number} --passphrase-file authority-words") for number in (1, 2, 3)
    ]
    return [each.splitlines()[-1] for each in said]


def sealed(desk: Desk, questions: list[HomomorphicQuestion | NonHomomorphicQuestion]) -> tuple[Election, Board]:
    """What the server does at sealing, with the parameters, a mandatory trustee beside them, and the authority's list."""
    desk.sandogh("trustee keygen --out single --name", "دبیر", "--no-passphrase")
    single = TrusteePublicKey.from_bytes((desk.folder / "single.public.json").read_bytes(), ED25519)
    parameters = ThresholdParameters.from_bytes((desk.folder / "office/threshold-parameters.json").read_bytes(), ED25519)
    trustees = make_trustees([single, parameters])
    listed = json.loads((desk.folder / "public.json").read_bytes())["credentials"]
    credentials = make_public_credentials({entry["public"]: entry.get("weight", 1) for entry in listed}, ED25519)
    checked = check_trustees(trustees, ED25519)
    data = make_election(name="آزمون", description="", group=ED25519, trustees=checked, questions=questions, uuid=UUID)
    board = Board()
    board.append(EventType.Setup, data, trustees, credentials, make_setup_data(sha_hex(data), sha_hex(trustees), sha_hex(credentials)))
    return Election.from_bytes(data), board


def rehearse(desk: Desk, purpose: str, numbers: list[int]) -> list[str]:
    """The officer makes a rehearsal; these trustees (1 is the single one) answer it. The answers' files."""
    desk.sandogh(f"trustee rehearsal new --archive e.bel --before {purpose} --out {purpose}.json")
    answers = []
    for number in numbers:
        key = "single.private.json" if number == 1 else f"m{number - 1}/me.private.json --passphrase-file m{number - 1}/words"
        answers.append(f"{purpose}-{number}.json")
        desk.sandogh(f"trustee rehearse --rehearsal {purpose}.json --out {answers[-1]} --key {key}")
    return answers


def write_out(desk: Desk, board: Board, name: str = "e.bel") -> None:
    (desk.folder / name).write_bytes(board.archive)


def test_the_whole_story(desk: Desk) -> None:
    # ---- Keys, credentials, sealing.
    establish(desk)
    issue(desk)
    questions: list[HomomorphicQuestion | NonHomomorphicQuestion] = [HomomorphicQuestion(("الف", "ب", "پ"), "هیئت مدیره", 1, 2, blank=True)]
    election, board = sealed(desk, questions)
    write_out(desk, board)

    # ---- The authority proves its list, and that the server published it.
    desk.sandogh("credentials prove --store secret.sqlite3 --out proof.json")
    fingerprint = desk.sandogh("credentials check --proof proof.json --archive e.bel")
    assert desk.sandogh(f"credentials check --proof proof.json --authority {fingerprint}") == fingerprint
    assert "another key signed" in desk.refused(f"credentials check --proof proof.json --authority {'0' * 64}")

    # ---- Before opening: everybody passes. Before closing: one is away, one hands in the old answer.
    answers = rehearse(desk, "opening", [1, 2, 3, 4, 5, 6])
    record = desk.sandogh("trustee rehearsal check --archive e.bel --rehearsal opening.json --out opening.record.json", *answers)
    assert record == sha_hex((desk.folder / "opening.record.json").read_bytes())
    closing = rehearse(desk, "closing", [1, 2, 3, 4])
    said = desk.refused("trustee rehearsal check --archive e.bel --rehearsal closing.json", *closing, "opening-5.json")
    assert "refused: opening-5.json: it answers another rehearsal" in said
    assert f"trustee 5 ({NAMES[3]}): NO ANSWER" in said
    assert "enough keys work to count" in said
    said = desk.refused("trustee rehearsal check --archive e.bel --rehearsal closing.json", *closing[:3])
    assert "do NOT suffice" in said

    # ---- Three vote: one blank, one of weight 3.
    secrets = credentials_of(desk)
    choices = [[[0, 1, 0, 0]], [[0, 1, 1, 0]], [[1, 0, 0, 0]]]
    ballots = [
        make_ballot(election, derive_credential(secret, uuid=UUID, group=ED25519), choice)
        for secret, choice in zip(secrets, choices, strict=True)
    ]
    for ballot in ballots:
        board.append(EventType.Ballot, ballot)
    write_out(desk, board)
    assert "no encrypted tally yet" in desk.refused("trustee decrypt --key single.private.json --archive e.bel --out early.json")

    # ---- The count: member 5 is away, member 1 has lost the key and recovers it, member 4 lies.
    parsed = [parse_ballot(ballot, election) for ballot in ballots]
    weights = {parsed[1].credential: 3}
    tally = make_encrypted_tally(election, parsed, weights | {each.credential: 1 for each in (parsed[0], parsed[2])})
    board.append(EventType.EndBallots)
    board.append(EventType.EncryptedTally, tally.to_bytes(), tally.sized_bytes())
    write_out(desk, board)
    shutil.move(desk.folder / "m1/me.private.json", desk.folder / "stolen.private.json")
    desk.sandogh("trustee confirm --seed m1/me.seed.json --round office/round-4.json --out m1/back.private.json --passphrase-file m1/words")
    keys = {1: "single.private.json", 2: "m1/back.private.json --passphrase-file m1/words"}
    keys |= {number: f"m{number - 1}/me.private.json --passphrase-file m{number - 1}/words" for number in (3, 4, 5)}
    trustees = check_trustees(make_trustees_of(desk), ED25519)
    partials = []
    for number, key in keys.items():
        desk.sandogh(f"trustee decrypt --archive e.bel --out part-{number}.json --key {key}")
        handed = json.loads((desk.folder / f"part-{number}.json").read_bytes())
        assert handed["owner"] == number
        if number == 5:
            handed["partial_decryption"]["decryption_factors"][0][1] = handed["partial_decryption"]["decryption_factors"][0][0]
        data = json.dumps(handed["partial_decryption"], separators=(",", ":")).encode()
        if number == 5:
            with pytest.raises(VerificationError, match="question 1, answer 2: the decryption proof does not hold"):
                check_partial_decryption(data, tally=tally, trustee=trustees.member(5), election=election)
            continue
        partials.append(check_partial_decryption(data, tally=tally, trustee=trustees.member(number), election=election))
        board.append(EventType.PartialDecryption, data, owned(number, sha_hex(data)))
    assert trustees.enough([1, 2, 3, 4])
    result = make_result(election, tally, partials, trustees, tally.total_weight)
    assert json.loads(result) == {"result": [[1, 4, 3, 0]]}
    board.append(EventType.Result, result)
    write_out(desk, board)
    desk.sandogh("verify e.bel")

    # ---- After the count the authority destroys its secrets, and can still prove its list.
    said = desk.refused("credentials destroy --store secret.sqlite3 --election other --out end.json --passphrase-file authority-words")
    assert "nothing was destroyed" in said
    desk.sandogh("credentials destroy --store secret.sqlite3 --election arkan-1405 --out end.json --passphrase-file authority-words")
    assert desk.sandogh("credentials check --proof end.json --archive e.bel") == fingerprint
    assert "were destroyed" in desk.refused("credentials show --store secret.sqlite3 --voter 1 --passphrase-file authority-words")
    with CredentialStore(desk.folder / "secret.sqlite3") as store:
        assert len(store.disclosures()) == 3


def make_trustees_of(desk: Desk) -> bytes:
    single = TrusteePublicKey.from_bytes((desk.folder / "single.public.json").read_bytes(), ED25519)
    parameters = ThresholdParameters.from_bytes((desk.folder / "office/threshold-parameters.json").read_bytes(), ED25519)
    return make_trustees([single, parameters])


# ---- rankings: every trustee shuffles before anybody decrypts
class Ranked:
    """An election with a vote that is opened one by one, two trustees, three ballots, tallied."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        for number in (1, 2):
            desk.sandogh(f"trustee keygen --out t{number} --no-passphrase")
        keys = [TrusteePublicKey.from_bytes((desk.folder / f"t{number}.public.json").read_bytes(), ED25519) for number in (1, 2)]
        trustees = make_trustees(keys)
        voters = [derive_credential(f"abcde-fghijk-abcde-fghij{letter}", uuid=UUID, group=ED25519) for letter in "kmn"]
        listed = make_public_credentials([voter.public for voter in voters], ED25519)
        questions = [NonHomomorphicQuestion(("A", "B"), "رتبه")]
        data = make_election(
            name="n", description="", group=ED25519, trustees=check_trustees(trustees, ED25519), questions=questions, uuid=UUID
        )
        self.election = Election.from_bytes(data)
        self.board = Board()
        self.board.append(EventType.Setup, data, trustees, listed, make_setup_data(sha_hex(data), sha_hex(trustees), sha_hex(listed)))
        ballots = [make_ballot(self.election, voter, [[place, 2]]) for place, voter in enumerate(voters)]
        for ballot in ballots:
            self.board.append(EventType.Ballot, ballot)
        tally = make_encrypted_tally(self.election, [parse_ballot(ballot, self.election) for ballot in ballots])
        self.board.append(EventType.EndBallots)
        self.board.append(EventType.EncryptedTally, tally.to_bytes(), tally.sized_bytes())
        write_out(desk, self.board)

    def shuffle(self, number: int, *, as_number: int | None = None) -> None:
        """Trustee `number` shuffles; published, under another number if the server lies."""
        out = f"shuffle-{number}-{as_number}.json"
        self.desk.sandogh(f"trustee shuffle --key t{number}.private.json --archive e.bel --out {out}")
        handed = json.loads((self.desk.folder / out).read_bytes())
        assert (handed["format"], handed["owner"]) == ("sandogh-shuffle/1", number)
        data = json.dumps(handed["shuffle"], separators=(",", ":")).encode()
        self.board.append(EventType.Shuffle, data, owned(as_number or number, sha_hex(data)))
        write_out(self.desk, self.board)

    def decrypt(self, number: int) -> str:
        return f"trustee decrypt --key t{number}.private.json --archive e.bel --out part-{number}.json"


def test_a_ranking_is_shuffled_by_everybody_and_then_decrypted(desk: Desk) -> None:
    ranked = Ranked(desk)
    assert "the shuffles are not complete" in desk.refused(ranked.decrypt(1))
    ranked.shuffle(2)
    assert "already has the shuffle of trustee 2" in desk.refused("trustee shuffle --key t2.private.json --archive e.bel --out again.json")
    assert "the shuffles are not complete" in desk.refused(ranked.decrypt(2))
    ranked.shuffle(1)
    ranked.board.append(EventType.EndShuffles)
    write_out(desk, ranked.board)
    for number in (1, 2):
        desk.sandogh(ranked.decrypt(number))


def test_a_shuffle_under_my_name_that_is_not_mine_keeps_me_from_decrypting(desk: Desk) -> None:
    """The server shuffles in trustee 1's place (here with 2's key), to know whose answer went where."""
    ranked = Ranked(desk)
    ranked.shuffle(2, as_number=1)
    (desk.folder / "t2.shuffled.json").unlink()
    ranked.shuffle(2)
    ranked.board.append(EventType.EndShuffles)
    write_out(desk, ranked.board)
    said = desk.refused(ranked.decrypt(1))
    assert "the shuffle under your number is not one that you made" in said
    assert not (desk.folder / "part-1.json").exists()
    assert not (desk.folder / "t1.used.json").exists()
    desk.sandogh(ranked.decrypt(2))


def test_a_missing_shuffle_keeps_everybody_from_decrypting(desk: Desk) -> None:
    ranked = Ranked(desk)
    ranked.shuffle(2)
    ranked.board.append(EventType.EndShuffles)
    write_out(desk, ranked.board)
    assert "no shuffle of trustee 1" in desk.refused(ranked.decrypt(2))


def test_an_election_that_is_added_up_has_nothing_to_shuffle(desk: Desk) -> None:
    added = story(trustees=1, voters=1)
    (desk.folder / "t.private.json").write_bytes(PrivateKey.of(added.keys[0]).to_bytes())
    (desk.folder / "t.private.json").chmod(0o600)
    (desk.folder / "e.bel").write_bytes(added.archive([]))
    assert "nothing to shuffle" in desk.refused("trustee shuffle --key t.private.json --archive e.bel --out s.json")


# ---- passphrases as a person meets them
def test_a_passphrase_is_typed_twice_and_asked_for_once(desk: Desk) -> None:
    words = "four words that nobody connects"
    desk.sandogh("trustee keygen --out me", typed=f"{words}\n{words}\n")
    assert (desk.folder / "me.private.json").read_bytes().startswith(b'{"format":"sandogh-locked/1"')
    other = desk.run("trustee keygen --out other", typed=f"{words}\nsomething else\n")
    assert other.exit_code == 1
    assert not (desk.folder / "other.private.json").exists()
    assert "too short" in desk.refused("trustee keygen --out short", typed="abc\nabc\n")
    assert not (desk.folder / "short.private.json").exists()
    new = "four other words, connected"
    done = desk.run("trustee passphrase --key me.private.json", typed=f"{words}\n{new}\n{new}\n")
    assert done.exit_code == 0
    assert words not in done.output
    assert "does not open" in desk.refused("trustee passphrase --key me.private.json --no-passphrase", typed=f"{words}\n")


def test_a_passphrase_from_a_file_descriptor(desk: Desk) -> None:
    for name, command in (("keygen", "trustee keygen --out me"), ("opened", "trustee passphrase --key me.private.json --no-passphrase")):
        reading, writing = os.pipe()
        os.write(writing, b"four words that nobody connects\n")
        os.close(writing)
        desk.sandogh(f"{command} --passphrase-fd {reading}")
        assert name
    assert (desk.folder / "me.private.json").read_bytes().startswith(b'{"format":"sandogh-trustee-key/1"')
    assert "cannot be read" in desk.refused("trustee keygen --out again --passphrase-fd 987")


def test_ways_of_giving_a_passphrase_that_are_refused(desk: Desk) -> None:
    (desk.folder / "open").write_text("four words that nobody connects")
    (desk.folder / "open").chmod(0o644)
    assert "others may open it" in desk.refused("trustee keygen --out me --passphrase-file open")
    assert "cannot be read" in desk.refused("trustee keygen --out me --passphrase-file none")
    desk.secret("two", "first line\nsecond line")
    assert "one line" in desk.refused("trustee keygen --out me --passphrase-file two")
    (desk.folder / "two").write_bytes(b"\xff\xfe")
    assert "not UTF-8" in desk.refused("trustee keygen --out me --passphrase-file two")
    for both in ("--passphrase-file two --passphrase-fd 0", "--passphrase-file two --no-passphrase"):
        assert desk.run(f"trustee keygen --out me {both}").exit_code == 2
    assert desk.run("trustee keygen --out me --passphrase secret").exit_code == 2
    assert not list(desk.folder.glob("me.*"))


def test_exports_are_secret_files_and_are_noted(desk: Desk) -> None:
    issue(desk)
    for kind in ("csv", "html"):
        line = f"credentials export --store secret.sqlite3 --format {kind} --out letters.{kind} --passphrase-file authority-words"
        assert desk.sandogh(line) == "3 invitations"
        assert (desk.folder / f"letters.{kind}").stat().st_mode & 0o077 == 0
        assert "not overwritten" in desk.refused(line)
    with CredentialStore(desk.folder / "secret.sqlite3") as store:
        assert len(store.disclosures()) == 6
    desk.secret("new-words", "the authority's next passphrase")
    desk.sandogh("credentials passphrase --store secret.sqlite3 --passphrase-file authority-words --new-passphrase-file new-words")
    assert "does not open" in desk.refused("credentials show --store secret.sqlite3 --voter 1 --passphrase-file authority-words")
    desk.sandogh("credentials show --store secret.sqlite3 --voter 1 --passphrase-file new-words")
