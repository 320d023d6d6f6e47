"""What the result page shows, computed anew from the Result on the board."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from sandogh.protocol.events import EventType
from sandogh.protocol.homomorphic import HomomorphicQuestion
from sandogh.protocol.lists import ListsQuestion
from sandogh.protocol.nonhomomorphic import NonHomomorphicQuestion
from sandogh.protocol.question import Question
from sandogh.protocol.result import Result
from sandogh.server.board import domain as board
from sandogh.server.common.errors import Refused
from sandogh.server.elections.models import Election
from sandogh.server.elections.races import Candidate, Race
from sandogh.server.tallies.orders import OrderResult, order_result
from sandogh.server.tallies.published import encrypted_tally
from sandogh.server.tallies.seats import Draw, Outcome, allocate, draws


@dataclass(frozen=True, slots=True)
class CandidateResult:
    """One line of a race: `share` is votes of all that were cast, from 0 to 1, for the bar."""

    candidate: Candidate
    votes: int
    rank: int
    outcome: Outcome
    share: float


@dataclass(frozen=True, slots=True)
class RaceResult:
    """A race's lines, most votes first and equals in ballot order; and the lots still to be drawn. `votes` is the sum over candidates.

    `blank` counts the explicit blank votes, which are nobody's and take no seat; None where the race offers none. Where votes have
    weights, every number here is a weight.
    """

    race: Race
    lines: tuple[CandidateResult, ...]
    draws: tuple[Draw, ...]
    votes: int
    blank: int | None = None


@dataclass(frozen=True, slots=True)
class ListLine:
    """A list, how often it was chosen, and how often each of its candidates was."""

    title: str
    votes: int
    candidates: tuple[tuple[Candidate, int], ...]


@dataclass(frozen=True, slots=True)
class ListsResult:
    """A race by lists, most votes first and equals in ballot order. How seats follow from it, the association's own statute says."""

    race: Race
    lists: tuple[ListLine, ...]


@dataclass(frozen=True, slots=True)
class TallyResult:
    """The published result. `turnout` is ballots over eligible, from 0 to 1; `weight` is what the ballots weigh together.

    How many left a race without a mark, a sum cannot tell.
    """

    races: tuple[RaceResult | OrderResult | ListsResult, ...]
    eligible: int
    ballots: int
    turnout: float
    event_hash: str
    weight: int
    weighted: bool


def result_for(election: Election) -> TallyResult:
    """The result; raises Refused `no_result` before it is published."""
    end = board.head(election)
    if end.type is not EventType.Result:
        raise Refused("no_result", _("نتیجه هنوز اعلام نشده است."), status=404)
    ((data,),) = board.members_of(election, EventType.Result)
    result = Result.from_bytes(data)
    eligible = board.count_credentials(election.pk)
    weight = encrypted_tally(election).total_weight
    questions = election.parsed().questions
    return TallyResult(
        races=tuple(_race(race, questions[place], result, place, weight) for place, race in enumerate(election.races())),
        eligible=eligible,
        ballots=end.ballots,
        turnout=end.ballots / eligible if eligible else 0.0,
        event_hash=end.hash,
        weight=weight,
        weighted=bool(board.weights_of(election.pk)),
    )


def _race(race: Race, question: Question, result: Result, place: int, weight: int) -> RaceResult | OrderResult | ListsResult:
    match question:
        case HomomorphicQuestion():
            return _choices(race, result.row(place), weight)
        case NonHomomorphicQuestion():
            return order_result(race, question, result.rows(place))
        case ListsQuestion():
            return _lists(race, result.rows(place))


def _choices(race: Race, row: Sequence[int], weight: int) -> RaceResult:
    blank, counts = (row[0], row[1:]) if race.blank else (None, row)
    if len(counts) != len(race.candidates):
        raise ValueError(f"the result has {len(counts)} counts for the {len(race.candidates)} candidates of {race.id}")
    standings = allocate(counts, race.seats_main, race.seats_alternate)
    lines = tuple(
        CandidateResult(race.candidates[line.candidate], line.votes, line.rank, line.outcome, line.votes / weight if weight else 0.0)
        for line in standings
    )
    return RaceResult(race, lines, tuple(draws(standings, race.seats_main, race.seats_alternate)), sum(counts), blank)


def _lists(race: Race, rows: Sequence[Sequence[int]]) -> ListsResult:
    people = {candidate.code: candidate for candidate in race.candidates}
    lists = [
        ListLine(one.title, chosen, tuple(zip((people[code] for code in one.codes), marks, strict=True)))
        for one, (chosen, *marks) in zip(race.lists, rows, strict=True)
    ]
    return ListsResult(race, tuple(sorted(lists, key=lambda one: -one.votes)))
