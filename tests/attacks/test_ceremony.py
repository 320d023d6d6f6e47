"""Attacks on those who work offline: trustees before the opening and at the count, and the credential authority."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from attacks.forging import END, PAIR, Happening, accepted, cast, counted, decrypted, published, tallied, twisted
from ceremony.conftest import NOW, no_passphrase, request_fields
from protocol.elections import Story, story
from protocol.establishments import certify, changed
from sandogh.ceremony.credential_authority import issue
from sandogh.ceremony.errors import Refused
from sandogh.ceremony.keyfile import PrivateKey
from sandogh.ceremony.trustee import decrypt
from sandogh.cli import main
from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.channel import MessageKeys, SignedMessage, generate_seed, sign_text
from sandogh.protocol.credential import make_public_credentials
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.errors import SandoghError, VerificationError
from sandogh.protocol.events import EventType
from sandogh.protocol.key_generation import (
    check_decryption_keys,
    check_polynomial,
    check_polynomials,
    commit_polynomial,
    make_decryption_key,
    make_polynomial,
    make_threshold_parameters,
    vector_for,
)

Attack = Callable[[Any], None]


# ---- while the key is established


def test_a_rushing_trustee_draws_until_the_key_pleases() -> None:
    """Member 3 waits for the others' polynomials and draws its own until the key of the election ends in 0. With commitments handed out
    before any polynomial, it must show the one it drew first (§6.3)."""
    seeds = [generate_seed() for _ in range(3)]
    certs = certify(seeds, 2)
    sent = {index: make_polynomial(seed, index, certs) for index, seed in enumerate(seeds, 1)}
    commitments = {index: commit_polynomial(data) for index, data in sent.items()}

    def key_with(last: bytes) -> str:
        polynomials = check_polynomials({**sent, 3: last}, certs=certs)
        keys = {
            index: make_decryption_key(seed, index, vector_for(index, polynomials, certs), certs) for index, seed in enumerate(seeds, 1)
        }
        checked = check_decryption_keys(keys, polynomials=polynomials, certs=certs)
        return make_threshold_parameters(certs, polynomials, checked).public_key

    while not key_with(chosen := make_polynomial(seeds[2], 3, certs)).endswith("0"):
        pass
    with pytest.raises(VerificationError, match="not the polynomial that was committed to") as refused:
        check_polynomials({**sent, 3: chosen}, certs=certs, commitments=commitments)
    assert (refused.value.section, refused.value.where) == ("§6.3", "member 3")
    assert check_polynomials(sent, certs=certs, commitments=commitments)


def test_a_rushing_trustee_copies_or_cancels_anothers_commitments() -> None:
    """Member 2 hands out member 1's commitments, or their inverses, signed as its own: the key would be known to nobody, or be nothing,
    and member 2 would hold no part of it (§6.3)."""
    seeds = [generate_seed() for _ in range(2)]
    certs = certify(seeds, 2)
    honest = {index: make_polynomial(seed, index, certs) for index, seed in enumerate(seeds, 1)}
    first: Any = loads(honest[1])
    elements = [ED25519.parse(each, section="", what="") for each in json.loads(first["coefexps"]["message"])["coefexps"]]
    keys = MessageKeys.from_seed(seeds[1], ED25519)
    for taken in (elements, [ED25519.divide(ED25519.identity, each) for each in elements]):
        text = dumps({"coefexps": [ED25519.ser(each) for each in taken]}).decode()

        def lie(form: Any, text: str = text, taken: list[Any] = taken) -> None:
            form["coefexps"] = SignedMessage.make(text, keys).form()
            form["signature"] = sign_text(certs.binding_text(taken), keys).form()

        copied = changed(honest[2], lie)
        assert check_polynomial(copied, certs=certs, index=2)  # by itself nothing is wrong with it
        with pytest.raises(VerificationError) as refused:
            check_polynomials({**honest, 2: copied}, certs=certs)
        assert refused.value.section == "§6.3"
    assert check_polynomials(honest, certs=certs)


def test_commitments_of_small_order_that_cancel() -> None:
    """Two members add the point of order two to their commitments: in the sum it is gone, and so is what each committed to (§6.3)."""
    seeds = [generate_seed() for _ in range(2)]
    certs = certify(seeds, 2)
    sent = {index: make_polynomial(seed, index, certs) for index, seed in enumerate(seeds, 1)}
    for index, seed in enumerate(seeds, 1):
        keys = MessageKeys.from_seed(seed, ED25519)
        form: Any = loads(sent[index])
        elements = [ED25519.parse(each, section="", what="") for each in json.loads(form["coefexps"]["message"])["coefexps"]]
        bent = [twisted(ED25519, elements[0]), *elements[1:]]
        form["coefexps"] = SignedMessage.make(dumps({"coefexps": [ED25519.ser(each) for each in bent]}).decode(), keys).form()
        form["signature"] = sign_text(certs.binding_text(bent), keys).form()
        with pytest.raises(VerificationError) as refused:
            check_polynomial(dumps(form), certs=certs, index=index)
        assert refused.value.section == "§6.3"
        assert check_polynomial(sent[index], certs=certs, index=index)


# ---- at the count


@pytest.fixture
def held() -> Story:
    return story(questions=PAIR)


@pytest.fixture
def ballots(held: Story) -> list[bytes]:
    return [held.ballot(voter, vote) for voter, vote in enumerate([[[1, 0]], [[0, 1]], [[1, 1]]])]


class Trustee:
    """Trustee 1 with the key file, asked to decrypt whatever the officers hand over."""

    def __init__(self, held: Story, folder: Path) -> None:
        self.folder = folder
        self.key_file = folder / "me.private.json"
        self.key_file.write_bytes(PrivateKey.of(held.keys[0]).to_bytes())
        self.key_file.chmod(0o600)

    def command(self, archive: bytes) -> Result:
        """`sandogh trustee decrypt`."""
        (self.folder / "handed.bel").write_bytes(archive)
        arguments = ["--key", str(self.key_file), "--archive", str(self.folder / "handed.bel"), "--out", str(self.folder / "out.json")]
        return CliRunner().invoke(main, ["trustee", "decrypt", *arguments])

    def refusal(self, archive: bytes) -> str:
        """Why nothing is decrypted; neither a decryption nor the note that the key was used is left behind."""
        (self.folder / "handed.bel").write_bytes(archive)
        with pytest.raises((Refused, SandoghError)) as refused:
            self.decrypt(self.folder / "handed.bel")
        assert not (self.folder / "out.json").exists()
        return str(refused.value)

    def decrypt(self, archive: Path) -> bytes:
        decrypt(key_file=self.key_file, archive=archive, out=self.folder / "out.json", ask=_unasked)
        return (self.folder / "out.json").read_bytes()


def _unasked(what: str) -> Any:
    raise AssertionError(what)


@pytest.fixture
def trustee(held: Story, tmp_path: Path) -> Trustee:
    return Trustee(held, tmp_path)


def test_early_decryption_by_a_trustees_own_command(held: Story, ballots: list[bytes], trustee: Trustee) -> None:
    """The officers ask a trustee to decrypt what was cast so far, while the voting is open, or over and not added up (§12.2)."""
    for happenings in (cast(ballots), [*cast(ballots), END]):
        archive = published(held, *happenings)
        assert "no encrypted tally yet" in trustee.refusal(archive)
        done = trustee.command(archive)
        assert done.exit_code == 1
        assert "no encrypted tally yet" in done.output
    done = trustee.command(published(held, *cast(ballots), END, tallied(held.tally(ballots))))
    assert done.exit_code == 0, done.output


def test_early_decryption_of_a_tally_before_the_end(held: Story, ballots: list[bytes], trustee: Trustee) -> None:
    """A tally without an end of voting before it, or one after which ballots go on (§12.2)."""
    tally = tallied(held.tally(ballots[:1]))
    for happenings in (
        [*cast(ballots[:1]), tally],
        [*cast(ballots[:1]), END, tally, *cast(ballots[1:])],
        [*cast(ballots[:1]), END, tally, *cast(ballots[1:]), END, tallied(held.tally(ballots))],
    ):
        assert "§12.2" in trustee.refusal(published(held, *happenings))


def test_a_trustee_is_made_to_decrypt_a_single_ballot(held: Story, ballots: list[bytes], trustee: Trustee) -> None:
    """The tally that is handed over is one voter's ballot; or leaves one out, and the difference to the true one would be it (§8.2)."""
    for chosen in (ballots[:1], ballots[:2]):
        archive = published(held, *cast(ballots), END, tallied(held.tally(chosen)))
        assert "§8.2" in trustee.refusal(archive)


