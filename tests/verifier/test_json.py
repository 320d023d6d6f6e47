"""`sandogh verify --json` keeps to its schema, for every archive of the vectors."""

import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from sandogh.verifier.cli import verify

FOLDER = Path(__file__).parents[1] / "vectors" / "belenios"
SCHEMA = json.loads(files("sandogh.verifier").joinpath("verification.schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.bel")), ids=lambda path: path.name)
def test_every_report_keeps_to_the_schema(path: Path) -> None:
    said = CliRunner().invoke(verify, [str(path), "--json", "--jobs", "1"])
    data = json.loads(said.stdout)
    VALIDATOR.validate(data)
    assert said.exit_code == {"valid": 0 if data["complete"] else 3, "invalid": 1}[data["verdict"]]
    assert (data["result"] is not None) == data["complete"]
    assert data["findings"] == sum(check["count"] for check in data["checks"])


def test_what_breaks_off_and_what_is_no_archive_keep_to_it_too() -> None:
    whole = (FOLDER / "ed25519-nh-shuffles.bel").read_bytes()
    for data in (b"", b"junk", whole[:5000], whole[: len(whole) // 2], whole[:-700]):
        VALIDATOR.validate(json.loads(CliRunner().invoke(verify, ["-", "--json"], input=data).stdout))


def test_the_schema_refuses_what_is_not_a_report() -> None:
    said = json.loads(CliRunner().invoke(verify, [str(FOLDER / "ed25519-small.bel"), "--json"]).stdout)
    for change in ({"verdict": "fine"}, {"extra": 1}, {"checks": said["checks"][:11]}, {"result": [{"kind": "H"}]}):
        with pytest.raises(jsonschema.ValidationError):
            VALIDATOR.validate(said | change)
