"""Changes that keep enough of an input whole for its reader to get far: JSON stays JSON, archives stay archives."""

import random
from collections.abc import Callable
from typing import Any

from attacks.rewriting import pieces
from protocol.mutations import mutated
from sandogh.protocol.archive import archive_member
from sandogh.protocol.canonical import dumps, loads
from sandogh.protocol.digest import sha_hex
from sandogh.protocol.errors import Malformed

Bytes = Callable[[bytes, int], bytes]
"""Changes bytes anyhow, to at most so many."""

#: What these changes need the input to be, it is no longer.
UNCHANGEABLE = (Malformed, RecursionError, ValueError)

#: What readers stumble over: the ends of ranges, the points of small order, other spellings, other shapes.
TELLING: tuple[Any, ...] = (
    None, True, 0, 1, 2**30 - 1, 2**30, 2**53, 10**15, "", "0", "1", "00", "-1", "+1", str(2**30), "9" * 25, "١", "\u0000", "{}", [], {},
    [[]], f"{1:064x}", f"{2**255 - 20:064x}", f"{2**255 - 19:064x}", "8" + "0" * 62 + "1", "0" * 64, "f" * 64, "A" * 43, "A" * 42 + "B",
    str(2**252 + 27742317777372353535851937790883648493), ["Single", {}], {"alpha": "1", "beta": "1"}, {"challenge": "0", "response": "0"},
)  # fmt: skip


def change(data: bytes, largest: int, seed: int, bytes_: Bytes) -> bytes:
    """The input changed; which target it is for, mostly stays."""
    chance = random.Random(seed)
    kept, rest = data[:2], data[2:]
    if chance.random() < 0.02:
        return bytes_(data, largest)
    try:
        if rest.startswith(b"BELENIOS\0") and chance.random() < 0.9:
            return kept + _archive(rest, chance, bytes_)
        if chance.random() < 0.7:
            return kept + _json(rest, chance)
    except UNCHANGEABLE:
        pass  # an earlier change has broken it
    return kept + bytes_(rest, largest - 2)


def _json(data: bytes, chance: random.Random) -> bytes:
    form: Any = loads(data)
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        form = mutated(form, chance, chance.choice(TELLING))
    return dumps(form)


def _archive(data: bytes, chance: random.Random, bytes_: Bytes) -> bytes:
    """A member changed, its name and size made right; or one dropped, doubled or moved."""
    members = pieces(data)
    place = chance.randrange(len(members))
    member = members[place]
    match chance.randrange(6):
        case 0:
            del members[place]
        case 1:
            members.insert(chance.randrange(len(members)), member)
        case 2:
            other = chance.randrange(len(members))
            members[place], members[other] = members[other], member
        case _:
            size = int(member[124:135], 8)
            contents = member[512 : 512 + size]
            try:
                contents = _json(contents, chance)
            except UNCHANGEABLE:
                contents = bytes_(contents, len(contents) + 64)
            kind = "event" if b".event.json" in member[:100] else "data"
            members[place] = archive_member(contents, kind, int(member[136:147], 8))  # type: ignore[arg-type]
            if chance.random() < 0.5:
                # Whoever names the member names the changed one.
                old, new = member[:64], sha_hex(contents).encode()
                members = [_renamed(each, old, new) for each in members]
    return b"".join(members)


def _renamed(member: bytes, old: bytes, new: bytes) -> bytes:
    """A member that names the new hash instead of the old one in its contents, under its own new name."""
    size = int(member[124:135], 8)
    contents = member[512 : 512 + size]
    if old not in contents:
        return member
    kind = "event" if b".event.json" in member[:100] else "data"
    return archive_member(contents.replace(old, new), kind, int(member[136:147], 8))  # type: ignore[arg-type]
