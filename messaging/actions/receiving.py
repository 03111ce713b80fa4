"""What carriers tell us: kept first, then applied. Order and repeats change nothing; a stop is done before the answer."""

import dataclasses
import uuid
from collections.abc import Sequence

from django.db import connection

from accounts.actions.audit import record_audit
from accounts.contracts import SYSTEM, Actor
from accounts.models import Organization
from consent import keywords
from consent.actions.ledger import start_point, stop_point, suppress_points
from consent.actions.points import ensure_points
from consent.contracts import Allowed, Ask, Facts
from consent.gate import decide
from consent.keywords import Keyword
from consent.models import Point, Suppression
from consent.rulebook import rulebook
from consent.values import Provenance, address_of
from core import clock, vault
from core.ids import new_id
from core.phone import PhoneNumber, parse_phone
from core.tenancy import require_organization_id
from messaging.contracts import Inbound, Receipt, Unknown
from messaging.models import InboundMessage, Message, MessageEvent, ProviderAccount, ProviderEvent, SendAttempt, Sender
from messaging.providers.protocol import ExplainsCodes, Provider
from messaging.states import RANKS

Event = Receipt | Inbound | Unknown


def keep_event(*, account: ProviderAccount, event: Event, body: bytes) -> ProviderEvent | None:
    """Put one event into the inbox; None when it is there already, which is how a repeated webhook ends.

    Effects: one sealed row, in the caller's transaction, which commits before the carrier gets its answer.
    """
    row_id = new_id()
    row = ProviderEvent(
        id=row_id,
        provider=account.provider,
        account_id=account.id,
        event_key=event.event_key[:120],
        attempt_id=getattr(event, "attempt_id", None),
        provider_message_id=getattr(event, "provider_message_id", ""),
        status=getattr(event, "status", "")[:12],
        code=getattr(event, "code", "")[:40],
        body_sealed=vault.seal(require_organization_id(), "messaging_providerevent", "body_sealed", row_id, body),
        received_at=clock.now(),
    )
    made = ProviderEvent.objects.bulk_create([row], ignore_conflicts=True)
    kept = ProviderEvent.objects.filter(id=made[0].id).exists()
    return row if kept else None


def apply_receipts(*, account: ProviderAccount, carrier: Provider, rows: Sequence[ProviderEvent]) -> int:
    """Let receipts change what they prove; answer how many found their message.

    Effects: the rank only rises; an open or unclear attempt becomes accepted; a code that means "they said no" or "never
             again" protects the address. A receipt that comes before our own answer stays in the inbox for the matcher.
    """
    applied = 0
    for row in rows:
        message = _message_of(row)
        if message is None:
            continue
        _apply(message, row, carrier)
        ProviderEvent.objects.filter(id=row.id).update(applied_at=clock.now())
        applied += 1
    return applied


def _message_of(row: ProviderEvent) -> Message | None:
    """The message a receipt is about: by our own attempt in the address, else by the carrier's id."""
    if row.attempt_id is not None:
        attempt = SendAttempt.objects.filter(id=row.attempt_id, account_id=row.account_id).first()
        if attempt is not None:
            return Message.objects.filter(id=attempt.message_id).first()
    return (
        Message.objects.filter(provider_message_id=row.provider_message_id, sender__account_id=row.account_id)
        .exclude(provider_message_id="")
        .first()
    )


_RISE = """
update messaging_message set
  state = case when state in ('attempting', 'uncertain') then 'accepted' else state end,
  lease_token = case when state = 'attempting' then null else lease_token end,
  lease_until = case when state = 'attempting' then null else lease_until end,
  settle_at = null,
  provider_message_id = case when provider_message_id = '' then %(provider_id)s else provider_message_id end,
  delivery_rank = greatest(delivery_rank, %(rank)s),
  reason = case when %(code)s <> '' and %(rank)s >= delivery_rank then %(code)s
                when %(rank)s >= 40 then '' else reason end,
  sent_at = coalesce(sent_at, app_now()),
  delivered_at = case when %(rank)s >= 40 then coalesce(delivered_at, app_now()) else delivered_at end
where id = %(id)s
"""


def _apply(message: Message, row: ProviderEvent, carrier: Provider) -> None:
    rank = RANKS.get(row.status, 0)  # type: ignore[call-overload]
    with connection.cursor() as cursor:
        cursor.execute(
            _RISE, {"id": message.id, "rank": rank, "code": row.code, "provider_id": row.provider_message_id}
        )
    if row.attempt_id is not None:
        SendAttempt.objects.filter(id=row.attempt_id, outcome__in=["", "ambiguous"]).update(
            outcome="accepted", outcome_at=clock.now()
        )
    MessageEvent.objects.create(
        id=new_id(),
        message_id=message.id,
        kind=row.status or "unknown",
        rank=rank,
        code=row.code,
        occurred_at=clock.now(),
    )
    if row.code and isinstance(carrier, ExplainsCodes):
        _protect(message, carrier.explain(row.code).action, row.code)


