"""People, lists and imports, made by the actions that make them in the product."""

import pathlib
from typing import Any

from consent.actions.purposes import open_purpose
from consent.models import Purpose
from contacts.actions import import_engine, imports, people
from contacts.actions.import_files import store_upload
from contacts.actions.import_work import mapping_of
from contacts.contracts import Mapping
from contacts.models import Contact, ImportJob
from core.email import EmailAddress, parse_email
from core.phone import PhoneNumber, parse_phone
from core.tenancy import tenant_context
from tests.factories.accounts import Team


def phone(text: str) -> PhoneNumber:
    """A number."""
    found = parse_phone(text)
    assert isinstance(found, PhoneNumber)
    return found


def email(text: str) -> EmailAddress:
    """A mailbox."""
    found = parse_email(text)
    assert isinstance(found, EmailAddress)
    return found


def make_contact(team: Team, *, number: str = "", mail: str = "", **fields: Any) -> Contact:
    """A person with up to two addresses."""
    points = [people.NewPoint("phone", phone(number))] if number else []
    points += [people.NewPoint("email", email(mail))] if mail else []
    with tenant_context(team.id):
        return people.create_contact(actor=team.actor(), points=points, **fields)


def make_purpose(team: Team, name: str = "Offers", tier: str = "marketing") -> Purpose:
    """Something people can say yes to."""
    with tenant_context(team.id):
        return open_purpose(actor=team.actor(), name=name, tier=tier)


def receive(team: Team, file: pathlib.Path | str, *, kind: str = "people", country: str = "") -> ImportJob:
    """An upload that arrived; text is the file's own content."""
    content = file.encode() if isinstance(file, str) else file.read_bytes()
    name = "people.csv" if isinstance(file, str) else file.name
    stored = store_upload(organization_id=team.id, name=name, chunks=[content])
    with tenant_context(team.id):
        return imports.receive_import(actor=team.actor(), stored=stored, kind=kind, country=country)


def declare(team: Team, job: ImportJob, *, mapping: Mapping | None = None, **declared: Any) -> ImportJob:
    """Declare a file and try it."""
    target, save = declared.pop("target", None), declared.pop("save", "")
    with tenant_context(team.id):
        job = imports.declare_import(
            actor=team.actor(),
            job=job,
            mapping=mapping or mapping_of(job.mapping),
            declared=imports.Declaration(**{"attested": True, "days_in_utc": True} | declared),
            target=target,
            save=save,
        )
    import_engine.check_import(organization_id=team.id, job_id=job.id)
    return reread(team, job)


def run(team: Team, job: ImportJob) -> ImportJob:
    """Bring a checked file in."""
    with tenant_context(team.id):
        imports.start_import(actor=team.actor(), job=job)
    import_engine.run_import(organization_id=team.id, job_id=job.id)
    return reread(team, job)


def bring_in(team: Team, file: pathlib.Path | str, *, kind: str = "people", **declared: Any) -> ImportJob:
    """A whole import."""
    job = declare(team, receive(team, file, kind=kind, country=declared.get("default_country", "")), **declared)
    assert job.state == "checked", job.problem_text
    return run(team, job)


def reread(team: Team, job: ImportJob) -> ImportJob:
    """The job as it is now."""
    with tenant_context(team.id):
        return ImportJob.objects.get(id=job.id)
