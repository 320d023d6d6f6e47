"""The one value that crosses from the identity side to the ballot side (ARCHITECTURE.md §1.3)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CastPermit:
    """One ballot with this hash, under this credential, may be cast in this election. Says nothing about the person."""

    election_id: int
    public_credential: str
    ballot_hash: str
    """The signature.hash of the sealed ballot: 43 characters of Base64 (protocol.md §7.1)."""
    weight: int = 1
    """How many times the roll says that this vote counts. The public list says it of the credential too, so it tells nothing new."""
