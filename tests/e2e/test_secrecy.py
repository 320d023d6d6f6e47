"""What the server never learns: choices, the randomness of a ballot, a secret credential. And what it forgets: one-time codes.

An election with several voters runs while a proxy records every byte to and from the server; then its conversations, its database
and its logs are searched, in every form in which a secret might travel. Each search is shown to find what is there.
"""

import base64
import json
import re
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote

import httpx
import pytest

from sandogh.protocol.canonical import loads
from sandogh.protocol.credential import derive_credential
from sandogh.protocol.group import group_named

from .http_voter import HttpVoter
from .installation import EXAMPLES, Installation, free_port
from .recorder import Recorder

SLUG = "arkan-1405"
SAMPLE: dict[str, Any] = json.loads((EXAMPLES / "sample-election.json").read_text())
Q = group_named("Ed25519").q


# ---- looking for a secret
def forms(secret: str) -> set[bytes]:
    """The ways in which these characters might stand somewhere: plain, escaped for an address or for JSON, hex, Base64 at any offset."""
    raw = secret.encode()
    found = {raw, quote(secret, safe="").encode(), "".join(f"%{byte:02X}" for byte in raw).encode(), secret.encode("utf-16-le")}
    found |= {json.dumps(secret)[1:-1].encode(), raw.hex().encode(), raw.hex().upper().encode(), secret.replace("-", "").encode()}
    for alphabet in (base64.b64encode, base64.urlsafe_b64encode):
        for offset in range(3):
            coded = alphabet(bytes(offset) + raw)
            # The first and last characters depend on what stands beside it.
            found.add(coded[(0, 2, 3)[offset] : len(raw) * 8 // 6 + (0, 1, 2)[offset]])
    return {form for form in found if len(form) >= 8}


def number_forms(number: int) -> set[bytes]:
    """A number of 252 bits: decimal, hex, or as bytes in either order, in hex or Base64."""
    found = {str(number).encode(), f"{number:064x}".encode()}
    for order in ("big", "little"):
        raw = number.to_bytes(32, order)  # type: ignore[arg-type]
        found |= {raw, raw.hex().encode(), raw.hex().upper().encode(), base64.b64encode(raw)[:42], base64.urlsafe_b64encode(raw)[:42]}
    return found


def places(forms_sought: set[bytes], material: dict[str, bytes]) -> list[str]:
    """Where any of the forms stands."""
    return sorted({name for name, data in material.items() for form in forms_sought if form in data})


def dump(database: Path) -> bytes:
    """Every row of every table as SQL, blobs in hex and once more as they are."""
    with closing(sqlite3.connect(database)) as connection:
        rows = "\n".join(connection.iterdump()).encode()
    blobs = [bytes.fromhex(found.decode()) for found in re.findall(rb"X'([0-9A-Fa-f]*)'", rows)]
    return b"\n".join([rows, *blobs])


# ---- the election
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


@dataclass
class Evidence:
    """Everything that the server heard, said, keeps and logs."""

    members: list[Member]
    uuid: str
    installation: Installation
    recorder: Recorder

    def material(self) -> dict[str, bytes]:
        files = [path for path in (self.installation.folder / "server").rglob("*") if path.is_file()]
        logs = [self.installation.folder / "log" / f"{name}.log" for name in ("server", "worker")]
        return {
            "heard": b"\n".join(self.recorder.heard),
            "said": b"\n".join(self.recorder.said),
            "database": dump(self.installation.database),
            **{str(path.relative_to(self.installation.folder)): path.read_bytes() for path in files + logs},
        }


def choices_of(number: int) -> list[list[int]]:
    """A vote that differs from member to member and leaves no race empty."""
    sizes = [len(race["candidates"]) for race in SAMPLE["races"]]
    most = [race["max_choices"] for race in SAMPLE["races"]]
    return [[int((place * 7 + number) % size < limit) for place in range(size)] for size, limit in zip(sizes, most, strict=True)]


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evidence]:
    """Three members vote; nothing is counted yet."""
    port = free_port()
    office = Installation(tmp_path_factory.mktemp("secrecy"), public_port=port)
    now = datetime.now(UTC)
    office.sandogh("prepare")
    office.sandogh(
        "election", "create", EXAMPLES / "sample-election.json", "--roll", EXAMPLES / "roll-642.csv",
        "--opens", now.isoformat(), "--closes", (now + timedelta(hours=2)).isoformat(),
    )  # fmt: skip
    office.sandogh("trustee", "keygen", "--out", "trustee")
    office.sandogh("election", "credentials-request", SLUG, "--out", "authority/request.json")
    secret_store = office.folder / "authority" / "secret.sqlite3"
    office.sandogh("credentials", "issue", "--request", "authority/request.json", "--store", secret_store, "--out", "public.json")
    office.sandogh("election", "seal", SLUG, "--credentials", "public.json", "--trustee", "trustee.public.json")
    office.sandogh("election", "open", SLUG)
    members = [Member(person["licence_no"], choices_of(number)) for number, person in enumerate(SAMPLE["test_voters"][:3])]
    with Recorder(port=port, server_port=office.port) as recorder:
        try:
            office.start()
            office.sandogh("credentials", "send", "--store", secret_store, "--simulated-url", office.phone_url, "--rate", "0")
            for member, person in zip(members, SAMPLE["test_voters"], strict=False):
                with HttpVoter(
                    office.phone_url, licence_no=member.licence_no, national_id=person["national_id"], mobile=person["mobile"]
                ) as voter:
                    voter.page("")
                    voter.vote(member.choices, draw=member.draw)
                    voter.page("board/")
                    member.credential, member.code, member.ballot = voter.credential, voter.code, voter.ballot
            yield Evidence(members, json.loads((office.folder / "authority" / "request.json").read_text())["uuid"], office, recorder)
        finally:
            office.stop()


# ---- what it never learns
def test_the_recording_is_complete(evidence: Evidence) -> None:
    """What must be there is found, in what was heard and in what is kept: otherwise the searches below would prove nothing."""
    material = evidence.material()
    for member in evidence.members:
        signature = loads(member.ballot)["signature"]["hash"]  # type: ignore[index,call-overload]
        assert {"heard", "database"} <= set(places({member.ballot[:-1].replace(b'"', b'\\"'), member.ballot}, material))
        assert {"heard", "database", "server/sandogh.sqlite3-wal"} & set(places({signature.encode()}, material))
        assert places({b"code=" + member.code.encode()}, material) == ["heard"]
        assert "heard" in places({member.licence_no.encode()}, material)


def test_no_secret_credential_reaches_the_server(evidence: Evidence) -> None:
    material = evidence.material()
    for member in evidence.members:
        assert re.fullmatch(r"\w{5}-\w{6}-\w{5}-\w{6}", member.credential)
        assert places(forms(member.credential), material) == []
        key = derive_credential(member.credential, uuid=evidence.uuid, group=group_named("Ed25519"))
        assert places({key.public.encode()}, material) != []
        assert places(number_forms(key.secret), material) == []


def test_no_credential_of_anybody_reaches_the_server(evidence: Evidence) -> None:
    """Also of the six hundred who have not voted."""
    with closing(sqlite3.connect(evidence.installation.folder / "authority" / "secret.sqlite3")) as store:
        everybody = [row[0] for row in store.execute("SELECT credential FROM voter")]
    assert len(everybody) == 611
    everything = b"\n".join(evidence.material().values())
    assert [credential for credential in everybody if credential.encode() in everything] == []


def test_no_randomness_of_a_ballot_reaches_the_server(evidence: Evidence) -> None:
    """With the randomness of one ciphertext anybody could open it; with a signature's nonce anybody could sign."""
    material = evidence.material()
    group = group_named("Ed25519")
    for member in evidence.members:
        ballot: Any = loads(member.ballot)
        alphas = {choice["alpha"] for answer in ballot["answers"] for choice in answer["choices"]}
        secret = {number for number in member.drawn if group.ser(group.power_g(number)) in alphas}
        assert len(secret) == len(alphas) == 36
        key = derive_credential(member.credential, uuid=evidence.uuid, group=group)
        proof = ballot["signature"]["proof"]
        nonce = (int(proof["response"]) + key.secret * int(proof["challenge"])) % Q
        assert nonce in member.drawn
        assert [places(number_forms(number), material) for number in sorted(secret | {nonce})] == [[]] * 37


def test_no_choice_reaches_the_server(evidence: Evidence) -> None:
    """Neither as marks nor as names; what the server heard has no field in which one could stand."""
    material = evidence.material()
    names = [candidate["display_name"] for race in SAMPLE["races"] for candidate in race["candidates"]]
    assert {name for name in names if places(forms(name), {"said": material["said"]})} == set(names)
    assert {name for name in names if places(forms(name), {"heard": material["heard"]})} == set()
    for member in evidence.members:
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


def posts(heard: list[bytes]) -> Iterator[tuple[str, set[str]]]:
    """The path and the names of the fields of every POST that was heard."""
    for conversation in heard:
        rest = conversation
        while rest:
            head, _, rest = rest.partition(b"\r\n\r\n")
            length = re.search(rb"(?im)^content-length: *([0-9]+)", head)
            size = int(length[1]) if length else 0
            body, rest = rest[:size], rest[size:]
            if head.startswith(b"POST "):
                path = head.split(b" ")[1].decode()
                yield path, set(json.loads(body)) if b"application/json" in head else {name for name, _ in parse_qsl(body.decode())}


def test_no_one_time_code_is_left(evidence: Evidence) -> None:
    """Neither in the database nor in the logs; a run of digits of its own, since longer numbers hold every six digits somewhere."""
    material = {name: data for name, data in evidence.material().items() if name == "database" or name.startswith("log/")}
    for member in evidence.members:
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
    httpx.post(f"{evidence.installation.public_url}/captcha/work/", content=b"work=" + planted, trust_env=False)
    assert places(forms(secret), evidence.material()) == ["heard"]


@pytest.mark.parametrize("offset", range(3))
def test_a_credential_inside_base64_is_found_at_any_offset(evidence: Evidence, offset: int) -> None:
    credential = evidence.members[0].credential
    for tail in (b"", b"1", b"12"):
        assert places(forms(credential), {"here": base64.b64encode(b"z" * (offset + 6) + credential.encode() + tail)}) == ["here"]


@pytest.mark.parametrize("kind", ["text", "blob", "number"])
def test_a_planted_secret_is_found_in_a_database(evidence: Evidence, tmp_path: Path, kind: str) -> None:
    copy = tmp_path / "copy.sqlite3"
    with closing(sqlite3.connect(evidence.installation.database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        credential, number = evidence.members[0].credential, evidence.members[0].drawn[0]
        assert places(forms(credential) | number_forms(number), {"copy": dump(copy)}) == []
        value: dict[str, object] = {"text": f"note {credential}", "blob": credential.encode(), "number": number.to_bytes(32, "little")}
        target.execute("CREATE TABLE planted (it)")
        target.execute("INSERT INTO planted VALUES (?)", (value[kind],))
        target.commit()
    assert places(forms(credential) | number_forms(number), {"copy": dump(copy)}) == ["copy"]
