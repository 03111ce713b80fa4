"""Many messages in one request: each is accepted or refused by itself, and the answer tells of each."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, parser_classes
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import actor_of, item_problem
from accounts.contracts import Actor, Refused
from accounts.doors import api
from consent.api.fields import home_country, purposes_named, read_item, reference_of
from consent.models import Purpose
from consent.values import Address
from core.api import answers, read
from core.api_input import ItemsJSONParser
from messaging.actions.messaging_many import Addressed, Outcome, judge_many, message_many
from messaging.api.batch_shapes import BatchEnvelopeIn, BatchIn, BatchLetterIn, BatchOut
from messaging.api.content import demand_parts, name_as_sent
from messaging.api.views import read_address, told_message
from messaging.channels.stop_words import LABEL
from messaging.models import Message, Sender

Problem = Refused | serializers.ValidationError


@extend_schema(
    operation_id="send_messages",
    tags=["sending"],
    request=BatchIn,
    responses=answers(BatchOut),
)
@api("message_people")
@api_view(["POST"])
@parser_classes([ItemsJSONParser])
def batch(request: Request) -> Response:
    """Message up to 500 people, each in their own words; the gate decides about each, and a refused one holds up no other.

    200 says that all were looked at, not that all were sent: read `refused`, and the `problem` of each that was. All that is
    accepted is queued together, or, if we fail, nothing is. With an Idempotency-Key the whole batch is done once.
    """
    actor = actor_of(request)
    asked = read(BatchEnvelopeIn, request.data)
    letters = _read_letters(asked["messages"])
    fit = [each for each in letters if isinstance(each, Addressed)]
    outcomes = judge_many(actor=actor, letters=fit) if asked["dry_run"] else message_many(actor=actor, letters=fit)
    sent = _messages([each.message_id for each in outcomes if each.message_id is not None])
    told = iter(outcomes)
    results = []
    for index, (item, letter) in enumerate(zip(asked["messages"], letters, strict=True)):
        tell = _refused(request, letter) if not isinstance(letter, Addressed) else None
        result = tell or _result(request, actor, next(told), sent, asked["dry_run"])
        results.append({"index": index, "reference": reference_of(item)} | result)
    refused = sum(each["status"] == "refused" for each in results)
    body = {"dry_run": asked["dry_run"], "accepted": len(results) - refused, "refused": refused, "results": results}
    return Response(BatchOut(body).data)


def _read_letters(items: Sequence[Any]) -> list[Addressed | Problem]:
    """Each letter, or what is wrong with it. Three queries."""
    read_ones = [read_item(BatchLetterIn, item) for item in items]
    fit = [each for each in read_ones if isinstance(each, dict)]
    purposes = purposes_named([each["purpose"] for each in fit])
    senders = Sender.objects.select_related("account").in_bulk([each["sender"] for each in fit])
    country = home_country()
    return [
        _letter(each, purposes.get(each["purpose"]), senders.get(each["sender"]), country)
        if isinstance(each, dict) else each
        for each in read_ones
    ]  # fmt: skip


def _letter(
    told: Mapping[str, Any], purpose: Purpose | None, sender: Sender | None, country: str
) -> Addressed | Problem:
    """A letter as the single send reads it, its refusals in the same order."""
    if purpose is None:
        return serializers.ValidationError({"purpose": ["There is no such purpose."]})
    if sender is None:
        return serializers.ValidationError({"sender": ["There is no such sender."]})
    address = read_address(told["to"], country, sender.channel)
    if not isinstance(address, Address):
        return serializers.ValidationError({"to": [address]})
    try:
        demand_parts(sender.channel, told["content"])
    except serializers.ValidationError as error:
        return error
    return Addressed(address, sender, purpose, told["text"], told["content"])


def _messages(message_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Message]:
    return Message.objects.select_related("point").in_bulk(message_ids)


def _refused(request: Request, problem: Problem) -> dict[str, Any]:
    nothing = dict.fromkeys(("message_id", "decision", "text", "parts", "message"))
    return nothing | {"status": "refused", "added": [], "notices": [], "problem": item_problem(request, problem)}


def _result(
    request: Request, actor: Actor, outcome: Outcome, sent: Mapping[uuid.UUID, Message], dry_run: bool
) -> dict[str, Any]:
    """One result; a letter that could be made tells the gate's decision, refused or not."""
    prospect, letter = outcome.prospect, outcome.letter
    if outcome.refusal is not None:
        name_as_sent(outcome.refusal, letter.sender.channel, letter.beside, "text")
        told = _refused(request, outcome.refusal)
    else:
        row = sent[outcome.message_id] if outcome.message_id is not None else None
        told = {"status": "accepted", "message_id": outcome.message_id, "problem": None}
        told["message"] = told_message(actor, row) if row is not None else None
    if prospect is None:
        return told
    notices = [{"label": LABEL, "remedy": prospect.stop.words}] if prospect.stop.missing else []
    text = prospect.text if dry_run else None
    return (
        told
        | {"decision": prospect.answer, "text": text, "parts": prospect.parts, "notices": notices}
        | {"added": list(prospect.added)}
    )
