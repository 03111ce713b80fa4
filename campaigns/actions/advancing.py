"""A run's own steps, taken by tasks: plan, breathe, promote a little ahead of the lane, finish."""

import dataclasses
import datetime
from collections.abc import Sequence

from django.db.models import QuerySet

from accounts.models import Organization
from campaigns.actions.launching import hold_launch, move_run, take_back
from campaigns.actions.measuring import measure_run
from campaigns.actions.planning import plan_batch
from campaigns.models import Recipient, Run
from campaigns.personal_values import message_for
from campaigns.selectors.holding import holds_for_template
from campaigns.states import BREATH_SECONDS
from contacts.models import Contact
from core import clock
from core.jobs import enqueue
from core.tenancy import require_organization_id
from messaging.actions.asking_again import note_asks
from messaging.actions.queueing import Errand, Wish, queue_messages, set_gate
from messaging.channels.registry import channel as channel_of
from messaging.line_book import line_book
from messaging.models import Message
from messaging.selectors.calls import calls_going
from messaging.selectors.line_readers import line_readers
from messaging.selectors.price_categories import price_category
from messaging.states import ORIGIN_AGAIN, TERMINAL

PROMOTE_MOST = 2000
#: how many seconds of the sender's own speed are kept ready; pause and cancel act on what is not
AHEAD_SECONDS = 15
WINDOW_HOURS = 24
_STEP_SECONDS = 2
#: how often a run that holds for its template looks again; the news ring it before
_HELD_SECONDS = 60


def plan_step(run: Run) -> bool:
    """Plan one slice; answer whether there is more to plan. When it is all planned the run goes on by itself."""
    if run.state != "planning":
        return False
    run.next_at = clock.now() + datetime.timedelta(seconds=30)
    run.save(update_fields=["next_at"])
    if plan_batch(run):
        return True
    if run.kind == "simulation":
        measure_run(run)
        move_run(run, "simulated", next_at=None, finished_at=clock.now())
    elif run.outgrown:
        hold_launch(run)
    else:
        until = clock.now() + datetime.timedelta(seconds=BREATH_SECONDS)
        set_gate(origin="run", origin_id=run.id, state="open")
        move_run(run, "breath", breath_until=until, next_at=until)
    return False


def advance_run(run: Run) -> None:
    """Take the step that is due: begin planning, end the breath, promote, or finish."""
    if run.state == "waiting" and run.planned_for <= clock.now():
        move_run(run, "planning", next_at=clock.now() + datetime.timedelta(seconds=30))
    if run.state == "planning":
        enqueue("campaigns.plan_run", organization_id=require_organization_id(), run_id=run.id)
    elif run.state == "breath" and run.breath_until is not None and run.breath_until <= clock.now():
        if _is_recategorised(run):
            take_back(run)
            return
        move_run(run, "sending", started_at=clock.now(), next_at=clock.now())
    if run.state == "sending" and not _hold_for_template(run):
        promote_recipients(run)
        _look_for_the_end(run)


def _hold_for_template(run: Run) -> bool:
    """Hold a run whose template the network does not let be used, or people do not like; let it go on when that is over.

    Effects: nobody further is given to the lane while it holds, and it is looked at again every minute; news ring it at once.
    """
    holds = holds_for_template(run)
    reason = "template" if holds else ""
    if holds or run.held_reason != reason:
        run.held_reason = reason
        run.next_at = clock.now() + datetime.timedelta(seconds=_HELD_SECONDS if holds else 0)
        run.save(update_fields=["held_reason", "next_at"])
    return holds


def _is_recategorised(run: Run) -> bool:
    """Whether its template has another category than the one it was quoted for. The news' own ring may have been lost."""
    if run.sender.channel != "whatsapp" or run.prices is None:
        return False
    tier, parts = run.purpose.tier, run.template_version.parts
    return price_category("whatsapp", tier, parts) != run.prices["category"]


