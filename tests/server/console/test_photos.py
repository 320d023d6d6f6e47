"""Pictures beside a definition: from its own folder, and from nowhere else."""

import os
from pathlib import Path

import pytest

from sandogh.server.common.errors import Refused
from sandogh.server.console.photos import photos_beside
from sandogh.server.elections.photos import LARGEST_FILE

OUTSIDE = "نام عکس باید درون پوشهٔ تعریف بماند"
LINK = "پیوند (symlink) پذیرفته نیست؛ خود پرونده را بگذارید"
MISSING = "چنین پرونده‌ای در پوشهٔ تعریف نیست"
UNREADABLE = "پروندهٔ عکس خوانده نشد؛ اجازهٔ دسترسی آن را ببینید"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A definition's folder, and something beside it that is nobody's business."""
    folder = tmp_path / "election"
    (folder / "photos" / "board").mkdir(parents=True)
    (folder / "photos" / "board" / "101.jpg").write_bytes(b"deep")
    (folder / "102.jpg").write_bytes(b"flat")
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    return folder


def refusal(folder: Path, name: str) -> str:
    before = os.listdir("/proc/self/fd")
    with pytest.raises(Refused) as refused:
        photos_beside(folder / "definition.json")(name)
    assert refused.value.code == "photo"
    assert len(os.listdir("/proc/self/fd")) == len(before)
    return refused.value.message


def test_pictures_are_read_from_the_folder_and_below_it(folder):
    read = photos_beside(folder / "definition.json")
    before = os.listdir("/proc/self/fd")
    assert (read("102.jpg"), read("photos/board/101.jpg")) == (b"flat", b"deep")
    assert len(os.listdir("/proc/self/fd")) == len(before)


def test_the_folder_is_the_one_that_the_officer_named(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(folder)
    assert photos_beside(Path("definition.json"))("102.jpg") == b"flat"
    (tmp_path / "current").symlink_to(folder)
    assert photos_beside(tmp_path / "current" / "definition.json")("102.jpg") == b"flat"


@pytest.mark.parametrize(
    "name",
    ["../secret.jpg", "photos/../../secret.jpg", "photos/../102.jpg", "..", ".", "", "/etc/passwd", "photos//board/101.jpg", "a\0.jpg"],
)
def test_a_name_that_leads_elsewhere_is_refused_unopened(folder, name):
    assert refusal(folder, name) == OUTSIDE


def test_links_are_refused_wherever_they_lead(folder):
    (folder / "out.jpg").symlink_to(folder.parent / "secret.jpg")
    (folder / "in.jpg").symlink_to(folder / "102.jpg")
    (folder / "nowhere.jpg").symlink_to(folder / "missing.jpg")
    (folder / "up").symlink_to(folder.parent)
    (folder / "same").symlink_to(folder / "photos")
    for name in ("out.jpg", "in.jpg", "nowhere.jpg", "up/secret.jpg", "same/board/101.jpg", "up/election/102.jpg"):
        assert refusal(folder, name) == LINK, name


@pytest.mark.parametrize("name", ["101.jpg", "pictures/101.jpg", "102.jpg/101.jpg", "photos/101.jpg"])
def test_what_is_not_there_is_said(folder, name):
    assert refusal(folder, name) == MISSING


def test_only_a_file_is_a_picture(folder):
    os.mkfifo(folder / "pipe.jpg")
    (folder / "folder.jpg").mkdir()
    for name in ("pipe.jpg", "folder.jpg"):
        assert refusal(folder, name) == "پروندهٔ معمولی نیست", name


def test_a_name_too_long_for_the_disk_is_said(folder):
    assert refusal(folder, "a" * 300 + ".jpg") == UNREADABLE


def test_a_large_file_is_not_read_to_its_end(folder):
    with (folder / "large.jpg").open("wb") as file:
        file.truncate(LARGEST_FILE)
    assert len(photos_beside(folder / "definition.json")("large.jpg")) == LARGEST_FILE
    os.truncate(folder / "large.jpg", LARGEST_FILE + 1)
    assert refusal(folder, "large.jpg") == "پروندهٔ عکس از ۵ مگابایت بزرگ‌تر است"
