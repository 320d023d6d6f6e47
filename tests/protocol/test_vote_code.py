"""The vote code: eight digits bound to session and sealed ballot (protocol.md §16)."""

import hashlib

from sandogh.protocol.vote_code import vote_code

HASH = "KK4oUqIMjqFS+O0akflk6fc0H/f59LZMDnJv0fhIpNI"


def test_the_code_is_that_of_the_rule() -> None:
    digest = hashlib.sha256(f"sandogh-vote-code/1|session|{HASH}".encode()).digest()
    assert vote_code("session", HASH) == str(int.from_bytes(digest, "big"))[-8:]


def test_it_has_eight_digits_even_when_small() -> None:
    codes = [vote_code(f"{number}", HASH) for number in range(300)]
    assert all(len(code) == 8 and code.isascii() and code.isdigit() for code in codes)
    assert any(code.startswith("0") for code in codes)


def test_another_ballot_or_another_session_has_another_code() -> None:
    assert len({vote_code("a", HASH), vote_code("b", HASH), vote_code("a", HASH[:-1] + "A")}) == 3
