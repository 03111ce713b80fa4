"""Whose agreements end by age soon: by purpose, channel and where we know them from; and who of them may still be asked again."""

import dataclasses
import datetime
import uuid
from typing import Any, Final, cast

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q

from campaigns.models import Campaign
from consent.expiry import months_of, too_old
from consent.models import ConsentState, Purpose, Suppression
from consent.rulebook import rulebook
from consent.selectors.words import CHANNEL_LABELS
from consent.states import SOURCES, Source
from core import clock
from core.tenancy import require_organization_id
from messaging.ask_models import PermissionAsk

#: the days ahead that the page tells, and of which one may be chosen to prepare a campaign
AHEAD: Final = (30, 60, 90)
#: the channels for which a question can be prepared by one press: a text of ours is not what a network has approved, nor spoken
ASKABLE: Final = ("sms", "email")
_UNKNOWN: Final = "Known from elsewhere"

# One row for each person whose agreement ends until then, who has not said stop, and who was not asked in this period.
_PEOPLE: Final = """
select distinct link.contact_id
from consent_consentstate s
join contacts_contactpoint link on link.organization_id = s.organization_id and link.point_id = s.point_id
where s.organization_id = %(organization)s and s.purpose_id = %(purpose)s and s.channel = %(channel)s and s.status = 'granted'
  and greatest(s.changed_at, s.engaged_at) + make_interval(months => %(expiry_months)s) > %(at)s
  and greatest(s.changed_at, s.engaged_at) + make_interval(months => %(expiry_months)s)
      <= %(at)s + make_interval(days => %(days)s)
  and not exists (select from consent_suppression x where x.organization_id = s.organization_id and x.point_id = s.point_id
                  and x.lifted_at is null and x.channel in ('', s.channel) and (x.expires_at is null or x.expires_at > %(at)s))
  and not exists (select from messaging_permissionask a where a.organization_id = s.organization_id and a.point_id = s.point_id
                  and a.purpose_id = s.purpose_id and a.channel = s.channel
                  and a.asked_at > %(at)s - make_interval(days => %(once_days)s))
"""


@dataclasses.dataclass(frozen=True, slots=True)
class EndingLine:
    """Agreements from one source to one purpose on one channel: how many hold, and how many end within 30, 60 and 90 days."""

    source: str
    holds: int
    in_30: int
    in_60: int
    in_90: int


@dataclasses.dataclass(frozen=True, slots=True)
class Ending:
    """One purpose on one channel. `reachable` are those of `in_90` that have not said stop; `asked` and `answered` are of this
    period; `draft` is a question that is prepared and not launched yet."""

    purpose_id: uuid.UUID
    purpose: str
    channel: str
    lines: tuple[EndingLine, ...]
    reachable: int
    asked: int
    answered: int
    draft: uuid.UUID | None

    @property
    def channel_label(self) -> str:
        """The channel in words."""
        return CHANNEL_LABELS[self.channel]

    @property
    def askable(self) -> bool:
        """Whether a question can be prepared by one press."""
        return self.channel in ASKABLE

    @property
    def in_90(self) -> int:
        """How many end within 90 days, from all sources."""
        return sum(line.in_90 for line in self.lines)


def endings() -> list[Ending]:
    """Every purpose in use and channel on which agreements end within 90 days, the most first. Four queries."""
    now = clock.now()
    soon = {days: too_old(now + datetime.timedelta(days=days)) for days in AHEAD}
    stopped = Suppression.objects.filter(
        Q(channel="") | Q(channel=OuterRef("channel")), Q(expires_at=None) | Q(expires_at__gt=now), lifted_at=None,
        point_id=OuterRef("point_id"),
    )  # fmt: skip
    holding = ConsentState.objects.filter(~too_old(now), status="granted", purpose__archived_at=None)
    counted = holding.order_by().values("purpose_id", "channel", "event__source").annotate(
        holds=Count("id"), in_30=Count("id", filter=soon[30]), in_60=Count("id", filter=soon[60]),
        in_90=Count("id", filter=soon[90]), reachable=Count("id", filter=soon[90] & Q(~Exists(stopped))),
    )  # fmt: skip
    groups: dict[tuple[uuid.UUID, str], list[dict[str, Any]]] = {}
    for row in counted:
        groups.setdefault((row["purpose_id"], row["channel"]), []).append(row)
    names, asks, drafts = dict(Purpose.objects.values_list("id", "name")), _asks(now), _drafts()
    found = [
        Ending(
            purpose_id, names[purpose_id], channel, tuple(sorted(map(_line, rows), key=lambda line: -line.in_90)),
            sum(row["reachable"] for row in rows), *asks.get((purpose_id, channel), (0, 0)),
            draft=drafts.get((purpose_id, channel)),
        )
        for (purpose_id, channel), rows in groups.items()
        if any(row["in_90"] for row in rows)
    ]  # fmt: skip
    return sorted(found, key=lambda each: (-each.in_90, each.purpose, each.channel))


def people_to_ask(purpose: Purpose, channel: str, days: int) -> list[uuid.UUID]:
    """The people whose agreement ends within so many days, not stopped and not asked in this period. One query."""
    asked: dict[str, Any] = {
        "organization": require_organization_id(), "purpose": purpose.id, "channel": channel, "at": clock.now(), "days": days,
        "expiry_months": months_of(purpose.tier, purpose.expiry_months),
        "once_days": rulebook().policy.asking_once_days,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, asked)
        return [row[0] for row in cursor.fetchall()]


def draft_asking(purpose_id: uuid.UUID, channel: str) -> Campaign | None:
    """The question about a purpose on a channel that is prepared and not launched yet. One query."""
    drafts = Campaign.objects.filter(kind="ask_again", state="draft", purpose_id=purpose_id, channel=channel)
    return drafts.order_by("-created_at", "-id").first()


def _line(row: dict[str, Any]) -> EndingLine:
    rule = SOURCES.get(cast(Source, row["event__source"]))
    return EndingLine(rule.label if rule else _UNKNOWN, row["holds"], row["in_30"], row["in_60"], row["in_90"])


def _asks(now: datetime.datetime) -> dict[tuple[uuid.UUID, str], tuple[int, int]]:
    since = now - datetime.timedelta(days=rulebook().policy.asking_once_days)
    rows = PermissionAsk.objects.filter(asked_at__gt=since).order_by().values("purpose_id", "channel")
    counted = rows.annotate(asked=Count("id"), answered=Count("id", filter=Q(answered_at__isnull=False)))
    return {(row["purpose_id"], row["channel"]): (row["asked"], row["answered"]) for row in counted}


def _drafts() -> dict[tuple[uuid.UUID, str], uuid.UUID]:
    drafts = Campaign.objects.filter(kind="ask_again", state="draft").order_by("created_at", "id")
    return {(row.purpose_id, row.channel): row.id for row in drafts}
