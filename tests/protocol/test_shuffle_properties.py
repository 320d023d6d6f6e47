"""Any list can be shuffled, and no value of a shuffle can be another (protocol.md §9.2)."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.shuffles import GROUPS, decrypted, edited, encrypted, leaves, nudged, setting
from sandogh.protocol.canonical import loads
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.group import Group
from sandogh.protocol.shuffle import check_shuffle, make_shuffle

every = pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
lists = st.lists(st.lists(st.integers(0, 255), min_size=2, max_size=2), max_size=8)


@every
@given(questions=st.lists(lists, max_size=2))
@settings(max_examples=12, deadline=None)
def test_the_votes_after_are_the_votes_before(group: Group, questions: list[list[list[int]]]) -> None:
    election = setting(group)
    before = [encrypted(election, vectors) for vectors in questions]
    after = check_shuffle(make_shuffle(election, before), election=election, ciphertexts=before)
    for vectors, shuffled in zip(questions, after, strict=True):
        assert Counter(decrypted(election, shuffled, 2)) == Counter(map(tuple, vectors))


@every
@given(size=st.integers(0, 4), data=st.data())
@settings(max_examples=12, deadline=None)
def test_no_value_can_be_another(group: Group, size: int, data: st.DataObject) -> None:
    election = setting(group)
    # What is drawn below depends on how long the texts are, so that they must be the same when an example is run again.
    draw = Random(f"{group.name} {size}").randrange
    before = encrypted(election, [(number, 1) for number in range(size)], draw=draw)
    made = make_shuffle(election, [before], draw=draw)
    path, text = data.draw(st.sampled_from(list(leaves(loads(made)))))
    change = data.draw(st.sampled_from(["nudge", "swap", "digit"]))
    if change == "nudge":
        other = nudged(path, text, group)
    elif change == "swap":
        other = data.draw(st.sampled_from([value for _, value in leaves(loads(made)) if value != text] or ["1"]))
    else:
        place = data.draw(st.integers(0, len(text) - 1))
        other = text[:place] + ("1" if text[place] != "1" else "2") + text[place + 1 :]
    with pytest.raises((Malformed, VerificationError)):
        check_shuffle(edited(made, path, lambda _: other), election=election, ciphertexts=[before])