def promote_recipients(run: Run) -> int:
    """Turn the next due recipients into messages, a little ahead of the sender's lane; answer how many.

    Effects: messages by the recipients' own ids, so a step taken twice makes no second message; the lane is rung.
    """
    now = clock.now()
    ready = Message.objects.filter(origin="run", origin_id=run.id, next_at__isnull=False).count()
    room = min(PROMOTE_MOST, max(100, run.sender.rate_per_second * AHEAD_SECONDS)) - ready
    if room <= 0:
        return 0
    due = Recipient.objects.select_for_update(skip_locked=True).filter(run=run, due_at__lte=now, promoted_at=None)
    batch = list(due.order_by("due_at", "id")[:room])
    contacts = Contact.objects.in_bulk([row.contact_id for row in batch])
    make = _Maker(run, batch)
    wishes = [wish for row in batch if (wish := make.wish(row, contacts.get(row.contact_id)))]
    errand = Errand(
        origin="run",
        origin_id=run.id,
        sender_id=run.sender_id,
        channel=run.sender.channel,
        purpose_id=run.purpose_id,
        template_version_id=run.template_version_id,
        expires_at=now + datetime.timedelta(hours=WINDOW_HOURS),
    )
    queue_messages(errand=errand, wishes=wishes)
    if run.campaign.kind == "ask_again":
        note_asks(errand=errand, wishes=wishes, language=Organization.objects.current().default_language)
    made = {wish.message_id for wish in wishes}
    Recipient.objects.filter(id__in=made).update(promoted_at=now)
    lost = [row.id for row in batch if row.id not in made]
    Recipient.objects.filter(id__in=lost).update(outcome="left_out", reason="missing_value", due_at=None)
    return len(wishes)


class _Maker:
    """Makes the finished messages of some recipients, with the lines their places want. Two queries where any place wants one."""

    def __init__(self, run: Run, batch: Sequence[Recipient]) -> None:
        self._version, self._channel = run.template_version, channel_of(run.sender.channel)
        self._book = line_book(run.sender, run.purpose)
        points = [row.point_id for row in batch if row.point_id is not None] if self._book.is_open else []
        self._readers = line_readers(run.purpose, run.sender.channel, points)

    def wish(self, row: Recipient, contact: Contact | None) -> Wish | None:
        """The finished message of one; None when the person is gone or the text lost a value since the plan."""
        made = message_for(self._channel, self._version, contact) if contact is not None else None
        if made is None or contact is None or row.point_id is None:
            return None
        if self._book.is_open:
            reader = dataclasses.replace(self._readers[row.point_id], language=contact.language)
            made = self._book.complete(made, reader, self._version.body)
        return Wish(row.id, row.point_id, made.body, self._channel.units_of(made), made.parts)


def _look_for_the_end(run: Run) -> None:
    """Finished only when every row is final and nobody is to be called again; needs attention while an outcome is unknown (E13).

    Until then the next look is at the moment at which somebody's hours open or a further call is due, or soon while anything
    is on its way.
    """
    at = _next_look(run)
    if at is None and run.sender.channel == "voice":
        # first closed, then looked at once more: no report plans a further call between the two
        set_gate(origin="run", origin_id=run.id, state="closed")
        at = _next_look(run)
        if at is not None:
            set_gate(origin="run", origin_id=run.id, state="open")
    if at is not None:
        run.next_at = at
        run.save(update_fields=["next_at"])
        return
    unclear = _messages(run).filter(state__in=["uncertain", "quarantined"]).exists()
    move_run(run, "attention" if unclear else "finished", finished_at=clock.now(), next_at=None)


def _next_look(run: Run) -> datetime.datetime | None:
    """When something of a run is to happen again; None when nothing is."""
    waiting = Recipient.objects.filter(run=run, due_at__isnull=False, promoted_at=None)
    first = waiting.order_by("due_at").values_list("due_at", flat=True).first()
    back = _messages(run).filter(sender_id=run.sender_id, next_at__isnull=False).order_by("next_at")
    moments = [at for at in (first, back.values_list("next_at", flat=True).first()) if at is not None]
    soon = clock.now() + datetime.timedelta(seconds=_STEP_SECONDS)
    on_way = _messages(run).exclude(state__in=[*TERMINAL, "uncertain", "ready"])
    if moments and min(moments) <= soon or on_way.exists():
        return soon
    if run.sender.channel == "voice" and calls_going(origin_id=run.id):
        return soon
    return min(moments, default=None)


def _messages(run: Run) -> "QuerySet[Message]":
    """All messages of a run, further calls among them."""
    origins = ["run", ORIGIN_AGAIN] if run.sender.channel == "voice" else ["run"]
    return Message.objects.filter(origin__in=origins, origin_id=run.id)
