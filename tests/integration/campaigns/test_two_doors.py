"""Ten people, each failing another rule: pages and REST API, to many and to one, name the same reason on every channel."""

import dataclasses
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from campaigns.actions import advancing
from campaigns.actions.writing import Draft, save_campaign
from campaigns.models import Campaign
from consent.values import Address
from contacts.models import List, ListMember
from core.tenancy import tenant_context
from messaging.actions.messaging_one import BY_HAND
from messaging.channels.registry import CHANNELS
from messaging.models import Message, SendAttempt
from tests.carriers import Sandbox
from tests.databases import Database
from tests.factories.accounts import make_operator, make_team, operator_actor
from tests.factories.campaigns import House, make_house
from tests.factories.channels import make_address, make_content, make_letter, make_line, point_of
from tests.factories.left_out import enter
from tests.factories.lines import open_line, reached
from tests.integration.api.conftest import Application, application
from tests.integration.campaigns.test_story import tick
from tests.proofs import proves
from tests.support import web_thread
from tooling import ports

#: the ten whom every door refuses, each for the reason of their name
TEN = (
    "erased", "opted_out", "complaint", "bounced", "withdrawn", "expired", "unproven", "unconfirmed", "no_consent", "minor",
)  # fmt: skip
#: left out by a campaign alone → why nothing speaks against writing to that one person
OF_CAMPAIGNS = {
    "excluded": "only a campaign leaves out a list; whoever writes to one person has chosen them",
    "missing_value": "only a campaign's text has places to fill; words to one person are finished",
    "same_address": "only a second message of the same campaign is a double; the first of the two agreed",
}
#: without an address there is nothing to ask about, and no conversation to open
NO_ADDRESS = "no_address"
WELCOME = "gets_it"
ROLES = (WELCOME, *TEN, *OF_CAMPAIGNS, NO_ADDRESS)
LEFT_OUT = set(ROLES) - {WELCOME}
#: what whoever writes to one person is told; "": it may leave
TO_ONE = {WELCOME: ""} | {role: role for role in TEN} | dict.fromkeys(OF_CAMPAIGNS, "")
#: the page of a conversation writes words of one's own: those WhatsApp takes only from whom people have written to. It makes
#: no calls, which want a language and a number to call back beside the words, so it offers no line for them
SAID_BY = {("whatsapp", "page"): dict.fromkeys((WELCOME, *OF_CAMPAIGNS), "wa_window")}


@dataclasses.dataclass(frozen=True, slots=True)
class Scene:
    """A house with a line of one channel at the sandbox, everybody of the table on its list, and both doors to it."""

    house: House
    channel: str
    campaign: Campaign
    people: dict[uuid.UUID, str]
    browser: Client
    app: Application
    sandbox: Sandbox

    def address(self, role: str) -> str:
        """Where somebody is written to."""
        return self._address(role).key

    def point(self, role: str) -> uuid.UUID:
        """Which conversation is theirs."""
        with tenant_context(self.house.id):
            return point_of(self._address(role))

    def _address(self, role: str) -> Address:
        return make_address(self.channel, 0 if role == "same_address" else ROLES.index(role))[1]

    def letter(self, role: str) -> dict[str, Any]:
        """A message to them alone, as an application sends it."""
        with tenant_context(self.house.id):
            said = make_letter(self.house, self.channel)
            sender = make_line(self.house, self.channel)
        return {"to": self.address(role), "sender": str(sender.id), "purpose": self.house.purpose.key} | said


