"""A voter who is a program: the whole way over HTTP, with the Python twin of the booth. What the browser tests do with a browser."""

import base64
import hashlib
import json
import re
import secrets
import time
from collections.abc import Callable, Sequence
from html import unescape
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from sandogh.protocol.ballot import make_ballot
from sandogh.protocol.canonical import loads
from sandogh.protocol.credential import CredentialKey, derive_credential
from sandogh.protocol.election import Election
from sandogh.protocol.group import Draw
from sandogh.protocol.opening import Opening, make_opening
from sandogh.protocol.vote_code import vote_code

PATIENCE = 30.0  # seconds for a text to travel through operator, webhook and worker
Found = TypeVar("Found")
Choices = Sequence[Sequence[int]]


def solve_work(challenge: dict[str, Any]) -> str:
    """The proof of work, as any program may do it (the accessible way round the picture)."""
    parameters = challenge["parameters"]
    nonce, salt = bytes.fromhex(parameters["nonce"]), bytes.fromhex(parameters["salt"])
    for counter in range(100_000):
        key = hashlib.pbkdf2_hmac("sha256", nonce + counter.to_bytes(4), salt, parameters["cost"], parameters["keyLength"]).hex()
        if key.startswith(parameters["keyPrefix"]):
            payload = {"challenge": challenge, "solution": {"counter": counter, "derivedKey": key}}
            return base64.b64encode(json.dumps(payload).encode()).decode()
    raise AssertionError("the work has no solution")


def eventually(look: Callable[[], Found | None], what: str) -> Found:
    """What `look` answers as soon as it answers something."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if (found := look()) is not None:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what} did not come")


class Phone:
    """One number's telephone in the simulated network."""

    def __init__(self, network_url: str, number: str) -> None:
        self.number = number
        self.client = httpx.Client(base_url=network_url, trust_env=False, follow_redirects=True, timeout=30)

    def texts(self) -> list[str]:
        """Everything that came, oldest first."""
        found = self.client.get("/api/messages", params={"number": self.number}).raise_for_status().json()["messages"]
        return [message["text"] for message in found if not message["from_phone"]]

    def text(self, to: str, body: str) -> None:
        """Send a text from this phone."""
        self.client.post("/api/text", json={"from": self.number, "to": to, "text": body}).raise_for_status()

    def invitation(self) -> str:
        """The secret link."""
        return eventually(lambda: next(iter(re.findall(r"http\S+#\S+", "\n".join(self.texts()))), None), f"{self.number}: the invitation")


