"""WhatsApp's webhooks at our door: forged, replayed, out of order, for another account; and the question before the first."""

import copy
import datetime
import itertools
import json
from typing import Any

import pytest

from accounts.actions import organizations
from consent.models import ConsentEvent, Suppression
from core import clock
from core.tenancy import tenant_context
from messaging.actions.messaging_one import Letter, judge_letter
from messaging.models import (
    InboundMessage,
    Message,
    ProviderEvent,
    ProviderTemplate,
    Template,
    TemplateVersion,
)
from tests.contract.kit_whatsapp_cloud import signed
from tests.contract.kits import fixtures
from tests.factories import whatsapp
from tests.factories.accounts import operator_actor
from tests.factories.consent import grant, make_point, make_purpose
from tests.proofs import proves
from tests.snapshots import rows_of

INBOUND = dict(fixtures("whatsapp_cloud", "inbound"))
RECEIPTS = dict(fixtures("whatsapp_cloud", "receipt"))
NEWS = dict(fixtures("whatsapp_cloud", "unknown"))
ANA = "+14025550123"


@pytest.fixture
def account(acme):
    """Acme's WhatsApp account, whose business and number are those of the fixtures."""
    with tenant_context(acme.id):
        return whatsapp.make_whatsapp(acme.actor())


def ours(webhook: Any, business: str = whatsapp.BUSINESS) -> Any:
    """A recorded webhook as if it were about our business, our number, and a person whose number is in use."""
    whole = json.dumps(webhook).replace("100000000000001", business).replace("200000000000001", whatsapp.PHONE_ID)
    return json.loads(whole.replace("15550100123", ANA[1:]))


def post(client, account, webhook, secret: str = whatsapp.SECRET, **headers: str):
    request = signed(json.dumps(webhook, separators=(",", ":")).encode(), secret)
    given = {"X-Hub-Signature-256": dict(request.headers)["X-Hub-Signature-256"]} | headers
    return client.post(
        f"/webhooks/whatsapp_cloud/inbound/{account.token}", request.body, "application/json", headers=given
    )


def test_meta_s_question_is_answered_with_the_bare_challenge_to_whoever_knows_the_word(client, account):
    address = f"/webhooks/whatsapp_cloud/inbound/{account.token}"
    asked = {"hub.mode": "subscribe", "hub.verify_token": account.token, "hub.challenge": "1158201444"}

    right = client.get(address, asked)
    wrong = client.get(address, asked | {"hub.verify_token": "another"})

    assert (right.status_code, right.content, right.headers["Content-Type"]) == (200, b"1158201444", "text/plain")
    assert wrong.status_code == 403


@pytest.mark.parametrize(
    ("secret", "headers"),
    [
        ("another-secret", {}),
        (whatsapp.SECRET, {"X-Hub-Signature-256": "sha256=" + "0" * 64}),
        (whatsapp.SECRET, {"X-Hub-Signature-256": ""}),
    ],
)
def test_a_forged_webhook_is_refused_and_changes_nothing(client, acme, account, secret, headers):
    before = rows_of(acme.id)

    answer = post(client, account, ours(INBOUND["inbound_text"]["webhook"]), secret, **headers)

    assert (answer.status_code, answer.content) == (403, b"")
    assert rows_of(acme.id) == before


def test_what_is_signed_well_but_speaks_of_another_business_is_kept_and_changes_nothing(client, acme, account):
    answer = post(client, account, ours(INBOUND["inbound_text"]["webhook"], "100000000000099"))

    with tenant_context(acme.id):
        assert InboundMessage.objects.count() == Suppression.objects.count() == 0
    assert (answer.status_code, ProviderEvent.objects.filter(account_id=account.id).count()) == (200, 1)


def test_a_webhook_that_comes_three_times_counts_once(client, acme, account):
    preference = ours(INBOUND["inbound_preference_stop"]["webhook"])

    answers = [post(client, account, preference).status_code for _ in range(3)]

    with tenant_context(acme.id):
        heard = InboundMessage.objects.get()
        stops = ConsentEvent.objects.filter(status="withdrawn")
        assert {event.origin_id for event in stops} == {heard.id}
        # the number that was told, and the id the person has beside it
        assert sorted(stops.values_list("point__kind", flat=True)) == ["phone", "whatsapp"]
    assert answers == [200, 200, 200]


@pytest.fixture
def sent(acme, account):
    """A message Acme has sent to Ana."""
    with tenant_context(acme.id):
        purpose, point = make_purpose(acme.actor()), make_point(ANA)
        grant(point, purpose, channel="whatsapp")
        sender = whatsapp.make_number(acme.actor(), account)
        template = Template.objects.create(name="Visits", channel="whatsapp", purpose=purpose)
        version = TemplateVersion.objects.create(template=template, number=1, body="Hello")
        return Message.objects.create(
            channel="whatsapp", origin="run", origin_id=point.id, point=point, sender=sender, purpose=purpose,
            template_version=version, body_sealed=b"", state="accepted", expires_at=clock.now(),
            created_at=clock.now(), provider_message_id="wamid.OUT01", delivery_rank=10,
        )  # fmt: skip


