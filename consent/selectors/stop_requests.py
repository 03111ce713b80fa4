"""The queue of pleas to stop that people must decide about, as pages and mails show it. No address is opened here."""

import dataclasses
import datetime
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet

from accounts.models import User
from accounts.selectors import members_with
from consent.models import WAYS, ConsentEvent, StopRequest
from consent.selectors.words import CHANNEL_LABELS
from consent.stop_deadlines import StopDeadline, deadlines
from core import clock, vault
from core.tenancy import require_organization_id

_WAYS: Final[Mapping[str, str]] = dict(WAYS)
_SOON: Final = datetime.timedelta(days=3)
_VERDICTS: Final[Mapping[str, Mapping[str, str]]] = {
    "stop": {"label": "It was a stop", "tone": "no", "icon": "hand"},
    "not_stop": {"label": "It was not a stop", "tone": "plain", "icon": "check"},
    "restarted": {"label": "Said START since", "tone": "yes", "icon": "check"},
}


@dataclasses.dataclass(frozen=True, slots=True)
class RequestRow:
    """One request as it is listed. `late` says that we learned of it, or decided, after the last day by law."""

    request: StopRequest
    way: str
    channel: str
    hint: str
    owner: str
    badge: Mapping[str, str]
    late: bool
    rule: StopDeadline | None
    #: who says that it was no stop, while or because somebody else must say so too
    denier: str = ""

    @property
    def is_open(self) -> bool:
        """Whether somebody must still decide."""
        return self.request.decided_at is None


def views() -> dict[str, Q]:
    """The views of the queue: its word in the address → which requests, now."""
    now = clock.now()
    still = Q(decided_at=None)
    return {
        "open": still,
        "overdue": still & Q(due_at__lte=now),
        "soon": still & Q(due_at__gt=now, due_at__lte=now + _SOON),
        "replies": still & Q(way="reply"),
        "decided": ~still,
        "late": Q(suppressed_at__gt=F("due_at")) | Q(decided_at__gt=F("due_at")),
        "all": Q(),
    }


def request_counts() -> dict[str, int]:
    """How many each view holds. One query."""
    found: dict[str, int] = StopRequest.objects.aggregate(
        **{name: Count("id", filter=chosen) if chosen else Count("id") for name, chosen in views().items()}
    )
    return found


def requests_in(view: str, owner: uuid.UUID | None = None) -> "QuerySet[Any]":
    """The requests of a view, the most urgent first, decided ones newest first; those of one owner where it is given."""
    rows = StopRequest.objects.filter(views().get(view, Q())).select_related("point")
    if owner is not None:
        rows = rows.filter(owner_id=owner)
    return rows.order_by("-decided_at", "-id") if view in ("decided", "late") else rows.order_by("due_at", "id")


def request_rows(requests: Sequence[StopRequest]) -> list[RequestRow]:
    """These requests with the words of a page. One query."""
    ids = {each for request in requests for each in (request.owner_id, request.denial_by) if each}
    names = {person.id: str(person) for person in User.objects.filter(id__in=ids)} if ids else {}
    rules = {rule.id: rule for rule in deadlines()}
    return [_row(each, names, rules) for each in requests]


def overdue_or_soon() -> tuple[int, int]:
    """How many wait for a decision, and how many of them past the day. One query."""
    still = StopRequest.objects.filter(decided_at=None)
    found = still.aggregate(waiting=Count("id"), overdue=Count("id", filter=Q(due_at__lte=clock.now())))
    return int(found["waiting"]), int(found["overdue"])


def told_note(request: StopRequest) -> str:
    """What was written down when it was entered, opened; empty where the ledger has it no more."""
    event = ConsentEvent.objects.filter(id=request.event_id).first()
    if event is None or event.evidence_sealed is None:
        return ""
    organization_id = require_organization_id()
    text = vault.unseal_text(
        organization_id, "consent_consentevent", "evidence_sealed", event.id, event.evidence_sealed
    )
    return str(json.loads(text).get("note", ""))


def told_reason(request: StopRequest) -> str:
    """Why somebody says that it was no stop, opened; empty where nobody did."""
    if request.reason_sealed is None:
        return ""
    organization_id = require_organization_id()
    return vault.unseal_text(organization_id, "consent_stoprequest", "reason_sealed", request.id, request.reason_sealed)


def people_who_decide() -> list[User]:
    """Everybody of the team who may decide about a plea to stop. One query."""
    return members_with("change_consent")


def _row(request: StopRequest, names: Mapping[uuid.UUID, str], rules: Mapping[str, StopDeadline]) -> RequestRow:
    late = any(at is not None and at > request.due_at for at in (request.suppressed_at, request.decided_at))
    return RequestRow(
        request=request,
        way=_WAYS[request.way],
        channel=CHANNEL_LABELS.get(request.channel, "Everything"),
        hint=request.point.hint,
        owner=names.get(request.owner_id, "") if request.owner_id else "",
        badge=_badge(request),
        late=late,
        rule=rules.get(request.rule),
        denier=names.get(request.denial_by, "") if request.denial_by else "",
    )


def _badge(request: StopRequest) -> Mapping[str, str]:
    if request.decided_at is not None:
        return _VERDICTS[request.verdict]
    if request.denial_by is not None:
        return {"label": "A second person must agree", "tone": "wait", "icon": "users"}
    if request.due_at <= clock.now():
        return {"label": "Overdue", "tone": "no", "icon": "alert"}
    if request.due_at <= clock.now() + _SOON:
        return {"label": "Due soon", "tone": "wait", "icon": "clock"}
    return {"label": "Waits for a decision", "tone": "wait", "icon": "clock"}
