"""The page of carriers and senders, against the practice carrier as a real process."""

import datetime

import pytest

from accounts.roles import GRANTS, Role
from core import clock
from core.tenancy import current_organization_id, tenant_context
from messaging.actions import connecting
from messaging.lanes import open_credentials
from messaging.models import ProviderAccount, Sender
from messaging.providers.registry import PROVIDERS
from messaging.selectors.senders import account_cards
from tests.factories.accounts import make_team
from tests.factories.messaging import NUMBER, SID, TOKEN, make_account, make_sender
from tests.integration.accounts.chain import deeds
from tests.proofs import proves
from tests.snapshots import changed, rows_of
from tooling.ports import free_port

WRONG = "no-such-token-at-all-9Zq"


@pytest.fixture
def practice(sandbox, settings):
    """The practice carrier, offered because it runs on this machine."""
    settings.SANDBOX_URL = sandbox.url
    return sandbox


def typed(**others):
    return {"carrier": "practice", "label": "Main account", "account_sid": SID, "auth_token": TOKEN} | others


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


def test_a_wrong_token_is_refused_without_repeating_it_and_nothing_is_kept(acme, practice):
    before = rows_of(acme.id)

    answer = acme.client().post("/senders/connect/", typed(auth_token=WRONG))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The carrier does not accept these credentials." in page
    assert WRONG not in page
    assert SID in page
    assert rows_of(acme.id) == before


def test_a_carrier_that_does_not_answer_is_named_and_nothing_is_kept(acme, settings):
    settings.SANDBOX_URL = f"http://127.0.0.1:{free_port()}"
    before = rows_of(acme.id)

    answer = acme.client().post("/senders/connect/", typed())

    assert answer.status_code == 422
    assert "The carrier does not answer now." in answer.content.decode()
    assert rows_of(acme.id) == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"account_sid": "AC123"},
        {"account_sid": "SK" + "0" * 32},
        {"auth_token": ""},
        {"label": ""},
        {"carrier": "http://169.254.169.254/"},
        {"carrier": "carrier-of-mine"},
    ],
)
def test_a_form_that_cannot_be_right_asks_no_carrier(acme, practice, wrong):
    before, asked = rows_of(acme.id), practice.get("counts")

    answer = acme.client().post("/senders/connect/", typed(**wrong))

    assert answer.status_code == 422
    assert TOKEN not in answer.content.decode()
    assert rows_of(acme.id) == before
    assert practice.get("counts") == asked


def test_an_address_of_ones_own_is_never_called(acme, practice, monkeypatch):
    called = []
    monkeypatch.setattr(connecting, "check_credentials", lambda **asked: called.append(asked["base_url"]))

    acme.client().post("/senders/connect/", typed(base_url="http://169.254.169.254/", url="http://10.0.0.1/"))
    acme.client().post("/senders/connect/", typed(carrier="twilio", base_url="http://169.254.169.254/"))

    assert called == [practice.url, ""]


def test_without_a_sandbox_no_practice_carrier_is_offered(acme, settings):
    settings.SANDBOX_URL = ""
    before = rows_of(acme.id)

    page = acme.client().get("/senders/")
    answer = acme.client().post("/senders/connect/", typed())

    assert [choice.key for choice in page.context["carriers"]] == list(PROVIDERS)
    assert answer.status_code == 422
    assert rows_of(acme.id) == before


def test_the_carrier_is_asked_outside_every_transaction(acme, practice, monkeypatch):
    seen = []
    monkeypatch.setattr(connecting, "check_credentials", lambda **_: seen.append(current_organization_id()))

    assert acme.client().post("/senders/connect/", typed()).status_code == 302

    assert seen == [None]


def test_the_page_shows_four_letters_of_the_secret_and_the_address_for_replies(acme, practice, settings):
    settings.WEBHOOK_URL = "https://app.acme.example"
    acme.client().post("/senders/connect/", typed())
    with tenant_context(acme.id):
        account = ProviderAccount.objects.get()

    page = acme.client().get("/senders/").content.decode()

    assert "••••oken" in page
    assert TOKEN not in page
    assert f"https://app.acme.example/webhooks/twilio/inbound/{account.token}" in page


def test_connecting_the_same_account_again_replaces_its_secret_and_keeps_its_addresses(acme, practice):
    with tenant_context(acme.id):
        first = make_account(acme.actor(), token="the-old-one")
        callback = open_credentials(first)["callback_secret"]

    assert acme.client().post("/senders/connect/", typed()).status_code == 302

    with tenant_context(acme.id):
        account = ProviderAccount.objects.get()
        credentials = open_credentials(account)
    assert (account.id, account.token, account.secret_hint) == (first.id, first.token, "oken")
    assert (credentials["auth_token"], credentials["callback_secret"]) == (TOKEN, callback)


@pytest.fixture
def connected(acme):
    """Acme with an account."""
    with tenant_context(acme.id):
        return make_account(acme.actor())


def sender_typed(account, **others):
    return {
        "account": account.id,
        "channel": "sms",
        "label": "Shop line",
        "address": "+1 (402) 555-0100",
        "rate_per_second": 80,
    } | others


def test_a_sender_is_added_with_its_number_in_one_spelling(acme, rival, connected):
    before, others = rows_of(acme.id), rows_of(rival.id)

    answer = acme.client().post("/senders/add/", sender_typed(connected))

    assert answer.status_code == 302
    assert changed(before, rows_of(acme.id)) == {
        "messaging_sender": 1, "accounts_auditevent": 1, "accounts_audithead": 0
    }  # fmt: skip
    assert rows_of(rival.id) == others
    with tenant_context(acme.id):
        sender = Sender.objects.get()
    assert (sender.address, sender.rate_per_second, sender.channel, sender.account_id) == (
        NUMBER,
        80,
        "sms",
        connected.id,
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "hello to everybody"},
        {"rate_per_second": 0},
        {"rate_per_second": 5000},
        {"account": SID},
        {"address": NUMBER},
    ],
)
def test_a_sender_that_cannot_be_is_refused(acme, connected, wrong):
    with tenant_context(acme.id):
        make_sender(acme.actor(), connected)
    before = rows_of(acme.id)

    answer = acme.client().post("/senders/add/", sender_typed(connected, address="+14025550109") | wrong)

    assert answer.status_code == 422
    assert rows_of(acme.id) == before