@pytest.mark.parametrize("order", list(itertools.permutations(["sent", "delivered", "read"])))
def test_statuses_in_any_order_come_to_the_same_end(client, acme, account, sent, order):
    base = ours(RECEIPTS["receipt_sent"]["webhook"])

    for word in (*order, order[0]):
        one = copy.deepcopy(base)
        status = one["entry"][0]["changes"][0]["value"]["statuses"][0]
        status |= {"id": "wamid.OUT01", "status": word}
        status.pop("biz_opaque_callback_data", None)
        assert post(client, account, one).status_code == 200

    with tenant_context(acme.id):
        row = Message.objects.get(id=sent.id)
        assert (row.state, row.delivery_rank, row.reason) == ("accepted", 50, "")


def test_a_failure_because_they_stopped_marketing_is_an_opt_out_with_the_code_as_evidence(client, acme, account, sent):
    failed = ours(RECEIPTS["receipt_sent"]["webhook"])
    status = failed["entry"][0]["changes"][0]["value"]["statuses"][0]
    status |= {"id": "wamid.OUT01", "status": "failed", "errors": [{"code": 131050, "title": "a placeholder"}]}
    status.pop("biz_opaque_callback_data", None)

    post(client, account, failed)

    with tenant_context(acme.id):
        row, event = Message.objects.get(id=sent.id), ConsentEvent.objects.get(status="withdrawn")
        assert (row.delivery_rank, row.reason) == (35, "131050")
        assert (event.source, event.channel, event.origin, event.origin_id) == (
            "provider", "whatsapp", "message", sent.id,
        )  # fmt: skip


@pytest.fixture
def template(acme, account):
    """The template the recorded news are about, approved."""
    with tenant_context(acme.id):
        row = whatsapp.make_template(
            account, "autumn_offer", use_case="promotional", category="marketing", text=whatsapp.TEXT
        )
        ProviderTemplate.objects.filter(id=row.id).update(provider_template_id="500000000000002")
        return row


def told(name: str, time: int) -> Any:
    webhook = ours(NEWS[f"unknown_template_{name}"]["webhook"])
    webhook["entry"][0]["time"] = time
    return webhook


@pytest.mark.parametrize("order", list(itertools.permutations([("paused", 10), ("approved", 20), ("quality", 15)])))
def test_news_of_a_template_out_of_order_never_bring_back_what_is_over(client, acme, account, template, order):
    for name, second in order:
        post(client, account, told(name, 1795448000 + second))
        post(client, account, told(name, 1795448000 + second))

    with tenant_context(acme.id):
        assert ProviderTemplate.objects.get(id=template.id).state == "approved"


def test_a_category_that_will_change_is_told_with_its_day_and_one_that_has_changed_ends_its_use(client, acme, account):
    with tenant_context(acme.id):
        row = whatsapp.make_template(account, "autumn_offer")

    post(client, account, told("category_soon", 1795448010))
    with tenant_context(acme.id):
        soon = ProviderTemplate.objects.get(id=row.id)
    page = acme.client().get(f"/templates/{row.id}/").content.decode()
    post(client, account, told("category_changed", 1795448020))

    assert (soon.category, soon.next_category, soon.use_case) == ("utility", "marketing", "transactional")
    assert "WhatsApp will call this marketing" in page
    with tenant_context(acme.id):
        now = ProviderTemplate.objects.get(id=row.id)
    assert (now.category, now.next_category, now.use_case) == ("marketing", "", "promotional")


def test_news_about_a_template_nobody_has_are_kept_and_change_nothing(client, acme, account):
    before = rows_of(acme.id)

    answer = post(client, account, told("rejected", 1795448010))

    assert (answer.status_code, rows_of(acme.id)) == (200, before)


@proves("G12")
@pytest.mark.parametrize(
    ("later", "outcome"),
    [
        (datetime.timedelta(seconds=24 * 3600 - 1), ("allowed", "")),
        (datetime.timedelta(seconds=24 * 3600), ("denied", "wa_window")),
    ],
)
def test_words_of_ones_own_may_leave_until_24_hours_after_their_last_message(
    client, acme, operator, account, monkeypatch, later, outcome
):
    wrote = datetime.datetime(2026, 11, 25, 15, tzinfo=datetime.UTC)
    with tenant_context(acme.id):
        organizations.go_live(actor=operator_actor(operator), note="reviewed")
        purpose, point = make_purpose(acme.actor(), tier="transactional"), make_point(ANA)
        grant(point, purpose, channel="whatsapp")
        sender = whatsapp.make_number(acme.actor(), account)
    webhook = ours(INBOUND["inbound_text"]["webhook"])
    message = webhook["entry"][0]["changes"][0]["value"]["messages"][0]
    message |= {"timestamp": str(int(wrote.timestamp())), "text": {"body": "When are you open?"}}

    monkeypatch.setattr(clock, "now", lambda: wrote)
    post(client, account, webhook)
    monkeypatch.setattr(clock, "now", lambda: wrote + later)
    with tenant_context(acme.id):
        found = judge_letter(actor=acme.actor(), letter=Letter(point, sender, purpose, "At nine."))

    why = found.answer.reason
    assert (found.answer.outcome, why.code if why else "") == outcome


def test_a_choice_in_whatsapp_s_settings_opens_no_conversation(client, acme, account):
    post(client, account, ours(INBOUND["inbound_preference_resume"]["webhook"]))

    with tenant_context(acme.id):
        heard = InboundMessage.objects.get()
    assert (heard.form, heard.kind, heard.handled_at) == ("preference", "text", None)
