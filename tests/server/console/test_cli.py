"""`sandogh election …` and `sandogh prepare`: what is typed, what is told, and with which status it ends."""

import io
import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from pictures_for_tests import picture
from sandogh.cli import main
from sandogh.server.board import domain as board
from sandogh.server.elections.definition import fingerprint
from sandogh.server.elections.models import Election
from sandogh.server.elections.photos import make_portrait
from sandogh.server.rolls.models import Voter
from sandogh.verifier.checks import verify_archive

pytestmark = pytest.mark.django_db


def sandogh(*words: object, status: int = 0) -> Result:
    """Run a command; its status is always looked at."""
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == status, result.output
    assert not isinstance(result.exception, Exception), result.exception
    return result


def refusal(*words: object) -> str:
    """The one sentence of a refusal, on stderr, with nothing on stdout."""
    result = sandogh(*words, status=1)
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: ")
    return line


@pytest.fixture
def folder(tmp_path: Path, definition: bytes, parties) -> Path:
    (tmp_path / "definition.json").write_bytes(definition)
    rows = ["شماره پروانه,کد ملی,نام,نام خانوادگی,تلفن همراه,رشته,شهر,وضعیت", *ROLL]
    (tmp_path / "roll.csv").write_text("\n".join(rows))
    for number, data in enumerate(parties.trustee_files, 1):
        (tmp_path / f"trustee-{number}.json").write_bytes(data)
    return tmp_path


ROLL = [
    "99-01-01-4501,9990001235,آزاده,پیش‌گام,09120000101,راه,سپیدشهر,فعال",
    "9901014502,9990004560,کیان,مهرآیین,09120000102,راه,سپیدشهر,فعال",
    "9901014503,9990004561,کیان,مهرآیین,09120000103,راه,سپیدشهر,فعال",
    "9906014507,9990009996,سهراب,تیزپا,09120000107,راه,سپیدشهر,معلق",
]


def create(folder: Path, *more: object, opens: timedelta = timedelta(minutes=-1), closes: timedelta = timedelta(hours=1)) -> Result:
    now = datetime.now(UTC)
    return sandogh(
        "election", "create", folder / "definition.json", "--roll", folder / "roll.csv",
        "--opens", (now + opens).isoformat(), "--closes", (now + closes).isoformat(), *more,
    )  # fmt: skip


def seal(folder: Path, parties, *more: object) -> Result:
    sandogh("election", "credentials-request", "arkan-1405", "--out", folder / "request.json")
    (folder / "public.json").write_text(json.dumps(parties.issue((folder / "request.json").read_bytes())))
    keys = [word for number in (1, 2) for word in ("--trustee", folder / f"trustee-{number}.json")]
    return sandogh("election", "seal", "arkan-1405", "--credentials", folder / "public.json", *keys, *more)


def test_a_whole_election(folder, parties):
    assert create(folder).stdout == "arkan-1405\n"
    assert seal(folder, parties, "--same-operator").stdout.strip() == Election.by_slug("arkan-1405").fingerprint
    sandogh("election", "open", "arkan-1405")
    election = Election.by_slug("arkan-1405")
    parties.cast(election, "9901014501", [[1, 0, 1], [0, 0, 0], [0, 1, 0]], now=datetime.now(UTC))
    sandogh("election", "close", "arkan-1405", "--early", "--reason", "پایان نمایش", "--now")
    sandogh("election", "tally", "arkan-1405")
    for owner in (1, 2):
        (folder / f"partial-{owner}.json").write_bytes(parties.partial(election, owner))
    told = sandogh("election", "decrypt", "arkan-1405", folder / "partial-1.json", folder / "partial-2.json").stderr
    enough = "arkan-1405: enough; publish the result («sandogh election publish arkan-1405»)\n"
    assert told == "arkan-1405: trustee 1 recorded\narkan-1405: trustee 2 recorded\n" + enough
    told = sandogh("election", "decrypt", "arkan-1405", folder / "partial-2.json").stderr
    assert told == "arkan-1405: trustee 2 is on the board already\n" + enough
    sandogh("election", "publish", "arkan-1405")
    sandogh("election", "archive", "arkan-1405", "--out", folder / "arkan.bel")
    report = verify_archive(io.BytesIO((folder / "arkan.bel").read_bytes()))
    assert (report.findings, report.complete, report.facts.ballots) == ([], True, 1)
    status = json.loads(sandogh("election", "status", "arkan-1405", "--json").stdout)
    assert (status["state"], status["eligible"], status["board"]["ballots"]) == ("published", 2, 1)
    assert Election.by_slug("arkan-1405").same_operator is True


