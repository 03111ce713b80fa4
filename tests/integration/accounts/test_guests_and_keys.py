"""Verbs on the trial's circle, and on keys of applications."""

import datetime

import pytest

from accounts.actions import guests, keys
from accounts.contracts import NotAllowed, Refused
from accounts.models import ApiKey, Guest
from accounts.roles import Role
from accounts.selectors import guest_digests
from core import clock, vault
from core.email import EmailAddress, parse_email
from core.phone import PhoneNumber, parse_phone
from core.tenancy import tenant_context
from tests.factories.accounts import make_key, make_team
from tests.integration.accounts.chain import deeds
from tests.proofs import proves
from tests.snapshots import changed, rows_of

PHONE, EMAIL = parse_phone("+1 402 555 0100", "US"), parse_email("Pat@guests.example")


def add(team, address, label="Pat", role="owner"):
    with tenant_context(team.id):
        return guests.add_guest(actor=team.actor(role), label=label, address=address)


def test_a_guest_is_kept_sealed_and_found_by_digest(acme, rival):
    assert isinstance(PHONE, PhoneNumber)
    assert isinstance(EMAIL, EmailAddress)
    before = rows_of(acme.id)

    phone, email = add(acme, PHONE), add(acme, EMAIL)

    assert changed(before, rows_of(acme.id)) == {
        "accounts_guest": 2, "accounts_auditevent": 2, "accounts_audithead": 0
    }  # fmt: skip
    assert (phone.kind, phone.hint, email.kind) == ("phone", "… 0100", "email")
    assert email.hint == f"{EMAIL.key[0]}…@{EMAIL.domain}"
    assert b"4025550100" not in bytes(phone.address_sealed)
    opened = vault.unseal_text(acme.id, "accounts_guest", "address_sealed", phone.id, phone.address_sealed)
    assert opened == "+14025550100"
    with tenant_context(acme.id):
        assert guest_digests() == {
            vault.digest(acme.id, "phone", "+14025550100"), vault.digest(acme.id, "email", EMAIL.key)
        }  # fmt: skip
    with tenant_context(rival.id):
        assert guest_digests() == frozenset()
    assert "0100" not in str(deeds(acme.id))


def test_the_same_address_twice_is_one_guest_called_what_was_said_last(acme):
    first = add(acme, PHONE)
    again = add(acme, PHONE, label="Pat at work")
    before = rows_of(acme.id)

    same = add(acme, PHONE, label="Pat at work")

    assert (again.id, same.id, same.label) == (first.id, first.id, "Pat at work")
    assert rows_of(acme.id) == before
    assert [deed[0] for deed in deeds(acme.id)][-2:] == ["guest.added", "guest.renamed"]


def test_a_full_circle_takes_nobody_more(acme):
    for number in range(guests.MOST_GUESTS):
        add(acme, parse_email(f"guest{number}@guests.example"))
    before = rows_of(acme.id)

    with pytest.raises(Refused, match="at most 10"):
        add(acme, PHONE)

    assert rows_of(acme.id) == before


def test_a_guest_is_removed_with_an_audit_row_and_only_by_whoever_may(acme):
    guest = add(acme, PHONE)
    before = rows_of(acme.id)
    with tenant_context(acme.id), pytest.raises(NotAllowed):
        guests.remove_guest(actor=acme.actor("viewer"), guest=guest)
    with pytest.raises(NotAllowed):
        add(acme, EMAIL, role="viewer")
    assert rows_of(acme.id) == before

    with tenant_context(acme.id):
        guests.remove_guest(actor=acme.actor(), guest=guest)
        assert not Guest.objects.exists()

    assert changed(before, rows_of(acme.id)) == {
        "accounts_guest": -1, "accounts_auditevent": 1, "accounts_audithead": 0
    }  # fmt: skip


@proves("A25")
def test_a_key_belongs_to_the_organisation_and_its_secret_is_stored_as_a_digest_only(acme):
    before = rows_of(acme.id)

    key, whole = make_key(acme, ["see_contacts", "see_campaigns"], days=30)

    kind, mode, public_id, secret, check = whole.split("_")
    assert (kind, mode, public_id, len(secret), len(check)) == ("crl", "test", key.public_id, 43, 6)
    assert changed(before, rows_of(acme.id)) == {
        "accounts_apikey": 1, "accounts_auditevent": 1, "accounts_audithead": 0
    }  # fmt: skip
    with tenant_context(acme.id):
        row = ApiKey.objects.get()
    assert bytes(row.digest) == keys.key_digest(public_id, secret)
    assert (row.last_four, row.scopes) == (secret[-4:], ["see_campaigns", "see_contacts"])
    assert abs(row.expires_at - clock.now() - datetime.timedelta(days=30)) < datetime.timedelta(minutes=1)
    assert not [field.name for field in ApiKey._meta.fields if field.related_model and field.name != "organization"]
    assert secret not in str(deeds(acme.id))


@pytest.mark.parametrize(
    ("scopes", "days"), [([], 30), (["change_team"], 30), (["see_contacts"], 0), (["see_contacts"], 366)]
)
def test_a_key_without_a_known_scope_or_with_an_odd_life_is_refused(acme, scopes, days):
    before = rows_of(acme.id)

    with pytest.raises(Refused):
        make_key(acme, scopes, days)

    assert rows_of(acme.id) == before


def test_a_key_is_revoked_once(acme):
    key, _ = make_key(acme, ["see_contacts"])
    before = rows_of(acme.id)
    with tenant_context(acme.id), pytest.raises(NotAllowed):
        keys.revoke_api_key(actor=acme.actor("viewer"), key=key)
    assert rows_of(acme.id) == before

    with tenant_context(acme.id):
        keys.revoke_api_key(actor=acme.actor(), key=key)
        keys.revoke_api_key(actor=acme.actor(), key=key)

    assert changed(before, rows_of(acme.id)) == {
        "accounts_apikey": 0, "accounts_auditevent": 1, "accounts_audithead": 0
    }  # fmt: skip


def test_nobody_gives_a_key_what_they_may_not_do_themselves(db):
    team = make_team("Acme", (Role.OWNER, Role.DEVELOPER))
    before = rows_of(team.id)

    with tenant_context(team.id), pytest.raises(Refused, match="what you may not do yourself: record consent"):
        keys.issue_api_key(
            actor=team.actor("developer"), name="shop", scopes=["see_contacts", "change_consent"], days=30
        )

    assert rows_of(team.id) == before
