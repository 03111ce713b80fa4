"""May we send; what was sent and what became of it; what people wrote back; what we send from."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import found
from accounts.api import actor_of
from accounts.contracts import Actor
from accounts.doors import api
from consent.api.fields import NOT_AN_ADDRESS, home_country, parse_address, purpose_named
from consent.models import Point
from consent.states import POINT_CHANNELS
from consent.values import Address, address_of
from contacts.models import ContactPoint
from contacts.selectors.people import shown
from contacts.selectors.points import known_points
from core import clock, vault
from core.api import FieldsQuery, answer, answers, changed_since, page, page_of, read
from core.tenancy import require_organization_id
from messaging.actions.deciding import Answer, decide_addresses
from messaging.actions.messaging_one import Letter, judge_words, message_one, refuse_if_denied
from messaging.actions.practice import demand_practice
from messaging.api import shapes
from messaging.api.content import demand_parts, named_as_sent
from messaging.channels.stop_words import LABEL
from messaging.facts import context_for
from messaging.models import InboundMessage, Message, MessageEvent, SendAttempt, Sender
from messaging.selectors.calls import is_try_of_run
from messaging.states import ORIGIN_AGAIN, display

#: what a list of messages is asked for → the look-up it is
_ASKED = {"state": "state", "channel": "channel", "sender": "sender_id", "since": "created_at__gte"}
_HEARD = {"channel": "channel", "kind": "kind", "since": "received_at__gte"}
_NOT_REACHED = "This kind of address is not reached on that channel."


@extend_schema(
    operation_id="list_senders",
    tags=["sending"],
    parameters=[shapes.SenderQuery],
    responses=answers(page_of(shapes.SenderOut)),
)
@api("see_campaigns")
@api_view(["GET"])
def senders(request: Request) -> Response:
    """What messages can come from, newest first."""
    asked, rows = read(shapes.SenderQuery, request.query_params), Sender.objects.select_related("account")
    rows = changed_since(rows, asked)
    return page(request, rows.filter(channel=asked["channel"]) if "channel" in asked else rows, _tell_senders)


def _tell_senders(rows: Sequence[Sender]) -> Any:
    told = [
        {"id": row.id, "channel": row.channel, "address": row.address, "label": row.label}
        | {"provider": row.account.provider, "state": _state_of(row), "rate_per_second": row.rate_per_second}
        | {"practice": row.account.practice, "changed_at": row.changed_at}
        for row in rows
    ]
    return shapes.SenderOut(told, many=True).data


def _state_of(sender: Sender) -> str:
    if sender.paused_at is not None:
        return "paused"
    if sender.account.state != "connected":
        return "disconnected"
    return "slowed" if sender.throttled_until is not None and sender.throttled_until > clock.now() else "ready"


@extend_schema(
    operation_id="decide", tags=["sending"], request=shapes.DecisionIn, responses=answers(shapes.DecisionsOut)
)
@api("see_addresses")
@api_view(["POST"])
def decisions(request: Request) -> Response:
    """May we send to these addresses now? Sends nothing. It tells what we know of an address, hence the scope."""
    told = read(shapes.DecisionIn, request.data)
    purpose, sender = purpose_named(told["purpose"]), _sender(told["sender"])
    if sender.channel != told["channel"]:
        raise serializers.ValidationError({"channel": ["This sender has another channel."]})
    context, country = context_for(sender=sender, purpose=purpose), home_country()
    read_ones = [read_address(text, country, sender.channel) for text in told["addresses"]]
    judged = [each for each in read_ones if isinstance(each, Address)]
    answered = iter(decide_addresses(context, judged))
    lines = [
        _line(index, next(answered)) if isinstance(each, Address) else _unread(index, each)
        for index, each in enumerate(read_ones)
    ]
    body = {"rules_version": context.rules.version, "decided_at": context.at, "data": lines}
    return Response(shapes.DecisionsOut(body).data)


def read_address(text: str, country: str, channel: str) -> Address | str:
    """An address that the channel reaches, or what is wrong with it."""
    value = parse_address(text, country)
    if value is None:
        return NOT_AN_ADDRESS
    address = address_of(value)
    return address if channel in POINT_CHANNELS[address.kind] else _NOT_REACHED


def _line(index: int, answer: Answer) -> dict[str, Any]:
    return {
        "index": index,
        "outcome": answer.outcome,
        "reason": answer.reason,
        "until": answer.until,
        "evidence_id": answer.evidence_id,
        "decision_id": answer.decision_id,
        "errors": [],
    }


def _unread(index: int, wrong: str) -> dict[str, Any]:
    nothing = dict.fromkeys(("reason", "until", "evidence_id", "decision_id"))
    return {
        "index": index,
        "outcome": "invalid",
        "errors": [{"field": f"addresses.{index}", "detail": wrong}],
    } | nothing


@extend_schema(
    methods=["GET"],
    operation_id="list_messages",
    tags=["sending"],
    parameters=[shapes.MessageQuery],
    responses=answers(page_of(shapes.MessageOut)),
)
@extend_schema(
    methods=["POST"],
    operation_id="send_message",
    tags=["sending"],
    request=shapes.MessageIn,
    responses=answers(shapes.SentOut) | answers(shapes.SentOut, 201),
)
@api("")
@api_view(["GET", "POST"])
def messages(request: Request) -> Response:
    """Messages, newest first, of one run, in one state or made since a moment (scope see_contacts); or message one person
    (scope message_people). What the gate refuses is refused here, with the reason; a dry run tells it and sends nothing."""
    return _send(request) if request.method == "POST" else _list_messages(request)


def _send(request: Request) -> Response:
    actor = actor_of(request)
    actor.require("message_people")
    told = read(shapes.MessageIn, request.data)
    purpose, sender = purpose_named(told["purpose"]), _sender(told["sender"])
    address = read_address(told["to"], home_country(), sender.channel)
    if not isinstance(address, Address):
        raise serializers.ValidationError({"to": [address]})
    words = {"sender": sender, "purpose": purpose, "text": told["text"], "beside": told["content"]}
    demand_parts(sender.channel, told["content"])
    with named_as_sent(sender.channel, told["content"], "text"):
        prospect = judge_words(actor=actor, address=address, **words)
    demand_practice(actor, sender.account)
    sent = None
    if not told["dry_run"]:
        refuse_if_denied(prospect)
        point = Point.objects.get(id=known_points([address])[address.kind, address.key])
        sent = message_one(actor=actor, letter=Letter(point, **words))
    body = {"dry_run": told["dry_run"], "decision": prospect.answer, "text": prospect.text, "parts": prospect.parts}
    body["added"] = list(prospect.added)
    body["notices"] = [{"label": LABEL, "remedy": prospect.stop.words}] if prospect.stop.missing else []
    body["message"] = told_message(actor, sent) if sent is not None else None
    return Response(shapes.SentOut(body).data, status=201 if sent is not None else 200)


def _sender(sender_id: uuid.UUID) -> Sender:
    sender = Sender.objects.select_related("account").filter(id=sender_id).first()
    if sender is None:
        raise serializers.ValidationError({"sender": ["There is no such sender."]})
    return sender


def _list_messages(request: Request) -> Response:
    actor = actor_of(request)
    actor.require("see_contacts")
    asked = read(shapes.MessageQuery, request.query_params)
    rows = changed_since(Message.objects.select_related("point").annotate(of_run=is_try_of_run()), asked)
    rows = rows.filter(**{_ASKED[name]: asked[name] for name in _ASKED if name in asked})
    if "run" in asked:
        rows = rows.filter(origin__in=["run", ORIGIN_AGAIN], origin_id=asked["run"])
    return page(
        request, rows, lambda found: shapes.MessageOut([told_message(actor, row) for row in found], many=True).data
    )


@extend_schema(
    operation_id="get_message",
    tags=["sending"],
    parameters=[FieldsQuery],
    responses=answers(shapes.MessageDetailOut),
)
@api("see_contacts")
@api_view(["GET"])
def message(request: Request, message_id: uuid.UUID) -> Response:
    """One message with its timeline: every try with its proof, and everything the carrier told."""
    row = found(Message.objects.select_related("point").annotate(of_run=is_try_of_run()), message_id)
    told = told_message(actor_of(request), row) | {
        "attempts": list(SendAttempt.objects.filter(message=row).order_by("number")),
        "events": list(MessageEvent.objects.filter(message_id=row.id).order_by("occurred_at", "id")),
    }
    return answer(request, shapes.MessageDetailOut(told).data)


def told_message(actor: Actor, row: Message) -> dict[str, Any]:
    """One message as its serializer takes it; its address as far as the actor may see it."""
    same = ("id", "channel", "state", "reason", "sender_id", "purpose_id", "provider_message_id")
    times = ("created_at", "sent_at", "delivered_at", "changed_at")
    return {name: getattr(row, name) for name in (*same, *times)} | {
        "run_id": row.origin_id if row.origin == "run" or getattr(row, "of_run", False) else None,
        "status": display(row.state, row.delivery_rank, row.reason),  # type: ignore[arg-type]
        "address": shown(actor, row.point),
        "parts": row.units,
    }


@extend_schema(
    operation_id="list_inbound",
    tags=["sending"],
    parameters=[shapes.InboundQuery],
    responses=answers(page_of(shapes.InboundOut)),
)
@api("see_replies")
@api_view(["GET"])
def inbound(request: Request) -> Response:
    """What people wrote, newest first, with the text."""
    actor, asked = actor_of(request), read(shapes.InboundQuery, request.query_params)
    rows = changed_since(InboundMessage.objects.select_related("point"), asked)
    rows = rows.filter(**{_HEARD[name]: asked[name] for name in _HEARD if name in asked})
    if "run" in asked:
        rows = rows.filter(origin="run", origin_id=asked["run"])
    if asked["waiting"] is not None:
        rows = rows.filter(handled_at__isnull=asked["waiting"])
    return page(request, rows, lambda found: _inbound(actor, found))


def _inbound(actor: Actor, rows: Sequence[InboundMessage]) -> Any:
    people: dict[uuid.UUID, list[uuid.UUID]] = {row.point_id: [] for row in rows}
    links = ContactPoint.objects.filter(point_id__in=people).order_by("created_at", "id")
    for point_id, contact_id in links.values_list("point_id", "contact_id"):
        if contact_id not in people[point_id]:
            people[point_id].append(contact_id)
    return shapes.InboundOut([_heard(actor, row, people) for row in rows], many=True).data


def _heard(actor: Actor, row: InboundMessage, people: Mapping[uuid.UUID, list[uuid.UUID]]) -> dict[str, Any]:
    same = ("id", "channel", "kind", "verdict", "message_id", "received_at", "handled_at", "changed_at")
    text = vault.unseal_text(
        require_organization_id(), "messaging_inboundmessage", "body_sealed", row.id, row.body_sealed
    )
    return {name: getattr(row, name) for name in same} | {
        "text": text,
        "address": shown(actor, row.point),
        "contact_ids": people[row.point_id],
        "run_id": row.origin_id if row.origin == "run" else None,
    }
