"""`sandogh credentials destroy | prove | check`: the end of the secrets, and what can be proven for ever."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from sandogh.ceremony.authority_comparison import differences, read_published
from sandogh.ceremony.authority_record import check_proof, make_proof
from sandogh.ceremony.cli.common import FILE, opens_secret, talk
from sandogh.ceremony.destruction import destroy
from sandogh.ceremony.errors import Refused
from sandogh.ceremony.files import read, write_new
from sandogh.ceremony.locked import Ask
from sandogh.ceremony.store import CredentialStore


def register_proofs(group: click.Group, store_option: Callable[[Callable[..., None]], Callable[..., None]]) -> None:
    """Add the commands to the group."""

    @group.command("destroy")
    @store_option
    @click.option("--election", "slug", help="The election's short name, to confirm without being asked.")
    @click.option("--out", type=FILE, required=True, help="The proof: the list, and that its secrets are destroyed.")
    @opens_secret
    def destroy_(store_path: Path, slug: str | None, out: Path, ask: Ask) -> None:
        """Destroy every secret in the store, for ever, once voting is over. The list can still be proven."""
        with CredentialStore(store_path, ask) as store:
            if store.destruction() is None:
                if datetime.now(UTC) < store.election.closes_at:
                    talk(f"WARNING: voting ends at {store.election.closes_at.isoformat()}; after this a lost link is lost")
                typed = slug if slug is not None else click.prompt("Type the election's short name to destroy its secrets", err=True)
                if typed != store.election.slug:
                    raise Refused("that is not this election's short name: nothing was destroyed")
            destroyed = destroy(store, now=datetime.now(UTC))
            write_new(out, make_proof(store.issue_record(), store.published(), destroyed), private=False)
        talk("destroyed. Destroy your copies, exports and backups too.")
        talk(f"proof: {out}")

    @group.command()
    @store_option
    @click.option("--out", type=FILE, required=True, help="The proof, for anyone.")
    def prove(store_path: Path, out: Path) -> None:
        """Write the proof that the public list is the one made here. Holds no secret; asks for no passphrase."""
        with CredentialStore(store_path) as store:
            write_new(out, make_proof(store.issue_record(), store.published(), store.destruction()), private=False)
        talk(f"proof: {out}")

    @group.command()
    @click.option("--proof", "proof_file", type=FILE, required=True, help="From: sandogh credentials prove.")
    @click.option("--authority", help="The fingerprint of the authority's key, as in the minutes.")
    @click.option("--archive", type=FILE, help="The election's archive: its list is compared with the authority's.")
    @click.option("--store", "store_path", type=FILE, help="The authority's store, to name the voters whose credentials differ.")
    def check(proof_file: Path, authority: str | None, archive: Path | None, store_path: Path | None) -> None:
        """Check that a proof holds and, with --archive, that the server published exactly that list."""
        proof = check_proof(read(proof_file))
        said = proof.statement
        talk(f"signed: {said.voters} credentials of weight {said.weight} for election {said.uuid}, at {said.issued_at}")
        if proof.destroyed_at is not None:
            talk(f"signed: their secrets were destroyed at {proof.destroyed_at}")
        if authority is not None and authority.strip().lower() != said.fingerprint:
            raise Refused(f"another key signed this proof: its fingerprint is {said.fingerprint}")
        if archive is not None:
            voters = {}
            if store_path is not None:
                with CredentialStore(store_path) as store:
                    voters = {holder.public: holder.id for holder in store.holders()}
            found = list(differences(proof, read_published(archive), voters=voters))
            for difference in found:
                talk(f"DIFFERENT: {difference}")
            if found:
                raise Refused(f"the server's list is not the authority's: {len(found)} differences")
            talk("the server published exactly this list")
        click.echo(said.fingerprint)
