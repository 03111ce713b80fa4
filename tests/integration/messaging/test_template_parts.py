"""Every part of a WhatsApp template on its whole way: typed, submitted, approved, sent, seen on a phone, pressed there."""

import datetime
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from accounts.contracts import Refused
from campaigns.actions import advancing
from campaigns.actions.writing import Draft, save_campaign
from consent import gate
from consent.actions.purposes import open_purpose
from core import clock
from core.tenancy import tenant_context
from messaging import template_office
from messaging.actions.template_files import forget_template_files, keep_template_file
from messaging.channels.whatsapp import compose
from messaging.channels.whatsapp_texts import text_of
from messaging.models import InboundMessage, Message, ProviderTemplate, TemplateFile
from messaging.template_file_links import template_file_url
from tests.carriers import Sandbox
from tests.databases import Database
from tests.factories import pictures, whatsapp
from tests.factories.accounts import make_team
from tests.integration.messaging.test_whatsapp_story import House
from tests.proofs import proves
from tests.support import web_thread
from tooling import ports

#: WhatsApp carries no offers to numbers of the United States
ANA = "+447400123456"
#: the network takes no second message to the same person within seconds, and the test before may have sent one
_SECONDS = 20


@pytest.fixture(autouse=True)
def _at_any_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """What these tests are about does not depend on the hour at which somebody runs them; quiet hours have tests of their own."""
    monkeypatch.setattr(gate, "_outside_hours", lambda *_: None)


