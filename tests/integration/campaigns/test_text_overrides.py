"""Words that need a second person: refused at every door until somebody else allows that very text; the forbidden stays so."""

import pytest

from accounts.contracts import NotAllowed, Refused
from accounts.models import AuditEvent
from campaigns.models import Run
from consent.models import Purpose
from core.tenancy import tenant_context
from messaging.actions.overriding import ask_override, decide_override
from messaging.lines import refuse_words
from messaging.models import Message, TextOverride
from tests.factories.accounts import join, make_team
from tests.factories.campaigns import add_people, make_campaign
from tests.integration.api.conftest import application, told
from tests.integration.campaigns.conftest import check, launch
from tests.proofs import proves
from tests.snapshots import rows_of

WINE = "A glass of wine with us tonight, {{ contact.first_name }}?"
READ = "A glass of wine with us tonight, Mina?"


@pytest.fixture
def tasting(house, acme):
    """The house's purpose informs, two people agreed, and a campaign about wine was checked."""
    join(acme, "compliance")
    join(acme, "admin")
    add_people(house, 2, 2)
    with tenant_context(house.id):
        Purpose.objects.filter(id=house.purpose.id).update(tier="informational")
    campaign = make_campaign(house, WINE)
    check(house, campaign)
    return campaign


def ask(house, actor=None, text=WINE, why="Our shop is licensed.", **asked):
    with tenant_context(house.id):
        told = {"channel": "sms", "tier": "informational", "places": ["US"]} | asked
        return ask_override(actor=actor or house.actor, text=text, why=why, **told)


def decide(house, actor, override, approve=True, note=""):
    with tenant_context(house.id):
        return decide_override(actor=actor, override=override, approve=approve, note=note)


def refused_to(house, campaign):
    """The code with which a launch is refused; empty when it is not."""
    try:
        launch(house, campaign, 2)
    except Refused as refusal:
        return refusal.code
    return ""


@proves("C24")
def test_such_a_text_is_launched_once_a_second_person_has_allowed_it(house, acme, tasting):
    before = refused_to(house, tasting)
    override = ask(house)
    asked = refused_to(house, tasting)
    with tenant_context(house.id):
        launches = Run.objects.filter(kind="launch").count()
    decide(house, acme.actor("compliance"), override, note="Licence seen.")

    assert (before, asked, launches) == ("words_need_second_person", "words_need_second_person", 0)
    assert refused_to(house, tasting) == ""
    with tenant_context(house.id):
        kept = TextOverride.objects.get()
        deeds = list(
            AuditEvent.objects.filter(action__startswith="text.")
            .exclude(action="text.saved")
            .values_list("action", "data")
        )
    assert (kept.state, kept.note, kept.why, kept.text) == ("approved", "Licence seen.", "Our shop is licensed.", WINE)
    assert [(each["rule"], each["found"]) for each in kept.findings] == [("us-shaft", ["wine"])]
    assert sorted(action for action, _ in deeds) == ["text.allowed", "text.override_asked"]
    assert "glass" not in str(deeds)


@proves("C24")
def test_who_wrote_or_asked_or_may_not_approve_does_not_allow_it(house, acme, tasting):
    written = ask(house, actor=acme.actor("campaign_manager"), written_by=house.actor.id)
    before = rows_of(house.id)

    for actor, wrong in (
        (acme.actor("campaign_manager"), NotAllowed),
        (acme.actor("viewer"), NotAllowed),
        (house.actor, Refused),
    ):
        with pytest.raises(wrong):
            decide(house, actor, written)
    own = ask(house, actor=acme.actor("admin"), text="Wine again", why="Why not")
    with pytest.raises(Refused) as refused:
        decide(house, acme.actor("admin"), own)

    assert refused.value.code == "override_yours"
    with tenant_context(house.id):
        assert set(TextOverride.objects.values_list("state", flat=True)) == {"asked"}
    assert before["messaging_textoverride"] != rows_of(house.id)["messaging_textoverride"]


def test_a_decision_is_made_once(house, acme, tasting):
    override = ask(house)
    decide(house, acme.actor("compliance"), override, approve=False, note="No licence.")

    with pytest.raises(Refused) as refused:
        decide(house, acme.actor("admin"), override)

    assert refused.value.code == "override_decided"
    assert refused_to(house, tasting) == "words_need_second_person"


