"""Archives taken apart and put together again, and what the monitor's command says of two of them."""

import io
from pathlib import Path

from click.testing import CliRunner, Result

from sandogh.protocol.record import read_records
from sandogh.verifier.cli import verify


def pieces(archive: bytes) -> list[bytes]:
    """The members of an archive as they stand in it, the header first. Raises ValueError for a size that is none."""
    found, place = [], 0
    while place < len(archive):
        size = int(archive[place + 124 : place + 135], 8)
        if size < 0:
            raise ValueError("a negative size")
        end = place + 512 + size + -size % 512
        found.append(archive[place:end])
        place = end
    return found


def places(archive: bytes) -> list[int]:
    """For each event the place, among the members, of the first of its own."""
    starts, place = [], 1
    for record in read_records(io.BytesIO(archive)):
        starts.append(place)
        place += len(record.data) + 1
    return starts


def since(tmp_path: Path, old: bytes, new: bytes) -> Result:
    """What `sandogh verify NEW --since OLD` says."""
    (tmp_path / "old.bel").write_bytes(old)
    (tmp_path / "new.bel").write_bytes(new)
    return CliRunner().invoke(verify, [str(tmp_path / "new.bel"), "--since", str(tmp_path / "old.bel"), "--open-ok", "--jobs", "1"])
