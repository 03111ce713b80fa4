"""The page of carriers and senders, against the practice carrier as a real process."""

import pytest

from core.tenancy import tenant_context
from messaging.lanes import open_credentials
from messaging.models import ProviderAccount
from tests.factories.messaging import SID, TOKEN
from tests.proofs import proves
from tests.snapshots import changed, rows_of

WRONG = "no-such-token-at-all-9Zq"


@pytest.fixture
def practice(sandbox, settings):
    """The practice carrier, offered because it runs on this machine."""
    settings.SANDBOX_URL = sandbox.url
    return sandbox


def typed(**others):
    return {"carrier": "practice", "label": "Main account", "account_name": SID, "secret": TOKEN} | others


@proves("G2", "G3")
def test_connecting_asks_the_carrier_and_keeps_the_credentials_sealed(acme, rival, practice):
    before, others = rows_of(acme.id), rows_of(rival.id)

    answer = acme.client().post("/senders/connect/", typed())

    assert (answer.status_code, answer.headers["Location"]) == (302, "/senders/")
    assert changed(before, rows_of(acme.id)) == {
        "messaging_provideraccount": 1, "accounts_auditevent": 1, "accounts_audithead": 0
    }  # fmt: skip
    assert rows_of(rival.id) == others
    with tenant_context(acme.id):
        account = ProviderAccount.objects.get()
        credentials = open_credentials(account)
    assert (account.state, account.secret_hint, account.base_url) == ("connected", TOKEN[-4:], practice.url)
    assert (credentials["account_sid"], credentials["auth_token"]) == (SID, TOKEN)
    assert TOKEN.encode() not in bytes(account.credentials_sealed)