@proves("C24")
def test_a_changed_text_a_changed_rule_and_another_channel_or_purpose_lose_it(house, acme, tasting):
    decide(house, acme.actor("compliance"), ask(house))

    def passes(text=WINE, channel="sms", tier="informational"):
        with tenant_context(house.id):
            try:
                refuse_words(text, channel=channel, tier=tier, places=["US"])
            except Refused as refusal:
                return refusal.code
        return ""

    allowed, spaced = passes(), passes(f" {WINE}\n")
    others = {passes(f"{WINE} Really?"), passes(WINE.replace("wine", "Wine")), passes(tier="marketing")}
    with tenant_context(house.id):
        row = TextOverride.objects.get()
        TextOverride.objects.update(findings=[each | {"since": "2018-01-01"} for each in row.findings])
    older = passes()

    assert (allowed, spaced) == ("", "")
    assert others == {"words_need_second_person"}
    assert older == "words_need_second_person"


@proves("C24")
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Wine and cannabis", "words_barred"),
        ("Wine: https://bit.ly/3x", "words_barred"),
        ("A xxx show with wine", "words_barred"),
        ("Your order is ready", "words_allowed"),
    ],
)
def test_what_nobody_can_allow_is_not_even_asked_nor_what_needs_nobody(house, text, code):
    before = rows_of(house.id)

    with pytest.raises(Refused) as refused:
        ask(house, text=text)

    assert refused.value.code == code
    assert rows_of(house.id) == before


@pytest.mark.parametrize("why", ["", "   ", "x" * 501])
def test_a_reason_is_given_and_asking_twice_is_asking_once(house, tasting, why):
    with pytest.raises(Refused) as refused:
        ask(house, why=why)
    first, second = ask(house), ask(house, why="Another reason")

    assert refused.value.field == "why"
    assert (first.id, second.why) == (second.id, "Our shop is licensed.")


@proves("C24")
def test_a_text_full_of_spam_and_one_like_a_fraud_need_somebody_too(house, tasting):
    findings = {
        text: [each["rule"] for each in ask(house, text=text, places=[]).findings]
        for text in ("ACT NOW!!! YOU HAVE WON A CASH PRIZE $$$", "Please verify your account")
    }

    assert list(findings.values()) == [["spam-score"], ["reads-like-phishing"]]


@proves("C24")
def test_the_same_holds_for_one_message_by_an_application(house, acme, tasting):
    app = application(acme, "message_people", "author_campaigns", "see_campaigns")
    letter = {"to": "+14025560000", "sender": str(house.sender.id), "purpose": "orders", "text": READ, "dry_run": True}
    request = {"channel": "sms", "purpose": "orders", "text": READ, "countries": ["US"], "why": "Licensed."}

    refused = app.post("messages/", letter)
    asked = app.post("text-overrides/", request)
    listed = app.get("text-overrides/?state=asked").json()["data"]
    with tenant_context(house.id):
        override, messages = TextOverride.objects.get(), Message.objects.count()
    decide(house, acme.actor("compliance"), override)
    read = app.get(f"text-overrides/{override.id}/").json()

    assert told(refused) == (422, "words_need_second_person", ["text"])
    assert (asked.status_code, asked.json()["state"], [each["id"] for each in listed]) == (
        201,
        "asked",
        [str(override.id)],
    )
    assert (messages, read["state"], read["findings"][0]["found"]) == (0, "approved", ["wine"])
    assert app.post("messages/", letter).status_code == 200


def test_the_check_asks_the_page_answers_and_the_check_says_so(house, acme, tasting):
    writer, reader = acme.client("owner"), acme.client("compliance")
    page = writer.get(f"/campaigns/{tasting.id}/check/").content.decode()
    asked = writer.post(f"/campaigns/{tasting.id}/words/", {"why": "Our shop is licensed."})
    waiting = reader.get("/texts/").content.decode()
    with tenant_context(house.id):
        override = TextOverride.objects.get()
    own = writer.post(f"/texts/{override.id}/decide/", {"decision": "approve"})
    answered = reader.post(f"/texts/{override.id}/decide/", {"decision": "approve", "note": "Seen."})
    after = writer.get(f"/campaigns/{tasting.id}/check/").content.decode()

    assert "A second person has to read this text." in page
    assert "Ask a second person" in page
    assert (asked.status_code, answered.status_code, own.status_code) == (302, 302, 422)
    assert "Our shop is licensed." in waiting
    assert "Allow this text" in waiting
    assert "has read and allowed this text." in after


def test_another_organisation_sees_and_decides_nothing_of_it(house, acme, tasting):
    override = ask(house)
    other = make_team("Umbrella")

    page = other.client().get("/texts/").content.decode()
    answer = other.client().post(f"/texts/{override.id}/decide/", {"decision": "approve"})

    assert "Nothing to read" in page
    assert answer.status_code == 404
    with tenant_context(house.id):
        assert TextOverride.objects.get().state == "asked"
