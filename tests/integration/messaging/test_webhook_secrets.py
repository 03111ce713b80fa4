"""The secret Postmark shows us: one of each account's own, shown once, and nothing else opens the account's webhook."""

import base64
import html
import json
import re
import uuid

import pytest
from django.test import Client

from core.tenancy import tenant_context
from messaging.actions.connecting import connect_account
from messaging.actions.credentials import open_credentials
from messaging.models import ProviderAccount, ProviderEvent
from messaging.views import senders
from tests.factories.accounts import Team
from tests.factories.emails import SERVER_TOKEN, make_mail_house
from tests.snapshots import changed, rows_of

PAGE = "/senders/connect/"
TYPED = {
    "carrier": "postmark", "label": "Mail", "server": "Shop", "server_token": SERVER_TOKEN, "message_stream": "outbound",
}  # fmt: skip


@pytest.fixture
def account(acme: Team) -> ProviderAccount:
    """A Postmark account that is connected."""
    return make_mail_house(acme, "http://127.0.0.1:9").account


@pytest.fixture
def accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Postmark accepts whatever it is shown."""
    monkeypatch.setattr(senders.connecting, "check_credentials", lambda **_: None)


def secret_of(account: ProviderAccount) -> str:
    with tenant_context(account.organization_id):
        return open_credentials(ProviderAccount.objects.get(id=account.id))["webhook_secret"]


def knock(token: str, password: str | None, user: str = "carillon") -> int:
    """Somebody answers a mail, as Postmark tells it; the status of our answer."""
    given = base64.b64encode(f"{user}:{password}".encode()).decode()
    mail = {
        "FromFull": {"Email": "ana@people.example", "Name": ""},
        "ToFull": [{"Email": "news@acme.example", "Name": "", "MailboxHash": ""}],
        "OriginalRecipient": "news@acme.example", "From": "ana@people.example", "To": "news@acme.example",
        "Subject": "Re: Orders", "MessageID": str(uuid.uuid4()), "Date": "Wed, 25 Nov 2026 10:00:00 +0000",
        "TextBody": "STOP", "HtmlBody": "", "StrippedTextReply": "STOP", "Headers": [], "Attachments": [],
    }  # fmt: skip
    answer = Client().post(
        f"/webhooks/postmark/inbound/{token}",
        json.dumps(mail),
        content_type="application/json",
        headers={} if password is None else {"Authorization": f"Basic {given}"},
    )
    return answer.status_code


def test_the_accounts_own_secret_opens_its_webhook(account: ProviderAccount) -> None:
    before = rows_of(account.organization_id)

    assert knock(account.token, secret_of(account)) == 200

    assert "messaging_inboundmessage" in changed(before, rows_of(account.organization_id))


def test_the_token_of_the_address_no_longer_opens_it(account: ProviderAccount) -> None:
    before, kept = rows_of(account.organization_id), ProviderEvent.objects.count()

    assert knock(account.token, account.token) == 403

    assert changed(before, rows_of(account.organization_id)) == {}
    assert ProviderEvent.objects.count() == kept


@pytest.mark.parametrize("password", [None, "", "another", SERVER_TOKEN])
def test_a_wrong_or_missing_secret_changes_nothing(account: ProviderAccount, password: str | None) -> None:
    before = rows_of(account.organization_id)

    assert knock(account.token, password) == 403

    assert changed(before, rows_of(account.organization_id)) == {}


def test_the_secret_of_another_account_opens_nothing_in_either_organisation(
    account: ProviderAccount, rival: Team
) -> None:
    theirs = make_mail_house(rival, "http://127.0.0.1:9", sender="news@rival.example").account
    befores = [rows_of(each.organization_id) for each in (account, theirs)]

    statuses = [knock(account.token, secret_of(theirs)), knock(theirs.token, secret_of(account))]

    assert statuses == [403, 403]
    assert [changed(each, rows_of(each_id)) for each, each_id in zip(
        befores, (account.organization_id, theirs.organization_id), strict=True
    )] == [{}, {}]  # fmt: skip


def test_an_account_sealed_without_a_secret_of_its_own_believes_no_webhook(
    account: ProviderAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    former = {"server": "Shop", "server_token": SERVER_TOKEN, "message_stream": "outbound"}
    monkeypatch.setattr(
        "messaging.views.webhooks.open_credentials", lambda _: former | {"webhook_password": account.token}
    )

    statuses = [knock(account.token, password) for password in (account.token, "", "None")]

    assert statuses == [403, 403, 403]


def test_the_secret_is_shown_once_with_the_steps_and_never_again(acme: Team, accepted: None) -> None:
    browser = acme.client()

    connected = browser.post(PAGE, TYPED)

    with tenant_context(acme.id):
        account = ProviderAccount.objects.get()
    secret = secret_of(account)
    shown = html.unescape(connected.content.decode())
    assert connected.status_code == 200
    assert (shown.count(f">{secret}<"), account.token != secret, len(secret) >= 43) == (1, True, True)
    assert f"/webhooks/postmark/inbound/{account.token}" in shown
    assert "As Basic auth write the user carillon" in shown
    later = browser.get("/senders/").content.decode()
    assert secret not in later
    assert "Shown once, when it was connected." in later
    assert "no-store" in connected["Cache-Control"]


def test_connecting_again_makes_a_new_secret_and_the_former_one_opens_nothing(acme: Team, accepted: None) -> None:
    browser = acme.client()
    browser.post(PAGE, TYPED)
    with tenant_context(acme.id):
        account = ProviderAccount.objects.get()
    former = secret_of(account)

    again = browser.post(PAGE, TYPED)

    assert re.search(re.escape(secret_of(account)), again.content.decode())
    assert (knock(account.token, former), knock(account.token, secret_of(account))) == (403, 200)


def test_two_accounts_of_one_organisation_have_two_secrets(acme: Team, account: ProviderAccount) -> None:
    other = {"server": "Other", "server_token": SERVER_TOKEN, "message_stream": "broadcast"}
    with tenant_context(acme.id):
        second = connect_account(actor=acme.actor(), name="postmark", label="Other", credentials=other)

    assert secret_of(second) != secret_of(account)
    assert knock(account.token, secret_of(second)) == 403
