"""What must run inside an installation, where its database is: making elections, and looking at the end what the tables hold.

python tests/installation_script.py prepare '{"voters": 100}'
"""

import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sandogh.server.settings")

import django

django.setup()

from elections_for_tests import Choices, build, confirm, hash_of, log_in, seal  # noqa: E402
from sandogh.protocol.ballot import make_ballot  # noqa: E402
from sandogh.protocol.credential import CredentialKey  # noqa: E402
from sandogh.protocol.election import Election as SealedElection  # noqa: E402
from sandogh.server.accounts.models import VotingSession  # noqa: E402
from sandogh.server.ballotbox.models import Ballot  # noqa: E402
from sandogh.server.board.models import BoardEvent  # noqa: E402
from sandogh.server.messaging.models import OutboundMessage  # noqa: E402


def _make(job: tuple[SealedElection, CredentialKey, Choices]) -> str:
    election, key, choices = job
    return make_ballot(election, key, choices).decode()


def prepare(*, voters: int, races: str = "small", group: str = "Ed25519", stage: str = "authenticated") -> dict[str, Any]:
    """An open election whose voters are logged in (`authenticated`), or also sealed and confirmed (`confirmed`), with a ballot for each."""
    e = build(voters=voters, races=races, group=group)
    parsed = e.parsed
    jobs = [(parsed, voter.key, e.random_choices()) for voter in e.voters]
    # Fresh processes: none inherits a connection to the database.
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        ballots = list(pool.map(_make, jobs, chunksize=8))
    devices = []
    for voter, ballot in zip(e.voters, ballots, strict=True):
        device = log_in(e, voter)
        if stage == "confirmed":
            seal(device, ballot.encode())
            confirm(device)
        devices.append(
            {
                "token": device.token,
                "session": device.session.public_id,
                "mobile": voter.mobile,
                "credential": voter.key.public,
                "ballot": ballot,
                "hash": hash_of(ballot.encode()),
            }
        )
    return {"slug": e.slug, "devices": devices}


def second_device(*, token: str) -> dict[str, Any]:
    """The voter of this session logs in on another device and has been sent a one-time code, which is not entered yet."""
    import secrets
    from datetime import timedelta

    from django.db import transaction

    from sandogh.server.accounts.domain import codes
    from sandogh.server.accounts.domain.keyed import new_public_id, token_hash
    from sandogh.server.common import clock

    first = VotingSession.objects.get(token_hash=token_hash(token))
    other, now = secrets.token_urlsafe(16), clock.now()
    with transaction.atomic():
        session = VotingSession.objects.create(
            election=first.election,
            voter=first.voter,
            public_id=new_public_id(),
            token_hash=token_hash(other),
            address="127.0.0.2",
            created_at=now,
            expires_at=now + timedelta(minutes=15),
            mobile=first.mobile,
        )
        codes.send(session, now=now)
    text = OutboundMessage.objects.get(reference=f"otp-{session.public_id}-1").text
    return {"token": other, "session": session.public_id, "code": text.rsplit("#", 1)[1]}


def reconcile() -> dict[str, Any]:
    """What each half remembers, to be compared both ways (threat-model.md O7)."""
    cast = VotingSession.objects.filter(state="cast")
    return {
        "sessions": sorted(cast.values_list("tracker", flat=True)),
        "session_events": sorted(cast.values_list("event_hash", flat=True)),
        "ballots": sorted(Ballot.objects.values_list("tracker", flat=True)),
        "events": sorted(BoardEvent.objects.filter(type="Ballot").values_list("hash", flat=True)),
        "voters": cast.values("voter").distinct().count(),
        "texts": OutboundMessage.objects.filter(purpose="vote_recorded").count(),
    }


if __name__ == "__main__":
    commands = {"prepare": prepare, "second_device": second_device, "reconcile": reconcile}
    print(json.dumps(commands[sys.argv[1]](**json.loads(sys.argv[2]))))
