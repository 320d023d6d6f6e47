"""Dangerous settings are refused at start, development says what it is."""

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.test import override_settings

from sandogh.server.messaging import configured

PRODUCTION = {
    "SANDOGH_ENV": "production",
    "SANDOGH_SECRET_KEY": "k" * 60,
    "SANDOGH_BASE_URL": "https://vote.example.ir",
    "SANDOGH_HOSTS": "vote.example.ir",
    "SANDOGH_SMS_WEBHOOK_SECRET": "w" * 40,
    "DJANGO_SETTINGS_MODULE": "sandogh.server.settings",
}
GATEWAY = """
name = "sample"
[send]
url = "https://sms.example.ir/send"
fields = { to = "{to}", text = "{text}" }
"""


@pytest.fixture(autouse=True)
def _opened_anew() -> Iterator[None]:
    configured.provider.cache_clear()
    yield
    configured.provider.cache_clear()


def start(tmp_path: Path, **changes: str) -> "subprocess.CompletedProcess[str]":
    """Set the server up in a process of its own, as production does."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SANDOGH_")} | PRODUCTION | changes
    environment |= {"SANDOGH_DATA": str(tmp_path), "SANDOGH_DATABASE_URL": f"sqlite:///{tmp_path}/x.sqlite3"}
    code = "import django; django.setup(); from django.core.checks import run_checks; print([c.id for c in run_checks() if c.is_serious()])"
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_a_simulated_provider_does_not_start_in_production(tmp_path: Path) -> None:
    done = start(tmp_path, SANDOGH_SMS_PROVIDER="simulated")
    assert done.returncode == 1
    assert "ImproperlyConfigured" in done.stderr
    assert "simulated" in done.stderr


def test_a_described_gateway_starts_in_production(tmp_path: Path) -> None:
    (tmp_path / "gateway.toml").write_text(GATEWAY)
    done = start(tmp_path, SANDOGH_SMS_PROVIDER="http", SANDOGH_SMS_HTTP_CONFIG=str(tmp_path / "gateway.toml"))
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"SANDOGH_SMS_PROVIDER": "http"}, "messaging.E002"),
        ({"SANDOGH_SMS_PROVIDER": "http", "SANDOGH_SMS_HTTP_CONFIG": "/nowhere.toml"}, "messaging.E002"),
        ({"SANDOGH_SMS_PROVIDER": "pigeon"}, "messaging.E002"),
    ],
)
def test_a_provider_that_cannot_be_opened_is_an_error(tmp_path: Path, changes: dict[str, str], check: str) -> None:
    assert start(tmp_path, **changes).stdout == f"['{check}']\n"


def test_a_short_webhook_secret_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "gateway.toml").write_text(GATEWAY)
    done = start(
        tmp_path,
        SANDOGH_SMS_PROVIDER="http",
        SANDOGH_SMS_HTTP_CONFIG=str(tmp_path / "gateway.toml"),
        SANDOGH_SMS_WEBHOOK_SECRET="short",
    )
    assert done.stdout == "['messaging.E003']\n"


@override_settings(PRODUCTION=True)
def test_the_check_itself_refuses_a_simulation_in_production() -> None:
    assert "messaging.E001" in [found.id for found in run_checks()]


def test_development_says_loudly_what_it_is(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert configured.provider().simulated
    assert [record.levelname for record in caplog.records if "SIMULATED SMS" in record.message] == ["WARNING"]
    assert "messaging.W001" in [found.id for found in run_checks()]
