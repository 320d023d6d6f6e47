"""The vote code: eight digits by which a text message confirms one sealed ballot (protocol.md §16; not a part of Belenios)."""

from sandogh.protocol.digest import sha_integer

DIGITS = 8


def vote_code(session_id: str, ballot_hash: str) -> str:
    """The code of a ballot hash within a voting session; booth and server each compute it.

    It is drawn from the hash of the encrypted ballot, so it says nothing about the choices, and it changes whenever
    the ballot is sealed anew.
    """
    number = sha_integer(f"sandogh-vote-code/1|{session_id}|{ballot_hash}".encode()) % 10**DIGITS
    return f"{number:0{DIGITS}d}"
