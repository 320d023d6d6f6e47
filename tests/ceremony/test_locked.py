"""Files that open with a passphrase only: nothing of them can be changed unnoticed, and a wrong passphrase learns nothing."""

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from hypothesis import given
from hypothesis import strategies as st

from sandogh.ceremony import locked
from sandogh.ceremony.errors import Refused
from sandogh.ceremony.keyfile import FORMAT as KEY_FORMAT
from sandogh.ceremony.keyfile import read_key
from sandogh.ceremony.locked import COST, Passphrase, change_passphrase, is_locked, lock, open_secret, unlock
from sandogh.ceremony.trustee import keygen
from sandogh.protocol import canonical

from .conftest import no_passphrase, unasked

CHEAP = 2**10  # what the work costs is measured once below; elsewhere it would only be slow
WORDS = Passphrase.typed("چهار کلمهٔ بی‌ربط ۱۲")
OTHER = Passphrase.typed("another passphrase")
SECRET = b'{"format":"sandogh-trustee-key/1","private_key":"5"}'


@pytest.fixture(scope="module")
def file() -> bytes:
    return lock(SECRET, WORDS, contents=KEY_FORMAT, cost=CHEAP)


def test_the_format_as_it_is_written_down() -> None:
    """Opened here by the words of the format alone, with the parameters that are promised."""
    data = lock(SECRET, WORDS, contents=KEY_FORMAT)
    fields = json.loads(data)
    assert list(fields) == ["format", "contents", "kdf", "cipher", "nonce", "data"]
    assert fields["format"] == "sandogh-locked/1"
    assert {name: fields["kdf"][name] for name in ("name", "n", "r", "p")} == {"name": "scrypt", "n": 131072, "r": 8, "p": 1}
    key = Scrypt(salt=bytes.fromhex(fields["kdf"]["salt"]), length=32, n=COST, r=8, p=1).derive("چهار کلمهٔ بی‌ربط 12".encode())
    header = data[: data.index(b',"data":')] + b"}"
    assert AESGCM(key).decrypt(bytes.fromhex(fields["nonce"]), bytes.fromhex(fields["data"]), header) == SECRET


def test_there_and_back(file: bytes) -> None:
    assert is_locked(file)
    assert not is_locked(SECRET)
    assert b"private_key" not in file
    assert unlock(file, WORDS, what="k") == SECRET


def test_salt_and_nonce_are_new_each_time(file: bytes) -> None:
    again = json.loads(lock(SECRET, WORDS, contents=KEY_FORMAT, cost=CHEAP))
    first = json.loads(file)
    assert (again["kdf"]["salt"], again["nonce"], again["data"]) != (first["kdf"]["salt"], first["nonce"], first["data"])
    assert again["kdf"]["salt"] != first["kdf"]["salt"]
    assert again["nonce"] != first["nonce"]


def test_a_wrong_passphrase_and_a_damaged_file_say_the_same(file: bytes) -> None:
    fields = json.loads(file)
    fields["data"] = fields["data"][:-2] + ("00" if fields["data"][-2:] != "00" else "01")
    said = []
    for data, passphrase in ((file, OTHER), (canonical.dumps(fields), WORDS)):
        with pytest.raises(Refused) as refused:
            unlock(data, passphrase, what="k")
        said.append(str(refused.value))
    assert said[0] == said[1] == "k does not open: the passphrase is wrong, or the file is damaged"


def test_every_flipped_byte_is_noticed(file: bytes) -> None:
    """Each byte of the file, in eight ways for its bits."""
    for place in range(len(file)):
        for bit in (0, 5) if place % 7 else range(8):
            changed = bytearray(file)
            changed[place] ^= 1 << bit
            with pytest.raises(Refused):
                unlock(bytes(changed), WORDS, what="k")


def test_every_truncation_and_every_addition_is_noticed(file: bytes) -> None:
    for length in range(len(file)):
        with pytest.raises(Refused):
            unlock(file[:length], WORDS, what="k")
    for added in (b"\n", b" ", b"}", b"\x00"):
        with pytest.raises(Refused):
            unlock(file + added, WORDS, what="k")


