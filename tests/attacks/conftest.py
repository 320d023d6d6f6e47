"""One small election, and three honest ballots of it."""

import pytest

from attacks.forging import PAIR
from protocol.elections import Story, story

VOTES = [[[1, 0]], [[0, 1]], [[1, 1]]]


@pytest.fixture(scope="session")
def held() -> Story:
    return story(questions=PAIR)


@pytest.fixture(scope="session")
def ballots(held: Story) -> list[bytes]:
    return [held.ballot(voter, vote) for voter, vote in enumerate(VOTES)]
