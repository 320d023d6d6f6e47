"""What the server never learns: choices, the randomness of a ballot, a secret credential. And what it forgets: one-time codes.

Several voters vote while a proxy records every byte to and from the server; then its conversations, its database and its logs are
searched, in every form in which a secret might travel. Each search is shown to find what is there. The voters are programs here;
browser/test_booth_secrecy.py does the same with the booth.
"""

import base64
import json
import re
import secrets
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from sandogh.ceremony.store import CredentialStore
from sandogh.protocol.canonical import loads
from sandogh.protocol.credential import derive_credential
from sandogh.protocol.groups import group_named

from .http_voter import HttpVoter
from .installation import EXAMPLES
from .secret_search import SLUG, Evidence, dump, forms, number_forms, places, posts, recorded_election

SAMPLE: dict[str, Any] = json.loads((EXAMPLES / "sample-election.json").read_text())
GROUP = group_named("Ed25519")


@dataclass
class Member:
    """One who votes, with everything that only this member may know."""

    licence_no: str
    choices: Sequence[Sequence[int]]
    drawn: list[int] = field(default_factory=list)
    credential: str = ""
    code: str = ""
    ballot: bytes = b""

    def draw(self, below: int) -> int:
        """The system's randomness, remembered."""
        self.drawn.append(secrets.randbelow(below))
        return self.drawn[-1]


def choices_of(number: int) -> list[list[int]]:
    """A vote that differs from member to member and leaves no race empty."""
    sizes = [len(race["candidates"]) for race in SAMPLE["races"]]
    most = [race["max_choices"] for race in SAMPLE["races"]]
    return [[int((place * 7 + number) % size < limit) for place in range(size)] for size, limit in zip(sizes, most, strict=True)]


@pytest.fixture(scope="module")
def voted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Evidence, list[Member]]]:
    """Three members have voted; nothing is counted yet."""
    members = [Member(person["licence_no"], choices_of(number)) for number, person in enumerate(SAMPLE["test_voters"][:3])]
    with recorded_election(tmp_path_factory.mktemp("secrecy")) as evidence:
        for member, person in zip(members, SAMPLE["test_voters"], strict=False):
            with HttpVoter(
                evidence.installation.phone_url,
                licence_no=member.licence_no,
                national_id=person["national_id"],
                mobile=person["mobile"],
            ) as voter:
                voter.page("")
                voter.vote(member.choices, draw=member.draw)
                voter.page("board/")
                member.credential, member.code, member.ballot = voter.credential, voter.code, voter.ballot
        yield evidence, members


@pytest.fixture
def evidence(voted: tuple[Evidence, list[Member]]) -> Evidence:
    return voted[0]


@pytest.fixture
def members(voted: tuple[Evidence, list[Member]]) -> list[Member]:
    return voted[1]


# ---- what it never learns
def test_the_recording_is_complete(evidence: Evidence, members: list[Member]) -> None:
    """What must be there is found, in what was heard and in what is kept: otherwise the searches below would prove nothing."""
    material = evidence.material()
    for member in members:
        signature = loads(member.ballot)["signature"]["hash"]  # type: ignore[index,call-overload]
        assert {"heard", "database"} <= set(places({member.ballot[:-1].replace(b'"', b'\\"'), member.ballot}, material))
        assert {"heard", "database", "server/sandogh.sqlite3-wal"} & set(places({signature.encode()}, material))
        assert places({b"code=" + member.code.encode()}, material) == ["heard"]
        assert "heard" in places({member.licence_no.encode()}, material)


def test_no_secret_credential_reaches_the_server(evidence: Evidence, members: list[Member]) -> None:
    material = evidence.material()
    for member in members:
        assert re.fullmatch(r"\w{5}-\w{6}-\w{5}-\w{6}", member.credential)
        assert places(forms(member.credential), material) == []
        key = derive_credential(member.credential, uuid=evidence.uuid, group=GROUP)
        assert places({key.public.encode()}, material) != []
        assert places(number_forms(key.secret), material) == []


def test_no_credential_of_anybody_reaches_the_server(evidence: Evidence) -> None:
    """Also of the six hundred who have not voted."""
    with CredentialStore(evidence.installation.folder / "authority" / "secret.sqlite3") as store:
        everybody = {store.secret_of(holder) for holder in store.holders()}
    assert len(everybody) == 611
    assert all(re.fullmatch(r"\w{5}-\w{6}-\w{5}-\w{6}", credential) for credential in everybody)
    everything = b"\n".join(evidence.material().values())
    assert [credential for credential in everybody if credential.encode() in everything] == []


