"""What the booth in a real browser tells the server: no choice, no randomness of the ballot, no secret credential."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Route

from e2e.browser.demonstration import SAMPLE, person
from e2e.browser.voter import DESK, Device
from e2e.secret_search import SLUG, Evidence, forms, number_forms, places, posts, recorded_election
from sandogh.protocol.canonical import loads
from sandogh.protocol.credential import derive_credential
from sandogh.protocol.groups import group_named
from sandogh.protocol.opening import SEED_LENGTH, SeededDraw

pytestmark = pytest.mark.e2e
GROUP = group_named("Ed25519")
# More than a ballot of the sample election draws from its seed.
SCALARS = 300

# The booth's own worker, made to tell the test (and nobody else) every random number that it draws.
TELL = """{
    const draw = crypto.getRandomValues.bind(crypto);
    crypto.getRandomValues = (bytes) => {
        draw(bytes);
        console.log("drawn " + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""));
        return bytes;
    };
}
"""


@dataclass(frozen=True)
class Recorded:
    """The recorded election as `Device` wants to see it."""

    url: str
    phone_url: str

    def page(self, path: str = "") -> str:
        return f"{self.url}/e/{SLUG}/{path}"


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evidence]:
    with recorded_election(tmp_path_factory.mktemp("booth")) as made:
        yield made


def test_the_booth_tells_the_server_nothing_secret(chromium: Browser, evidence: Evidence) -> None:
    drawn: list[bytes] = []

    def listen(said: ConsoleMessage) -> None:
        if said.text.startswith("drawn "):
            drawn.append(bytes.fromhex(said.text.removeprefix("drawn ")))

    def tell(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=TELL + answer.text())

    office = evidence.installation
    with Device(chromium, Recorded(office.public_url, office.phone_url), person(1), DESK) as voter:
        voter.page.on("console", listen)
        voter.context.route("**/worker.js", tell)
        credential = voter.invitation().split("#")[1]
        voter.open_invitation()
        voter.log_in()
        races = [
            (race["title"], tuple(candidate["display_name"] for candidate in race["candidates"][: min(2, race["max_choices"])]))
            for race in SAMPLE["races"]
        ]
        voter.vote(*races)
        voter.text(voter.vote_code())
        voter.sign()

    # ---- The recording holds the ballot that was cast, and the test knows the randomness that made it.
    material = evidence.material()
    [cast] = ballots(evidence)
    ballot: Any = loads(cast)
    alphas = {choice["alpha"] for answer in ballot["answers"] for choice in answer["choices"]}
    found = {value: made_from(value, alphas) for value in drawn if len(value) == SEED_LENGTH}
    [(seed, randomness)] = [(value, numbers) for value, numbers in found.items() if numbers]
    assert len(randomness) == len(alphas) == 36
    key = derive_credential(credential, uuid=evidence.uuid, group=GROUP)
    assert ballot["credential"] == key.public
    proof = ballot["signature"]["proof"]
    nonce = (int(proof["response"]) + key.secret * int(proof["challenge"])) % GROUP.q
    # Drawn by itself: whoever opens a seed learns nothing of a signature.
    assert nonce in {int.from_bytes(value) % 2**253 for value in drawn}

    # ---- None of it is anywhere on the server's side.
    assert [places(number_forms(number), material) for number in sorted(randomness | {nonce, key.secret})] == [[]] * 38
    assert places(number_forms(int.from_bytes(seed)), material) == []
    assert places(forms(seed.hex()), material) == []
    assert places(forms(credential), material) == []
    names = [candidate["display_name"] for race in SAMPLE["races"] for candidate in race["candidates"]]
    assert {name for name in names if places(forms(name), {"said": material["said"]})} == set(names)
    assert {name for name in names if places(forms(name), {"heard": material["heard"]})} == set()
    told = {path.removeprefix(f"/e/{SLUG}/"): fields for path, fields in posts(evidence.recorder.heard) if path.startswith("/e/")}
    assert told["vote/seal/"] == {"ballot_hash", "credential"}
    assert told["vote/cast/"] == {"ballot"}
    assert told["code/"] == {"csrfmiddlewaretoken", "code"}
    assert set(told) == {"login/", "code/", "vote/seal/", "vote/cast/"}


def made_from(seed: bytes, alphas: set[str]) -> set[int]:
    """The scalars of a seed that are the randomness of one of the ciphertexts (protocol.md §14)."""
    draw = SeededDraw(seed)
    scalars = [draw(GROUP.q) for _ in range(SCALARS)]
    return {number for number in scalars if GROUP.ser(GROUP.power_g(number)) in alphas}


def ballots(evidence: Evidence) -> Iterator[bytes]:
    """The ballots that were cast, out of the recording."""
    for conversation in evidence.recorder.heard:
        for body in re.findall(rb'\{"ballot":.*?\}(?=POST |GET |$)', conversation, re.DOTALL):
            yield str(json.loads(body)["ballot"]).encode()
