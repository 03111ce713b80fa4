"""Any carrier is connected by its own form, offers the senders of its channels, and calls one address of its account."""

import json
import time

import pytest

from consent.models import ConsentEvent
from core.tenancy import tenant_context
from messaging.actions import connecting
from messaging.lanes import open_credentials
from messaging.models import InboundMessage, ProviderAccount, ProviderEvent, Sender
from messaging.providers.registry import PROVIDERS
from sandbox import telnyx_shapes
from sandbox.messages import Message as Text
from tests.factories.consent import MINA
from tests.factories.messaging import API_KEY, NUMBER, PROFILE, make_telnyx_account
from tests.integration.messaging.carriers import LARGEST, Everything
from tests.proofs import proves
from tests.snapshots import changed, rows_of

PUBLIC_KEY = telnyx_shapes.public_key(API_KEY)


@pytest.fixture
def asked(monkeypatch):
    """What the carrier was asked; it accepts everything."""
    seen = []
    monkeypatch.setattr(connecting, "check_credentials", lambda **asking: seen.append(asking))
    return seen


@pytest.fixture
def everything(monkeypatch):
    """A carrier with all channels stands in the register."""
    monkeypatch.setitem(PROVIDERS, "everything", Everything)


def typed(**others):
    return {
        "carrier": "telnyx",
        "label": "Second carrier",
        "messaging_profile_id": PROFILE,
        "api_key": API_KEY,
        "public_key": PUBLIC_KEY,
    } | others


def test_the_page_offers_every_carrier_by_a_link_and_each_has_its_own_form(acme):
    browser = acme.client()

    chooser = browser.get("/senders/")
    forms = {name: browser.get(f"/senders/?carrier={name}").context["connect_form"] for name in PROVIDERS}

    for name, one in PROVIDERS.items():
        assert f'href="?carrier={name}#connect"' in chooser.content.decode()
        assert list(forms[name].fields) == ["carrier", "label", *(field.name for field in one.guide.fields)]
    assert chooser.context["connect_form"] is None
    assert browser.get("/senders/?carrier=nobody").context["connect_form"] is None


def test_telnyx_is_connected_by_what_its_guide_asks_for_and_keeps_it_sealed(acme, asked):
    before = rows_of(acme.id)

    answer = acme.client().post("/senders/connect/", typed(nickname="not asked for"))

    assert answer.status_code == 302
    assert changed(before, rows_of(acme.id)) == {
        "messaging_provideraccount": 1, "accounts_auditevent": 1, "accounts_audithead": 0
    }  # fmt: skip
    given = {"messaging_profile_id": PROFILE, "api_key": API_KEY, "public_key": PUBLIC_KEY}
    assert asked == [{"name": "telnyx", "credentials": given, "base_url": ""}]
    with tenant_context(acme.id):
        account = ProviderAccount.objects.get()
        kept = open_credentials(account)
    assert (account.provider, account.account_name, account.secret_hint) == ("telnyx", PROFILE, API_KEY[-4:])
    assert {name: kept[name] for name in given} == given
    assert set(kept) == {*given, "callback_secret"}
    page = acme.client().get("/senders/").content.decode()
    assert API_KEY not in page
    assert f"/webhooks/telnyx/inbound/{account.token}" in page


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"messaging_profile_id": "my profile"}, "A messaging profile ID looks like"),
        ({"public_key": "short"}, "A public key is 44 letters"),
        ({"api_key": "KEY with spaces"}, "An API key has no spaces."),
        ({"api_key": ""}, "This is empty. Write something here."),
        ({"carrier": "nobody"}, "This carrier is not offered."),
    ],
)
def test_what_cannot_be_right_is_said_in_plain_words_and_no_carrier_is_asked(acme, asked, wrong, says):
    before = rows_of(acme.id)

    answer = acme.client().post("/senders/connect/", typed(**wrong))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page
    assert API_KEY not in page
    assert "KEY with spaces" not in page
    assert (asked, rows_of(acme.id)) == ([], before)


@pytest.fixture
def account(acme, everything):
    """Acme with an account of the carrier that has every channel."""
    credentials = {"messaging_profile_id": PROFILE, "api_key": API_KEY, "public_key": PUBLIC_KEY}
    with tenant_context(acme.id):
        return connecting.connect_account(actor=acme.actor(), name="everything", label="All", credentials=credentials)


@pytest.mark.parametrize(
    ("channel", "address", "shown", "kept"),
    [
        ("sms", "+1 (402) 555-0100", "", ("+14025550100", "")),
        ("voice", "402 555 0100", "", ("+14025550100", "")),
        ("whatsapp", " 200000000000001 ", "+1 402 555 0100", ("200000000000001", "+14025550100")),
        ("email", "News@Example.COM", "", ("News@example.com", "")),
    ],
)
def test_a_sender_of_each_channel_is_read_as_its_channel_wants(acme, account, channel, address, shown, kept):
    form = {"account": account.id, "channel": channel, "address": address, "label": "Shop", "rate_per_second": 5}

    answer = acme.client().post("/senders/add/", form | ({"shown_as": shown} if shown else {}))

    assert answer.status_code == 302
    with tenant_context(acme.id):
        sender = Sender.objects.get()
    assert (sender.channel, sender.address, sender.shown_as) == (channel, *kept)
    assert (kept[1] or kept[0])[-4:] in acme.client().get("/senders/").content.decode()


