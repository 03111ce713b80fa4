"""How the demo's customers arrive: files with and without proof, a paper here and there, stops from a former tool."""

import contextlib
import datetime
import uuid
from collections.abc import Sequence
from typing import Any

from accounts.contracts import Refused
from accounts.roles import Role
from campaigns.management.demo.opening import Shop
from campaigns.management.demo.people import Crowd, Person, orders_file, people_file, stops_file
from consent.actions.points import ensure_points
from consent.actions.purposes import publish_wording
from consent.actions.recording import record_consent
from consent.models import Point, Wording
from consent.values import address_of
from contacts.actions import imports
from contacts.actions.import_files import store_upload
from contacts.actions.import_work import mapping_of
from contacts.actions.lists import create_list
from contacts.models import ImportJob, List
from core.phone import PhoneNumber, parse_phone
from core.tenancy import tenant_context

_PAPERS = 9  # signed at the counter and written down by hand


class DemoFailed(Exception):
    """A step of the story did not come out as it should; the text says which."""


def bring_file(shop: Shop, crowd: Crowd, plan: dict[str, Any]) -> None:
    """A file of sign-ups, uploaded and imported by the campaign manager."""
    moment = shop.moment(plan["days_ago"])
    content = people_file(crowd, plan, moment.date())
    declared = imports.Declaration(attested=True, purpose="offers", default_country="US")
    _import(shop, plan, content, moment, declared)


def bring_orders(shop: Shop, plan: dict[str, Any], people: Sequence[Person]) -> None:
    """People who ordered and want to know where their cloth is; the file says nothing, its declaration does."""
    moment = shop.moment(plan["days_ago"])
    declared = imports.Declaration(
        attested=True,
        purpose="orders",
        channels=("sms",),
        consent_source=plan["source"],
        consent_at=moment - datetime.timedelta(days=2),
        consent_wording=shop.story["purpose"][1]["wording"][0]["text"],
        default_country="US",
    )
    _import(shop, plan, orders_file(people), moment, declared)


def bring_stops(shop: Shop, plan: dict[str, Any], people: Sequence[Person]) -> None:
    """Those who had said stop before the shop came here."""
    declared = imports.Declaration(attested=True, default_country="US", suppression="opted_out")
    _import(shop, plan, stops_file(people), shop.moment(plan["days_ago"]), declared, kind="suppressions")


def publish_later_words(shop: Shop) -> None:
    """The second version of the words, when its day comes."""
    for plan in shop.story["purpose"]:
        for later in plan["wording"][1:]:
            shop.stage.go_to(shop.moment(later["days_ago"], 15))
            with tenant_context(shop.id):
                purpose = shop.purposes[plan["key"]]
                publish_wording(actor=shop.team[Role.COMPLIANCE], purpose=purpose, channel="sms", text=later["text"])


def file_papers(shop: Shop, people: Sequence[Person], days_ago: int) -> None:
    """Cards signed at the counter, written down one by one."""
    shop.stage.go_to(shop.moment(days_ago, 20))
    taken = 0
    for person in people:
        if taken == _PAPERS:
            break
        shop.stage.wait(minutes=3)
        with contextlib.suppress(Refused):  # some have said stop since; their card proves nothing any more
            _file_paper(shop, person, days_ago, taken + 1)
            taken += 1


def _file_paper(shop: Shop, person: Person, days_ago: int, place: int) -> None:
    with tenant_context(shop.id):
        record_consent(
            actor=shop.team[Role.COMPLIANCE],
            point=_point(person),
            purpose=shop.purposes["orders"],
            channel="sms",
            source="paper",
            occurred_at=shop.moment(days_ago, 15),
            wording=_words(shop, "orders"),
            note=f"Counter card {place}, folder 3, taken by Tenzin",
        )


def _import(
    shop: Shop,
    plan: dict[str, Any],
    content: bytes,
    moment: datetime.datetime,
    declared: imports.Declaration,
    kind: str = "people",
) -> None:
    """Upload, declare, check, bring in: what the page does, by the same verbs; the tasks run at once."""
    actor = shop.team[Role.CAMPAIGN_MANAGER]
    shop.stage.go_to(moment)
    stored = store_upload(organization_id=shop.id, name=plan["name"], chunks=[content])
    with tenant_context(shop.id):
        target = create_list(actor=actor, name=plan["list"]) if "list" in plan else None
        job = imports.receive_import(actor=actor, stored=stored, kind=kind, country="US")
    shop.stage.wait(minutes=4)
    with tenant_context(shop.id):
        imports.declare_import(
            actor=actor, job=job, mapping=mapping_of(job.mapping), declared=declared, target=target, save=plan["name"]
        )
    _demand(shop, job.id, "checked")
    shop.stage.wait(minutes=2)
    with tenant_context(shop.id):
        imports.start_import(actor=actor, job=ImportJob.objects.get(id=job.id))
    _demand(shop, job.id, "finished")


def _demand(shop: Shop, job_id: uuid.UUID, state: str) -> None:
    with tenant_context(shop.id):
        job = ImportJob.objects.get(id=job_id)
    if job.state != state:
        raise DemoFailed(f"the file {job.file_name} is {job.state}, not {state}: {job.problem_text}")


def _point(person: Person) -> Point:
    number = parse_phone(person.number)
    if not isinstance(number, PhoneNumber):
        raise DemoFailed("a customer has a number that is none")
    return Point.objects.get(id=ensure_points([address_of(number)])[("phone", number.e164)])


def _words(shop: Shop, purpose: str) -> Wording:
    wordings = Wording.objects.filter(purpose=shop.purposes[purpose], channel="sms")
    return wordings.order_by("version").reverse()[0]


def lists_of(shop: Shop, names: Sequence[str]) -> list[List]:
    """The lists of these names."""
    with tenant_context(shop.id):
        return list(List.objects.filter(name__in=names))
