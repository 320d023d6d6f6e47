"""`sandogh verify`: marks, exit codes, JSON, and what it does not need (style of the command line)."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from protocol.elections import Board, story
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.events import EventType, make_setup_data
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.verifier.cli import verify

FOLDER = Path(__file__).parents[1] / "vectors" / "belenios"


def run(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(verify, [*arguments, "--jobs", "1"], input=stdin)


def test_a_valid_archive_exits_0_with_a_mark_per_check_and_the_result() -> None:
    done = run(str(FOLDER / "ed25519-small.bel"))
    lines = done.stdout.splitlines()
    assert done.exit_code == 0
    assert [line[:4] for line in lines[:12]] == [f"✓ {number:>2}" for number in range(1, 11)] + ["– 11", "– 12"]
    assert lines[12:] == ["", "1. Board", "   2  A", "   2  B", "   1  C", "", "2. President", "   3  P", "   1  Q", "", lines[-1]]
    assert lines[-1].startswith("VALID: ")


def test_an_open_archive_exits_3_and_says_what_is_missing() -> None:
    done = run(str(FOLDER / "ed25519-h-open.bel"))
    assert done.exit_code == 3
    assert run(str(FOLDER / "ed25519-h-open.bel"), "--open-ok").exit_code == 0
    assert run(str(FOLDER / "bad-unknown-credential.bel"), "--open-ok").exit_code == 1
    assert "– 10 result (§10.3): not checked: no EncryptedTally yet: election still open" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("VALID SO FAR: ")


def test_an_invalid_archive_exits_1_and_says_rule_and_place() -> None:
    done = run(str(FOLDER / "bad-result-off-by-one.bel"))
    assert done.exit_code == 1
    assert "✗ 10 result (§10.3)\n     §10.3 question " in done.stdout
    assert done.stdout.endswith("\nNOT VALID\n")


def test_a_later_version_of_the_protocol_exits_3_and_is_named() -> None:
    held = story(questions=[HomomorphicQuestion(("a",), "q", 0, 1)])
    later = held.election.bytes.replace(b'{"version":1', b'{"version":2')
    board = Board()
    setup = make_setup_data(sha_hex(later), held.trustees.hash, sha_hex(held.credentials))
    board.append(EventType.Setup, later, held.trustees.data, held.credentials, setup)
    done = run("-", stdin=board.archive)
    assert done.exit_code == 3
    assert "protocol version 2: not supported yet" in done.stdout
    assert "NOT VERIFIED" in done.stdout.splitlines()[-1]


@pytest.mark.parametrize("cut", [1, 512, 513, 700, 20_000])
def test_an_archive_that_breaks_off_exits_3_and_what_is_there_is_checked(cut: int) -> None:
    whole = (FOLDER / "ed25519-small.bel").read_bytes()
    done = run("-", stdin=whole[:-cut] if cut < 20_000 else whole[:cut])
    if cut == 512:  # exactly a member: its event is missing, which looks like something after the end
        assert done.exit_code in (1, 3)
        return
    assert done.exit_code == 3
    assert "✗  1 container and chain" in done.stdout
    assert "✓  3 election file" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("INCOMPLETE")


@pytest.mark.parametrize("arguments", [[], ["no-such-file.bel"], ["/"], [str(FOLDER / "ed25519-small.bel"), "--jobs", "0"]])
def test_usage_that_is_wrong_exits_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(verify, arguments).exit_code == 2


def test_a_file_that_cannot_be_read_to_its_end_exits_3() -> None:
    done = run("/proc/self/mem")
    assert done.exit_code == 3
    assert "cannot read" in done.stderr


@pytest.mark.parametrize("name", ["ed25519-small.bel", "bad-swapped-answers.bel", "ed25519-h-open.bel"])
def test_json_says_what_the_lines_say(name: str) -> None:
    done = run(str(FOLDER / name), "--json")
    report = json.loads(done.stdout)
    assert (report["format"], report["verdict"]) == ("sandogh-verification/2", "invalid" if name.startswith("bad") else "valid")
    assert done.exit_code == (1 if report["verdict"] == "invalid" else 0 if report["complete"] else 3)
    assert [check["number"] for check in report["checks"]] == list(range(1, 13))
    assert report["election"]["group"] == "Ed25519"
    assert [finding["section"] for check in report["checks"] for finding in check["findings"]] == ["§7.2"] * (2 * name.startswith("bad"))
    assert (report["result"] is None) == (not report["complete"])


def test_standard_input_is_read() -> None:
    done = run("-", stdin=(FOLDER / "ed25519-small.bel").read_bytes())
    assert done.exit_code == 0


def test_many_findings_are_counted_and_the_first_ones_listed() -> None:
    held = story(questions=[HomomorphicQuestion(("a",), "q", 0, 1)])
    board = held.opened()
    for number in range(23):
        board.append(EventType.Ballot, f"{number}".encode())
    done = run("-", "--findings", "20", stdin=board.archive)
    assert done.stdout.count("§7.1 ballot ") == 20
    assert "     and 3 more" in done.stdout
    check = json.loads(run("-", "--findings", "20", "--json", stdin=board.archive).stdout)["checks"][5]
    assert (check["count"], len(check["findings"])) == (23, 20)
    assert run("-", stdin=board.archive).stdout.count("§7.1 ballot ") == 23


def test_texts_of_the_archive_cannot_move_the_cursor_or_turn_the_line() -> None:
    held = story(ED25519, questions=[HomomorphicQuestion(("می\u200cشود", "\x1b[2Jx\u202e"), "q\r\n✓ 12 all well", 0, 1)])
    done = run("-", stdin=held.archive([]))
    assert done.exit_code == 0
    assert "می\u200cشود" in done.stdout
    assert not {"\x1b", "\r", "\u202e"} & set(done.stdout)
    assert not any(line.startswith("✓ 12") for line in done.stdout.splitlines())


OURS = "('sandogh.server', 'sandogh.ceremony', 'sandogh.phone', 'sandogh.sms')"


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_command_loads_neither_django_nor_the_server(jobs: str) -> None:
    program = (
        "import sys\n"
        "from sandogh.cli import main\n"
        "try:\n"
        f"    main(['verify', '--jobs', {jobs!r}, {str(FOLDER / 'ed25519-small.bel')!r}])\n"
        "finally:\n"
        f"    print(sorted(name for name in sys.modules if name.split('.')[0] == 'django' or name.startswith({OURS})))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-2:] == ["VALID: everything checked holds, from the setup to the result", "[]"]


def test_the_pure_parts_load_neither_django_nor_files_nor_sockets() -> None:
    program = (
        "import importlib, pkgutil, sys\n"
        "import sandogh.protocol, sandogh.verifier\n"
        "for package in (sandogh.protocol, sandogh.verifier):\n"
        "    for module in pkgutil.iter_modules(package.__path__, package.__name__ + '.'):\n"
        "        if module.name != 'sandogh.verifier.remote':\n"
        "            importlib.import_module(module.name)\n"
        "print(sorted(name for name in sys.modules if name.split('.')[0] in ('django', 'httpx')"
        f" or name.startswith({OURS})))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_verification_survives_an_optimising_python() -> None:
    """threat-model.md W15: checks made by `assert` vanish under -O; ours are not."""
    for name, code in (("ed25519-small.bel", 0), ("bad-altered-response.bel", 1), ("bad-forged-partial-decryption.bel", 1)):
        program = f"from sandogh.cli import main; main(['verify', {str(FOLDER / name)!r}])"
        assert subprocess.run([sys.executable, "-O", "-c", program], capture_output=True, check=False).returncode == code
