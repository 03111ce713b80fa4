"""A key made for trying things out: nothing it may do reaches a carrier that reaches people, or touches what leaves there."""

from collections.abc import Callable
from typing import Any, Final

import pytest

from accounts.actions.keys import issue_api_key
from accounts.roles import API_SCOPES
from campaigns.models import Campaign, Run
from core.tenancy import tenant_context
from messaging.models import ProviderAccount
from tests.factories import whatsapp
from tests.factories.billing import top_up
from tests.factories.campaigns import add_people, make_campaign
from tests.factories.consent import MINA, grant, make_point
from tests.factories.contacts import make_contact
from tests.factories.registrations import register_in_us
from tests.integration.api.conftest import Application, application
from tests.integration.campaigns.conftest import check, launch, send
from tests.snapshots import changed, rows_of
from tests.walls.routes import all_routes

#: operations that write and may be done with such a key whatever the carrier, and why
OURS_ALONE: Final = {
    "post api:contacts": "changes what is kept of people; nothing leaves",
    "put api:contacts": "the same",
    "patch api:contact": "the same",
    "post api:contact_batch": "the same",
    "post api:imports": "keeps a file; nothing leaves",
    "post api:check_import": "reads a file",
    "post api:run_import": "changes what is kept of people; nothing leaves",
    "post api:cancel_import": "ends what was its own",
    "post api:keyword_readings": "asks what a text would do; nothing is kept",
    "post api:consents": "the ledger is the organisation's, whatever sends",
    "post api:consent_batch": "the same",
    "post api:attachments": "evidence for the ledger",
    "post api:engagements": "says that people used what they agreed to; nothing leaves",
    "post api:text_overrides": "asks a second person of the organisation; nothing leaves",
    "post api:consent_search": "looks up; it is asked by POST so that no address stands in a log",
    "patch api:frequency": "a setting of the organisation; nothing leaves",
    "post api:stops": "a stop always counts",
    "post api:decisions": "sends nothing",
    "post api:rule_questions": "asks what a rulebook would say; sends nothing",
    "post api:message_batch": "refuses each message by itself, as test_message_batches.py shows",
    "post api:templates": "writes a draft; the network does not hear of it",
    "post api:template_files": "keeps a file for a draft; the network does not hear of it",
    "post api:campaigns": "writes a draft",
    "put api:campaign": "writes a draft",
    "post api:check": "sends nothing",
}
Ask = tuple[str, Any]


class Scene:
    """A campaign of the house, checked, by a sender of a carrier that is not the practice carrier."""

    def __init__(self, acme: Any, house: Any) -> None:
        self.acme, self.house = acme, house
        top_up(acme.id, 100)
        add_people(house, 5, 3)
        self.campaign: Campaign = make_campaign(house)
        check(house, self.campaign)

    def breathing(self) -> Run:
        return launch(self.house, self.campaign, 3)

    def sending(self) -> Run:
        return send(self.house, self.breathing())

    def paused(self) -> Run:
        run = self.sending()
        assert application(self.acme).post(f"runs/{run.id}/pause/").status_code == 200
        return run

    def launch(self) -> Ask:
        return f"campaigns/{self.campaign.id}/launch/", {"confirmed": 3}

    def message(self) -> Ask:
        with tenant_context(self.acme.id):
            grant(make_point(MINA), self.house.purpose)
        return "messages/", {"to": MINA, "sender": str(self.house.sender.id), "purpose": "orders", "text": "Hello."}

    def template(self) -> Ask:
        with tenant_context(self.acme.id):
            row = whatsapp.make_template(whatsapp.make_whatsapp(self.acme.actor()), state="draft")
        return f"templates/{row.id}/submission/", None

    def templates(self) -> Ask:
        with tenant_context(self.acme.id):
            return "templates/bring-in/", {"account": str(whatsapp.make_whatsapp(self.acme.actor()).id)}


