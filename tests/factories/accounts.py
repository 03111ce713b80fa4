"""People and organisations, made by the actions that make them in the product."""

import dataclasses
import uuid

from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client

from accounts.actions import members, organizations
from accounts.actions.keys import issue_api_key
from accounts.contracts import Actor
from accounts.models import ApiKey, Membership, User
from accounts.roles import GRANTS, Role
from core.tenancy import tenant_context

PASSWORD = "correct horse battery staple"
#: the people tests meet most; any other of the eight roles joins with `join`
USUAL_ROLES = (Role.OWNER, Role.CAMPAIGN_MANAGER, Role.VIEWER)


@dataclasses.dataclass(frozen=True, slots=True)
class Team:
    """An organisation and its people by role."""

    id: uuid.UUID
    name: str
    people: dict[str, User]

    def actor(self, role: str = Role.OWNER) -> Actor:
        """The person of that role, with its rights."""
        return actor_of(self.people[role], role)

    def client(self, role: str = Role.OWNER) -> Client:
        """A browser in which the person of that role is logged in."""
        return logged_in(self.people[role], self.id)

    def member(self, role: str) -> Membership:
        """The membership of the person of that role."""
        with tenant_context(self.id):
            return Membership.objects.get(user=self.people[role])


def make_person(name: str, *, email: str = "", **fields: object) -> User:
    """A person with a verified address and the password PASSWORD, in no organisation."""
    address = email or f"{name.lower().replace(' ', '.')}@people.example"
    person = User.objects.create_user(address, PASSWORD, full_name=name, **fields)
    EmailAddress.objects.create(user=person, email=address, verified=True, primary=True)
    return person


def make_operator(name: str = "Olga Operator") -> User:
    """A person who may use the operator host once they have shown a second factor."""
    person = make_person(name)
    with connection.cursor() as cursor:  # the role of pages may not; the suite's databases have a way of their own
        cursor.execute("select tests.make_operator(%s)", [person.id])
    person.refresh_from_db()
    return person


def actor_of(person: User, role: str = "") -> Actor:
    """The person as an actor: with the rights of a role, or with none."""
    return Actor("user", person.id, GRANTS.get(role, frozenset()), "192.0.2.10", "a browser")


def make_team(name: str, roles: tuple[str, ...] = USUAL_ROLES) -> Team:
    """An organisation in trial, opened by its owner, and one invited member for each further role."""
    owner = make_person(f"{name} Owner")
    organization_id = organizations.open_organization(actor=actor_of(owner), owner=owner, name=name)
    team = Team(organization_id, name, {Role.OWNER: owner})
    for role in roles:
        if role not in team.people:
            join(team, role)
    return team


def join(team: Team, role: str, person: User | None = None) -> User:
    """Somebody who was invited and accepted, invitation and documents."""
    person = person or make_person(f"{team.name} {Role(role).label}")
    with tenant_context(team.id):
        invitation, _ = members.invite_member(actor=team.actor(), email=person.email, role=role)
        members.accept_invitation(actor=actor_of(person), invitation=invitation, user=person)
        organizations.accept_documents(actor=actor_of(person), user=person)
    team.people[role] = person
    return person


def make_key(team: Team, scopes: list[str], days: int = 30) -> tuple[ApiKey, str]:
    """An API key of the organisation, and its whole text."""
    with tenant_context(team.id):
        return issue_api_key(actor=team.actor(), name="web shop", scopes=scopes, days=days)


def logged_in(person: User, organization_id: uuid.UUID | None = None) -> Client:
    """A browser with a session of this person, in this organisation if one is named."""
    browser = Client(raise_request_exception=False)
    browser.force_login(person)
    if organization_id is not None:
        session = browser.session
        session["organization_id"] = str(organization_id)
        session.save()
    return browser


def operator_actor(person: User) -> Actor:
    """An operator as the admin makes one."""
    return Actor("operator", person.id, frozenset(), "192.0.2.20", "an operator's browser")


def settings_of(team: Team) -> dict[str, object]:
    """What the form of the settings holds, as a browser would send it back."""
    filled = team.client().get("/settings/").context["form"].initial
    return {name: "" if value is None else value for name, value in filled.items()}
