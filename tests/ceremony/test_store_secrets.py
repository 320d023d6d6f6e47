"""The authority's secrets at rest, what can be proven of its list, and their destruction."""

import csv
import io
import json
import re
import sqlite3
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from protocol.elections import Board
from sandogh.ceremony import destruction
from sandogh.ceremony.authority_comparison import differences, read_published
from sandogh.ceremony.authority_record import check_proof, check_record, make_proof
from sandogh.ceremony.credential_authority import issue, send
from sandogh.ceremony.destruction import destroy
from sandogh.ceremony.errors import Refused
from sandogh.ceremony.letters import as_csv, as_html, chosen
from sandogh.ceremony.locked import Passphrase
from sandogh.ceremony.store import CredentialStore
from sandogh.protocol import canonical
from sandogh.protocol.credential import make_public_credentials
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.election import make_election
from sandogh.protocol.events import EventType, make_setup_data
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.trustee import check_trustees, generate_trustee_key, make_trustees

from .conftest import NOW, Hours, Network, request_fields

WORDS = Passphrase.typed("four words that nobody connects")
UUID = "8YJ6ZwzVgVfD4d"
WEIGHTS = [1, 3, 1, 2, 1]


def asked(what: str) -> Passphrase:
    return WORDS


def wrong(what: str) -> Passphrase:
    return Passphrase.typed("another passphrase")


@pytest.fixture
def path(tmp_path: Path, request_bytes: Callable[..., bytes]) -> Path:
    """A locked store of five voters, two of whom weigh more than the others."""
    voters = [voter | {"weight": weight} for voter, weight in zip(request_fields()["voters"], WEIGHTS, strict=True)]
    data = request_bytes(voters=voters)
    issue(data, store_path=tmp_path / "s.sqlite3", out=tmp_path / "p.json", choose=lambda: WORDS, now=NOW)
    return tmp_path / "s.sqlite3"


def secrets_in(path: Path) -> list[str]:
    with CredentialStore(path, asked) as store:
        return [store.secret_of(holder) for holder in store.holders()] + [store.seed()]


def found_in(words: list[str], folder: Path) -> list[str]:
    files = [file.read_bytes() for file in folder.rglob("*") if file.is_file()]
    return [word for word in words if any(word.encode() in data for data in files)]


# ---- at rest
def test_no_secret_stands_readable_in_any_file(path: Path) -> None:
    secrets = secrets_in(path)
    assert len(set(secrets)) == 6
    assert found_in(secrets, path.parent) == []
    assert found_in(["09120000001", "8YJ6ZwzVgVfD4d"], path.parent) == ["09120000001", "8YJ6ZwzVgVfD4d"]  # the search can find things


def test_a_wrong_passphrase_opens_nothing_and_queues_nothing(path: Path, network: type[Network], hours: Hours) -> None:
    with CredentialStore(path, wrong) as store:
        with pytest.raises(Refused, match="does not open"):
            send(store, network(), clock=hours.clock(), per_second=0)
        assert store.last_messages() == []


def test_without_being_asked_the_list_can_be_read_and_no_secret(path: Path) -> None:
    with CredentialStore(path) as store:
        assert len(store.holders()) == 5
        with pytest.raises(Refused, match="a passphrase only"):
            store.secret_of(store.holders()[0])


def test_sending_resumes_with_the_passphrase(path: Path, network: type[Network], hours: Hours) -> None:
    phones = network(faults=dict.fromkeys(range(2, 6), "busy"))
    with CredentialStore(path, asked) as store:
        assert not send(store, phones, clock=hours.clock(), per_second=0).complete
    with CredentialStore(path, asked) as store:
        assert send(store, phones, clock=hours.clock(), per_second=0).complete
        links = [message.text.rsplit("#", 1)[1] for message in phones.delivered]
    assert links == secrets_in(path)[:4]


def test_a_changed_passphrase(path: Path) -> None:
    before = secrets_in(path)
    new = Passphrase.typed("a new passphrase")
    with CredentialStore(path, asked) as store:
        store.change_passphrase(new)
    with CredentialStore(path, asked) as store, pytest.raises(Refused, match="does not open"):
        store.seed()
    with CredentialStore(path, lambda _: new) as store:
        assert [store.secret_of(holder) for holder in store.holders()] == before[:5]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE voter SET mobile = '09129999999' WHERE position = 1",
        "UPDATE voter SET greeting = 'x' WHERE position = 1",
        "UPDATE voter SET weight = 9 WHERE position = 1",
        "UPDATE voter SET public = public || '0' WHERE position = 1",
        "UPDATE voter SET credential = (SELECT credential FROM voter WHERE position = 2) WHERE position = 1",
        "UPDATE voter SET credential = x'00' WHERE position = 1",
        "UPDATE election SET uuid = '8YJ6ZwzVgVfD4e'",
    ],
)
def test_a_row_that_was_changed_is_not_used(path: Path, change: str, network: type[Network], hours: Hours) -> None:
    """Somebody who can write the file but has no passphrase has the link of a voter sent to the own telephone."""
    with sqlite3.connect(path) as database:
        database.execute(change)
    database.close()
    phones = network()
    with CredentialStore(path, asked) as store, pytest.raises(Refused, match="was changed since it was issued"):
        send(store, phones, clock=hours.clock(), per_second=0)
    assert phones.delivered == []


