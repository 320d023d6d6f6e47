"""Writes opening-vectors.json anew: `PYTHONPATH=tests .venv/bin/python -m twins.make_opening_vectors`.

Only for a deliberate change of what openings look like.
"""

import hashlib
import json

from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.opening import SeededDraw, make_opening
from twins.twin import OPENING_VECTORS, blank_shapes, named_shapes

NOTE = (
    "Openings of challenged ballots (protocol.md §14) that Python and the booth make byte for byte alike. `hash` is the digest of "
    "the ballot without its signature. The draws of an answer: per choice its randomness, then w and for each branch c and r of its proof; "
    "then those of the overall proof; then, where blank is allowed, those of the blank proof. Of several true branches the first "
    "is the one that is not simulated."
)


def seed_of(name: str) -> bytes:
    return hashlib.sha256(f"opening|{name}".encode()).digest()


def main() -> None:
    draws = []
    for group in (ED25519, BELENIOS_2048):
        draw = SeededDraw(seed_of(group.name))
        draws.append({"group": group.name, "seed": seed_of(group.name).hex(), "scalars": [str(draw(group.q)) for _ in range(20)]})
    openings = []
    for group in (ED25519, BELENIOS_2048):
        for name, case in (named_shapes(group) | blank_shapes(group)).items():
            opening = make_opening(case.election, credential=case.key.public, seed=seed_of(f"{group.name} {name}"), choices=case.choices)
            openings.append(
                {
                    "name": f"{group.name}: {name}",
                    "election": case.election.bytes.decode(),
                    "opening": opening.to_bytes().decode(),
                    "fragment": opening.to_fragment(),
                    "hash": opening.ballot,
                }
            )
    OPENING_VECTORS.write_text(json.dumps({"note": NOTE, "draws": draws, "openings": openings}, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
