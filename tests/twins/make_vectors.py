"""Writes vectors.json anew: `PYTHONPATH=tests .venv/bin/python -m twins.make_vectors`.

Only for a deliberate change of what ballots look like.
"""

import json

from sandogh.protocol.ballot import parse_ballot, tracker_of
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.vote_code import vote_code
from twins.twin import VECTORS, named_shapes

NOTE = (
    "Ballots that Python and the booth make byte for byte alike from the same draws. "
    "Scalar n of a seed is INT(SHA-256('twin|seed|n')) mod q; "
    "the order of the draws is that of protocol.proofs.make_disjunction. The tracker is the digest of the whole ballot."
)

ballots = []
for group in (ED25519, BELENIOS_2048):
    for name, case in named_shapes(group).items():
        data = case.make()
        digest = parse_ballot(data, case.election).hash
        ballots.append(
            {
                "name": f"{group.name}: {name}",
                "election": case.election.bytes.decode(),
                "fingerprint": case.election.fingerprint,
                "credential": case.credential,
                "public": case.key.public,
                "choices": case.choices,
                "seed": case.seed,
                "hash": digest,
                "tracker": tracker_of(data),
                "length": len(data),
                "session": "7Yq2mZcVhW8nKxTfRbDpLs",
                "vote_code": vote_code("7Yq2mZcVhW8nKxTfRbDpLs", digest),
            }
        )
VECTORS.write_text(json.dumps({"note": NOTE, "ballots": ballots}, ensure_ascii=False, indent=1) + "\n")
