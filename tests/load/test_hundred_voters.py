"""A hundred voters at once, over HTTP: every vote once, whatever is sent twice (journey.md S13, S14; threat-model.md T4)."""

import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import httpx
import pytest

from installations_for_tests import Booth, Installation, installation
from sandogh.protocol.ballot import tracker_of
from sandogh.protocol.vote_code import vote_code
from sandogh.verifier.checks import verify_archive
from sandogh.verifier.report import Verdict

# One of these at a time, whatever runs beside: each wants the whole machine.
pytestmark = [pytest.mark.load, pytest.mark.xdist_group("installations"), pytest.mark.timeout(300)]

VOTERS = 100


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Installation]:
    with installation(tmp_path) as made:
        yield made


def all_at_once(jobs: list[Any], act: Callable[[Any], Any]) -> list[Any]:
    """Every act begins at the same moment, each in a thread of its own."""
    start = Barrier(len(jobs))

    def run(job: Any) -> Any:
        start.wait()
        return act(job)

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def verified(here: Installation, slug: str) -> int:
    """Number of ballots in the public archive, which must verify."""
    archive = httpx.get(f"{here.url}/e/{slug}/archive.bel", timeout=60, trust_env=False)
    assert archive.status_code == 200
    report = verify_archive(io.BytesIO(archive.content))
    assert report.verdict is Verdict.VALID
    assert report.facts.ballots is not None
    return report.facts.ballots


def agree(here: Installation, trackers: list[str]) -> None:
    """Identity side, ballot side and board remember the same votes, each once (threat-model.md O7)."""
    found = here.script("reconcile")
    assert found["sessions"] == found["ballots"] == sorted(trackers)
    assert found["session_events"] == found["events"]
    assert found["voters"] == found["texts"] == len(trackers)


def test_a_hundred_voters_seal_confirm_and_cast_at_once(here: Installation) -> None:
    prepared = here.script("prepare", voters=VOTERS)
    here.serve()

    def vote(device: dict[str, Any]) -> dict[str, str]:
        with Booth(here.url, prepared["slug"], device["token"]) as booth:
            sealed = booth.seal(device["hash"], device["credential"])
            assert sealed.status_code == 200, sealed.text
            code = vote_code(device["session"], device["hash"])
            assert sealed.json()["vote_code"] == code
            assert booth.text(device["mobile"], code).status_code == 200
            assert booth.status().json()["state"] == "confirmed"
            answer = booth.cast(device["ballot"])
            assert answer.status_code == 200, answer.text
            recorded: dict[str, str] = answer.json()
            return recorded

    answers = all_at_once(prepared["devices"], vote)

    trackers = [tracker_of(device["ballot"].encode()) for device in prepared["devices"]]
    assert [answer["tracker"] for answer in answers] == trackers
    assert verified(here, prepared["slug"]) == VOTERS
    agree(here, trackers)


def test_the_same_ballot_five_times_at_once_is_one_vote_and_one_answer(here: Installation) -> None:
    """Double clicks, several tabs, retries after a time-out: threat-model.md T4."""
    prepared = here.script("prepare", voters=8, stage="confirmed")
    here.serve()
    devices = prepared["devices"]

    def send(device: dict[str, Any]) -> httpx.Response:
        with Booth(here.url, prepared["slug"], device["token"]) as booth:
            return booth.cast(device["ballot"])

    answers = all_at_once(devices * 5, send)

    assert [answer.status_code for answer in answers] == [200] * 40
    for place in range(8):
        assert len({answer.content for answer in answers[place::8]}) == 1
    assert verified(here, prepared["slug"]) == 8
    agree(here, [tracker_of(device["ballot"].encode()) for device in devices])


def test_two_devices_of_one_voter_racing_are_one_vote(here: Installation) -> None:
    """The first device casts in the moment in which the code is entered on the second: whoever wins, one vote (journey.md S14)."""
    prepared = here.script("prepare", voters=6, stage="confirmed")
    here.serve()
    firsts = prepared["devices"]
    seconds = [here.script("second_device", token=device["token"]) for device in firsts]

    def act(job: tuple[str, dict[str, Any], dict[str, Any]]) -> httpx.Response:
        kind, first, second = job
        with Booth(here.url, prepared["slug"], (first if kind == "cast" else second)["token"]) as booth:
            return booth.cast(first["ballot"]) if kind == "cast" else booth.enter_code(second["code"])

    jobs = [("cast", first, second) for first, second in zip(firsts, seconds, strict=True)]
    jobs += [("code", first, second) for first, second in zip(firsts, seconds, strict=True)]
    answers = all_at_once(jobs, act)

    for first, second, cast, code in zip(firsts, seconds, answers[:6], answers[6:], strict=True):
        assert code.status_code == 302
        with Booth(here.url, prepared["slug"], second["token"]) as device:
            if cast.status_code == 200:
                # The vote came first: the second device is shown its receipt and cannot vote.
                assert code.headers["Location"].endswith("/receipt/")
                assert device.seal(first["hash"], first["credential"]).status_code == 409
            else:
                # The login came first: the vote goes on there.
                assert cast.json()["error"]["code"] == "superseded"
                assert code.headers["Location"].endswith("/vote/")
                assert device.seal(first["hash"], first["credential"]).status_code == 200
                assert device.text(first["mobile"], vote_code(second["session"], first["hash"])).status_code == 200
                assert device.cast(first["ballot"]).status_code == 200

    assert verified(here, prepared["slug"]) == 6
    agree(here, [tracker_of(device["ballot"].encode()) for device in firsts])
