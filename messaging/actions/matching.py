"""The gate asked about finished messages: where a place looks into texts, each is looked at as it would leave."""

import dataclasses
import uuid
from collections.abc import Mapping, Sequence

from core import vault
from core.tenancy import require_organization_id
from messaging.facts import Context, RawFacts, Verdict, decide_distinct
from messaging.lines import lines_in
from messaging.models import Message


def decide_messages(
    context: Context, batch: Sequence[Message], facts: Mapping[uuid.UUID, RawFacts]
) -> dict[uuid.UUID, Verdict]:
    """The gate's verdict on each message of one text and one purpose, by the facts of its person.

    Effects: as `decide_distinct`, once for messages whose texts stand alike; texts are opened only where a place asks.
    """
    alike: dict[tuple[bool, tuple[str, ...] | None], list[uuid.UUID]] = {}
    for message in batch:
        alike.setdefault(_look(context, message, facts[message.id]), []).append(message.id)
    found: dict[uuid.UUID, Verdict] = {}
    for (known, lines), ids in alike.items():
        like = dataclasses.replace(context, text_registered=known, lines=lines)
        verdicts = decide_distinct(like, [facts[key] for key in ids])
        found |= {key: verdicts[facts[key]] for key in ids}
    return found


def _look(context: Context, message: Message, raw: RawFacts) -> tuple[bool, tuple[str, ...] | None]:
    """Whether the text is a registered one, and the mandatory lines in it; unopened where the number's place asks neither."""
    ask, rules = context.ask, context.rules
    kind, place, day = context.registered.sender_kind, raw.regions.partition(" ")[0], context.at.date()
    if not kind:
        return True, None
    compares = any(rule.exact_text for rule in rules.registrations_for(place, ask.channel, ask.tier, kind, day))
    if not compares and not rules.lines_for(place, ask.channel, ask.tier, day):
        return True, None
    organization_id = require_organization_id()
    text = vault.unseal_text(organization_id, "messaging_message", "body_sealed", message.id, message.body_sealed)
    lines = lines_in(text, context.organization, one_way=context.registered.one_way)
    return not compares or context.registered.has_text(text), lines