@pytest.fixture
def house(committed_db: Database, sandbox: Sandbox, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(advancing, "BREATH_SECONDS", 0)
    with web_thread.serving(ports.free_port()) as base:
        settings.WEBHOOK_URL = base
        house = House(make_team("Acme"), sandbox, base)
        with tenant_context(house.id):
            house.offers = open_purpose(actor=house.actor, name="Offers", tier="marketing")  # type: ignore[attr-defined]
        yield house


def basics(house: House, name: str, use_case: str) -> dict[str, Any]:
    return {"account": str(house.account.id), "name": name, "language": "en_US", "use_case": use_case}


def message(house: House, **others: Any) -> dict[str, Any]:
    """A filled form: a picture, a text, an answer, an address, a phone number, a code and a form."""
    return (
        basics(house, "spring_offer", "promotional")
        | {
            "header_kind": "image",
            "header_file": pictures.a_file(pictures.png(), "spring.png"),
            "body": "Hello {{first_name}}, the spring list is open until {{day}} for you.",
            "footer": "Example Co",
            "button_1_kind": "quick_reply",
            "button_1_title": "Not now",
            "button_2_kind": "url",
            "button_2_title": "See it",
            "button_2_value": "https://example.com/spring/{{1}}",
            "button_3_kind": "copy_code",
            "button_3_value": "SPRING26",
            "button_4_kind": "flow",
            "button_4_title": "Choose a day",
            "button_4_value": "123456789 WELCOME_SCREEN",
            "samples": "first_name = Ana\nday = Friday\nbutton 2 = A17",
        }
        | others
    )


def cards(house: House, **others: Any) -> dict[str, Any]:
    """A filled form of two cards."""
    return (
        basics(house, "tea_cards", "promotional")
        | {
            "body": "Hello {{1}}, two teas are back in the shop today.",
            "card_media": "image",
            "card_count": "2",
            "card_button_1": "quick_reply",
            "card_button_2": "url",
            "card_1_file": pictures.a_file(pictures.png(90, 120, 60), "green.png"),
            "card_1_body": "Green tea, from the first {{1}} of the year.",
            "card_1_button_1_title": "Keep me one",
            "card_1_button_2_title": "Look",
            "card_1_button_2_value": "https://example.com/tea/{{1}}",
            "card_2_file": pictures.a_file(pictures.JPEG, "black.jpg"),
            "card_2_body": "Black tea, from the second {{1}} of the year.",
            "card_2_button_1_title": "Keep me one",
            "card_2_button_2_title": "Look",
            "card_2_button_2_value": "https://example.com/tea/{{1}}",
            "samples": "1 = Ana\ncard 1 1 = harvest\ncard 1 button 2 = green\ncard 2 1 = harvest\ncard 2 button 2 = black",
        }
        | others
    )


def write(house: House, typed: dict[str, Any], kind: str = "message") -> ProviderTemplate:
    """Type it, submit it, and let the review speak."""
    browser = house.team.client()
    answer = browser.post(f"/templates/new/?kind={kind}", typed)
    assert answer.status_code == 302, answer.content.decode()[:20000].partition('role="alert"')[2][:600]
    page = answer.headers["Location"]
    said = browser.post(f"{page}submit/", follow=True).content.decode()
    assert "Submitted." in said, said.partition("toast")[2][:600]
    house.sandbox.settle()
    with tenant_context(house.id):
        return ProviderTemplate.objects.get(name=typed["name"])


def at_midday(monkeypatch: pytest.MonkeyPatch) -> None:
    """Go on to a Tuesday at one in the afternoon in London, when offers may be sent there."""
    monkeypatch.setattr(clock, "_cached", clock._cached)
    now = clock.now()
    midday = (now + datetime.timedelta(days=(1 - now.weekday()) % 7 or 7)).replace(hour=13, minute=0)
    clock.move(midday - now)


def send(house: House, template: ProviderTemplate, values: dict[str, str], *numbers: str) -> list[Any]:
    """A campaign with this template; answer what the phones got."""
    if template.use_case == "promotional":
        with pytest.MonkeyPatch.context() as patch:
            at_midday(patch)
            return _sent(house, template, values, *numbers)
    return _sent(house, template, values, *numbers)


def _sent(house: House, template: ProviderTemplate, values: dict[str, str], *numbers: str) -> list[Any]:
    purpose = house.offers if template.use_case == "promotional" else house.purpose  # type: ignore[attr-defined]
    with tenant_context(house.id):
        whatsapp.add_people(house.actor, purpose, house.people, list(numbers))
        said = compose(template, values)
        draft = Draft("Spring", purpose, house.sender, said.body, [house.people], (), said.parts)
        campaign = save_campaign(actor=house.actor, draft=draft)
    assert house.outcomes(house.check(campaign)) == [("allowed", "")] * len(numbers)
    house.launch(campaign, len(numbers))
    taken: list[Any] = []

    def is_taken() -> bool:
        house.tick()
        taken[:] = [entry for entry in house.sandbox.ledger("kind=chat") if entry["to"] in numbers]
        return len(taken) >= len(numbers)

    ports.wait_until(is_taken, _SECONDS)
    return taken


def screen_of(sandbox: Sandbox, phone: str) -> str:
    """What the phone shows."""
    address = f"{sandbox.url}/?tab=whatsapp&phone={urllib.parse.quote(phone)}"
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - always http on 127.0.0.1
        return str(answer.read().decode())


@proves("D4")
def test_a_picture_and_every_kind_of_button_go_all_the_way_and_what_is_pressed_comes_back(
    house: House, sandbox: Sandbox
) -> None:
    template = write(house, message(house))
    values = {
        "body_first_name": "{{ contact.first_name }}",
        "body_day": "Friday",
        "button_1": "A17",
        "button_2": "ANA26",
    }

    (got,) = send(house, template, values, ANA)
    pressed = [sandbox.post(f"whatsapp/phones/{ANA}/press", {"sid": got["sid"], "place": place}) for place in (0, 3)]
    page = screen_of(sandbox, ANA)

    assert template.state == "approved"
    assert got["accepted"], got
    assert got["body"] == "Hello Person 0, the spring list is open until Friday for you."
    assert got["buttons"][:3] == [
        ["quick_reply", "Not now", "Not now"], ["url", "See it", "https://example.com/spring/A17"],
        ["copy_code", "Copy offer code", "ANA26"],
    ]  # fmt: skip
    assert [one["status"] for one in pressed] == [200, 200]
    assert '<img class="template-head" src="/handset/media/' in page
    with tenant_context(house.id):
        heard = list(InboundMessage.objects.order_by("id").values_list("form", flat=True))
        assert heard == ["button", "filled_in"]
        assert Message.objects.get().state == "accepted"


@proves("D4")
def test_cards_are_swiped_and_an_answer_on_the_second_card_says_which(house: House, sandbox: Sandbox) -> None:
    template = write(house, cards(house), "cards")
    values = {
        "body_1": "{{ contact.first_name }}", "card_0_body_1": "harvest", "card_0_button_1": "green",
        "card_1_body_1": "harvest", "card_1_button_1": "black",
    }  # fmt: skip

    (got,) = send(house, template, values, ANA)
    pressed = sandbox.post(f"whatsapp/phones/{ANA}/press", {"sid": got["sid"], "place": 200})
    page = screen_of(sandbox, ANA)
    heard = sandbox.ledger("kind=chat_inbound")

    assert got["accepted"], got
    assert [card["body"] for card in got["cards"]] == [
        "Green tea, from the first harvest of the year.", "Black tea, from the second harvest of the year.",
    ]  # fmt: skip
    assert [card["buttons"][1]["value"] for card in got["cards"]] == [
        "https://example.com/tea/green", "https://example.com/tea/black",
    ]  # fmt: skip
    assert (pressed["status"], heard[0]["body"], heard[0]["payload"]) == (200, "Keep me one", "card 2: Keep me one")
    assert page.count('class="chat-card"') == 2
    assert page.count('<img class="template-head" src="/handset/media/') == 2
    with tenant_context(house.id):
        inbound = InboundMessage.objects.get()
    assert (inbound.form, inbound.channel) == ("button", "whatsapp")


@proves("D4")
def test_a_code_goes_out_in_whatsapps_own_words_with_a_button_that_copies_it(house: House) -> None:
    typed = basics(house, "sign_in", "transactional") | {"code_kind": "copy_code", "security": "on", "minutes": "10"}
    template = write(house, typed, "code")

    (got,) = send(house, template, {"body_1": "481516"}, "+14025560001")

    assert (template.category, template.state, template.unfit) == ("authentication", "approved", "")
    assert got["body"] == "*481516* is your verification code. For your security, do not share this code."
    assert got["footer"] == "This code expires in 10 minutes."
    assert got["buttons"] == [["copy_code", "Copy code", "481516"]]


@proves("D4")
@pytest.mark.parametrize(
    ("kind", "file", "raw"),
    [("video", "film.mp4", pictures.MP4), ("document", "menu.pdf", pictures.PDF)],
    ids=["video", "document"],
)
def test_films_and_documents_stand_at_the_head_as_well(house: House, kind: str, file: str, raw: bytes) -> None:
    bare = {f"button_{row}_kind": "" for row in range(1, 5)}
    typed = message(house, header_kind=kind, header_file=pictures.a_file(raw, file), **bare)
    template = write(house, typed)

    (got,) = send(house, template, {"body_first_name": "Ana", "body_day": "Friday"}, ANA)

    assert (got["accepted"], got["head"]["kind"]) == (True, kind)
    assert got["head"]["filename"] == ("document.pdf" if kind == "document" else "")


def test_a_campaign_may_show_another_picture_by_its_address_and_one_that_is_not_there_ends_the_message(
    house: House, sandbox: Sandbox
) -> None:
    template = write(house, message(house, **{f"button_{row}_kind": "" for row in range(1, 5)}))
    values = {
        "body_first_name": "Ana",
        "body_day": "Friday",
        "media_link": "https://127.0.0.1:9/{{ contact.first_name | downcase }}.png",
    }

    (got,) = send(house, template, values, ANA)
    sandbox.settle()
    failed = [entry for entry in sandbox.ledger("kind=callback") if entry["status"] == "failed"]
    with tenant_context(house.id), pytest.raises(Refused) as refused:
        said = compose(template, values | {"media_link": "http://example.com/x.png"})
        draft = Draft("Spring", house.offers, house.sender, said.body, [house.people], (), said.parts)  # type: ignore[attr-defined]
        save_campaign(actor=house.actor, draft=draft)

    assert got["head"] == {
        "kind": "image",
        "media_id": "",
        "link": "https://127.0.0.1:9/person%200.png",
        "filename": "",
    }
    assert [entry["code"] for entry in failed] == [131053]
    assert (refused.value.field, refused.value.message) == ("value_media_link", "This is no web address.")


def test_bringing_in_keeps_the_files_we_have_and_everything_else_as_whatsapp_has_it(house: House) -> None:
    template = write(house, cards(house), "cards")
    before = text_of(template.content)

    template_office.sync_templates(actor=house.actor, organization_id=house.id, account_id=house.account.id)

    with tenant_context(house.id):
        after = text_of(ProviderTemplate.objects.get().content)
    assert (after.files, after.cards, after.samples) == (before.files, before.cards, before.samples)


def test_a_file_is_fetched_by_its_sealed_address_alone_and_is_kept_once(house: House) -> None:
    with tenant_context(house.id):
        kept = keep_template_file(actor=house.actor, raw=pictures.PDF)
        again = keep_template_file(actor=house.actor, raw=pictures.PDF)
        address = template_file_url(house.id, str(kept.id))
    path = address[address.index("/webhooks/") :]
    anybody = make_team("Rival").client()

    genuine, changed = anybody.get(path), anybody.get(path[:-9] + "AAAAAAAAA")
    on_page = anybody.get(f"/templates/files/{kept.id}/")

    assert kept.id == again.id
    assert (genuine.status_code, genuine.headers["Content-Type"], b"".join(genuine)) == (
        200,
        "application/pdf",
        pictures.PDF,
    )
    assert "attachment" in genuine.headers["Content-Disposition"]
    assert (changed.status_code, on_page.status_code) == (404, 404)
    with tenant_context(house.id):
        assert TemplateFile.objects.count() == 1


def test_files_that_no_template_shows_go_after_a_day_and_all_others_stay(house: House) -> None:
    template = write(house, message(house))
    with tenant_context(house.id):
        keep_template_file(actor=house.actor, raw=pictures.PDF)

        at_once = forget_template_files()
        with time_machine.travel(clock.now() + datetime.timedelta(days=1, minutes=1)):
            after_a_day = forget_template_files()

        assert (at_once, after_a_day) == (0, 1)
        assert [str(key) for key in TemplateFile.objects.values_list("id", flat=True)] == list(
            text_of(template.content).files
        )
