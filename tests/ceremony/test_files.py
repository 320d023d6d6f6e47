"""Files of secrets: whole or not at all, never over another, for their owner only."""

import os
import stat
from pathlib import Path

import pytest

from sandogh.ceremony.errors import Refused
from sandogh.ceremony.files import read, read_private, write_new, write_same


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_private_file_is_for_its_owner_only_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_new(tmp_path / "secret", b"1", private=True)
    finally:
        os.umask(before)
    assert mode(tmp_path / "secret") == 0o600
    assert read_private(tmp_path / "secret") == b"1"


def test_nothing_is_left_beside_the_file(tmp_path: Path) -> None:
    write_new(tmp_path / "a", b"1", private=False)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


def test_an_existing_file_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(Refused, match="exists already"):
        write_new(tmp_path / "a", b"new", private=True)
    assert (tmp_path / "a").read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


def test_a_dangling_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refused, match="exists already"):
        write_new(tmp_path / "a", b"new", private=True)
    assert not (tmp_path / "elsewhere").exists()


def test_the_same_bytes_again_are_fine_and_others_are_not(tmp_path: Path) -> None:
    write_same(tmp_path / "a", b"1", private=False)
    write_same(tmp_path / "a", b"1", private=False)
    with pytest.raises(Refused, match="exists already"):
        write_same(tmp_path / "a", b"2", private=False)


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be written: No such file"):
        write_new(tmp_path / "no" / "a", b"1", private=False)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be read: No such file"):
        read(tmp_path / "a")


@pytest.mark.parametrize("bits", [0o640, 0o604, 0o620, 0o601])
def test_a_secret_that_others_may_open_is_refused(tmp_path: Path, bits: int) -> None:
    (tmp_path / "secret").write_bytes(b"1")
    (tmp_path / "secret").chmod(bits)
    with pytest.raises(Refused, match="chmod 600"):
        read_private(tmp_path / "secret")