@pytest.mark.parametrize("key", ["", "{}", '{"format":"sandogh-store-key/1","key":"00"}', '{"format":"sandogh-locked/1"}'])
def test_a_damaged_key_of_the_store(path: Path, key: str) -> None:
    with sqlite3.connect(path) as database:
        database.execute("UPDATE vault SET key = ?", (key,))
    database.close()
    with CredentialStore(path, asked) as store, pytest.raises(Refused, match="damaged"):
        store.seed()


# ---- the list and its proof
def proof_of(path: Path) -> bytes:
    with CredentialStore(path) as store:
        return make_proof(store.issue_record(), store.published(), store.destruction())


def test_the_public_list_has_the_weights(path: Path) -> None:
    listed = json.loads((path.parent / "p.json").read_bytes())["credentials"]
    assert [entry.get("weight", 1) for entry in listed] == WEIGHTS
    assert ["weight" in entry for entry in listed] == [False, True, False, True, False]


def test_the_proof_needs_no_passphrase_and_holds(path: Path) -> None:
    proof = check_proof(proof_of(path))
    listed = json.loads((path.parent / "p.json").read_bytes())["credentials"]
    assert proof.credentials == {entry["public"]: entry.get("weight", 1) for entry in listed}
    assert (proof.statement.voters, proof.statement.weight, proof.statement.uuid) == (5, 8, UUID)
    assert proof.statement.issued_at == NOW.isoformat()
    assert proof.destroyed_at is None
    assert re.fullmatch("[0-9a-f]{64}", proof.statement.fingerprint)


def test_another_list_under_the_authoritys_record_is_refused(path: Path) -> None:
    fields = json.loads(proof_of(path))
    del fields["credentials"][0]
    with pytest.raises(Refused, match="not the one that the authority signed"):
        check_proof(canonical.dumps(fields))


def test_every_flipped_byte_of_a_proof_is_noticed(path: Path) -> None:
    proof = proof_of(path)
    for place in range(0, len(proof), 3):
        changed = bytearray(proof)
        changed[place] ^= 1 << place % 7
        with pytest.raises(Refused):
            check_proof(bytes(changed))


def test_a_list_signed_by_somebody_else_has_another_fingerprint(path: Path, tmp_path: Path, request_bytes: Callable[..., bytes]) -> None:
    (tmp_path / "x").mkdir()
    issue(request_bytes(), store_path=tmp_path / "x" / "s", out=tmp_path / "x" / "p", choose=lambda: None, now=NOW)
    forged = check_proof(proof_of(tmp_path / "x" / "s"))
    assert forged.statement.fingerprint != check_proof(proof_of(path)).statement.fingerprint


def test_a_record_of_two_keys_is_refused(path: Path, tmp_path: Path, request_bytes: Callable[..., bytes]) -> None:
    """The certificate of one list beside the statement of another authority."""
    (tmp_path / "x").mkdir()
    issue(request_bytes(), store_path=tmp_path / "x" / "s", out=tmp_path / "x" / "p", choose=lambda: None, now=NOW)
    ours, others = json.loads(proof_of(path)), json.loads(proof_of(tmp_path / "x" / "s"))
    ours["record"]["certificate"] = others["record"]["certificate"]
    with pytest.raises(Refused, match="of another list"):
        check_proof(canonical.dumps(ours))
    ours = json.loads(proof_of(path))
    ours["record"]["statement"]["signature"] = others["record"]["statement"]["signature"]
    with pytest.raises(Refused, match="signature does not hold"):
        check_proof(canonical.dumps(ours))