#: operations that such a key is refused, each with what makes it possible for a live key
REFUSED: Final[dict[str, Callable[[Scene], Ask]]] = {
    "post api:messages": Scene.message,
    "post api:launch": Scene.launch,
    "post api:pause": lambda scene: (f"runs/{scene.sending().id}/pause/", None),
    "post api:resume": lambda scene: (f"runs/{scene.paused().id}/resume/", None),
    "post api:cancel": lambda scene: (f"runs/{scene.sending().id}/cancel/", None),
    "post api:undo": lambda scene: (f"runs/{scene.breathing().id}/undo/", None),
    "post api:submit_template": Scene.template,
    "post api:sync_templates": Scene.templates,
    "post api:erase": lambda scene: (f"contacts/{make_contact(scene.acme, number=MINA).id}/erase/", {}),
}


def operations() -> set[str]:
    """Every operation of the API that is more than reading, from its routes."""
    found = set()
    for route in all_routes():
        if route.door is not None and route.door.kind == "api":
            methods = set(route.view.cls.http_method_names) - {"get", "head", "options"}
            found |= {f"{method} {route.name}" for method in methods}
    return found


def test_every_operation_that_writes_says_what_a_test_key_may_do():
    assert operations() == set(OURS_ALONE) | set(REFUSED)
    assert set(OURS_ALONE) & set(REFUSED) == set()


@pytest.mark.parametrize("operation", sorted(REFUSED))
def test_a_test_key_touches_nothing_at_a_carrier_that_reaches_people(acme, house, operation):
    path, body = REFUSED[operation](Scene(acme, house))
    with tenant_context(acme.id):
        _, whole = issue_api_key(actor=acme.actor(), name="trial", scopes=API_SCOPES, days=1, is_test=True)
        ProviderAccount.objects.update(practice=False)
        register_in_us(house.sender)
    trial = Application(whole)
    trial.get("senders/")
    before = rows_of(acme.id)

    refused = trial.post(path, body)
    moved = set(changed(before, rows_of(acme.id))) - {"accounts_apirequestlog", "consent_decisionrecord"}
    done = application(acme).post(path, body)

    assert (refused.status_code, refused.json()["code"], moved) == (422, "practice_only", set())
    assert done.status_code < 300


@pytest.mark.parametrize("batch", [False, True])
def test_a_dry_run_by_a_test_key_answers_what_the_real_one_would_also_where_the_gate_says_no(acme, house, batch):
    scene = Scene(acme, house)
    _, body = scene.message()
    with tenant_context(acme.id):
        _, whole = issue_api_key(actor=acme.actor(), name="trial", scopes=API_SCOPES, days=1, is_test=True)
        ProviderAccount.objects.update(practice=False)
    trial, nobody = Application(whole), body | {"to": "+14025550199"}

    def codes(dry_run):
        if not batch:
            answers = [trial.post("messages/", each | {"dry_run": dry_run}) for each in (body, nobody)]
            return [(answer.status_code, answer.json()["code"]) for answer in answers]
        told = trial.post("messages/batch/", {"messages": [body, nobody], "dry_run": dry_run}).json()["results"]
        return [(each["problem"]["status"], each["problem"]["code"]) for each in told]

    assert codes(dry_run=True) == codes(dry_run=False) == [(422, "practice_only")] * 2


def test_a_test_key_hears_what_erasing_somebody_would_do_and_that_senders_are_practice(acme, house):
    person = make_contact(acme, number=MINA)
    with tenant_context(acme.id):
        _, whole = issue_api_key(actor=acme.actor(), name="trial", scopes=API_SCOPES, days=1, is_test=True)
    trial = Application(whole)
    before = trial.get("senders/?fields=practice").json()["data"]
    with tenant_context(acme.id):
        ProviderAccount.objects.update(practice=False)

    asked = trial.post(f"contacts/{person.id}/erase/", {"dry_run": True})

    assert (asked.status_code, asked.json()["dry_run"]) == (200, True)
    assert [before, trial.get("senders/?fields=practice").json()["data"]] == [
        [{"practice": True}],
        [{"practice": False}],
    ]
