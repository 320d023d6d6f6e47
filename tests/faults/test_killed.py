"""Server and worker killed with -9 in the middle of casting: nothing lost, nothing twice, nobody told a lie (threat-model.md W8, T5)."""

import io
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock
from typing import Any

import httpx
import pytest

from installations_for_tests import Booth, Installation, installation
from sandogh.protocol.ballot import tracker_of
from sandogh.protocol.vote_code import vote_code
from sandogh.verifier.checks import verify_archive
from sandogh.verifier.report import Verdict

# One of these at a time, whatever runs beside: each wants the whole machine.
pytestmark = [pytest.mark.load, pytest.mark.xdist_group("installations"), pytest.mark.timeout(420)]

VOTERS = 40
AT_ONCE = 10
KILLS = 4
PATIENCE_SECONDS = 240.0


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Installation]:
    with installation(tmp_path) as made:
        yield made


@dataclass
class Diary:
    """What happened to the voters, across threads."""

    lock: Lock = field(default_factory=Lock)
    recorded: dict[str, dict[str, str]] = field(default_factory=dict)
    cut_off: int = 0

    def cut(self) -> None:
        with self.lock:
            self.cut_off += 1

    def note(self, tracker: str, answer: dict[str, str]) -> None:
        with self.lock:
            self.recorded[tracker] = answer


def stubborn(send: Callable[[], httpx.Response], diary: Diary) -> httpx.Response:
    """Send until somebody answers, as the booth does when the network fails."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            return send()
        except httpx.TransportError:
            diary.cut()
            time.sleep(0.1)
    raise TimeoutError


def vote(here: Installation, slug: str, device: dict[str, Any], diary: Diary) -> None:
    """The voter's way from the preview on: the text is sent once, everything else is repeated until it is answered."""
    code = vote_code(device["session"], device["hash"])
    with Booth(here.url, slug, device["token"]) as booth:
        sealed = stubborn(lambda: booth.seal(device["hash"], device["credential"]), diary)
        assert sealed.status_code == 200, sealed.text
        text = {"from": device["mobile"], "to": "100000000", "text": code}
        assert httpx.post(f"{here.phone_url}/api/text", json=text, trust_env=False).status_code == 200
        deadline = time.monotonic() + PATIENCE_SECONDS
        while stubborn(booth.status, diary).json()["state"] != "confirmed":
            assert time.monotonic() < deadline, "the text was lost"
            time.sleep(0.2)
        answer = stubborn(lambda: booth.cast(device["ballot"]), diary)
        assert answer.status_code == 200, answer.text
        diary.note(tracker_of(device["ballot"].encode()), answer.json())


def kill_again_and_again(here: Installation, diary: Diary, finished: Event) -> int:
    """Kill both processes with -9, start them at once; answers how often. Goes on until the voters are done, but stops killing in time."""
    chance, kills = random.Random(1405), 0
    processes = [here.serve(), here.worker()]
    while not finished.wait(chance.uniform(0.5, 2.5)) and kills < KILLS:
        for process in processes:
            process.kill()
        kills += 1
        processes = [here.serve(), here.worker()]
    return kills


def archived(here: Installation, slug: str) -> tuple[set[str], int]:
    """Hashes of the events in the public archive, which must verify, and the number of ballots."""
    content = httpx.get(f"{here.url}/e/{slug}/archive.bel", timeout=60, trust_env=False).content
    report = verify_archive(io.BytesIO(content))
    assert report.verdict is Verdict.VALID
    assert report.facts.ballots is not None
    names = {line.split(b".event.json")[0][-64:].decode() for line in content.split(b"\0") if line.endswith(b".event.json")}
    return names, report.facts.ballots


def test_killed_again_and_again_while_forty_vote(here: Installation) -> None:
    prepared = here.script("prepare", voters=VOTERS)
    slug, devices = prepared["slug"], prepared["devices"]
    here.phone()
    diary, finished = Diary(), Event()

    with ThreadPoolExecutor(AT_ONCE + 1) as pool:
        killer = pool.submit(kill_again_and_again, here, diary, finished)
        voters = [pool.submit(vote, here, slug, device, diary) for device in devices]
        try:
            for voter in voters:
                voter.result(timeout=PATIENCE_SECONDS)
        finally:
            finished.set()
        kills = killer.result(timeout=PATIENCE_SECONDS)

    # The test means something only if voters were cut off.
    assert kills >= 1
    assert diary.cut_off >= 1

    trackers = sorted(tracker_of(device["ballot"].encode()) for device in devices)
    events, ballots = archived(here, slug)
    assert sorted(diary.recorded) == trackers
    assert [answer["event"] in events for answer in diary.recorded.values()] == [True] * VOTERS
    assert len({answer["event"] for answer in diary.recorded.values()}) == VOTERS
    assert ballots == VOTERS
    found = here.script("reconcile")
    assert found["sessions"] == found["ballots"] == trackers
    assert found["session_events"] == found["events"]
    assert found["voters"] == found["texts"] == VOTERS


def test_without_a_worker_votes_are_recorded_and_the_texts_wait(here: Installation) -> None:
    """Other systems say "cast" and leave the checking to a worker (threat-model.md W8); here the worker only brings the news."""
    prepared = here.script("prepare", voters=3, stage="confirmed")
    slug, devices = prepared["slug"], prepared["devices"]
    here.phone()
    here.serve()
    for device in devices:
        with Booth(here.url, slug, device["token"]) as booth:
            assert booth.cast(device["ballot"]).status_code == 200
    assert archived(here, slug)[1] == 3
    assert [texts(here, device) for device in devices] == [0, 0, 0]

    here.worker()
    deadline = time.monotonic() + 60
    while [texts(here, device) for device in devices] != [1, 1, 1]:
        assert time.monotonic() < deadline, "the texts did not come"
        time.sleep(0.2)


def texts(here: Installation, device: dict[str, Any]) -> int:
    """How often the voter's phone was told that the vote is recorded."""
    shown = httpx.get(f"{here.phone_url}/api/messages", params={"number": device["mobile"]}, trust_env=False).json()["messages"]
    return sum(message["reference"] == f"cast-{device['session']}" for message in shown)
