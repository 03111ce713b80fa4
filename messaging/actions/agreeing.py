"""People confirm an agreement of theirs: by the page behind a link that was sent to them, by a YES, or by a key in a call."""

import dataclasses
import datetime
import uuid
from collections.abc import Mapping

from accounts.contracts import SYSTEM
from accounts.models import Organization
from consent.actions.confirming import Confirmation, confirm_consent, standing_of_request
from consent.models import ConsentEvent
from consent.rulebook import rulebook
from consent.values import Provenance
from messaging.actions.messaging_one import opened
from messaging.actions.noticing import languages_of
from messaging.models import InboundMessage, Message
from messaging.notice_words import NoticeLanguage, notice_language
from messaging.states import ORIGIN_OF_REQUEST

_REACHED = ("accepted", "attempting", "uncertain")


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """What the page behind a link asks: about which agreement, in which language, and how it stands now."""

    event: ConsentEvent
    organization: Organization
    language: NoticeLanguage
    #: open, or as in `Confirmation`
    standing: str
    until: datetime.datetime

    @property
    def shown(self) -> str:
        """The question and the words below it, exactly as the page says them: what is kept as proof."""
        told = {
            "name": self.organization.name,
            "purpose": self.purpose,
            "channel": self.language.words[self.event.channel],
        }
        asked = (self.language.say(key, **told) for key in ("heading", "about"))
        words = self.event.wording.text if self.event.wording is not None else self.language.words["no_words"]
        return "\n".join((*asked, words, self.language.words["button"]))

    @property
    def purpose(self) -> str:
        """What it is about."""
        return self.event.purpose.name if self.event.purpose is not None else ""


def question_of(event_id: uuid.UUID, wished: str = "") -> Question | None:
    """What a link is about, without changing anything; None when nothing is known of it any more. Six queries at most."""
    events = ConsentEvent.objects.filter(id=event_id, status="pending").select_related("point", "purpose", "wording")
    event = events.first()
    if event is None or not event.point.address_sealed:
        return None
    organization = Organization.objects.current()
    theirs = languages_of([event.point_id]).get(event.point_id, [])
    written = [event.wording.language] if event.wording is not None else []
    language = notice_language(wished, *theirs, *written, organization.default_language)
    ends = rulebook().confirmation_ends_at(event.recorded_at)
    return Question(event, organization, language, standing_of_request(event), ends)


def confirm_by_page(*, question: Question, evidence: Mapping[str, str]) -> Confirmation:
    """They pressed the button of the page.

    Effects: the event of the confirmation, with the words of the page and the request that led there; nothing where it no
             longer can be confirmed, or was.
    """
    request = Message.objects.filter(origin=ORIGIN_OF_REQUEST, origin_id=question.event.id).order_by("id").first()
    told = {
        "shown": question.shown,
        "page": "The confirmation page behind a link that was sent to this address",
        "language": question.language.code,
        **evidence,
    }
    return confirm_consent(
        actor=SYSTEM,
        asked=question.event,
        source="confirm_link",
        provenance=Provenance("message", request.id if request is not None else None),
        evidence=told,
    )


def open_request(point_ids: list[uuid.UUID], channel: str) -> Message | None:
    """The last request that reached one of these addresses of one person on a channel and can still be answered."""
    asked = Message.objects.filter(
        point_id__in=point_ids, channel=channel, origin=ORIGIN_OF_REQUEST, state__in=_REACHED
    )
    for request in asked.order_by("-created_at", "-id")[:5]:
        event = ConsentEvent.objects.filter(id=request.origin_id, status="pending").first()
        if event is not None and standing_of_request(event) == "open":
            return request
    return None


def confirm_by_key(*, request: Message, evidence: Mapping[str, str]) -> Confirmation:
    """They pressed the key of a call that asked them. Effects: the event of the confirmation, with what was said to them."""
    return confirm_consent(
        actor=SYSTEM,
        asked=ConsentEvent.objects.get(id=request.origin_id),
        source="confirm_key",
        provenance=Provenance("message", request.id),
        evidence={**evidence, "request": str(request.id)},
    )


def confirm_by_reply(*, row: InboundMessage, request: Message, evidence: Mapping[str, str]) -> Confirmation:
    """They answered YES to a request.

    Effects: the event of the confirmation, with what they wrote and what they were asked; the row names it.
    """
    event = ConsentEvent.objects.get(id=request.origin_id)
    told = {**evidence, "shown": opened(request, "body_sealed"), "request": str(request.id)}
    done = confirm_consent(
        actor=SYSTEM, asked=event, source="confirm_reply", provenance=Provenance("inbound", row.id), evidence=told
    )
    InboundMessage.objects.filter(id=row.id).update(consent_event_id=done.event_id)
    return done
