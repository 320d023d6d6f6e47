"""An open election, people who log in to it, and a database that threads can really race on."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections

from elections_for_tests import ElectionForTests, VoterForTests, build
from sandogh.server.accounts.domain import captcha, codes, login
from sandogh.server.accounts.models import Attempt, VotingSession
from sandogh.server.messaging.models import OutboundMessage
from sandogh.server.rolls.models import Voter

NOW = datetime(2026, 12, 18, 8, 0, tzinfo=UTC)
ADDRESS = "192.0.2.7"


@pytest.fixture
def e(db: None) -> ElectionForTests:
    """Open since an hour, for eight more; three voters."""
    return build(voters=3, now=NOW)


def row(e: ElectionForTests, voter: VoterForTests) -> Voter:
    return Voter.objects.get(election=e.model, licence_no=voter.licence_no)


def picture(now: datetime = NOW, browser: str = "") -> captcha.PictureAnswer:
    """A fresh picture, read as a person reads it."""
    challenge = captcha.new_challenge(now=now, browser=browser)
    return captcha.PictureAnswer(challenge, captcha._digits(challenge), browser)


def identify(e: ElectionForTests, voter: VoterForTests, *, now: datetime = NOW, address: str = ADDRESS) -> tuple[VotingSession, str]:
    return login.identify(e.model, licence_no=voter.licence_no, national_id=voter.national_id, address=address, proof=picture(now), now=now)


def code_of(session: VotingSession) -> str:
    """The code in the last text to this session, as its phone shows it before the worker wipes it."""
    sends = VotingSession.objects.get(pk=session.pk).otp_sends
    return OutboundMessage.objects.get(reference=f"otp-{session.public_id}-{sends}").text.rsplit("#", 1)[1]


def enter(e: ElectionForTests, voter: VoterForTests, *, now: datetime = NOW) -> tuple[VotingSession, str]:
    """Both factors; the limits forget, so that a test may log in as often as it likes."""
    Attempt.objects.all().delete()
    session, token = identify(e, voter, now=now)
    return codes.check(session, code_of(session), now=now), token


@pytest.fixture(scope="session")
def _migrated(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Path | None:
    """A SQLite file with every table and no row; None where the tests run on a server."""
    if connection.vendor != "sqlite":
        return None
    path = tmp_path_factory.mktemp("database") / "empty.sqlite3"
    with django_db_blocker.unblock():
        before = connections["default"], connections.databases["default"]
        _use(path)
        call_command("migrate", verbosity=0)
        _use_again(*before)
    return path


@pytest.fixture
def real_database(transactional_db: None, _migrated: Path | None, tmp_path: Path, django_db_blocker: Any) -> Iterator[None]:
    """The database as it is in use: on PostgreSQL the test's own, on SQLite a file, since one in memory has locks of another kind."""
    if _migrated is None:
        yield
        return
    path = tmp_path / "sandogh.sqlite3"
    shutil.copy(_migrated, path)
    with django_db_blocker.unblock():
        before = connections["default"], connections.databases["default"]
        _use(path)
        try:
            yield
        finally:
            _use_again(*before)


def _use(path: Path) -> None:
    connections.databases["default"] = connections.databases["default"] | {"NAME": str(path)}
    del connections["default"]


def _use_again(wrapper: Any, settings: dict[str, Any]) -> None:
    connections["default"].close()
    connections.databases["default"] = settings
    connections["default"] = wrapper