def test_creating_tells_the_fate_of_the_roll_without_naming_anybody(folder):
    result = create(folder, "--report", folder / "report.json")
    assert "roll: 4 rows, 3 accepted (2 may vote), 1 rejected\n  row 3 rejected: national_id_check_digit\n" in result.stderr
    for row in ROLL:
        for secret in row.split(",")[:5]:
            assert secret not in result.output
    report = json.loads((folder / "report.json").read_text())
    assert report["totals"]["rows"] == 4
    assert report["rows"][0]["notes"] == ["separators_removed:licence_no"]


def test_files_with_personal_data_are_for_their_owner_only(folder, parties):
    create(folder, "--report", folder / "report.json")
    seal(folder, parties)
    sandogh("election", "archive", "arkan-1405", "--out", folder / "a.bel")
    modes = {name: stat.S_IMODE((folder / name).stat().st_mode) for name in ("report.json", "request.json", "a.bel")}
    assert modes == {"report.json": 0o600, "request.json": 0o600, "a.bel": 0o644}


def test_no_file_is_written_over(folder):
    create(folder)
    (folder / "request.json").write_text("precious")
    assert "exists already" in refusal("election", "credentials-request", "arkan-1405", "--out", folder / "request.json")
    assert (folder / "request.json").read_text() == "precious"


def give_photos(folder: Path, *names: str) -> None:
    """The definition names these for the first candidates of its last race."""
    document = json.loads((folder / "definition.json").read_text())
    for person, name in zip(document["races"][2]["candidates"], names, strict=False):
        person["photo"] = name
    (folder / "definition.json").write_text(json.dumps(document))


def test_photos_beside_the_definition_are_taken_in_and_replaced(folder):
    (folder / "photos").mkdir()
    (folder / "photos" / "1.jpg").write_bytes(picture())
    (folder / "2.png").write_bytes(picture("PNG", colour=(1, 2, 3)))
    give_photos(folder, "photos/1.jpg", "2.png")
    create(folder)
    made = Election.by_slug("arkan-1405")
    first = {c.code: c.photo for race in made.races() for c in race.candidates if c.photo}
    assert dict(made.photos.values_list("code", "sha256")) == first
    assert set(first.values()) == {make_portrait(picture()).sha256, make_portrait(picture("PNG", colour=(1, 2, 3))).sha256}
    (folder / "2.png").write_bytes(picture("PNG", colour=(3, 2, 1)))
    sandogh("election", "revise", "arkan-1405", "--definition", folder / "definition.json")
    second = {c.code: c.photo for race in Election.by_slug("arkan-1405").races() for c in race.candidates if c.photo}
    assert dict(made.photos.values_list("code", "sha256")) == second
    assert set(first.values()) & set(second.values()) == {make_portrait(picture()).sha256}


def test_sealing_fixes_the_photos_in_public(folder, parties):
    (folder / "1.jpg").write_bytes(picture())
    give_photos(folder, "1.jpg")
    create(folder)
    made = Election.by_slug("arkan-1405")
    assert make_portrait(picture()).sha256 in json.dumps(made.definition)
    seal(folder, parties)
    assert f"definition sha256 {fingerprint(made.definition)}" in Election.by_slug("arkan-1405").parsed().bytes.decode()


