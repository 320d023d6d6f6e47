"""Credentials, trackers and vote codes: both twins answer alike (protocol.md §5.2, §7.6)."""

import random

import pytest

from sandogh.protocol.ballot import tracker_of
from sandogh.protocol.credential import derive_credential, generate_credential
from sandogh.protocol.ed25519 import ED25519
from sandogh.protocol.finite_field import BELENIOS_2048
from sandogh.protocol.group import Group
from sandogh.protocol.vote_code import vote_code
from twins.conftest import Booth


@pytest.mark.parametrize("group", [ED25519, BELENIOS_2048], ids=lambda group: group.name)
def test_both_derive_the_same_key(booth: Booth, group: Group) -> None:
    credentials = [generate_credential() for _ in range(20)]
    tasks = [{"task": "derive", "group": group.name, "uuid": "mk3kXqNQuFFLZ5", "credential": credential} for credential in credentials]
    keys = [derive_credential(credential, uuid="mk3kXqNQuFFLZ5", group=group) for credential in credentials]
    assert booth(tasks) == [{"result": {"secret": str(key.secret), "public": key.public}} for key in keys]


def test_a_credential_as_people_type_it_becomes_the_one_that_was_sent(booth: Booth) -> None:
    sent = [generate_credential() for _ in range(20)]
    persian = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
    typed = [
        form
        for credential in sent
        for form in (
            credential,
            credential.replace("-", ""),
            credential.replace("-", " "),
            credential.translate(persian),
            f"\u200f {credential}\n",
        )
    ]
    answers = booth([{"task": "normalise", "typed": form} for form in typed])
    assert [answer["result"] for answer in answers] == [credential for credential in sent for _ in range(5)]


def test_both_refuse_to_derive_from_what_is_no_credential(booth: Booth) -> None:
    broken = ["", "SztZS-owXfoo-n6o8k-RbHtZ", "SztZSowXfoon6o8kRbHtZ2", "SztZS-owXfoo-n6o8k-RbHtZ0", "SztZS-owXfoo-n6o8k-RbHtZ۲"]
    answers = booth([{"task": "derive", "group": "Ed25519", "uuid": "mk3kXqNQuFFLZ5", "credential": each} for each in broken])
    assert [answer.get("section") for answer in answers] == ["§5.1"] * len(broken)


def test_trackers_and_vote_codes_agree_on_any_text(booth: Booth) -> None:
    rng = random.Random(7)
    texts = [
        "".join(
            chr(rng.choice((rng.randrange(1, 0x250), rng.randrange(0x600, 0x700), rng.randrange(0x1F300, 0x1F600)))) for _ in range(length)
        )
        for length in range(70)
    ]
    answers = booth([{"task": "tracker", "ballot": text} for text in texts])
    assert [answer["result"] for answer in answers] == [tracker_of(text.encode()) for text in texts]
    answers = booth([{"task": "vote_code", "session": text, "hash": "h"} for text in texts])
    assert [answer["result"] for answer in answers] == [vote_code(text, "h") for text in texts]
