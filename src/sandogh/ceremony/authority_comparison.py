"""The authority's list against the one that the server published: every difference named."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sandogh.ceremony.authority_record import CredentialsProof
from sandogh.ceremony.record import setup_of
from sandogh.protocol.credential import check_public_credentials
from sandogh.protocol.election import Election

SHOWN = 20  # characters of a public credential: enough to find it in the list


@dataclass(frozen=True, slots=True)
class Published:
    """What stands on the board: the uuid of its election, its list, and the authority's certificate if it has one."""

    uuid: str
    credentials: Mapping[str, int]
    certificate: bytes | None


def read_published(archive: Path) -> Published:
    """The first event of an archive, which fixes the list; Refused when it cannot be read."""
    with setup_of(archive) as data:
        election = Election.from_bytes(data[0].data)
        listed = check_public_credentials(data[2].data, election.group)
        return Published(election.uuid, listed, data[3].data if len(data) == 5 else None)


def differences(proof: CredentialsProof, published: Published, *, voters: Mapping[str, str]) -> Iterator[str]:
    """One sentence per disagreement; none when the server published what the authority made.

    `voters`: public credential → id, where the authority looks itself; others see the credentials only.
    """

    def name(public: str) -> str:
        return f"credential {public[:SHOWN]}…" + (f" of voter {voters[public]}" if public in voters else "")

    made = proof.credentials
    if published.uuid != proof.statement.uuid:
        yield f"the board is of election {published.uuid}, the authority's list of {proof.statement.uuid}"
    for public in published.credentials:
        if public not in made:
            yield f"{name(public)} is on the board and the authority did not make it: whoever did can vote with it"
    for public, weight in made.items():
        if public not in published.credentials:
            yield f"{name(public)} was made by the authority and is not on the board: this voter cannot vote"
        elif published.credentials[public] != weight:
            yield f"{name(public)} weighs {published.credentials[public]} on the board and {weight} in the authority's list"
    if published.certificate is not None and published.certificate != proof.certificate:
        yield "the certificate on the board is not the one that the authority made"