def _protect(message: Message, action: str, code: str) -> None:
    provenance = Provenance("message", message.id)
    if action == "opt_out":
        stop_point(
            actor=SYSTEM,
            point_id=message.point_id,
            channel=message.channel,
            source="carrier",
            provenance=provenance,
            evidence={"code": code},
        )
    elif action in ("bad_address", "risk"):
        suppress_points(
            actor=SYSTEM,
            point_ids=[message.point_id],
            channel=message.channel,
            kind="bounced",
            source="carrier",
            provenance=provenance,
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Heard:
    """What an inbound message came to: its row, and what to answer at once (maybe nothing)."""

    message: InboundMessage
    replies: tuple[str, ...]


def receive_inbound(*, account: ProviderAccount, inbound: Inbound) -> Heard | None:
    """Take one message from a person; None when we had it already.

    Effects: the row; for STOP and START the ledger, in this very transaction. A stop is answered once: when the address was
             stopped already, it is recorded again and answered with silence.
    Source:  47 CFR 64.1200(a)(10)–(12).
    """
    number = parse_phone(inbound.sender)
    if not isinstance(number, PhoneNumber):
        return None
    point_id = ensure_points([address_of(number)])[("phone", number.e164)]
    if InboundMessage.objects.filter(account=account, provider_message_id=inbound.provider_message_id).exists():
        return None
    kind = _kind_of(inbound)
    row = _inbound_row(account, inbound, point_id, kind)
    row.save(force_insert=True)
    return Heard(row, _answer(row, kind, inbound))


def _kind_of(inbound: Inbound) -> str:
    if inbound.opt_out_type in ("STOP", "START", "HELP"):
        return inbound.opt_out_type.lower()
    language = Organization.objects.current().default_language
    return keywords.classify(inbound.body, languages=(language,)) or "text"


def _inbound_row(account: ProviderAccount, inbound: Inbound, point_id: uuid.UUID, kind: str) -> InboundMessage:
    row_id = new_id()
    sender = Sender.objects.filter(account=account, address=inbound.recipient).first()
    ours = Message.objects.filter(point_id=point_id, state__in=["accepted", "attempting", "uncertain"])
    last = ours.order_by("-created_at").first()
    return InboundMessage(
        id=row_id,
        account=account,
        sender=sender,
        channel=inbound.channel,
        point_id=point_id,
        body_sealed=vault.seal(
            require_organization_id(), "messaging_inboundmessage", "body_sealed", row_id, inbound.body
        ),
        kind=kind,
        provider_message_id=inbound.provider_message_id,
        message_id=last.id if last else None,
        origin=last.origin if last else "",
        origin_id=last.origin_id if last else None,
        received_at=clock.now(),
        handled_at=clock.now() if kind != "text" else None,
    )


def _answer(row: InboundMessage, kind: str, inbound: Inbound) -> tuple[str, ...]:
    """Do what the word asks for, and say what to answer; silence when the carrier has answered by itself."""
    provenance, evidence = (
        Provenance("inbound", row.id),
        {"said": inbound.body, "carrier_id": inbound.provider_message_id},
    )
    replies: tuple[str, ...] = ()
    if kind == "stop":
        # two stops at the same moment queue up here, so only one of them is the first
        Point.objects.select_for_update(no_key=True).get(id=row.point_id)
        first = not is_stopped(row.point_id, row.channel)
        event = stop_point(
            actor=SYSTEM,
            point_id=row.point_id,
            channel=row.channel,
            source="keyword",
            provenance=provenance,
            evidence=evidence,
        )
        InboundMessage.objects.filter(id=row.id).update(consent_event_id=event.id)
        replies = _reply("stop") if first else ()
    elif kind == "start":
        events = start_point(
            actor=SYSTEM,
            point_id=row.point_id,
            channel=row.channel,
            source="keyword",
            provenance=provenance,
            evidence=evidence,
        )
        if events:
            InboundMessage.objects.filter(id=row.id).update(consent_event_id=events[0].id)
            replies = _reply("start")
    elif kind == "help":
        replies = _reply("help")
    return () if inbound.opt_out_type else replies


def is_stopped(point_id: uuid.UUID, channel: str) -> bool:
    """Whether an address has said stop on this channel or on all."""
    return Suppression.objects.filter(
        point_id=point_id, channel__in=["", channel], kind="opted_out", lifted_at=None
    ).exists()


def _reply(kind: Keyword) -> tuple[str, ...]:
    """The text of an answer to a keyword, if the gate lets it leave: it asks like any other message does."""
    organization, rules = Organization.objects.current(), rulebook()
    ask = Ask("sms", rules.answers.tier, clock.now(), rules.version, kind)
    facts = Facts(
        organization_state=organization.state,  # type: ignore[arg-type]
        sending_stopped=organization.sending_stopped_at is not None,
        sender_ready=True,
        content_ready=True,
        has_address=True,
        address_valid=True,
        in_trial_circle=True,
        suppression="opted_out" if kind == "stop" else "",
        consent="none",
        minor=False,
        region="",
        zones=(),
        recent_sends=0,
        cap=None,
    )
    if not isinstance(decide(ask, facts, rules), Allowed):
        return ()
    contact = organization.support_contact or organization.legal_name or organization.name
    return (keywords.reply_text(kind, organization.name, organization.default_language, contact),)


def opt_out_by_hand(*, actor: Actor, message: InboundMessage) -> None:
    """Somebody of the team read "leave me alone" in a reply and pressed the button: the same as a stop (C12)."""
    actor.require("change_consent")
    provenance = Provenance("inbound", message.id)
    event = stop_point(
        actor=actor, point_id=message.point_id, channel="", source="agent", provenance=provenance, evidence={}
    )
    InboundMessage.objects.filter(id=message.id).update(handled_at=clock.now(), consent_event_id=event.id)
    record_audit(actor=actor, action="contact.opted_out", on=("point", message.point_id))


def mark_handled(*, actor: Actor, message: InboundMessage) -> None:
    """Somebody has read it and nothing is left to do."""
    actor.require("see_replies")
    InboundMessage.objects.filter(id=message.id, handled_at=None).update(handled_at=clock.now())