def test_no_sender_is_added_to_an_account_of_others(acme, rival, connected):
    before, others = rows_of(acme.id), rows_of(rival.id)

    assert rival.client().post("/senders/add/", sender_typed(connected)).status_code == 422

    assert (rows_of(acme.id), rows_of(rival.id)) == (before, others)


def test_a_sender_is_paused_and_resumed_once_each(acme, connected):
    with tenant_context(acme.id):
        sender = make_sender(acme.actor(), connected)
    browser, states = acme.client(), []

    for deed in ("pause", "pause", "resume", "resume"):
        assert browser.post(f"/senders/{sender.id}/{deed}/").status_code == 302
        (row,) = browser.get("/senders/").context["cards"][0].senders
        states.append((row.badge["label"], row.why))

    assert states == [("Paused", "by hand")] * 2 + [("Ready", "")] * 2
    assert [action for action, _, _ in deeds(acme.id)][-2:] == ["sender.paused", "sender.resumed"]


def test_the_page_says_why_a_sender_does_not_send(acme, connected):
    with tenant_context(acme.id):
        sender = make_sender(acme.actor(), connected)
        Sender.objects.update(throttled_until=clock.now() + datetime.timedelta(minutes=5))
        slowed = account_cards()[0].senders[0]
        ProviderAccount.objects.update(state="failed")
        broken = account_cards()[0]
        Sender.objects.filter(id=sender.id).update(paused_at=clock.now(), paused_reason="20003")
        paused = account_cards()[0].senders[0]

    assert (slowed.badge["label"], slowed.why) == ("Slowed", "the carrier asked us to wait")
    assert (broken.badge["label"], broken.senders[0].badge["label"]) == ("Not working", "Cannot send")
    assert (paused.badge["label"], paused.why) == ("Paused", "by the carrier: 20003")


@proves("A5")
@pytest.mark.parametrize("role", list(Role))
def test_only_roles_that_may_change_senders_open_or_change_them(db, role, settings):
    settings.SANDBOX_URL = "http://127.0.0.1:9"
    team = make_team("Acme", tuple(Role))
    with tenant_context(team.id):
        account = make_account(team.actor())
        sender = make_sender(team.actor(), account)
    browser, allowed = team.client(role), "change_senders" in GRANTS[role]
    before = rows_of(team.id)

    assert browser.get("/senders/").status_code == (200 if allowed else 403)
    answers = [
        browser.post("/senders/connect/", {}),
        browser.post("/senders/add/", {}),
    ]
    assert [answer.status_code for answer in answers] == [422 if allowed else 403] * 2
    if not allowed:
        assert browser.post(f"/senders/{sender.id}/pause/").status_code == 403
        assert browser.post(f"/senders/{sender.id}/resume/").status_code == 403
    assert rows_of(team.id) == before


def test_a_sender_of_others_is_not_there(acme, rival, connected):
    with tenant_context(acme.id):
        sender = make_sender(acme.actor(), connected)
    before = rows_of(acme.id)

    assert [rival.client().post(f"/senders/{sender.id}/{deed}/").status_code for deed in ("pause", "resume")] == [
        404,
        404,
    ]

    assert rows_of(acme.id) == before
    assert "Shop line" not in rival.client().get("/senders/").content.decode()


def test_the_practice_carrier_is_connected_by_one_press_with_its_number_and_its_way_back(acme, rival, practice):
    others = rows_of(rival.id)

    page = acme.client().get("/senders/").content.decode()
    answers = [acme.client().post("/senders/practice/").status_code for _ in range(2)]

    assert "Use the practice carrier" in page
    assert answers == [302, 302]
    with tenant_context(acme.id):
        account = ProviderAccount.objects.get(provider="twilio")
        senders = sorted(Sender.objects.filter(account=account).values_list("channel", "address"))
        connecting.check_credentials(name="twilio", credentials=open_credentials(account), base_url=account.base_url)
    assert account.state == "connected"
    assert senders == [("sms", "+14025550100"), ("voice", "+14025550100")]
    assert "Use the practice carrier" not in acme.client().get("/senders/").content.decode()
    assert rows_of(rival.id) == others


def test_beside_an_account_of_ones_own_the_practice_carrier_is_still_one_press_away(acme, practice):
    with tenant_context(acme.id):
        make_account(acme.actor())
        ProviderAccount.objects.update(practice=False)
    browser = acme.client()

    pages = [browser.get(address).content.decode() for address in ("/senders/", "/senders/?carrier=practice")]

    assert ["Use the practice carrier" in page for page in pages] == [True, True]
    assert pages[1].index("Use the practice carrier") < pages[1].index('name="auth_token"')


def test_without_a_sandbox_that_answers_nothing_is_connected(acme, settings):
    settings.SANDBOX_URL = f"http://127.0.0.1:{free_port()}"
    before = rows_of(acme.id)

    answer = acme.client().post("/senders/practice/")

    assert answer.status_code == 422
    assert "The practice carrier does not answer." in answer.content.decode()
    assert rows_of(acme.id) == before
    settings.SANDBOX_URL = ""
    assert "Use the practice carrier" not in acme.client().get("/senders/").content.decode()
