"""What the schedule says happens at that time, or not at all (threat-model.md F7): opening and closing, by the worker."""

import logging
from collections.abc import Callable
from datetime import datetime

from sandogh.server.common.errors import Refused
from sandogh.server.console import acts
from sandogh.server.elections.models import Election
from sandogh.server.elections.state import State

log = logging.getLogger(__name__)


def run_due(now: datetime) -> list[tuple[str, str]]:
    """Open and close what is due; answers (slug, act) of each act done. Any number of workers may run it at the same moment.

    An election whose whole voting time went by unopened is left to the officers.
    """
    light = Election.objects.defer("credentials_json", "trustees_json", "election_json", "definition")
    due: list[tuple[Election, str, Callable[..., Election]]] = [
        (election, "open", acts.open_voting) for election in light.filter(state=State.SEALED, opens_at__lte=now, closes_at__gt=now)
    ]
    # The grace rule is a matter of the row, not of the query.
    over = light.filter(state=State.OPEN, closes_at__lte=now)
    due += [(election, "close", acts.close) for election in over if election.last_cast_at <= now]
    return [(election.slug, act) for election, act, run in due if attempt(election, act, run, now)]


def attempt(election: Election, act: str, run: Callable[..., Election], now: datetime) -> bool:
    """Do the act; answers whether it was done. A refusal is none of the other elections' business."""
    try:
        run(election, now=now)
    except Refused as refused:
        # Another worker or an officer was faster, or moved the schedule: the act decides under its lock, not this query.
        log.info("%s: %s not done: %s", election.slug, act, refused.code)
        return False
    log.info("%s: %s done", election.slug, act)
    return True
