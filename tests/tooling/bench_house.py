"""What the benchmarks ask of the product, by its own verbs: a house that can send, imports, plans, launches, receipts."""

import dataclasses
import pathlib
import urllib.parse
import uuid
from collections.abc import Sequence
from typing import Any

from django.conf import settings

from campaigns.actions.launching import launch_campaign, simulate_campaign
from campaigns.actions.writing import Draft, save_campaign
from campaigns.models import Run
from contacts.actions import import_engine, imports
from contacts.actions.import_files import store_upload
from contacts.actions.import_work import mapping_of
from contacts.models import ImportJob
from core.tenancy import tenant_context
from messaging.actions.inbox import apply_receipts, keep_event
from messaging.contracts import Receipt
from messaging.lanes import open_credentials
from messaging.models import ProviderAccount, ProviderEvent, SendAttempt
from messaging.providers import callbacks, twilio_signature
from tests.factories import contacts
from tests.factories.accounts import Team, make_operator, make_team, operator_actor
from tests.factories.campaigns import ACCOUNT_SID, TOKEN, House, make_house
from tests.factories.campaigns import add_people as add_many

__all__ = ["House", "Team"]
COUNTRY = "US"


def open_house(carrier_url: str) -> House:
    """A live organisation with a purpose, a sender at a carrier and an empty list."""
    team = make_team("Acme")
    return make_house(team.id, team.actor(), operator_actor(make_operator()), carrier_url)


def add_people(house: House, count: int) -> int:
    """Put people with proof of consent on the house's list; answer how many. Their numbers get everything."""
    return len(set(add_many(house, count, count)))


# ── imports ──


def open_shop() -> Team:
    """An organisation with a marketing purpose, ready to import."""
    team = make_team("Acme")
    contacts.make_purpose(team)
    return team


def upload(team: Team, file: pathlib.Path) -> ImportJob:
    """Store a file in pieces, as a request does, and begin an import with it."""
    with file.open("rb") as content:
        chunks = iter(lambda: content.read(64 * 1024), b"")
        stored = store_upload(organization_id=team.id, name=file.name, chunks=chunks)
    with tenant_context(team.id):
        return imports.receive_import(actor=team.actor(), stored=stored, country=COUNTRY)


def check(team: Team, job: ImportJob) -> ImportJob:
    """Declare a file and try it."""
    declared = imports.Declaration(attested=True, purpose="offers", default_country=COUNTRY, days_in_utc=True)
    with tenant_context(team.id):
        mapping = mapping_of(job.mapping)
        imports.declare_import(actor=team.actor(), job=job, mapping=mapping, declared=declared)
    import_engine.check_import(organization_id=team.id, job_id=job.id)
    return contacts.reread(team, job)


def bring_in(team: Team, job: ImportJob) -> ImportJob:
    """Bring a checked file in."""
    return contacts.run(team, job)


# ── campaigns ──


def plan(house: House, body: str) -> uuid.UUID:
    """A new campaign to everybody on the list, about to be checked; answer its run, which nobody has planned yet."""
    with tenant_context(house.id):
        draft = Draft("Orders ready", house.purpose, house.sender, body, [house.people])
        campaign = save_campaign(actor=house.actor, draft=draft)
        return simulate_campaign(actor=house.actor, campaign=campaign).id


def launch(house: House, checked: uuid.UUID) -> uuid.UUID:
    """Launch the campaign of a check; answer the run, which nobody has planned yet."""
    with tenant_context(house.id):
        run = Run.objects.select_related("campaign").get(id=checked)
        return launch_campaign(actor=house.actor, campaign=run.campaign, confirmed=run.allowed_count).id


# ── receipts ──


@dataclasses.dataclass(frozen=True, slots=True)
class Post:
    """One webhook as a carrier would post it: path with query, signature, body."""

    path: str
    signature: str
    body: bytes


def receipts(house: House, statuses: Sequence[str], limit: int, *, unknown: bool = False) -> list[Post]:
    """Signed receipts for messages that were sent, one for each status; with `unknown`, for attempts nobody knows."""
    with tenant_context(house.id):
        account = ProviderAccount.objects.get(id=house.account.id)
        secret = open_credentials(account)["callback_secret"].encode()
        sent = SendAttempt.objects.select_related("message").order_by("-intent_at", "-id")[:limit]
        known = [(each.id, each.message.provider_message_id) for each in sent]
    if unknown:
        known = [(uuid.uuid4(), f"SM{uuid.uuid4().hex}") for _ in range(limit)]
    return [_post(account, secret, attempt, sid, status) for status in statuses for attempt, sid in known]


def _post(account: Any, secret: bytes, attempt: uuid.UUID, sid: str, status: str) -> Post:
    base = f"{settings.WEBHOOK_URL}/webhooks/{account.provider}/status"
    url = callbacks.callback_url(base, account.token, attempt, secret)
    fields = {"AccountSid": ACCOUNT_SID, "ApiVersion": "2010-04-01", "From": "+14025550100", "MessageSid": sid}
    fields |= {"MessageStatus": status, "SmsSid": sid, "SmsStatus": status, "To": "+14025560000"}
    signed = twilio_signature.signature(TOKEN, url, tuple(fields.items()))
    parts = urllib.parse.urlsplit(url)
    return Post(f"{parts.path}?{parts.query}", signed, urllib.parse.urlencode(fields).encode())


def inbox(house: House, statuses: Sequence[str], limit: int) -> list[uuid.UUID]:
    """Receipts that were kept and not applied yet, for the messages sent last; the ids of their rows, in order of arrival."""
    with tenant_context(house.id):
        sent = SendAttempt.objects.select_related("message").order_by("-intent_at", "-id")[:limit]
        told = [
            Receipt(
                each.message.provider_message_id,
                status,
                status,
                "",
                each.id,
                event_key=f"{each.id}:{status}",  # type: ignore[arg-type]
            )
            for status in statuses
            for each in sent
        ]
        rows = [keep_event(account=house.account, event=receipt, body=b"news") for receipt in told]
    return [row.id for row in rows if row is not None]


def apply(house: House, rows: Sequence[uuid.UUID], batch: int) -> int:
    """Apply receipts of the inbox, so many in one statement and one transaction; how many found their message."""
    found = 0
    for start in range(0, len(rows), batch):
        with tenant_context(house.id):
            some = list(ProviderEvent.objects.filter(id__in=rows[start : start + batch]).order_by("received_at", "id"))
            found += apply_receipts(account=house.account, rows=some)
    return found
