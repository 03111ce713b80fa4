"""Opening the demo's shop: the organisation, its team, its purposes and words, its senders."""

import base64
import dataclasses
import datetime
import hashlib
import hmac
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings

from accounts.actions import members, organizations
from accounts.actions.guests import add_guest
from accounts.contracts import Actor
from accounts.models import User
from accounts.roles import GRANTS, Role
from campaigns.management.demo.lines import connect_lines, operator
from campaigns.management.demo.stage import Stage
from consent.actions.purposes import open_purpose, publish_wording
from consent.models import Purpose
from core.phone import PhoneNumber, parse_phone
from core.tenancy import tenant_context
from messaging.models import ProviderAccount, Sender

_DOMAIN = "noorbagh.example"


@dataclasses.dataclass(frozen=True, slots=True)
class Shop:
    """The demo organisation while its story is told. `days` are counted back from the day the story ends."""

    id: uuid.UUID
    stage: Stage
    story: Mapping[str, Any]
    ends: datetime.datetime
    team: Mapping[str, Actor]
    accounts: Sequence[ProviderAccount]
    purposes: Mapping[str, Purpose]
    senders: Mapping[str, Sender]

    def moment(self, days_ago: int, hour: int = 16, minute: int = 0) -> datetime.datetime:
        """An hour (UTC) of a day of the story; at weekends nobody works, so it is the Friday before."""
        day = self.ends.date() - datetime.timedelta(days=days_ago)
        day -= datetime.timedelta(days=max(0, day.weekday() - 4))
        return datetime.datetime.combine(day, datetime.time(hour, minute), datetime.UTC)


def address_of(name: str) -> str:
    """Where somebody of the team gets mail."""
    return f"{name.partition(' ')[0].lower()}@{_DOMAIN}"


def password() -> str:
    """The password of the demo's team on this installation: made from its own secret, so nobody finds it in the code."""
    digest = hmac.digest(settings.SECRET_KEY.encode(), b"demo organisation", hashlib.sha256)
    return "noorbagh-" + base64.b32encode(digest).decode()[:12].lower()


def open_shop(stage: Stage, story: Mapping[str, Any], ends: datetime.datetime) -> Shop:
    """Open the organisation and everything it needs before the first customer comes."""
    first = ends - datetime.timedelta(days=story["purpose"][0]["wording"][0]["days_ago"])
    stage.go_to(first.replace(hour=14, minute=5, second=0, microsecond=0))
    people = {person["role"]: _join_platform(person["name"]) for person in story["people"]}
    owner = people[Role.OWNER]
    name = story["organization"]["name"]
    organization_id = organizations.open_organization(actor=_actor(owner, Role.OWNER), owner=owner, name=name)
    team = {role: _actor(person, role) for role, person in people.items()}
    _settle_in(stage, organization_id, story, team, people)
    purposes = _open_purposes(stage, organization_id, story, team[Role.COMPLIANCE])
    accounts, senders = connect_lines(stage, organization_id, story, team[Role.OWNER], password())
    return Shop(organization_id, stage, story, ends, team, accounts, purposes, senders)


def _join_platform(name: str) -> User:
    """Somebody signs up and confirms their address."""
    person = User.objects.create_user(address_of(name), password(), full_name=name)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def _actor(person: User, role: str) -> Actor:
    return Actor("user", person.id, GRANTS[role], "127.0.0.1", "the demo")


def _settle_in(
    stage: Stage,
    organization_id: uuid.UUID,
    story: Mapping[str, Any],
    team: Mapping[str, Actor],
    people: Mapping[str, User],
) -> None:
    """Settings, team, and the review that ends the trial."""
    owner = team[Role.OWNER]
    known = {key: value for key, value in story["organization"].items() if key not in ("name", "review_note")}
    with tenant_context(organization_id):
        organizations.change_settings(actor=owner, **known)
        add_guest(actor=owner, label="My own phone", address=_number("+14025550102"))
    for role, person in people.items():
        if role != Role.OWNER:
            stage.wait(minutes=7)
            _join_team(organization_id, owner, person, role)
    with tenant_context(organization_id):
        organizations.request_review(actor=owner)
    stage.wait(hours=4)
    with tenant_context(organization_id):
        organizations.go_live(actor=operator(), note=story["organization"]["review_note"])


def _join_team(organization_id: uuid.UUID, owner: Actor, person: User, role: str) -> None:
    with tenant_context(organization_id):
        invitation, _ = members.invite_member(actor=owner, email=person.email, role=role)
    with tenant_context(organization_id):
        members.accept_invitation(actor=_actor(person, role), invitation=invitation, user=person)
        organizations.accept_documents(actor=_actor(person, role), user=person)


def _open_purposes(
    stage: Stage, organization_id: uuid.UUID, story: Mapping[str, Any], actor: Actor
) -> dict[str, Purpose]:
    """Each purpose with its first words; later words come when their day does."""
    opened = {}
    for plan in story["purpose"]:
        stage.wait(minutes=11)
        with tenant_context(organization_id):
            purpose = open_purpose(
                actor=actor, name=plan["name"], tier=plan["tier"], description=plan["description"], key=plan["key"]
            )
            publish_wording(actor=actor, purpose=purpose, channel="sms", text=plan["wording"][0]["text"])
        opened[plan["key"]] = purpose
    return opened


def _number(text: str) -> PhoneNumber:
    found = parse_phone(text)
    if not isinstance(found, PhoneNumber):
        raise ValueError("story.toml: a number of the shop is no phone number")
    return found
