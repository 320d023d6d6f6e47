"""Files in and out: nothing is written over, and half a file is none."""

import errno
import os

import click
import pytest

from sandogh.server.console import files


def test_what_is_written_is_read_back(tmp_path):
    files.write_new(tmp_path / "a", [b"one", b"two"], private=True)
    assert files.read(tmp_path / "a") == b"onetwo"


def test_an_existing_file_is_left_alone(tmp_path):
    (tmp_path / "a").write_bytes(b"precious")
    with pytest.raises(click.ClickException, match="exists already"):
        files.write_new(tmp_path / "a", [b"new"], private=False)
    assert (tmp_path / "a").read_bytes() == b"precious"


def test_a_link_to_nowhere_is_not_followed(tmp_path):
    (tmp_path / "a").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(click.ClickException, match="exists already"):
        files.write_new(tmp_path / "a", [b"new"], private=True)
    assert not (tmp_path / "elsewhere").exists()


def broken(error: BaseException):
    yield b"half"
    raise error


def test_a_full_disk_leaves_no_half_file(tmp_path):
    with pytest.raises(click.ClickException, match="No space left"):
        files.write_new(tmp_path / "a", broken(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))), private=False)
    assert list(tmp_path.iterdir()) == []


def test_an_interruption_leaves_no_half_file(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        files.write_new(tmp_path / "a", broken(KeyboardInterrupt()), private=False)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(click.ClickException, match="cannot be written: No such file"):
        files.write_new(tmp_path / "no" / "a", [b""], private=False)


@pytest.mark.parametrize(("name", "says"), [("missing", "No such file"), (".", "Is a directory")])
def test_what_cannot_be_read_says_why(tmp_path, name, says):
    with pytest.raises(click.ClickException, match=says):
        files.read(tmp_path / name)


def test_a_file_that_is_far_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "LARGEST_INPUT", 10)
    (tmp_path / "a").write_bytes(b"x" * 11)
    with pytest.raises(click.ClickException, match="larger than"):
        files.read(tmp_path / "a")
