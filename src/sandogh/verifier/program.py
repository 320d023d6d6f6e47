"""What a verification was made with: this program, to the byte, and what it stands on."""

import hashlib
import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from gmpy2 import mp_version

#: What takes part in a verification, below the package's folder.
PARTS = ("cli.py", "counting", "jalali.py", "persian.py", "protocol", "verifier")

#: Said in reports, so that anybody can repeat it. Paths are sorted by their bytes.
COMMAND = f"find {' '.join(PARTS)} -name '*.py' | LC_ALL=C sort | xargs sha256sum | sha256sum"

_LIBRARIES = ("gmpy2", "pynacl", "cryptography", "click", "httpx", "typst")


@dataclass(frozen=True, slots=True)
class Program:
    """Version, SHA-256 of the list of the program's files (see `COMMAND`), Python, the machine, and the libraries with their versions."""

    version: str
    sha256: str
    folder: str
    python: str
    machine: str
    libraries: tuple[tuple[str, str], ...]


def this_program() -> Program:
    """This very installation."""
    folder = Path(__file__).parents[1]
    return Program(
        version=_version("sandogh"),
        sha256=files_digest(folder),
        folder=str(folder),
        python=f"{platform.python_implementation()} {platform.python_version()}",
        machine=f"{platform.system()} {platform.release()}, {platform.machine()}",
        libraries=(*((name, _version(name)) for name in _LIBRARIES), ("GMP", mp_version().removeprefix("GMP "))),
    )


def files_digest(folder: Path) -> str:
    """What `COMMAND` prints in this folder."""
    files = [path for part in PARTS for path in ([folder / part] if part.endswith(".py") else (folder / part).rglob("*.py"))]
    lines = sorted((path.relative_to(folder).as_posix().encode(), hashlib.sha256(path.read_bytes()).hexdigest()) for path in files)
    listing = b"".join(digest.encode() + b"  " + path + b"\n" for path, digest in lines)
    return hashlib.sha256(listing).hexdigest()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
