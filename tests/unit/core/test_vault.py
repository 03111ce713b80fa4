"""Sealed values: they open at their own place only."""

import base64
import uuid

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core import vault

ACME, RIVAL, ROW = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
KEKS = {name: base64.b64encode(letter * 32).decode() for name, letter in (("kek-1", b"1"), ("kek-2", b"2"))}


@pytest.fixture(autouse=True)
def store(settings, monkeypatch):
    """Two organisations with a data key and a digest key each, in memory."""
    settings.MASTER_KEYS = f"kek-1:{KEKS['kek-1']}"
    kept = {
        each: [vault.new_wrapped_key(each, 1, purpose) for purpose in ("data", "digest")] for each in (ACME, RIVAL)
    }  # fmt: skip
    monkeypatch.setattr(vault, "_source", lambda organization_id: kept[organization_id])
    vault.forget_rings()
    yield kept
    vault.forget_rings()


def seal(value="secret"):
    return vault.seal(ACME, "contacts_note", "body_sealed", ROW, value)


def test_a_value_comes_back_as_text_and_as_bytes():
    assert vault.unseal_text(ACME, "contacts_note", "body_sealed", ROW, seal("نور")) == "نور"
    assert vault.unseal(ACME, "contacts_note", "body_sealed", ROW, memoryview(seal(b"\x00\xff"))) == b"\x00\xff"
    assert vault.unseal(ACME, "contacts_note", "body_sealed", ROW, seal("")) == b""


def test_a_sealed_value_is_31_bytes_longer_never_the_same_twice_and_does_not_show_its_text():
    sealed = seal("a canary in a mine")

    assert len(sealed) == 18 + 31
    assert sealed[:3] == b"\x01\x00\x01"
    assert b"canary" not in sealed
    assert seal("a canary in a mine") != sealed


@pytest.mark.parametrize(
    "place",
    [
        (RIVAL, "contacts_note", "body_sealed", ROW),
        (ACME, "contacts_not", "ebody_sealed", ROW),
        (ACME, "consent_point", "body_sealed", ROW),
        (ACME, "contacts_note", "other_sealed", ROW),
        (ACME, "contacts_note", "body_sealed", uuid.uuid4()),
    ],
)
def test_a_sealed_value_opens_at_no_other_place(place):
    with pytest.raises(vault.CannotOpen):
        vault.unseal(*place, seal())


def test_a_sealed_value_with_one_bit_changed_anywhere_does_not_open():
    sealed = seal()

    for index in range(len(sealed)):
        changed = bytearray(sealed)
        changed[index] ^= 1
        with pytest.raises(vault.CannotOpen):
            vault.unseal(ACME, "contacts_note", "body_sealed", ROW, bytes(changed))


@pytest.mark.parametrize("length", [0, 2, 30])
def test_a_cut_value_is_refused(length):
    with pytest.raises(vault.CannotOpen, match="too short"):
        vault.unseal(ACME, "contacts_note", "body_sealed", ROW, seal()[:length])


def test_equal_addresses_have_equal_digests_inside_one_organisation_only():
    ours = vault.digest(ACME, "phone", "+14025550100")

    assert len(ours) == 16
    assert ours == vault.digest(ACME, "phone", "+14025550100")
    others = [
        vault.digest(RIVAL, "phone", "+14025550100"),
        vault.digest(ACME, "email", "+14025550100"),
        vault.digest(ACME, "phone", "+14025550101"),
        vault.platform_digest("phone", "+14025550100"),
    ]
    assert ours not in others


def test_a_digest_is_hmac_sha_256_under_the_organisations_key(store):
    import hashlib
    import hmac

    key = vault.unwrap(ACME, store[ACME][1])

    expected = hmac.new(key, b"point|phone|v1|+14025550100", hashlib.sha256).digest()[:16]
    assert vault.digest(ACME, "phone", "+14025550100") == expected


def test_a_key_wrapped_for_one_organisation_version_or_purpose_unwraps_for_no_other(store):
    data, digest = store[ACME]

    assert len(vault.unwrap(ACME, data)) == 32
    for organization_id, key in [
        (RIVAL, data),
        (ACME, vault.WrappedKey(2, "data", data.wrapped, "kek-1")),
        (ACME, vault.WrappedKey(1, "data", digest.wrapped, "kek-1")),
    ]:
        with pytest.raises(vault.CannotOpen, match="does not belong"):
            vault.unwrap(organization_id, key)


def test_a_key_under_a_master_key_that_is_gone_is_refused_by_name(store, settings):
    settings.MASTER_KEYS = f"kek-2:{KEKS['kek-2']}"

    with pytest.raises(vault.CannotOpen, match="kek-1 is not in MASTER_KEYS"):
        seal()


def test_the_first_master_key_wraps_and_every_one_unwraps(store, settings):
    settings.MASTER_KEYS = f"kek-2:{KEKS['kek-2']}, kek-1:{KEKS['kek-1']}"

    assert vault.new_wrapped_key(ACME, 2, "data").kek_id == "kek-2"
    assert isinstance(vault.key_ring(ACME).data[1], AESGCM)


def test_a_key_version_begun_elsewhere_is_fetched_at_once_and_an_unknown_one_is_refused(store):
    seal()
    store[ACME].append(vault.new_wrapped_key(ACME, 2, "data"))
    assert seal()[1:3] == b"\x00\x01"
    held = vault._rings[ACME]
    vault.forget_rings(ACME)
    newer = seal()
    vault._rings[ACME] = held

    assert vault.unseal_text(ACME, "contacts_note", "body_sealed", ROW, newer) == "secret"
    with pytest.raises(vault.CannotOpen, match="key is unknown"):
        vault.unseal(ACME, "contacts_note", "body_sealed", ROW, b"\x01\x00\x09" + newer[3:])


def test_an_organisation_without_keys_opens_and_seals_nothing(store):
    sealed = seal()
    store[ACME].clear()
    vault.forget_rings(ACME)

    with pytest.raises(vault.CannotOpen, match="no keys"):
        vault.unseal(ACME, "contacts_note", "body_sealed", ROW, sealed)
    with pytest.raises(vault.CannotOpen, match="no keys"):
        seal()


def test_an_opened_ring_is_forgotten_after_five_minutes(store, monkeypatch):
    seal()
    store[ACME].clear()
    later = vault.time.monotonic() + 301
    monkeypatch.setattr(vault.time, "monotonic", lambda: later)

    with pytest.raises(vault.CannotOpen):
        seal()