@pytest.mark.parametrize(
    ("channel", "wrong", "says"),
    [
        ("sms", {"address": "news@example.com"}, "This is not a number messages can come from."),
        ("whatsapp", {"address": "+14025550100"}, "A phone number ID has 5 to 32 digits."),
        ("whatsapp", {"shown_as": "nobody"}, "This is not a number."),
        ("email", {"address": "+14025550100"}, "This is not an email address."),
        ("fax", {}, "This account is not there."),
    ],
)
def test_an_address_of_another_channel_is_refused_in_plain_words(acme, account, channel, wrong, says):
    before = rows_of(acme.id)
    form = {"account": account.id, "channel": channel, "address": "200000000000001", "shown_as": NUMBER}

    answer = acme.client().post("/senders/add/", form | {"label": "Shop", "rate_per_second": 5} | wrong)

    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert rows_of(acme.id) == before


def test_an_account_offers_only_the_channels_of_its_carrier(acme, account):
    with tenant_context(acme.id):
        make_telnyx_account(acme.actor(), public_key=PUBLIC_KEY)
    browser = acme.client()

    page = browser.get("/senders/")
    chosen = browser.get(f"/senders/?account={account.id}&channel=email").context["sender_form"]

    lines = [(line.account.provider, line.channel) for line in page.context["lines"]]
    assert lines == [("everything", one) for one in ("sms", "voice", "whatsapp", "email")] + [("telnyx", "sms")]
    assert page.context["sender_form"] is None
    assert (chosen.fields["address"].label, "shown_as" in chosen.fields) == ("Email address", False)


@pytest.fixture
def telnyx(acme):
    """Acme with an account at Telnyx and its number."""
    with tenant_context(acme.id):
        made = make_telnyx_account(acme.actor(), public_key=PUBLIC_KEY)
        connecting.add_sender(
            actor=acme.actor(), account=made, channel="sms", address=NUMBER, label="Shop", rate_per_second=5
        )
        return made


def call(client, address, event, secret=API_KEY):
    """The carrier calls, as it signs its calls."""
    body = json.dumps({"data": event}).encode()
    headers = telnyx_shapes.signed_headers(secret, int(time.time()), body)
    named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    return client.post(address, body, content_type=named.pop("HTTP_CONTENT_TYPE"), **named)


def text(body):
    """A text from Mina, as the carrier tells it."""
    sid = "40000000-0000-4000-8000-000000000003"
    return telnyx_shapes.inbound_event(Text(sid, PROFILE, "inbound", MINA, NUMBER, body, 0.0, "received"))


def test_one_address_takes_replies_and_news_of_messages(acme, telnyx, client):
    address = f"/webhooks/telnyx/inbound/{telnyx.token}"
    news = Text("40000000-0000-4000-8000-000000000009", PROFILE, "outbound-api", NUMBER, MINA, "Hi", 0.0, "queued")
    from sandbox.numbers import Step

    answers = [
        call(client, address, text("STOP")).status_code,
        call(client, address, text("STOP")).status_code,
        call(client, address, telnyx_shapes.status_event(news, Step("delivered", 0.4))).status_code,
    ]

    assert answers == [200, 200, 200]
    with tenant_context(acme.id):
        assert [(one.kind, one.sender.address) for one in InboundMessage.objects.all()] == [("stop", NUMBER)]
        assert ConsentEvent.objects.filter(status="withdrawn").exists()
    kept = ProviderEvent.objects.filter(account_id=telnyx.id).order_by("id").values_list("status", flat=True)
    assert list(kept) == ["", "delivered"]


@proves("fault-18")
def test_a_call_that_another_key_signed_changes_nothing(acme, telnyx, client):
    before = rows_of(acme.id)

    answer = call(client, f"/webhooks/telnyx/inbound/{telnyx.token}", text("STOP"), secret="KEY-of-somebody-else")

    assert answer.status_code == 403
    assert rows_of(acme.id) == before


def test_an_address_proves_itself_to_a_carrier_that_asks_with_our_word(acme, account, client):
    address = f"/webhooks/everything/inbound/{account.token}"

    right = client.get(f"{address}?word={account.token}&challenge=1158201444")
    wrong = client.get(f"{address}?word=guessed&challenge=1158201444")

    assert (right.status_code, right.content) == (200, b"1158201444")
    assert (wrong.status_code, wrong.content) == (403, b"")
    assert "Verify token</dt>" in acme.client().get("/senders/").content.decode()


def test_a_carrier_without_a_handshake_answers_no_question(telnyx, client):
    assert client.get(f"/webhooks/telnyx/inbound/{telnyx.token}?challenge=1").status_code == 405
    assert client.get(f"/webhooks/nobody/inbound/{telnyx.token}?challenge=1").status_code == 403


@pytest.mark.parametrize(
    ("name", "size", "status"),
    [
        ("telnyx", 256_000, 403),
        ("telnyx", 256_001, 413),
        ("everything", LARGEST, 403),
        ("everything", LARGEST + 1, 413),
    ],
)
def test_each_carrier_may_send_as_much_as_it_says_and_no_more(db, everything, client, name, size, status):
    answer = client.post(f"/webhooks/{name}/inbound/nobody", b"x" * size, content_type="application/json")

    assert answer.status_code == status
