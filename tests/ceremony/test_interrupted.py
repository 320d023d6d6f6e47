"""The power goes at every write, or the disk is full at every write: what is found afterwards is whole, and the same act ends it."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sandogh.ceremony.errors import Refused
from sandogh.ceremony.files import read
from sandogh.ceremony.key_establishment import coordinator
from sandogh.ceremony.key_establishment.papers import Step
from sandogh.ceremony.locked import Passphrase, change_passphrase, lock, open_secret
from sandogh.ceremony.trustee import keygen
from sandogh.protocol import canonical

from .ceremonies import Establishment
from .conftest import no_passphrase


class PowerCut(BaseException):
    """The process ends here; nothing of it runs any more."""


WRITES = ("fsync", "link", "replace")


@pytest.fixture
def fails_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, BaseException], list[int]]:
    """From now on the n-th writing call to the kernel (from 1) raises, before or, for odd n, after it was done; the calls are counted."""

    def install(at: int, fault: BaseException) -> list[int]:
        calls = [0]

        def failing(real: Callable[..., object]) -> Callable[..., object]:
            def call(*arguments: object, **named: object) -> object:
                calls[0] += 1
                if calls[0] == at:
                    if at % 2 and isinstance(fault, PowerCut):
                        real(*arguments, **named)
                    raise fault
                return real(*arguments, **named)

            return call

        for name in WRITES:
            monkeypatch.setattr(os, name, failing(getattr(os, name)))
        return calls

    return install


def full() -> OSError:
    return OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("at", range(1, 7))
@pytest.mark.parametrize("step", [Step.CERTIFICATE, Step.KEY])
def test_the_coordinator_is_interrupted_while_the_last_paper_is_taken_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: Callable[[int, BaseException], list[int]], step: Step, at: int
) -> None:
    """Received, round and parameters: three files, and any beginning of them."""
    going = Establishment(tmp_path, size=2, threshold=2)
    for earlier in list(Step)[: step - 1]:
        going.step(earlier)
    going.step(step, but=(2,))
    with monkeypatch.context():
        calls = fails_at(at, PowerCut())
        with pytest.raises(PowerCut):
            coordinator.add(going.office, going.paper(2, step))
        assert calls[0] >= at
        monkeypatch.undo()
    coordinator.add(going.office, going.paper(2, step))
    found = coordinator.status(going.office)
    assert len(found.rounds) == step
    assert found.rounds[-1][0].read_bytes() == going.round(step).to_bytes()
    assert (found.parameters is not None) is (step is Step.KEY)


@pytest.mark.parametrize("at", range(1, 4))
@pytest.mark.parametrize("step", [Step.COMMITMENT, Step.POLYNOMIAL])
def test_a_member_is_interrupted_and_stays_with_the_same_polynomial(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: Callable[[int, BaseException], list[int]], step: Step, at: int
) -> None:
    going = Establishment(tmp_path, size=2, threshold=2)
    for earlier in list(Step)[: step - 1]:
        going.step(earlier)
    fails_at(at, PowerCut())
    with pytest.raises(PowerCut):
        going.act(1, step)
    monkeypatch.undo()
    kept = going.seed(1).with_name("me.kept.json")
    before = read(kept) if kept.exists() else None
    if going.paper(1, step).exists():
        coordinator.add(going.office, going.paper(1, step))
    else:
        coordinator.add(going.office, going.act(1, step))
    assert before is None or read(kept) == before
    coordinator.add(going.office, going.act(2, step))
    for later in list(Step)[step:]:
        going.step(later)
    assert coordinator.status(going.office).parameters is not None


@pytest.mark.parametrize("at", range(1, 5))
def test_a_full_disk_while_a_key_is_made_is_said_and_leaves_no_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: Callable[[int, BaseException], list[int]], at: int
) -> None:
    fails_at(at, full())
    with pytest.raises(Refused, match="No space left"):
        keygen(group_name="Ed25519", name=None, prefix=tmp_path / "me", choose=no_passphrase)
    monkeypatch.undo()
    found = {path.name for path in tmp_path.iterdir()}
    assert found <= {"me.private.json", "me.public.json"}
    assert "me.public.json" not in found or "me.private.json" in found


@pytest.mark.parametrize("at", range(1, 4))
@pytest.mark.parametrize("fault", [PowerCut(), full()])
def test_a_key_whose_passphrase_was_being_changed_opens_with_one_of_the_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: Callable[[int, BaseException], list[int]], at: int, fault: BaseException
) -> None:
    old, new = Passphrase.typed("the old passphrase"), Passphrase.typed("the new passphrase")
    path, secret = tmp_path / "k", canonical.dumps({"format": "sandogh-trustee-key/1"})
    path.write_bytes(lock(secret, old, contents="sandogh-trustee-key/1", cost=2**10))
    path.chmod(0o600)
    calls = fails_at(at, fault)
    # pathlib renames by os.replace, so this counts every step of the writing.
    with pytest.raises((PowerCut, Refused)):
        change_passphrase(path, lambda _: old, lambda: new)
    assert calls[0] == at
    monkeypatch.undo()
    opened = []
    for each in (old, new):
        try:
            opened.append(open_secret(path, lambda _, each=each: each)[0])
        except Refused:
            continue
    assert opened == [secret]


def test_a_file_of_the_round_that_was_cut_short_is_refused(tmp_path: Path) -> None:
    going = Establishment(tmp_path, size=2, threshold=2).until(Step.CERTIFICATE)
    whole = (going.office / "round-1.json").read_bytes()
    for cut in (0, 1, len(whole) // 2, len(whole) - 1):
        (going.office / "round-1.json").write_bytes(whole[:cut])
        with pytest.raises(Refused, match="round"):
            going.act(1, Step.COMMITMENT)
    assert not going.seed(1).with_name("me.kept.json").exists()


@pytest.mark.parametrize("place", range(0, 240, 7))
def test_a_seed_file_with_a_flipped_byte_is_refused_without_showing_it(tmp_path: Path, place: int) -> None:
    going = Establishment(tmp_path, size=2, threshold=2).until(Step.CERTIFICATE)
    whole = bytearray(going.seed(1).read_bytes())
    seed = whole[-24:-2].decode()
    whole[place % len(whole)] ^= 2
    going.seed(1).write_bytes(whole)
    with pytest.raises(Refused) as refused:
        going.act(1, Step.COMMITMENT)
    assert seed not in str(refused.value)