class HttpVoter:
    """One voter with two numbers and a telephone, at one computer. Every act asserts what the page must say."""

    def __init__(self, network_url: str, *, licence_no: str, national_id: str, mobile: str) -> None:
        self.licence_no, self.national_id = licence_no, national_id
        self.phone = Phone(network_url, mobile)
        self.link = self.phone.invitation()
        address, self.credential = self.link.split("#")
        parts = urlsplit(address)
        self.path = parts.path
        plain = {"Accept-Encoding": "identity"}
        self.browser = httpx.Client(base_url=f"{parts.scheme}://{parts.netloc}", trust_env=False, timeout=60, headers=plain)
        self.code = ""
        self.ballot = b""
        self.tracker = ""

    def __enter__(self) -> "HttpVoter":
        return self

    def __exit__(self, *_: object) -> None:
        self.browser.close()
        self.phone.client.close()

    # ---- pages
    def page(self, path: str) -> str:
        answer = self.browser.get(self.path + path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    def form(self, path: str, **fields: str) -> httpx.Response:
        """Fill in and send the form of a page, with its hidden CSRF field."""
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page(path))
        assert found, f"{path} has no form"
        origin = {"Referer": str(self.browser.base_url)}
        return self.browser.post(self.path + path, data={"csrfmiddlewaretoken": found[1]} | fields, headers=origin)

    def log_in(self) -> None:
        """Both numbers and the work; then the code from the phone."""
        before = len(self.phone.texts())
        work = solve_work(self.browser.get("/captcha/proof-of-work/").json())
        answer = self.form("login/", licence_no=self.licence_no, national_id=self.national_id, work=work)
        assert (answer.status_code, answer.headers.get("Location")) == (302, f"{self.path}code/"), answer.text
        text = eventually(lambda: next(iter(self.phone.texts()[before:]), None), f"{self.phone.number}: the code")
        code = re.search(r"کد ورود: ([0-9]+)", text)
        assert code, text
        self.code = code[1]
        answer = self.form("code/", code=self.code)
        assert (answer.status_code, answer.headers.get("Location")) == (302, f"{self.path}vote/"), answer.text

    def booth(self) -> dict[str, Any]:
        """What the booth's page tells the booth."""
        found = re.search(r'<script[^>]*id="booth-data"[^>]*>(.*?)</script>', self.page("vote/"), re.DOTALL)
        assert found
        data: dict[str, Any] = json.loads(unescape(found[1]))
        return data

    def call(self, booth: dict[str, Any], name: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One call of the voting API; it must succeed."""
        url = booth["urls"][name]
        headers = {"X-CSRFToken": booth["csrf"], "Referer": str(self.browser.base_url)}
        answer = self.browser.get(url) if body is None else self.browser.post(url, json=body, headers=headers)
        assert answer.status_code == 200, (name, answer.status_code, answer.text)
        value: dict[str, Any] = answer.json()
        return value

    # ---- the vote
    def vote(self, choices: Choices, *, draw: Draw = secrets.randbelow) -> str:
        """From login to receipt; the tracker. `draw` gives the ballot's randomness."""
        self.log_in()
        booth = self.booth()
        election, key = self.keys(booth)
        self.ballot = make_ballot(election, key, choices, draw=draw)
        digest = hash_of(self.ballot)
        code = vote_code(booth["session"]["id"], digest)
        sealed = self.call(booth, "seal", {"ballot_hash": digest, "credential": key.public})
        assert sealed["vote_code"] == code
        self.phone.text(booth["inbound_number"], code)
        eventually(lambda: self.call(booth, "status")["state"] == "confirmed" or None, "the confirmation")
        recorded = self.call(booth, "cast", {"ballot": self.ballot.decode()})
        self.tracker = recorded["tracker"]
        assert recorded["event"] in self.page("receipt/")
        return self.tracker

    def challenge(self, choices: Choices) -> Opening:
        """From login to a sealed ballot that is then opened instead of cast; the opening, as it leaves the device."""
        self.log_in()
        booth = self.booth()
        election, key = self.keys(booth)
        opening = make_opening(election, credential=key.public, seed=secrets.token_bytes(32), choices=choices)
        seal = {"ballot_hash": opening.ballot, "credential": key.public}
        assert self.call(booth, "seal", seal)["vote_code"] == vote_code(booth["session"]["id"], opening.ballot)
        assert self.call(booth, "audit", {"ballot_hash": opening.ballot}) == {"audited": 1, "most": 5, "state": "authenticated"}
        # From now on it is worth nothing.
        headers = {"X-CSRFToken": booth["csrf"], "Referer": str(self.browser.base_url)}
        answer = self.browser.post(booth["urls"]["seal"], json=seal, headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "audited")
        return opening

    def keys(self, booth: dict[str, Any]) -> tuple[Election, CredentialKey]:
        """The election of the page and the key of the secret link, which must be the one that the server expects."""
        election = Election.from_bytes(booth["election"].encode())
        key = derive_credential(self.credential, uuid=election.uuid, group=election.group)
        assert key.public == booth["session"]["public_credential"]
        return election, key


def hash_of(ballot: bytes) -> str:
    """signature.hash: what the vote code is made from (protocol.md §7.1)."""
    fields = loads(ballot)
    assert isinstance(fields, dict)
    return str(fields["signature"]["hash"])