def test_a_trustee_is_made_to_decrypt_two_tallies(held: Story, ballots: list[bytes], trustee: Trustee) -> None:
    """Two boards, each right in itself, that differ by one ballot: the key decrypts one tally in its life."""
    first = trustee.folder / "first.bel"
    first.write_bytes(published(held, *cast(ballots), END, tallied(held.tally(ballots))))
    trustee.decrypt(first)
    (trustee.folder / "out.json").unlink()
    second = published(held, *cast(ballots[:2]), END, tallied(held.tally(ballots[:2])))
    assert "has been used for another tally" in trustee.refusal(second)
    assert trustee.decrypt(first)


def test_a_trustee_is_handed_ciphertexts_of_small_order(held: Story, ballots: list[bytes], trustee: Trustee) -> None:
    """An alpha of order two would make the trustee publish the last bit of the key; no ballots lead to such a tally (§4.2)."""
    tally: Any = loads(held.tally(ballots).to_bytes())
    alpha = held.group.parse(tally[0][0]["alpha"], section="", what="")
    tally[0][0]["alpha"] = held.group.ser(twisted(held.group, alpha))
    data = dumps(tally)
    sized: Any = loads(held.tally(ballots).sized_bytes())
    forged: Happening = EventType.EncryptedTally, (data, dumps(sized | {"encrypted_tally": sha_hex(data)}))
    assert "§4.2" in trustee.refusal(published(held, *cast(ballots), END, forged))


