"""Searching for secrets where they must not be: what a server heard, said, keeps and logs; and an election recorded for it."""

import base64
import contextlib
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, quote

from .installation import EXAMPLES, Installation, free_port
from .recorder import Recorder

SLUG = "arkan-1405"


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


@dataclass(frozen=True)
class Evidence:
    """Everything that the server heard, said, keeps and logs."""

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


@contextlib.contextmanager
def recorded_election(folder: Path) -> Iterator[Evidence]:
    """An open Ed25519 election of the sample, every invitation sent, whose server is reached through the recorder only."""
    port = free_port()
    office = Installation(folder, public_port=port)
    now = datetime.now(UTC)
    secret_store = folder / "authority" / "secret.sqlite3"
    office.sandogh("prepare")
    office.sandogh(
        "election", "create", EXAMPLES / "sample-election.json", "--roll", EXAMPLES / "roll-642.csv",
        "--opens", now.isoformat(), "--closes", (now + timedelta(hours=2)).isoformat(),
    )  # fmt: skip
    office.sandogh("trustee", "keygen", "--out", "trustee", "--no-passphrase")
    office.sandogh("election", "credentials-request", SLUG, "--out", "authority/request.json")
    office.sandogh(
        "credentials", "issue", "--request", "authority/request.json", "--store", secret_store, "--out", "public.json", "--no-passphrase"
    )  # fmt: skip
    office.sandogh("election", "seal", SLUG, "--credentials", "public.json", "--trustee", "trustee.public.json")
    office.sandogh("election", "open", SLUG)
    uuid = str(json.loads((folder / "authority" / "request.json").read_text())["uuid"])
    with Recorder(port=port, server_port=office.port) as recorder:
        try:
            office.start()
            office.sandogh("credentials", "send", "--store", secret_store, "--simulated-url", office.phone_url, "--rate", "0")
            yield Evidence(uuid, office, recorder)
        finally:
            office.stop()
