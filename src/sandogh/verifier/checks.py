"""Verification of a whole archive, as the numbered plan of protocol.md §12.1.

 1. container and chain: exactly our container, every member what its name says, every event after the one before (§11)
 2. event grammar: no ballot after the end of voting, nothing after the result (§12.2)
 3. election file (§4.3)
 4. trustees: each key proven, every threshold group properly established, all together the election key (§6)
 5. credentials: each in the group, none twice (§5.3); the certificate of an external credential authority (§5.4)
 6. ballots: each in canonical form, signed by a listed credential, every proof holding (§7)
 7. encrypted tally: the product of the last ballot of each credential by its weight, with the right numbers (§8)
 8. shuffles: where a question needs them, one of every trustee, each proven; elsewhere none (§9)
 9. partial decryptions: each proven, at most one of a trustee, enough for a result (§10.1)
10. result: what the decryptions open, no more than the weight (§10.2, §10.3)
11. electoral roll: not in the archive, so never checked here (§12.1)
12. earlier copy: where one is given, this archive begins with it (§12.7)

What a reader of the report MUST still do: compare the fingerprint with the one published at the opening, the number of credentials with the
electoral roll, and the trackers of the voters one knows with the ballots.

A check goes on after a fault as far as that makes sense, and tells every one. A check whose foundation failed, and one whose matter has
not happened yet, is reported as not checked, never as holding. Decryptions and result are held to the tally that was published, even if
that tally is not the right one: who was wrong, and where, is what a reader wants to know.

What grows with an election: a byte of memory per event; the list of credentials for as long as its digest is taken; per ballot and per
credential about a hundred bytes of a temporary file on disk; with non-homomorphic questions the ciphertexts of all ballots, since shuffles
are proven as a whole.
"""

from typing import BinaryIO

from sandogh.verifier import ballot_checks, opening_checks, setup_checks
from sandogh.verifier.audit import KEPT, Audit, Progress, Step
from sandogh.verifier.earlier import Earlier
from sandogh.verifier.report import Report
from sandogh.verifier.source import copied

PLAN: tuple[Step, ...] = (
    Step(1, "container and chain", "§11", setup_checks.container),
    Step(2, "event grammar", "§12.2", setup_checks.grammar),
    Step(3, "election file", "§4.3", setup_checks.election_file),
    Step(4, "trustees", "§6", setup_checks.trustee_keys),
    Step(5, "credentials", "§5", setup_checks.public_credentials),
    Step(6, "ballots", "§7", ballot_checks.ballots),
    Step(7, "encrypted tally", "§8", ballot_checks.encrypted_tally),
    Step(8, "shuffles", "§9", opening_checks.shuffles),
    Step(9, "partial decryptions", "§10.1", opening_checks.partial_decryptions),
    Step(10, "result", "§10.3", opening_checks.result),
    Step(11, "electoral roll", "§12.1", opening_checks.roll),
    Step(12, "earlier copy", "§12.7", opening_checks.earlier_copy),
)


def verify_archive(
    file: BinaryIO,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
    kept: int = KEPT,
    earlier: Earlier | None = None,
    only_new: bool = False,
) -> Report:
    """Judge an archive from the file's present position to its end, protocol.md §12.1. Never raises for anything an archive may hold.

    With `jobs` above 1, that many processes share the work where it is worth while. A file that cannot be rewound is first copied to a
    temporary one. `kept` is how many findings of each check are kept; all are counted. With `earlier`, check 12 compares; with `only_new`
    as well, the ballots of the earlier copy are taken as checked if it is a beginning of this archive.
    """
    if not file.seekable():
        with copied(file) as copy:
            return verify_archive(copy, jobs=jobs, progress=progress, kept=kept, earlier=earlier, only_new=only_new)
    with Audit(file, jobs=jobs, progress=progress, kept=kept, earlier=earlier, only_new=only_new) as audit:
        return audit.run(PLAN)
