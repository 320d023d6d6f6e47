"""Checks 6 and 7: every ballot, and the tally of those that count (protocol.md §7, §8)."""

from collections import deque
from collections.abc import Iterator

from sandogh.protocol.ballot import tracker_of
from sandogh.protocol.digest import sha_base64
from sandogh.protocol.errors import Malformed, VerificationError
from sandogh.protocol.nested import leaves
from sandogh.protocol.tally import EncryptedTally, TallyBuilder, check_encrypted_tally
from sandogh.verifier.audit import Audit, Unfounded, count
from sandogh.verifier.ballots import WORTHWHILE, Task, batches, judge_batch
from sandogh.verifier.combining import combined, in_order
from sandogh.verifier.index import BallotLine, credential_named


def ballots(audit: Audit) -> str:
    """(6) and the product that (7) compares. Every ballot is looked at: one refusal does not hide another."""
    audit.need(3, 5)
    index, total = audit.index, audit.index.ballot_count
    known = _known(audit)
    lines: deque[BallotLine] = deque()
    product: EncryptedTally = TallyBuilder(audit.election).finish()
    done = 0
    judged = audit.workers.each(audit.election, judge_batch, batches(_tasks(audit, lines, known)), worthwhile=total >= WORTHWHILE)
    for batch in judged:
        for refusal in batch.refusals:
            line = lines.popleft()
            if refusal is not None:
                _refuse(audit, line, refusal)
            elif index.is_repeated(line):
                _refuse(audit, line, VerificationError("§7.1", "the same ballot twice"))
        product = combined(audit.election, product, batch.product)
        done += len(batch.refusals)
        audit.tell("ballots", done, total)
    if audit.refused:
        return f"{audit.refused} of {count(total, 'ballot')} refused"
    facts = audit.report.facts
    facts.kept, facts.kept_weight = product.num_tallied, product.total_weight
    audit.computed = in_order(audit.election, product)
    replaced = total - product.num_tallied
    return (
        count(total, "ballot")
        + (f", {replaced} replaced by a later one" if replaced else "")
        + (f"; the first {known} taken as checked, being in the earlier copy" if known else "")
    )


def _known(audit: Audit) -> int:
    """How many ballots are taken as checked: those of the earlier copy, if it is a beginning of this archive and one was told so."""
    if not audit.only_new or audit.earlier is None:
        return 0
    try:
        audit.continuation(audit.earlier)
    except VerificationError:
        return 0
    return audit.earlier.ballots


def _tasks(audit: Audit, lines: deque[BallotLine], known: int) -> Iterator[Task]:
    """Each ballot with what is to be known of it; the lines of the tasks handed out are kept until they are judged."""
    for line in audit.index.ballots():
        data = audit.index.read(line.place)
        weight = audit.index.weight_of(line)
        kept = weight is not None and audit.index.replacement_of(line) is None
        lines.append(line)
        yield Task(
            data,
            credential=None if weight is None else credential_named(data),
            weight=(weight or 0) if kept else 0,
            check=line.number >= known,
        )


def _refuse(audit: Audit, line: BallotLine, refusal: Malformed | VerificationError) -> None:
    """Named by number and tracker, so that its owner and the board's reader find it."""
    audit.refuse(refusal, f"ballot {line.number + 1} ({tracker_of(audit.index.read(line.place))})")


def encrypted_tally(audit: Audit) -> str:
    """(7) Every place where the tally is not the product. The published one is kept, right or wrong: the decryptions are of that one."""
    if not audit.index.tally:
        audit.need(1, 2, 6)
        audit.not_yet("EncryptedTally")
    audit.need(3)
    data, sized = map(audit.index.read, audit.index.tally)
    audit.tally = published = EncryptedTally.from_bytes(data, sized, election=audit.election)
    audit.report.facts.tally_fingerprint = sha_base64(data)
    audit.need(1, 2, 6)
    computed = audit.computed
    if computed is None:
        raise Unfounded({6})
    _compare(audit, published, computed)
    if not audit.refused:
        check_encrypted_tally(data, sized, computed=computed, election=audit.election)
    return f"{count(published.num_tallied, 'ballot')}, total weight {published.total_weight}"


def _compare(audit: Audit, published: EncryptedTally, computed: EncryptedTally) -> None:
    """Name each place that differs, so that the reader knows which candidate's count was touched."""
    expected = dict(leaves(computed.ciphertexts))
    found = dict(leaves(published.ciphertexts))
    for place, ciphertext in found.items():
        if place in expected and ciphertext != expected[place]:
            audit.refuse(VerificationError("§8.2", "the encrypted tally is not the product of the kept ballots", place))
    if found.keys() != expected.keys():
        audit.refuse(VerificationError("§8.2", f"the encrypted tally holds {len(found)} ciphertexts where {len(expected)} belong"))
    if audit.refused:
        return
    # A wrong product explains wrong numbers; by themselves they are a fault of their own.
    for field in ("num_tallied", "total_weight"):
        if getattr(published, field) != getattr(computed, field):
            what = f"{field} is {getattr(published, field)} where the kept ballots give {getattr(computed, field)}"
            audit.refuse(VerificationError("§8.3", what))