# ---- authority against server
def board(path: Path, credentials: dict[str, int], *, uuid: str = UUID, certificate: bytes | None = None) -> Path:
    """The first event of an archive with this list on it."""
    key = generate_trustee_key(ED25519)
    trustees = make_trustees([key.public])
    question = HomomorphicQuestion(("A", "B"), "?", 0, 1)
    election = make_election(
        name="n", description="", group=ED25519, trustees=check_trustees(trustees, ED25519), questions=[question], uuid=uuid
    )
    listed = make_public_credentials(credentials, ED25519)
    parts = [election, trustees, listed] + ([] if certificate is None else [certificate])
    made = Board()
    made.append(EventType.Setup, *parts, make_setup_data(*map(sha_hex, parts)))
    path.write_bytes(made.archive)
    return path


def test_a_server_that_publishes_the_list_agrees(path: Path, tmp_path: Path) -> None:
    proof = check_proof(proof_of(path))
    assert proof.certificate.startswith(b'{"uuid":')
    for certificate in (None, proof.certificate):
        published = read_published(board(tmp_path / "e.bel", dict(proof.credentials), certificate=certificate))
        assert list(differences(proof, published, voters={})) == []


def test_each_disagreement_is_named(path: Path, tmp_path: Path) -> None:
    proof = check_proof(proof_of(path))
    with CredentialStore(path) as store:
        voters = {holder.public: holder.id for holder in store.holders()}
    listed = dict(proof.credentials)
    by_voter = {voter: public for public, voter in voters.items()}
    stuffed = generate_trustee_key(ED25519).public.public_key
    del listed[by_voter["9901000003"]]
    listed[by_voter["9901000002"]] = 5
    listed[stuffed] = 1
    said = list(differences(proof, read_published(board(tmp_path / "e.bel", listed)), voters=voters))
    assert sorted(said) == sorted(
        [
            f"credential {stuffed[:20]}… is on the board and the authority did not make it: whoever did can vote with it",
            f"credential {by_voter['9901000002'][:20]}… of voter 9901000002 weighs 5 on the board and 3 in the authority's list",
            f"credential {by_voter['9901000003'][:20]}… of voter 9901000003 was made by the authority and is not on the board:"
            " this voter cannot vote",
        ]
    )


def test_a_board_of_another_election_and_another_certificate(path: Path, tmp_path: Path) -> None:
    proof = check_proof(proof_of(path))
    other = board(tmp_path / "e.bel", dict(proof.credentials), uuid="9YJ6ZwzVgVfD4d")
    assert "is of election 9YJ6ZwzVgVfD4d" in next(differences(proof, read_published(other), voters={}))
    (tmp_path / "no.bel").write_bytes(b"")
    with pytest.raises(Refused):
        read_published(tmp_path / "no.bel")


# ---- destruction
def test_destruction_leaves_no_secret_no_key_and_no_person(path: Path) -> None:
    secrets = secrets_in(path)
    with sqlite3.connect(path) as database:
        hidden = [bytes(row[0]).hex() for row in database.execute("SELECT credential FROM voter")]
        wrapped = database.execute("SELECT key FROM vault").fetchone()[0]
    database.close()
    raw = path.read_bytes().hex()
    assert all(each in raw for each in hidden)  # the search can find them
    with CredentialStore(path, asked) as store:
        destroy(store, now=NOW)
    everything = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert [each for each in hidden if each in everything.hex()] == []
    assert wrapped.encode() not in everything
    assert json.loads(wrapped)["data"].encode() not in everything
    assert b"09120000001" not in everything
    assert "همکار گرامی رای‌دهندهٔ 1".encode() not in everything
    assert [word for word in secrets if word.encode() in everything] == []
    assert not path.with_name("s.sqlite3-journal").exists()
    with CredentialStore(path, asked) as store, pytest.raises(Refused, match="were destroyed"):
        store.secret_of(store.holders()[0])


def test_the_list_is_proven_after_the_destruction_too(path: Path) -> None:
    before = check_proof(proof_of(path))
    with CredentialStore(path, asked) as store:
        destroy(store, now=datetime(2026, 12, 20, 12, tzinfo=UTC))
    after = check_proof(proof_of(path))
    assert (after.statement, after.credentials) == (before.statement, before.credentials)
    assert after.destroyed_at == "2026-12-20T12:00:00+00:00"


def test_a_destruction_of_another_list_proves_nothing(path: Path, tmp_path: Path, request_bytes: Callable[..., bytes]) -> None:
    (tmp_path / "x").mkdir()
    issue(request_bytes(), store_path=tmp_path / "x" / "s", out=tmp_path / "x" / "p", choose=lambda: None, now=NOW)
    with CredentialStore(tmp_path / "x" / "s") as store:
        destroy(store, now=NOW)
    fields, others = json.loads(proof_of(path)), json.loads(proof_of(tmp_path / "x" / "s"))
    fields["destruction"] = others["destruction"]
    with pytest.raises(Refused, match="does not hold"):
        check_proof(canonical.dumps(fields))