def test_a_trustee_is_told_that_it_has_decrypted_already(held: Story, ballots: list[bytes], trustee: Trustee) -> None:
    """Somebody published a decryption under this trustee's number; it is not asked again, so that it notices."""
    tally = held.tally(ballots)
    archive = published(held, *cast(ballots), END, tallied(tally), *decrypted(held.decryptions(tally)[:1]))
    assert "already has the partial decryption of trustee 1" in trustee.refusal(archive)


# ---- the credential authority


class Authority:
    """A credential authority with its store and its proof, and what the server publishes."""

    def __init__(self, folder: Path, held: Story) -> None:
        fields = request_fields(size=3, uuid=held.election.uuid)
        self.folder, self.held = folder, held
        request = json.dumps(fields, ensure_ascii=False).encode()
        issue(request, store_path=folder / "store.sqlite3", out=folder / "public.json", choose=no_passphrase, now=NOW)
        self.publics = [each["public"] for each in json.loads((folder / "public.json").read_bytes())["credentials"]]
        done = self.command("prove", "--out", str(folder / "proof.json"))
        assert done.exit_code == 0, done.output

    def command(self, name: str, *arguments: str) -> Result:
        return CliRunner().invoke(main, ["credentials", name, *arguments, "--store", str(self.folder / "store.sqlite3")])

    def check(self, credentials: dict[str, int]) -> Result:
        """`sandogh credentials check` against a board with this list."""
        listed = make_public_credentials(credentials, self.held.group)
        archive = self.folder / "board.bel"
        archive.write_bytes(published(self.held, credentials=listed))
        return self.command("check", "--proof", str(self.folder / "proof.json"), "--archive", str(archive))


@pytest.fixture
def authority(held: Story, tmp_path: Path) -> Authority:
    return Authority(tmp_path, held)


def test_credential_authority_and_server_disagree_on_the_list(held: Story, authority: Authority) -> None:
    """The server exchanges a voter's credential for its own, adds one, leaves one out, or changes a weight: each is named."""
    one, two, three = authority.publics
    own = held.voters[0].public
    for credentials, said in (
        ({own: 1, two: 1, three: 1}, ["did not make it", "is not on the board"]),
        ({one: 1, two: 1, three: 1, own: 1}, ["did not make it"]),
        ({one: 1, two: 1}, ["is not on the board"]),
        ({one: 5, two: 1, three: 1}, ["weighs 5 on the board and 1"]),
    ):
        done = authority.check(credentials)
        assert done.exit_code == 1, done.output
        assert all(each in done.output for each in said)
    done = authority.check(dict.fromkeys(authority.publics, 1))
    assert done.exit_code == 0, done.output


def test_a_proof_that_the_authority_changed_later(authority: Authority) -> None:
    """The authority, asked to account for its list, hands over another list under the same signature (§5.4)."""
    proof = authority.folder / "proof.json"
    shutil.copy2(proof, authority.folder / "kept.json")
    fields: Any = loads(proof.read_bytes())
    fields["credentials"] = fields["credentials"][:-1]
    proof.write_bytes(dumps(fields))
    assert authority.check(dict.fromkeys(authority.publics[:-1], 1)).exit_code == 1
    shutil.copy2(authority.folder / "kept.json", proof)
    assert authority.check(dict.fromkeys(authority.publics, 1)).exit_code == 0


def test_a_control_the_honest_count_is_decrypted(held: Story, ballots: list[bytes], trustee: Trustee) -> None:
    """What the attacks start from: the archive is right, the key file is whole, and the decryption is what the verifier takes."""
    tally = held.tally(ballots)
    path = trustee.folder / "honest.bel"
    path.write_bytes(published(held, *cast(ballots), END, tallied(tally)))
    made: Any = loads(trustee.decrypt(path))
    decryptions = [dumps(made["partial_decryption"]), held.decryptions(tally)[1]]
    assert accepted(published(held, *cast(ballots), END, *counted(held, tally, decryptions)))
