"""May this be sent to these addresses? The same facts and the same gate as a campaign's check, for addresses by themselves."""

import dataclasses
import datetime
import uuid
from collections.abc import Mapping, Sequence

from django.db import connection

from consent.models import PlatformSuppression
from consent.reasons import Reason, reason
from consent.selectors.stop_lists import lists_naming
from consent.values import Address
from contacts.selectors.points import known_points
from core import vault
from core.tenancy import require_organization_id
from messaging.facts import Context, RawFacts, Verdict, decide_distinct, raw_facts, run_facts

_ASKED = "select id as key, id as point_id from consent_point where organization_id = %(organization)s and id = any(%(points)s)"


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """What the gate says about one address: its outcome, the reason against it, and the event that proves the agreement.

    `until` is when it leaves by itself, or for one that is denied when it may be allowed; None where nobody knows.
    """

    outcome: str
    reason: Reason | None
    until: datetime.datetime | None
    evidence_id: uuid.UUID | None
    decision_id: uuid.UUID


def decide_addresses(context: Context, addresses: Sequence[Address]) -> list[Answer]:
    """The gate's answer for each address, in order.

    Effects: a record of each distinct decision; an address we never met is judged and not kept. Nine queries at most for
             addresses of one kind, however many there are.
    """
    ids = known_points(addresses)
    met = _facts(context, list(ids.values()))
    strangers = [address for address in addresses if (address.kind, address.key) not in ids]
    blocked = _blocked(strangers, context)
    listed = lists_naming(strangers, context.lists, context.sender.channel, context.at)
    found: list[tuple[uuid.UUID | None, RawFacts]] = []
    for address in addresses:
        point_id = ids.get((address.kind, address.key))
        found.append(met[point_id] if point_id is not None else (None, _stranger(context, address, blocked, listed)))
    verdicts = decide_distinct(context, [raw for _, raw in found])
    return [_answer(evidence_id, verdicts[raw]) for evidence_id, raw in found]


def decide_point(context: Context, point_id: uuid.UUID) -> Answer:
    """The gate's answer for one address we hold. Effects: a record of the decision. Five queries at most."""
    return _answer(*judge_point(context, point_id))


def judge_point(context: Context, point_id: uuid.UUID) -> tuple[uuid.UUID | None, Verdict]:
    """The event that proves the agreement of one address we hold, and the gate's verdict. Effects: as `decide_point`."""
    evidence_id, raw = _facts(context, [point_id])[point_id]
    return evidence_id, decide_distinct(context, [raw])[raw]


def _facts(context: Context, point_ids: list[uuid.UUID]) -> dict[uuid.UUID, tuple[uuid.UUID | None, RawFacts]]:
    if not point_ids:
        return {}
    with connection.cursor() as cursor:
        run_facts(cursor, context, _ASKED, {"points": point_ids})
        return {row[0]: (row[2], raw_facts(row[3:])) for row in cursor.fetchall()}


def _blocked(strangers: Sequence[Address], context: Context) -> set[bytes]:
    digests = [vault.platform_digest(address.kind, address.key) for address in strangers]
    rows = PlatformSuppression.objects.filter(digest__in=digests) if digests else PlatformSuppression.objects.none()
    return {bytes(digest) for digest in rows.exclude(expires_at__lte=context.at).values_list("digest", flat=True)}


def _stranger(
    context: Context, address: Address, blocked: set[bytes], listed: Mapping[tuple[str, str], str]
) -> RawFacts:
    """The facts of an address without a row: what it tells by itself, and the platform's list."""
    digest = vault.digest(require_organization_id(), address.kind, address.key)
    return RawFacts(
        has_address=True,
        kind=address.kind,
        number_type=address.number_type,
        in_circle=digest in context.circle,
        suppression="platform" if vault.platform_digest(address.kind, address.key) in blocked else "",
        consent="none",
        minor=False,
        regions=address.region,
        zones=address.zones,
        heard=context.standing.window_seconds == 0,
        own_full=False,
        own_hours="",
        listed=listed[address.kind, address.key],
        counts=(0,) * len(context.limits),
        rooms=(None,) * len(context.limits),
    )


def _answer(evidence_id: uuid.UUID | None, verdict: Verdict) -> Answer:
    """A decision as it is told; nothing is allowed without the event that proves it, as in a plan."""
    if verdict.outcome != "denied" and evidence_id is None:
        return Answer("denied", reason("no_consent"), None, None, verdict.record_id)
    why = reason(verdict.reason) if verdict.reason else None
    return Answer(verdict.outcome, why, verdict.possible_at, evidence_id, verdict.record_id)