@pytest.mark.parametrize("act", ["create", "revise"])
def test_a_photo_s_fault_is_told_with_its_field_and_nothing_is_made(folder, act):
    if act == "revise":
        create(folder)
    give_photos(folder, "nowhere.jpg", "roll.jpg")
    (folder / "roll.jpg").write_bytes((folder / "roll.csv").read_bytes())
    words = {
        "create": ("create", folder / "definition.json", "--roll", folder / "roll.csv"),
        "revise": ("revise", "arkan-1405", "--definition", folder / "definition.json"),
    }
    told = sandogh("election", *words[act], status=1).stderr.splitlines()
    assert [line.split(": ")[0] for line in told[1:]] == ["races[2].candidates[0].photo", "races[2].candidates[1].photo"]
    assert "«nowhere.jpg»" in told[1]
    assert Election.objects.count() == (act == "revise")


def test_an_archive_is_the_board_s_bytes(folder, parties):
    create(folder)
    assert refusal("election", "archive", "arkan-1405", "--out", folder / "a.bel").endswith("[no_board]")
    assert not (folder / "a.bel").exists()
    seal(folder, parties)
    sandogh("election", "archive", "arkan-1405", "--out", folder / "a.bel")
    assert (folder / "a.bel").read_bytes() == b"".join(board.stream_archive(Election.by_slug("arkan-1405")))


@pytest.mark.parametrize(
    "words",
    [
        ["status", "nowhere"],
        ["credentials-request", "nowhere", "--out", "x"],
        ["open", "nowhere"],
        ["close", "nowhere"],
        ["tally", "nowhere"],
        ["publish", "nowhere"],
        ["archive", "nowhere", "--out", "x"],
        ["cancel", "nowhere", "--reason", "x"],
    ],
)
def test_an_unknown_election_is_a_refusal(words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert refusal("election", *words).endswith("[no_election]")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [["open"], ["close"], ["tally"], ["publish"]])
def test_an_act_out_of_order_is_a_refusal(folder, words):
    create(folder)
    assert refusal("election", *words, "arkan-1405").endswith("[wrong_state]")


def test_the_same_election_twice_is_a_refusal(folder):
    create(folder)
    line = refusal("election", "create", folder / "definition.json", "--roll", folder / "roll.csv")
    assert line.endswith("[slug_taken]")
    assert Election.objects.count() == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["create"], "Missing argument 'DEFINITION'"),
        (["create", "definition.json"], "Missing option '--roll'"),
        (["create", "definition.json", "--roll", "roll.csv", "--opens", "2026-12-18T08:00:00"], "does not say its offset"),
        (["create", "definition.json", "--roll", "roll.csv", "--closes", "tomorrow"], "is not an ISO time"),
        (["create", "definition.json", "--roll", "roll.csv", "--group", "RSA"], "Invalid value for '--group'"),
        (["revise", "arkan-1405"], "give --definition, --roll, or both"),
        (["seal", "arkan-1405", "--credentials", "x"], "give --trustee, --threshold-parameters, or both"),
        (["close", "arkan-1405", "--early"], "--early needs --reason"),
        (["close", "arkan-1405", "--early", "--reason", " "], "--early needs --reason"),
        (["decrypt", "arkan-1405"], "Missing argument 'PARTIALS...'"),
        (["destroy", "arkan-1405"], "No such command 'destroy'"),
    ],
)
def test_wrong_usage_ends_with_status_2(folder, monkeypatch, words, says):
    monkeypatch.chdir(folder)
    assert says in sandogh("election", *words, status=2).stderr


def test_files_that_cannot_be_read_are_named(folder):
    missing = folder / "missing.json"
    assert f"{missing} cannot be read: No such file" in refusal("election", "create", missing, "--roll", folder / "roll.csv")
    assert f"{missing} cannot be read" in refusal("election", "create", folder / "definition.json", "--roll", missing)
    create(folder)
    keys = ["--trustee", folder / "trustee-1.json"]
    assert f"{missing} cannot be read" in refusal("election", "seal", "arkan-1405", "--credentials", missing, *keys)