@pytest.fixture
def base(committed_db: Database, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The product's web side, where carriers' webhooks arrive and calls ask what to say."""
    monkeypatch.setattr(advancing, "BREATH_SECONDS", 0)
    with web_thread.serving(ports.free_port()) as address:
        settings.WEBHOOK_URL = settings.PUBLIC_URL = address
        yield address


@pytest.fixture(params=sorted(CHANNELS))
def scene(request: pytest.FixtureRequest, base: str, sandbox: Sandbox) -> Scene:
    """Everybody of the table, on one channel."""
    name, team = request.param, make_team("Acme")
    house = make_house(team.id, team.actor(), operator_actor(make_operator()), sandbox.url)
    house = open_line(house, name, sandbox, base)
    with tenant_context(house.id):
        entered = {role: enter(house, name, place, role) for place, role in enumerate(ROLES)}
        excluded = List.objects.create(name="Left out")
        ListMember.objects.create(list=excluded, contact=entered["excluded"])
        line, content = make_line(house, name), make_content(house, name)
        draft = Draft("Ready", house.purpose, line, content.body, [house.people], [excluded], content.parts)
        campaign = save_campaign(actor=house.actor, draft=draft)
    people = {contact.id: role for role, contact in entered.items()}
    return Scene(house, name, campaign, people, team.client(), application(team), sandbox)


# -- what the doors say of a campaign


def people_page(scene: Scene, run_id: Any) -> dict[str, str]:
    """Person → reason code, as the page of those left out by a check or a launch prints it beside their name."""
    page = scene.browser.get(f"/campaigns/runs/{run_id}/people/?show=left_out").content.decode()
    rows = re.findall(r'href="/contacts/([0-9a-f-]{36})/".*?<span class="mono quiet">(\w+)</span>', page, re.DOTALL)
    return {scene.people[uuid.UUID(contact_id)]: code for contact_id, code in rows}


def reasons_page(scene: Scene, path: str) -> dict[str, int]:
    """Reason code → people, as the page of a check or the report of a launch prints them."""
    page = scene.browser.get(path).content.decode()
    rows = re.findall(r'value="(\d+)"\s+aria-label="[^"]*".*?whitespace-nowrap">(\w+)</span>', page, re.DOTALL)
    return {code: int(people) for people, code in rows}


def counted(rows: list[dict[str, Any]]) -> dict[str, int]:
    """Reason code → people, as the API counts them."""
    return {row["code"]: row["people"] for row in rows}


# -- what the doors say of one person


def code_of(decision: dict[str, Any]) -> str:
    return decision["reason"]["code"] if decision["outcome"] == "denied" else ""


def dry_run(scene: Scene, role: str) -> str:
    """The API, asked what would become of a message to them."""
    return code_of(scene.app.post("messages/", scene.letter(role) | {"dry_run": True}).json()["decision"])


def may_i_send(scene: Scene, role: str) -> str:
    """The API, asked whether anything may be sent to their address."""
    asked = scene.letter(role)
    about = {"addresses": [asked["to"]], "channel": scene.channel}
    (line,) = scene.app.post("decisions/", about | {key: asked[key] for key in ("purpose", "sender")}).json()["data"]
    return code_of(line)


def conversation(scene: Scene, role: str, button: str) -> Any:
    """The page of their conversation, after the button `ask` or `send`."""
    form = {"sender": scene.letter(role)["sender"], "purpose": str(scene.house.purpose.id), "text": "It is ready."}
    form["subject"] = "Your order"
    return scene.browser.post(f"/conversations/{scene.point(role)}/", form | {button: "1"})


def told_by(answer: Any) -> str:
    """The reason code that the page of a conversation says."""
    page = answer.content.decode()
    if "You may send this now." in page:
        return ""
    (code,) = re.findall(r'You may not: .*?<span class="mono">(\w+)</span>', page)
    return code


@proves("E2", "G32", "M4")
def test_all_doors_name_the_same_reason_for_each_person_and_asking_sends_nothing(scene: Scene) -> None:
    scene.browser.post(f"/campaigns/{scene.campaign.id}/check/")
    scene.app.post(f"campaigns/{scene.campaign.id}/check/")

    check = scene.app.get(f"campaigns/{scene.campaign.id}/check/").json()
    asked = {
        "dry run": {role: dry_run(scene, role) for role in TO_ONE},
        "may I send": {role: may_i_send(scene, role) for role in TO_ONE},
    }
    if scene.channel in BY_HAND:
        asked["page"] = {role: told_by(conversation(scene, role, "ask")) for role in TO_ONE}

    one_each = dict.fromkeys(LEFT_OUT, 1)
    assert counted(check["reasons"]) == reasons_page(scene, f"/campaigns/{scene.campaign.id}/check/") == one_each
    assert people_page(scene, check["run_id"]) == {role: role for role in LEFT_OUT}
    assert asked == {door: TO_ONE | SAID_BY.get((scene.channel, door), {}) for door in asked}
    with tenant_context(scene.house.id):
        assert (Message.objects.count(), SendAttempt.objects.count()) == (0, 0)
    assert reached(scene.sandbox, scene.channel) == []


@proves("E2")
def test_who_is_refused_at_every_door_gets_nothing_and_the_welcome_one_gets_the_campaign(scene: Scene) -> None:
    refused = {role: scene.app.post("messages/", scene.letter(role)) for role in TEN}
    pages = {role: conversation(scene, role, "send") for role in TEN} if scene.channel in BY_HAND else {}
    scene.app.post(f"campaigns/{scene.campaign.id}/check/")

    launched = scene.app.post(f"campaigns/{scene.campaign.id}/launch/", {"confirmed": 1})
    for _ in range(2):
        tick(scene.house)
        scene.sandbox.settle()

    codes = {role: (answer.status_code, answer.json()["code"]) for role, answer in refused.items()}
    assert codes == {role: (422, role) for role in TEN}
    assert {role: (answer.status_code, told_by(answer)) for role, answer in pages.items()} == {
        role: (422, role) for role in pages
    }
    run = scene.app.get(f"runs/{launched.json()['id']}/").json()
    one_each = dict.fromkeys(LEFT_OUT, 1)
    assert counted(run["left_out"]) == reasons_page(scene, f"/campaigns/runs/{run['id']}/") == one_each
    assert people_page(scene, run["id"]) == {role: role for role in LEFT_OUT}
    assert (run["planned"], run["sent"]) == (len(ROLES), 1)
    assert reached(scene.sandbox, scene.channel) == [scene.address(WELCOME)]
    with tenant_context(scene.house.id):
        assert [message.point_id for message in Message.objects.all()] == [scene.point(WELCOME)]
