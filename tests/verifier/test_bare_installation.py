"""`pip install sandogh` without the server is enough for an auditor, a voter and a trustee."""

import json
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "tests" / "vectors" / "belenios"


def done(*command: object, fails: int = 0, cwd: Path | None = None) -> str:
    """Run a command that must end with this status; its output."""
    said = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, cwd=cwd)
    assert said.returncode == fails, said.stdout + said.stderr
    return said.stdout


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the built distribution and its own requirements, those and no others."""
    folder = tmp_path_factory.mktemp("bare")
    # The distribution as it would be published, not the checkout.
    done(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT)
    (wheel,) = folder.glob("sandogh-*.whl")
    venv.create(folder / "env", with_pip=True)
    pip = [folder / "env" / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    done(*pip, "--require-hashes", "--requirement", ROOT / "requirements" / "base.txt")
    done(*pip, "--no-deps", "--no-index", wheel)
    return folder


@pytest.fixture(scope="module")
def sandogh(place: Path) -> Path:
    return place / "env" / "bin" / "sandogh"


def test_there_is_neither_django_nor_the_checkout(place: Path) -> None:
    program = "import importlib.util as u, sandogh; print(u.find_spec('django'), sandogh.__file__)"
    said = done(place / "env" / "bin" / "python", "-c", program, cwd=place)
    assert said.startswith(f"None {place}")


def test_an_auditor_verifies_and_reports(place: Path, sandogh: Path) -> None:
    archive = VECTORS / "ed25519-nh-shuffles.bel"
    said = done(sandogh, "verify", archive, "--report", place / "r.pdf", "--report", place / "r.html", cwd=place)
    assert said.splitlines()[-1].startswith("VALID:")
    assert (place / "r.pdf").read_bytes().startswith(b"%PDF-")
    assert "گزارش راستی‌آزمایی انتخابات" in (place / "r.html").read_text("utf-8")
    done(sandogh, "verify", VECTORS / "bad-swapped-answers.bel", fails=1, cwd=place)
    done(sandogh, "verify", "http://127.0.0.1:9/e/x/", fails=3, cwd=place)


def test_a_voter_finds_the_own_ballot(place: Path, sandogh: Path) -> None:
    archive = VECTORS / "bad-swapped-answers.bel"
    report = json.loads(done(sandogh, "verify", archive, "--json", fails=1, cwd=place))
    where = report["checks"][5]["findings"][0]["where"]
    said = done(sandogh, "ballot", "check", where[where.index("(") + 1 : where.index(")")], archive, fails=1, cwd=place)
    assert said.startswith("✓ on the board: ballot 1 of 4")


def test_a_trustee_makes_a_key(place: Path, sandogh: Path) -> None:
    (place / "passphrase").touch(mode=0o600)
    (place / "passphrase").write_text("a long enough passphrase, seven words\n")
    done(sandogh, "trustee", "keygen", "--name", "زهرا", "--out", place / "key", "--passphrase-file", place / "passphrase", cwd=place)
    assert json.loads((place / "key.public.json").read_text("utf-8"))["name"] == "زهرا"
    assert (place / "key.private.json").stat().st_mode & 0o077 == 0
