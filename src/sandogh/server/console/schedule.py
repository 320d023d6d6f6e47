"""What the schedule says happens at that time, or not at all (failures.md F7): opening and closing, by the worker."""

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
    done = []
    light = Election.objects.defer("credentials_json", "trustees_json", "election_json", "definition")
    for election in light.filter(state=State.SEALED, opens_at__lte=now, closes_at__gt=now):
        done += _try(election, "open", acts.open_voting, now)
    for election in light.filter(state=State.OPEN, closes_at__lte=now):
        # The grace rule is a matter of the row, not of the query.
        if election.last_cast_at <= now:
            done += _try(election, "close", acts.close, now)
    return done


def _try(election: Election, act: str, run: Callable[..., Election], now: datetime) -> list[tuple[str, str]]:
    try:
        run(election, now=now)
    except Refused as refused:
        # Another worker or an officer was faster, or moved the schedule: the act decides under its lock, not this query.
        log.info("%s: %s not done: %s", election.slug, act, refused.code)
        return []
    log.info("%s: %s done", election.slug, act)
    return [(election.slug, act)]