def test_destroying_with_a_wrong_passphrase_destroys_nothing(path: Path) -> None:
    before = secrets_in(path)
    with CredentialStore(path, wrong) as store, pytest.raises(Refused, match="does not open"):
        destroy(store, now=NOW)
    assert secrets_in(path) == before


def test_destruction_that_died_after_its_commit_is_ended_by_the_next(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class PowerCut(BaseException):
        pass

    def cut(path: Path) -> None:
        raise PowerCut

    with monkeypatch.context() as patched:
        patched.setattr(destruction, "overwrite", cut)
        with CredentialStore(path, asked) as store, pytest.raises(PowerCut):
            destroy(store, now=NOW)
    left = path.with_name("s.sqlite3-journal")
    assert "همکار گرامی رای‌دهندهٔ 1".encode() in left.read_bytes()  # this is why it is overwritten
    with CredentialStore(path, wrong) as store:
        record = destroy(store, now=datetime(2027, 1, 1, tzinfo=UTC))
    assert not left.exists()
    assert b"2026-12-18" in record


def test_a_sender_and_a_destroyer_do_not_meet(path: Path) -> None:
    with CredentialStore(path) as sender, sender.exclusively(), CredentialStore(path, asked) as store:
        with pytest.raises(Refused, match="is sending"):
            destroy(store, now=NOW)
        assert store.destruction() is None


# ---- letters
def test_the_csv_has_each_text_word_for_word(path: Path) -> None:
    with CredentialStore(path, asked) as store:
        data = as_csv(store, chosen(store, voters=[], without_mobile=False))
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    secrets = secrets_in(path)
    assert [row["voter"] for row in rows] == [f"99010{number:05}" for number in range(1, 6)]
    assert [row["credential"] for row in rows] == secrets[:5]
    assert all(row["text"].endswith(f"ورود: https://ray.example/e/arkan-1405/#{row['credential']}") for row in rows)
    assert rows[4]["mobile"] == ""


def test_a_letter_a_voter_and_nothing_of_the_roll_is_taken_for_html(tmp_path: Path, request_bytes: Callable[..., bytes]) -> None:
    voters = [
        {"id": "1", "greeting": "<script>alert(1)</script> &", "mobile": ""},
        {"id": "2", "greeting": "سلام", "mobile": "09120000002"},
    ]
    issue(request_bytes(voters=voters), store_path=tmp_path / "s", out=tmp_path / "p", choose=lambda: None, now=NOW)
    with CredentialStore(tmp_path / "s") as store:
        page = as_html(store, chosen(store, voters=[], without_mobile=True)).decode()
        secret, other = (store.secret_of(holder) for holder in store.holders())
    assert page.count("<article>") == 1
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp;" in page
    assert "<script" not in page
    assert page.count(secret) == 2
    assert other not in page
    assert "http" in page
    assert re.findall(r'(?:src|href)="', page) == []


def test_whom_an_export_is_for(path: Path) -> None:
    with CredentialStore(path, asked) as store:
        assert [holder.id for holder in chosen(store, voters=["9901000002"], without_mobile=False)] == ["9901000002"]
        assert [holder.id for holder in chosen(store, voters=[], without_mobile=True)] == ["9901000005"]
        with pytest.raises(Refused, match="no voter"):
            chosen(store, voters=["1"], without_mobile=False)


# ---- weights in the request
@pytest.mark.parametrize("weight", [0, -1, 1.5, True, "2", None, 100_001])
def test_a_weight_that_is_none(tmp_path: Path, request_bytes: Callable[..., bytes], weight: Any) -> None:
    voters = [{"id": "1", "greeting": "سلام", "mobile": "", "weight": weight}]
    with pytest.raises(Refused):
        issue(request_bytes(voters=voters), store_path=tmp_path / "s", out=tmp_path / "p", choose=lambda: None, now=NOW)
    assert not (tmp_path / "s").exists()


def test_weights_that_nobody_could_count(tmp_path: Path, request_bytes: Callable[..., bytes]) -> None:
    voters = [{"id": str(number), "greeting": "سلام", "mobile": "", "weight": 50_001} for number in (1, 2)]
    with pytest.raises(Refused, match="100002"):
        issue(request_bytes(voters=voters), store_path=tmp_path / "s", out=tmp_path / "p", choose=lambda: None, now=NOW)


def test_the_store_is_for_its_owner_only_after_everything(path: Path) -> None:
    with CredentialStore(path, asked) as store:
        destroy(store, now=NOW)
        assert check_record(store.issue_record(), store.published()).voters == 5
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