def test_no_randomness_of_a_ballot_reaches_the_server(evidence: Evidence, members: list[Member]) -> None:
    """With the randomness of one ciphertext anybody could open it; with a signature's nonce anybody could sign."""
    material = evidence.material()
    for member in members:
        ballot: Any = loads(member.ballot)
        alphas = {choice["alpha"] for answer in ballot["answers"] for choice in answer["choices"]}
        secret = {number for number in member.drawn if GROUP.ser(GROUP.power_g(number)) in alphas}
        assert len(secret) == len(alphas) == 36
        key = derive_credential(member.credential, uuid=evidence.uuid, group=GROUP)
        proof = ballot["signature"]["proof"]
        nonce = (int(proof["response"]) + key.secret * int(proof["challenge"])) % GROUP.q
        assert nonce in member.drawn
        assert [places(number_forms(number), material) for number in sorted(secret | {nonce})] == [[]] * 37


def test_no_choice_reaches_the_server(evidence: Evidence, members: list[Member]) -> None:
    """Neither as marks nor as names; what the server heard has no field in which one could stand."""
    material = evidence.material()
    names = [candidate["display_name"] for race in SAMPLE["races"] for candidate in race["candidates"]]
    assert {name for name in names if places(forms(name), {"said": material["said"]})} == set(names)
    assert {name for name in names if places(forms(name), {"heard": material["heard"]})} == set()
    for member in members:
        marks = {json.dumps(member.choices, separators=separators) for separators in ((",", ":"), (", ", ": "))}
        marks |= {json.dumps(member.choices[0], separators=separators) for separators in ((",", ":"), (", ", ": "))}
        marks |= {"".join(map(str, member.choices[0]))}
        assert [places(forms(mark), material) for mark in sorted(marks)] == [[]] * len(marks)
    allowed = {
        "login/": {"csrfmiddlewaretoken", "licence_no", "national_id", "work"},
        "code/": {"csrfmiddlewaretoken", "code"},
        "vote/seal/": {"ballot_hash", "credential"},
        "vote/cast/": {"ballot"},
    }
    told = [(path.removeprefix(f"/e/{SLUG}/"), fields) for path, fields in posts(evidence.recorder.heard) if path.startswith("/e/")]
    assert [fields for path, fields in told if fields != allowed[path]] == []
    assert sorted(path for path, _ in told) == sorted([*allowed] * 3)


def test_no_one_time_code_is_left(evidence: Evidence, members: list[Member]) -> None:
    """Neither in the database nor in the logs; a run of digits of its own, since longer numbers hold every six digits somewhere."""
    material = {name: data for name, data in evidence.material().items() if name == "database" or name.startswith("log/")}
    for member in members:
        alone = re.compile(rb"(?<![0-9A-Za-z])" + member.code.encode() + rb"(?![0-9A-Za-z])")
        assert [name for name, data in material.items() if alone.search(data)] == []
        assert alone.search(b"x '" + member.code.encode() + b"' y")


# ---- the searches find what is there
@pytest.mark.parametrize("way", ["plain", "address", "base64", "hex", "json", "utf-16"])
def test_a_planted_credential_is_found_in_what_was_heard(evidence: Evidence, way: str) -> None:
    secret = "".join(secrets.choice("abcdefghij") for _ in range(8)) + "-گ-" + secrets.token_hex(4)
    planted = {
        "plain": secret.encode(),
        "address": quote(secret).encode(),
        "base64": base64.b64encode(f"x={secret}&y".encode()),
        "hex": secret.encode().hex().encode(),
        "json": json.dumps({"credential": secret}).encode(),
        "utf-16": secret.encode("utf-16-le"),
    }[way]
    assert places(forms(secret), evidence.material()) == []
    httpx.post(f"{evidence.installation.public_url}/captcha/proof-of-work/", content=b"work=" + planted, trust_env=False)
    # The server may answer before the body has reached it, and the recorder.
    deadline = time.monotonic() + 10
    while (found := places(forms(secret), evidence.material())) == [] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert found == ["heard"]


@pytest.mark.parametrize("offset", range(3))
def test_a_credential_inside_base64_is_found_at_any_offset(evidence: Evidence, members: list[Member], offset: int) -> None:
    credential = members[0].credential
    for tail in (b"", b"1", b"12"):
        assert places(forms(credential), {"here": base64.b64encode(b"z" * (offset + 6) + credential.encode() + tail)}) == ["here"]


@pytest.mark.parametrize("kind", ["text", "blob", "number"])
def test_a_planted_secret_is_found_in_a_database(evidence: Evidence, members: list[Member], tmp_path: Path, kind: str) -> None:
    copy = tmp_path / "copy.sqlite3"
    with closing(sqlite3.connect(evidence.installation.database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        credential, number = members[0].credential, members[0].drawn[0]
        assert places(forms(credential) | number_forms(number), {"copy": dump(copy)}) == []
        value: dict[str, object] = {"text": f"note {credential}", "blob": credential.encode(), "number": number.to_bytes(32, "little")}
        target.execute("CREATE TABLE planted (it)")
        target.execute("INSERT INTO planted VALUES (?)", (value[kind],))
        target.commit()
    assert places(forms(credential) | number_forms(number), {"copy": dump(copy)}) == ["copy"]
