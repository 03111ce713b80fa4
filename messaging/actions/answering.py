"""The one answer to somebody's keyword, as a message of its own: for carriers that take none in the answer to their webhook.

It goes through the lane like everything else. What it rests on is no agreement but that they asked: the event of their stop,
of their start, or of their call for help.
"""

import datetime
import logging
import uuid
from collections.abc import Sequence
from typing import Final

from accounts.contracts import SYSTEM
from consent.actions.ledger import record_request
from consent.contracts import Answers
from consent.models import ConsentEvent, Purpose, Suppression
from consent.rulebook import rulebook
from consent.states import LIFTABLE
from consent.values import Provenance
from core import clock
from core.ids import new_id
from messaging.actions.deciding import judge_point
from messaging.actions.queueing import Errand, Wish, queue_messages
from messaging.channels.protocol import Rendered
from messaging.channels.registry import channel as channel_of
from messaging.facts import context_for
from messaging.models import InboundMessage, Message, Sender, Template, TemplateVersion
from messaging.providers.protocol import AnswersWebhooks
from messaging.providers.registry import PROVIDERS
from messaging.states import KEYWORD_ORIGINS

logger = logging.getLogger(__name__)

#: channels on which a keyword is answered by a message; a mail that says stop is kept and answered with silence
ANSWERED_CHANNELS: Final = ("sms", "whatsapp")
_ORIGIN_OF: Final = {keyword: origin for origin, keyword in KEYWORD_ORIGINS.items()}
# Nobody may choose this purpose: it is archived from the start, and no name makes a key that begins so.
_PURPOSE_KEY: Final = "_answers"
_NAME: Final = "Answers to STOP, START and HELP"
_BODY: Final = "{{ text }}"


def answers_in_webhook(provider_name: str) -> bool:
    """Whether a provider carries an answer to the person in the answer to its own webhook."""
    return issubclass(PROVIDERS[provider_name], AnswersWebhooks)


def queue_answer(
    *, heard: InboundMessage, keyword: Answers, text: str, evidence: dict[str, str], line: Sender | None = None
) -> Message | None:
    """Queue the answer to a message just heard, from the line it was written to; None where no line of ours was.

    Shape:   `evidence` is what they said and how it came; the caller holds that a message is heard once, so it is answered once.
             `line` is another line that answers: what was said in a call is confirmed by a text.
    Effects: one message that passes everything waiting in its lane and costs no units; for help the event that proves the
             wish. All in the caller's transaction.
    Source:  47 CFR 64.1200(a)(12): a confirmation leaves within five minutes or not at all; docs/adr/0013-who-asks-is-answered.md
    """
    line = line or heard.sender
    if line is None or line.channel not in ANSWERED_CHANNELS:
        logger.warning("a keyword is not answered: no line of ours", extra={"inbound_id": heard.id})
        return None
    if keyword == "help":
        _record_help(heard, evidence)
    version = _version(line.channel)
    errand = Errand(
        origin=_ORIGIN_OF[keyword],
        origin_id=heard.id,
        sender_id=line.id,
        channel=line.channel,
        purpose_id=version.template.purpose_id,
        template_version_id=version.id,
        expires_at=clock.now() + _window(keyword),
    )
    wish = Wish(new_id(), heard.point_id, text, channel_of(line.channel).units_of(Rendered(text)))
    queue_messages(errand=errand, wishes=[wish])
    return Message.objects.get(id=wish.message_id)


def may_answer(*, heard: InboundMessage, keyword: Answers, line: Sender | None = None) -> bool:
    """Whether the gate lets an answer to a keyword leave now, asked with the facts of its line and of who wrote.

    Shape:   `line` as in `queue_answer`.

    Effects: the record of the decision. For a number of the account that is no line of ours the account itself speaks.
    """
    line = line or heard.sender or Sender(account=heard.account, channel=heard.channel)
    # nobody can agree to it, so it need not be there: what allows an answer is that they asked
    purpose = Purpose(key=_PURPOSE_KEY, name=_NAME, tier=rulebook().answers.tier)
    context = context_for(sender=line, purpose=purpose, answers=keyword)
    _, verdict = judge_point(context, heard.point_id)
    return verdict.outcome == "allowed"


def has_help_enough(heard: InboundMessage) -> bool:
    """Whether somebody has asked for help so often that one more answer would only feed a loop; the first never is. One query."""
    rule = rulebook().answers
    since = clock.now() - datetime.timedelta(hours=rule.help_hours)
    asked = InboundMessage.objects.filter(point_id=heard.point_id, kind="help", received_at__gt=since)
    return asked.filter(channel=heard.channel).exclude(id=heard.id).count() >= rule.help_most


def proofs_of(answers: Sequence[Message]) -> dict[uuid.UUID, uuid.UUID]:
    """What each of these answers rests on: the event of what they wrote. A start that was followed by a stop proves nothing.

    Two queries at most.
    """
    asked = {(each.point_id, each.origin_id): each for each in answers}
    events = ConsentEvent.objects.filter(
        point_id__in={point_id for point_id, _ in asked},
        origin="inbound",
        origin_id__in={inbound_id for _, inbound_id in asked},
    )
    found: dict[uuid.UUID, uuid.UUID] = {}
    for event in events.order_by("recorded_at", "id").only("id", "point_id", "origin_id"):
        answer = asked.get((event.point_id, event.origin_id or event.id))
        if answer is not None:
            found.setdefault(answer.id, event.id)
    started = [each for each in answers if KEYWORD_ORIGINS[each.origin] == "start"]
    for answer in _stopped_since(started):
        found.pop(answer.id, None)
    return found


def _stopped_since(started: Sequence[Message]) -> list[Message]:
    if not started:
        return []
    live = Suppression.objects.filter(
        point_id__in=[each.point_id for each in started],
        channel__in=["", started[0].channel],
        kind__in=LIFTABLE,
        lifted_at=None,
    )
    stopped = set(live.values_list("point_id", flat=True))
    return [each for each in started if each.point_id in stopped]


def _record_help(heard: InboundMessage, evidence: dict[str, str]) -> None:
    record_request(
        actor=SYSTEM,
        point_id=heard.point_id,
        channel=heard.channel,
        source="keyword",
        provenance=Provenance("inbound", heard.id),
        evidence=evidence,
    )


def _window(keyword: Answers) -> datetime.timedelta:
    rule = rulebook().answers
    return datetime.timedelta(minutes=rule.stop_minutes if keyword == "stop" else rule.other_minutes)


def _version(channel: str) -> TemplateVersion:
    """The version all answers of a channel share; made at the first, with its purpose. The words stand in the message, sealed."""
    known = TemplateVersion.objects.filter(template__channel=channel, template__purpose__key=_PURPOSE_KEY)
    found = known.select_related("template").order_by("created_at", "id").first()
    if found is not None:
        return found
    made = {"name": _NAME, "tier": rulebook().answers.tier, "archived_at": clock.now()}
    purpose, _ = Purpose.objects.get_or_create(key=_PURPOSE_KEY, defaults=made)
    template = Template.objects.create(name=_NAME, channel=channel, purpose=purpose)
    return TemplateVersion.objects.create(template=template, number=1, body=_BODY)
