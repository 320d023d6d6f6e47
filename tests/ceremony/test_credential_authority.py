"""Issuing: one credential per voter, once, and the public half only goes out."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from sandogh.ceremony.errors import Refused
from sandogh.ceremony.store import CredentialStore
from sandogh.ceremony.store_making import Holder
from sandogh.protocol.credential import derive_credential
from sandogh.protocol.groups import group_named

from .conftest import issue_plain as issue


@pytest.fixture
def paths(tmp_path: Path) -> dict[str, Path]:
    return {"store_path": tmp_path / "store.sqlite3", "out": tmp_path / "public.json"}


def holders(path: Path) -> list[Holder]:
    with CredentialStore(path) as store:
        return store.holders()


def secrets_of(path: Path) -> list[str]:
    with CredentialStore(path) as store:
        return [store.secret_of(holder) for holder in store.holders()]


@pytest.mark.parametrize("group", ["Ed25519", "BELENIOS-2048"])
def test_each_voter_gets_a_credential_whose_public_half_is_listed(
    request_bytes: Callable[..., bytes], paths: dict[str, Path], group: str
) -> None:
    assert issue(request_bytes(group=group), **paths) == 5
    listed = json.loads(paths["out"].read_bytes())
    made = holders(paths["store_path"])
    assert listed == {
        "format": "sandogh-public-credentials/1",
        "uuid": "8YJ6ZwzVgVfD4d",
        "roll_fingerprint": "ab" * 32,
        "credentials": [{"voter": holder.id, "public": holder.public} for holder in made],
    }
    assert [holder.id for holder in made] == [f"99010{number:05}" for number in range(1, 6)]
    secrets = secrets_of(paths["store_path"])
    for holder, secret in zip(made, secrets, strict=True):
        assert derive_credential(secret, uuid="8YJ6ZwzVgVfD4d", group=group_named(group)).public == holder.public
    assert len(set(secrets)) == 5


def test_the_public_list_holds_no_secret_and_no_number(request_bytes: Callable[..., bytes], paths: dict[str, Path]) -> None:
    issue(request_bytes(), **paths)
    public = paths["out"].read_text()
    for holder, secret in zip(holders(paths["store_path"]), secrets_of(paths["store_path"]), strict=True):
        assert holder.public in public  # the search can find what is there
        assert secret not in public
        assert not holder.mobile or holder.mobile not in public


def test_the_store_is_for_its_owner_only(request_bytes: Callable[..., bytes], paths: dict[str, Path]) -> None:
    issue(request_bytes(), **paths)
    assert stat.S_IMODE(paths["store_path"].stat().st_mode) == 0o600
    paths["store_path"].chmod(0o644)
    with pytest.raises(Refused, match="others may open it"):
        issue(request_bytes(), **paths)


def test_issuing_again_gives_the_same_list(request_bytes: Callable[..., bytes], paths: dict[str, Path]) -> None:
    issue(request_bytes(), **paths)
    first, made = paths["out"].read_bytes(), holders(paths["store_path"])
    issue(request_bytes(), **paths)
    paths["out"].unlink()
    issue(request_bytes(), **paths)
    assert paths["out"].read_bytes() == first
    assert holders(paths["store_path"]) == made


@pytest.mark.parametrize("changes", [{"uuid": "8YJ6ZwzVgVfD4e"}, {"size": 6}, {"roll_fingerprint": "cd" * 32}])
def test_a_store_serves_no_other_request(request_bytes: Callable[..., bytes], paths: dict[str, Path], changes: dict[str, object]) -> None:
    issue(request_bytes(), **paths)
    made = holders(paths["store_path"])
    with pytest.raises(Refused, match="belongs to another request"):
        issue(request_bytes(**changes), store_path=paths["store_path"], out=paths["out"].with_name("other.json"))
    assert holders(paths["store_path"]) == made
    assert not paths["out"].with_name("other.json").exists()


def test_a_list_without_its_store_is_a_reason_to_stop(request_bytes: Callable[..., bytes], paths: dict[str, Path]) -> None:
    issue(request_bytes(), **paths)
    paths["store_path"].unlink()
    with pytest.raises(Refused, match="right folder"):
        issue(request_bytes(), **paths)
    assert not paths["store_path"].exists()


def test_a_refused_request_leaves_nothing(request_bytes: Callable[..., bytes], paths: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(Refused):
        issue(request_bytes(uuid=""), **paths)
    assert list(tmp_path.iterdir()) == []


def test_another_file_is_no_store(paths: dict[str, Path]) -> None:
    paths["store_path"].write_bytes(b"not a database, whatever its name says" * 40)
    paths["store_path"].chmod(0o600)
    with pytest.raises(Refused, match="is not a credential store"):
        CredentialStore(paths["store_path"])


def test_a_secret_is_not_shown_by_repr(request_bytes: Callable[..., bytes], paths: dict[str, Path]) -> None:
    issue(request_bytes(), **paths)
    assert repr(holders(paths["store_path"])[0]) == "Holder(9901000001)"
