"""Somebody who reached the preference page by a link, and what their browser sends from it."""

import dataclasses
import re
import uuid
from typing import Any

from django.test import Client

from consent.models import ConsentEvent, ConsentState, Point, Purpose, Wording
from contacts.models import Contact
from core.tenancy import tenant_context
from messaging.preference_links import preference_url
from tests.factories.accounts import Team
from tests.factories.consent import grant, make_purpose, make_wording
from tests.factories.contacts import make_contact

NUMBER, MAILBOX = "+14025550142", "ana@people.example"
OFFER = "Yes, send me offers by text. I can stop any time."


@dataclasses.dataclass(frozen=True)
class Ana:
    """Somebody with a number and a mailbox, who agreed to offers by text and by mail, and could agree to news by text."""

    team: Team
    contact: Contact
    phone: Point
    mail: Point
    offers: Purpose
    news: Purpose
    words: Wording

    def path(self, point: Point | None = None, message_id: uuid.UUID | None = None) -> str:
        with tenant_context(self.team.id):
            url = preference_url(self.team.id, bytes((point or self.phone).digest), message_id)
        return "/p/" + url.rpartition("/")[2]

    def key(self, purpose: Purpose, channel: str = "sms", where: str = "here") -> str:
        return f"{purpose.id}.{channel}.{where}"

    def state(self, purpose: Purpose, channel: str = "sms", point: Point | None = None) -> str:
        with tenant_context(self.team.id):
            row = ConsentState.objects.filter(point=point or self.phone, purpose=purpose, channel=channel).first()
        return row.status if row else "none"

    def ledger(self) -> list[tuple[Any, ...]]:
        """What the ledger says from the preference page, oldest first."""
        with tenant_context(self.team.id):
            rows = ConsentEvent.objects.filter(source="preference_page").order_by("recorded_at", "id")
            return [(row.point_id, row.purpose_id, row.channel, row.status) for row in rows]


def make_ana(team: Team) -> Ana:
    contact = make_contact(team, number=NUMBER, mail=MAILBOX, first_name="Ana", time_zone="America/Chicago")
    with tenant_context(team.id):
        phone, mail = Point.objects.get(kind="phone"), Point.objects.get(kind="email")
        offers, news = make_purpose(team.actor(), "Offers"), make_purpose(team.actor(), "News")
        words = make_wording(team.actor(), offers, text=OFFER)
        make_wording(team.actor(), news, text="Yes, text me news.")
        grant(phone, offers, wording=words)
        grant(mail, offers, channel="email")
    return Ana(team, contact, phone, mail, offers, news, words)


def fields(browser: Client, path: str, **query: str) -> dict[str, Any]:
    """What a browser would send back if nothing on the page were touched."""
    return fields_on(browser.get(path, query).content.decode())


def fields_on(page: str) -> dict[str, Any]:
    """The same for a page that was answered already."""
    found: dict[str, Any] = {"do": "save", "on": [], "was": []}
    for tag in re.findall(r"<input[^>]*>", page):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name is None or value is None or ('type="checkbox"' in tag and "checked" not in tag):
            continue
        if name[1] in ("on", "was"):
            found[name[1]].append(value[1])
        else:
            found[name[1]] = value[1]
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)"[^>]* selected', body)
        found[name] = chosen[1] if chosen else ""
    return found


def save(browser: Client, path: str, sent: dict[str, Any], answer: str = "saved") -> None:
    response = browser.post(path, sent, headers={"user-agent": "A browser"})
    assert (response.status_code, response["Location"].rpartition("done=")[2]) == (303, answer)
