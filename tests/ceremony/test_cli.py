"""`sandogh trustee` and `sandogh credentials` as a person meets them: what they print, where, and with which exit status."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sandogh.ceremony.store import CredentialStore
from sandogh.cli import main

OURS = [name for name in os.environ if name.startswith("SANDOGH_")]


def run(*arguments: str | Path, cwd: Path) -> Result:
    """The command as typed in that folder, with none of our variables set."""
    with contextlib.chdir(cwd):
        return CliRunner().invoke(main, [str(argument) for argument in arguments], env=dict.fromkeys(OURS), catch_exceptions=False)


@pytest.fixture
def issued(tmp_path: Path, request_file: Path) -> Path:
    """The store of five voters."""
    done = run(
        "credentials", "issue", "--request", request_file, "--store", "s.sqlite3", "--out", "p.json", "--no-passphrase", cwd=tmp_path
    )
    assert (done.exit_code, done.stdout) == (0, "5 credentials\n")
    return tmp_path / "s.sqlite3"


def secrets_of(store: Path) -> list[str]:
    with CredentialStore(store) as opened:
        return [opened.secret_of(holder) for holder in opened.holders()]


# ---- trustee
def test_keygen_prints_the_fingerprint_only_and_never_the_key(tmp_path: Path) -> None:
    done = run("trustee", "keygen", "--group", "Ed25519", "--name", "رضا", "--out", "me", "--no-passphrase", cwd=tmp_path)
    assert done.exit_code == 0
    assert len(done.stdout) == 65
    assert json.loads((tmp_path / "me.private.json").read_bytes())["private_key"] not in done.stdout + done.stderr


def test_keygen_refuses_to_overwrite(tmp_path: Path) -> None:
    run("trustee", "keygen", "--out", "me", "--no-passphrase", cwd=tmp_path)
    before = (tmp_path / "me.private.json").read_bytes()
    done = run("trustee", "keygen", "--out", "me", "--no-passphrase", cwd=tmp_path)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "Error: me.private.json exists already: a key is never overwritten. Take another --out\n"
    assert (tmp_path / "me.private.json").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["trustee", "keygen", "--group", "P-256", "--out", "me", "--no-passphrase"], 1, "P-256"),
        (["trustee", "keygen"], 2, "--out"),
        (["trustee", "keygen", "--out", "no/such/folder/me", "--no-passphrase"], 1, "cannot be written"),
        (["trustee", "decrypt", "--key", "none", "--archive", "a.bel", "--out", "p"], 1, "none cannot be read"),
        (["credentials", "issue", "--request", "none", "--store", "s", "--out", "p"], 1, "none cannot be read"),
        (["credentials", "send", "--store", "none"], 1, "there is no credential store none"),
        (["credentials", "status", "--store", "none"], 1, "there is no credential store none"),
    ],
)
def test_wrong_use_is_one_sentence(tmp_path: Path, arguments: list[str], status: int, said: str) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert (done.exit_code, done.stdout) == (status, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


# ---- credentials
def test_issuing_prints_no_secret(tmp_path: Path, issued: Path, request_file: Path) -> None:
    done = run("credentials", "issue", "--request", request_file, "--store", issued, "--out", "p.json", cwd=tmp_path)
    assert done.exit_code == 0
    assert "3 parts of SMS" in done.stderr
    assert [secret for secret in secrets_of(issued) if secret in done.stdout + done.stderr] == []


def test_issuing_for_another_request_is_refused(tmp_path: Path, issued: Path, request_bytes: Callable[..., bytes]) -> None:
    (tmp_path / "other.json").write_bytes(request_bytes(size=3))
    done = run("credentials", "issue", "--request", "other.json", "--store", issued, "--out", "q.json", cwd=tmp_path)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "belongs to another request" in done.stderr
    assert not (tmp_path / "q.json").exists()


def test_status_counts_and_shows_no_secret(tmp_path: Path, issued: Path) -> None:
    done = run("credentials", "status", "--store", issued, "--json", cwd=tmp_path)
    assert done.exit_code == 0
    assert json.loads(done.stdout) == {
        "states": {"queued": 0, "sending": 0, "sent": 0, "failed": 0, "unknown": 0},
        "parts": 0,
        "without_mobile": ["9901000005"],
        "failed": {},
        "stopped": "",
    }
    assert [secret for secret in secrets_of(issued) if secret in done.stdout + done.stderr] == []


def test_showing_one_credential_warns_shows_that_one_and_is_noted(tmp_path: Path, issued: Path) -> None:
    done = run("credentials", "show", "--store", issued, "--voter", "9901000005", cwd=tmp_path)
    fifth = secrets_of(issued)[4]
    assert (done.exit_code, done.stdout) == (
        0,
        f"همکار گرامی رای‌دهندهٔ 5\nhttps://ray.example/e/arkan-1405/#{fifth}\n{fifth}\n",
    )
    assert done.stderr.startswith("SECRET")
    with CredentialStore(issued) as store:
        assert [voter for _, voter in store.disclosures()] == ["9901000005"]


def test_showing_a_stranger_is_refused(tmp_path: Path, issued: Path) -> None:
    done = run("credentials", "show", "--store", issued, "--voter", "1", cwd=tmp_path)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "no voter «1»" in done.stderr


def test_sending_with_nobody_answering_ends_with_status_1_and_loses_nothing(tmp_path: Path, issued: Path) -> None:
    done = run("credentials", "send", "--store", issued, "--simulated-url", "http://127.0.0.1:9", "--json", cwd=tmp_path)
    assert done.exit_code == 1
    answer = json.loads(done.stdout)
    assert (answer["states"]["queued"], answer["states"]["sent"]) == (4, 0)
    assert "run the same command again later" in done.stderr


GATEWAY = """
name = "gateway"
line = "100000000"
[send]
url = "http://127.0.0.1:9/"
fields = { to = "{to}", text = "{text}" }
"""


def test_a_fictional_election_is_never_sent_by_a_real_gateway(tmp_path: Path, issued: Path) -> None:
    (tmp_path / "gateway.toml").write_text(GATEWAY)
    for command in (["send"], ["resend", "--voter", "9901000001"]):
        done = run("credentials", *command, "--store", issued, "--provider", "http", "--http-config", "gateway.toml", cwd=tmp_path)
        assert (done.exit_code, done.stdout) == (1, "")
        assert "fictional" in done.stderr


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        (["--provider", "http"], 2, "needs --http-config"),
        (["--provider", "http", "--http-config", "none.toml"], 1, "the provider cannot be opened"),
        (["--provider", "pigeon"], 2, "pigeon"),
        (["--rate", "-1"], 2, "rate"),
    ],
)
def test_a_wrong_provider_is_said(tmp_path: Path, issued: Path, options: list[str], status: int, said: str) -> None:
    done = run("credentials", "send", "--store", issued, *options, cwd=tmp_path)
    assert (done.exit_code, done.stdout) == (status, "")
    assert said in done.stderr


def test_the_ceremony_needs_no_django(tmp_path: Path) -> None:
    """A credential authority installs the base package only."""
    code = "import sys, sandogh.ceremony.cli; sys.exit(any(name.split('.')[0] == 'django' for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False).returncode == 0