def test_a_spoilt_definition_is_told_field_by_field(folder):
    document = json.loads((folder / "definition.json").read_text())
    document["election"]["rules"]["session_minutes"] = 1
    del document["races"][0]["title"]
    (folder / "definition.json").write_text(json.dumps(document))
    result = sandogh("election", "create", folder / "definition.json", "--roll", folder / "roll.csv", status=1)
    assert "election.rules.session_minutes: " in result.stderr
    assert "races[0].title: " in result.stderr
    assert result.stderr.rstrip().endswith("[definition]")


def test_an_early_end_leaves_the_grace_to_those_who_are_voting(folder, parties):
    create(folder)
    seal(folder, parties)
    sandogh("election", "open", "arkan-1405")
    told = sandogh("election", "close", "arkan-1405", "--early", "--reason", "تصمیم هیئت نظارت").stderr
    assert "whoever is logged in may finish until" in told
    election = Election.by_slug("arkan-1405")
    assert (election.state, election.phase(datetime.now(UTC)), election.closed_early_reason) == ("open", "grace", "تصمیم هیئت نظارت")
    # Whoever changes their mind may still end a demonstration at once.
    sandogh("election", "close", "arkan-1405", "--early", "--reason", "نمایش", "--now")
    assert Election.by_slug("arkan-1405").state == "closed"


def test_opening_before_the_time(folder, parties):
    create(folder, opens=timedelta(hours=1), closes=timedelta(hours=2))
    seal(folder, parties)
    assert refusal("election", "open", "arkan-1405").endswith("[too_early]")
    sandogh("election", "open", "arkan-1405", "--now")
    assert Election.by_slug("arkan-1405").accepts_logins(datetime.now(UTC))


def test_a_draft_is_revised(folder):
    create(folder)
    (folder / "roll.csv").write_text("\n".join([(folder / "roll.csv").read_text().split("\n")[0], ROLL[1]]))
    told = sandogh("election", "revise", "arkan-1405", "--roll", folder / "roll.csv").stderr
    assert told == "roll: 1 rows, 1 accepted (1 may vote), 0 rejected\narkan-1405: revised\n"
    assert [voter.licence_no for voter in Voter.objects.all()] == ["9901014502"]


def test_a_cancelled_election_shows_in_the_list(folder):
    create(folder)
    sandogh("election", "cancel", "arkan-1405", "--reason", "آزمایش")
    slug, state, _title = sandogh("election", "list").stdout.rstrip("\n").split("\t")
    assert (slug, state) == ("arkan-1405", "cancelled")


def test_status_for_people_says_what_the_one_for_programs_says(folder):
    create(folder)
    for_programs = json.loads(sandogh("election", "status", "arkan-1405", "--json").stdout)
    lines = dict(line.split(None, 1) for line in sandogh("election", "status", "arkan-1405").stdout.splitlines() if " at " not in line)
    for name in ("slug", "uuid", "title", "state", "voters", "eligible"):
        assert lines[name].strip() == str(for_programs[name])


def test_prepare_may_be_repeated():
    assert sandogh("prepare").stderr == "the database is prepared\n"


def test_every_command_explains_itself_without_a_database(monkeypatch):
    import sandogh.server.console.setup as setup

    monkeypatch.setattr(setup, "ready", lambda: pytest.fail("help asked for the database"))
    commands = main.get_command(click.Context(main), "election")
    assert isinstance(commands, click.Group)
    for name in commands.commands:
        assert sandogh("election", name, "--help").stdout.startswith(f"Usage: main election {name} ")


def test_tables_that_are_not_up_to_date_are_never_touched(folder):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'tallies' OR app = 'rolls'")
    assert refusal("election", "list") == "Error: the database is not prepared for this version: run «sandogh prepare»"
    assert refusal("serve") == "Error: the database is not prepared for this version: run «sandogh prepare»"
    assert refusal("worker", "--once") == "Error: the database is not prepared for this version: run «sandogh prepare»"
