"""Keys of the vault: a ciphertext opens nowhere else, master keys and data keys change without a word lost."""

import base64
import io
import itertools

import pytest
from django.core.management import CommandError, call_command

from accounts.models import OrganizationKey
from core import vault
from core.ids import new_id
from core.tenancy import tenant_context
from tests.integration.accounts.chain import deeds
from tests.proofs import proves
from tests.snapshots import rows_of

OLD = "kek-test-1:" + base64.b64encode(b"k" * 32).decode()
NEW = "kek-test-2:" + base64.b64encode(b"n" * 32).decode()


@pytest.fixture(autouse=True)
def _fresh_rings():
    vault.forget_rings()
    yield
    vault.forget_rings()


def told(*words, **options):
    said = io.StringIO()
    call_command(*words, stdout=said, **options)
    return said.getvalue()


@proves("F27")
def test_ten_thousand_ciphertexts_moved_elsewhere_open_nowhere(acme, rival):
    """Row, column, table and organisation: each sealed value is offered to every place but its own."""
    places = [
        (team.id, table, column, new_id())
        for team in (acme, rival)
        for table in ("accounts_guest", "consent_point")
        for column in ("address_sealed", "note_sealed")
        for _ in range(13)
    ]
    sealed = [vault.seal(*place, f"value {number}") for number, place in enumerate(places)]
    tried = opened = 0

    for (source, value), place in itertools.product(zip(places, sealed, strict=True), places):
        if source == place:
            continue
        tried += 1
        try:
            vault.unseal(*place, value)
            opened += 1
        except vault.CannotOpen:
            pass

    assert (tried >= 10_000, opened) == (True, 0), tried
    assert [vault.unseal_text(*place, value) for place, value in zip(places, sealed, strict=True)] == [
        f"value {number}" for number in range(len(places))
    ]


@proves("F27")
def test_a_new_master_key_wraps_everything_again_and_half_a_rotation_is_finished_by_the_next(acme, rival, settings):
    row, digest = new_id(), vault.digest(acme.id, "phone", "+14025550100")
    sealed = vault.seal(acme.id, "t", "c", row, "before")
    settings.MASTER_KEYS = f"{NEW},{OLD}"
    with tenant_context(acme.id):
        from accounts.actions.vault_keys import rewrap_keys
        from accounts.contracts import SYSTEM

        assert rewrap_keys(actor=SYSTEM) == 2  # a rotation that died after the first organisation

    assert told("rotate_keys") == "2 keys of 1 organisations and 0 second factors are now under kek-test-2.\n"
    before = rows_of(acme.id), rows_of(rival.id)
    assert told("rotate_keys") == "0 keys of 0 organisations and 0 second factors are now under kek-test-2.\n"

    assert (rows_of(acme.id), rows_of(rival.id)) == before
    settings.MASTER_KEYS = NEW
    vault.forget_rings()
    assert vault.unseal_text(acme.id, "t", "c", row, sealed) == "before"
    assert vault.digest(acme.id, "phone", "+14025550100") == digest
    assert deeds(rival.id)[-1] == ("keys.rewrapped", "", {"master_key": "kek-test-2", "count": 2})


def test_a_rotation_without_the_former_master_key_changes_nothing_and_says_so(acme, settings):
    before = rows_of(acme.id)
    settings.MASTER_KEYS = NEW

    with pytest.raises(CommandError, match="Keep the former master key"):
        told("rotate_keys")

    assert rows_of(acme.id) == before


def test_a_new_data_key_seals_what_comes_and_the_old_one_opens_what_was(acme):
    row = new_id()
    old = vault.seal(acme.id, "t", "c", row, "old")
    held = dict(vault._rings)

    assert told("rotate_keys", "--data", str(acme.id)) == "Data key 2 is in use.\n"

    new = vault.seal(acme.id, "t", "c", row, "new")
    assert (old[1:3], new[1:3]) == (b"\x00\x01", b"\x00\x02")
    vault._rings.update(held)  # another process that opened its ring before the change
    assert vault.unseal_text(acme.id, "t", "c", row, new) == "new"
    assert vault.unseal_text(acme.id, "t", "c", row, old) == "old"
    assert deeds(acme.id)[-1] == ("keys.data_key_begun", "", {"version": 2})


def test_an_organisation_whose_keys_are_destroyed_cannot_be_read(acme, rival):
    row = new_id()
    sealed, other = vault.seal(acme.id, "t", "c", row, "gone"), vault.seal(rival.id, "t", "c", row, "stays")

    with tenant_context(acme.id):
        OrganizationKey.objects.all().delete()
    vault.forget_rings()

    with pytest.raises(vault.CannotOpen, match="no keys"):
        vault.unseal(acme.id, "t", "c", row, sealed)
    assert vault.unseal_text(rival.id, "t", "c", row, other) == "stays"