@pytest.mark.parametrize(
    "change",
    [
        lambda fields: fields["kdf"].update(n=2**30),
        lambda fields: fields["kdf"].update(n=CHEAP + 1),
        lambda fields: fields["kdf"].update(n=str(CHEAP)),
        lambda fields: fields["kdf"].update(r=1),
        lambda fields: fields["kdf"].update(p=2),
        lambda fields: fields["kdf"].update(name="pbkdf2"),
        lambda fields: fields.update(cipher="none"),
        lambda fields: fields.update(contents="sandogh-trustee-seed/1"),
        lambda fields: fields.update(contents=1),
        lambda fields: fields.update(more=1),
        lambda fields: fields.update(nonce=""),
        lambda fields: fields.update(nonce=fields["nonce"].upper() + "00"),
        lambda fields: fields.update(data=""),
        lambda fields: fields.update(data="0"),
        lambda fields: fields.update(kdf=[]),
        lambda fields: fields.update(format="sandogh-locked/2"),
    ],
)
def test_no_other_header_is_accepted(file: bytes, change: Callable[[Any], object]) -> None:
    fields = json.loads(file)
    change(fields)
    with pytest.raises(Refused):
        unlock(canonical.dumps(fields), WORDS, what="k")


@given(st.binary(max_size=200), st.text(min_size=1, max_size=40))
def test_any_bytes_under_any_passphrase(data: bytes, typed: str) -> None:
    try:
        passphrase = Passphrase.typed(typed)
    except Refused:
        return
    assert unlock(lock(data, passphrase, contents="x", cost=CHEAP), passphrase, what="k") == data


# ---- passphrases
@pytest.mark.parametrize(
    ("one", "other"), [("كليد ٤", "کلید ۴"), ("کلید ۴", "کلید 4"), ("ﮐﻠﯿﺪ", "کلید"), ("خان\u06c0", "خان\u0647\u0654"), ("\ufeffkey", "key")]
)
def test_keyboards_that_write_the_same_word_differently_open_the_file(one: str, other: str) -> None:
    assert Passphrase.typed(one) == Passphrase.typed(other)


@pytest.mark.parametrize("typed", ["", "\ufeff", "a\nb", "a\x00", "a\udcff", "x" * 1001])
def test_what_is_no_passphrase(typed: str) -> None:
    with pytest.raises(Refused, match="one line"):
        Passphrase.typed(typed)


def test_a_short_passphrase_opens_but_does_not_lock() -> None:
    with pytest.raises(Refused, match="too short"):
        Passphrase.typed("eleven char").demand_strong()
    Passphrase.typed("twelve chars").demand_strong()


def test_a_passphrase_is_not_shown() -> None:
    assert "passphrase" not in repr(OTHER).lower().replace("passphrase(", "")
    assert b"another" in OTHER.key_material


# ---- changing it
@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = keygen(group_name="Ed25519", name=None, prefix=tmp_path / "me", choose=lambda: WORDS)
    assert is_locked(made.private.read_bytes())
    return made.private


def test_a_changed_passphrase_opens_and_the_old_one_does_not(key: Path) -> None:
    before = read_key(key, lambda _: WORDS)
    change_passphrase(key, lambda _: WORDS, lambda: OTHER)
    assert read_key(key, lambda _: OTHER).private == before.private
    with pytest.raises(Refused, match="does not open"):
        read_key(key, lambda _: WORDS)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert sorted(path.name for path in key.parent.iterdir()) == ["me.private.json", "me.public.json"]


def test_a_key_may_lose_and_regain_its_passphrase(key: Path) -> None:
    change_passphrase(key, lambda _: WORDS, no_passphrase)
    assert open_secret(key, unasked)[1] is None
    change_passphrase(key, unasked, lambda: OTHER)
    assert open_secret(key, lambda _: OTHER)[1] is OTHER


def test_a_wrong_passphrase_changes_nothing_and_no_new_one_is_asked_for(key: Path) -> None:
    before = key.read_bytes()

    def not_yet() -> Passphrase:
        raise AssertionError("asked for a new passphrase before the old one was right")

    with pytest.raises(Refused, match="does not open"):
        change_passphrase(key, lambda _: OTHER, not_yet)
    assert key.read_bytes() == before


@pytest.mark.parametrize("data", [b"", b"[]", b'{"format":"sandogh-public-credentials/1"}', b"\x00"])
def test_only_keys_and_seeds_are_locked(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x").write_bytes(data)
    (tmp_path / "x").chmod(0o600)
    with pytest.raises(Refused, match="no key of ours"):
        change_passphrase(tmp_path / "x", unasked, lambda: OTHER)
    assert (tmp_path / "x").read_bytes() == data


def test_the_memory_a_reader_spends_is_bounded() -> None:
    """128 bytes × N × r: a gibibyte at most, and 128 MiB for what is written now."""
    assert 128 * max(locked.COSTS) * locked.BLOCK == 2**30
    assert 128 * COST * locked.BLOCK == 2**27
