"""Checking, launching and holding a run. A breath lies between launch and the first message: until then Undo undoes all."""

import datetime
import uuid

from accounts.actions.audit import record_audit
from accounts.contracts import SYSTEM, Actor, Refused
from accounts.models import Organization
from billing.actions.prices import keep_quote
from billing.contracts import units_text
from campaigns.actions.approving import demand_approval
from campaigns.actions.writing import refuse_content
from campaigns.models import Campaign, Recipient, Run
from campaigns.selectors.drafts import latest_check
from campaigns.selectors.holding import holds_for_template
from campaigns.selectors.quotes import quote_run, quoted_prices
from campaigns.states import CAMPAIGN_STATES, LIVE, can_move
from consent.rulebook import rulebook
from core import clock
from core.jobs import enqueue
from core.tenancy import require_organization_id
from messaging.actions.practice import demand_practice
from messaging.actions.queueing import cancel_messages, set_gate
from messaging.channels.protocol import AsksOfOrganization, lack_of
from messaging.channels.registry import channel as channel_of
from messaging.channels.standing import refuse_misuse
from messaging.lines import all_words, refuse_words
from messaging.registering import refuse_unregistered

#: who plans further ahead looks at people, law and prices that will be others
MOST_DAYS_AHEAD = 366


def simulate_campaign(*, actor: Actor, campaign: Campaign) -> Run:
    """Plan a campaign without sending: who would get it now, and who would not and why (E2).

    Effects: one run of kind simulation; a task plans it. The former simulation of the campaign is removed, and what somebody
             approved about it counts no more.
    Errors:  Refused when the campaign was launched already.
    """
    actor.require("author_campaigns")
    if campaign.state != "draft":
        raise Refused(
            "This campaign was launched already.", remedy="Look at its report, or copy it.", code="launched_already"
        )
    Run.objects.filter(campaign=campaign, kind="simulation").delete()
    run = _new_run(actor, campaign, "simulation", clock.now())
    enqueue("campaigns.plan_run", organization_id=require_organization_id(), run_id=run.id)
    record_audit(actor=actor, action="campaign.checked", on=("run", run.id), data={"campaign": str(campaign.id)})
    return run


def launch_campaign(*, actor: Actor, campaign: Campaign, confirmed: int, at: datetime.datetime | None = None) -> Run:
    """Launch a campaign, now or at a time; answer its run.

    Shape:   confirmed is the number of people the person typed: what the last check said.
    Effects: one run; planned by a task; nothing leaves before the breath is over, and nothing at all if by then more people
             would get it than were confirmed. What the check quoted is kept, and is what it is charged.
    Errors:  Refused when it was launched already, was not checked, the number differs, the time has passed or is too far,
             the units do not reach for what it costs at least, a second person has to approve it and has not, or its
             channel must say something about the organisation that nobody has told yet.
    """
    actor.require("send_campaigns")
    campaign = Campaign.objects.select_for_update().get(id=campaign.id)
    if campaign.state != "draft":
        raise Refused(
            "This campaign was launched already.", remedy="Look at its report, or copy it.", code="launched_already"
        )
    _demand_told(campaign)
    check = latest_check(campaign)
    if check is None or check.state != "simulated":
        raise Refused("It has no check that is up to date.", remedy="Check the campaign first.", code="not_checked")
    if check.allowed_count == 0:
        remedy = "Look at the reasons, then change the audience or the text."
        raise Refused("Nobody would get this.", remedy=remedy, code="nobody_allowed")
    if confirmed != check.allowed_count:
        raise Refused(
            "That is not the number of people who would get it.",
            field="confirmed",
            remedy="Give the number of people the last check allows.",
            code="confirmation_differs",
        )
    _demand_moment(at)
    demand_practice(actor, check.sender.account)
    _demand_content(campaign, check)
    _demand_units(check)
    approval = demand_approval(actor, check)
    run = _new_run(actor, campaign, "launch", at or clock.now(), confirmed)
    _keep_quote(run, check)
    if approval is not None:
        Run.objects.filter(id=run.id).update(approved_by=approval.decided_by)
    if at is not None:
        Run.objects.filter(id=run.id).update(state="waiting", next_at=at)
    else:
        enqueue("campaigns.plan_run", organization_id=require_organization_id(), run_id=run.id)
    campaign.state, campaign.scheduled_at = "scheduled", at
    campaign.save(update_fields=["state", "scheduled_at"])
    record_audit(
        actor=actor,
        action="campaign.launched",
        on=("run", run.id),
        data={"campaign": str(campaign.id), "confirmed": confirmed, "at": at.isoformat() if at else "now"},
    )
    return run


def undo_launch(*, actor: Actor, run: Run) -> None:
    """Take a launch back during its breath, or before its time: the campaign is a draft again, and nothing has left (E26).

    Errors: Refused once messages may leave; to a test key unless they would leave by the practice carrier.
    """
    run = _held(actor, run)
    if run.state not in ("waiting", "planning", "breath"):
        remedy = "Pause or cancel it instead."
        raise Refused("It is too late to undo: messages are leaving.", remedy=remedy, code="too_late_to_undo")
    _move(run, "cancelled", finished_at=clock.now(), next_at=None)
    Campaign.objects.filter(id=run.campaign_id).update(state="draft", scheduled_at=None)
    record_audit(actor=actor, action="campaign.launch_undone", on=("run", run.id))


def hold_launch(run: Run) -> None:
    """Take back a launch that would now reach more people than somebody confirmed; what was checked before counts no more.

    Effects: the run is cancelled before its breath, the campaign is a draft that needs a new check; audit row.
    """
    _move(run, "cancelled", finished_at=clock.now(), next_at=None)
    Campaign.objects.filter(id=run.campaign_id).update(state="draft", scheduled_at=None, updated_at=clock.now())
    data = {"confirmed": run.confirmed_count, "allowed": run.allowed_count}
    record_audit(actor=SYSTEM, action="campaign.launch_held", on=("run", run.id), data=data)


def take_back(run: Run) -> None:
    """Take back a launch whose template has got another category before anything left: it was quoted and approved otherwise.

    Effects: as `hold_launch`, with the reason on the run; nothing for one that has begun.
    """
    run = Run.objects.select_for_update().get(id=run.id)
    if run.state not in ("waiting", "planning", "breath"):
        return
    _move(run, "cancelled", finished_at=clock.now(), next_at=None, held_reason="recategorised")
    Campaign.objects.filter(id=run.campaign_id).update(state="draft", scheduled_at=None, updated_at=clock.now())
    record_audit(actor=SYSTEM, action="campaign.launch_held", on=("run", run.id), data={"reason": "recategorised"})


def pause_run(*, actor: Actor, run: Run) -> None:
    """Hold a run: no batch that has not been decided yet leaves after this commits. Errors: as `undo_launch`."""
    run = _held(actor, run)
    _demand(run, "paused", "Only a run that is sending can be paused.")
    set_gate(origin="run", origin_id=run.id, state="paused")
    _move(run, "paused", next_at=None)
    record_audit(actor=actor, action="run.paused", on=("run", run.id))


def resume_run(*, actor: Actor, run: Run) -> None:
    """Let a held run go on where it stopped: nobody is skipped, nobody gets it twice. Errors: as `undo_launch`."""
    run = _held(actor, run)
    if run.state != "paused":
        raise Refused("This run is not paused.", code="not_paused")
    set_gate(origin="run", origin_id=run.id, state="open")
    _move(run, "sending", next_at=clock.now())
    enqueue("campaigns.advance_run", organization_id=require_organization_id(), run_id=run.id)
    record_audit(actor=actor, action="run.resumed", on=("run", run.id))


def cancel_run(*, actor: Actor, run: Run) -> None:
    """End a run: what is not in flight is not sent. There is no way back. Errors: as `undo_launch`."""
    run = _held(actor, run)
    _demand(run, "cancelled", "This run is over.")
    set_gate(origin="run", origin_id=run.id, state="cancelled")
    cancelled = cancel_messages(origin="run", origin_id=run.id)
    Recipient.objects.filter(run=run, promoted_at=None).update(due_at=None)
    _move(run, "cancelled", finished_at=clock.now(), next_at=None)
    Campaign.objects.filter(id=run.campaign_id).update(state="cancelled")
    record_audit(actor=actor, action="run.cancelled", on=("run", run.id), data={"messages": cancelled})


def move_run(run: Run, state: str, **fields: object) -> None:
    """One step of a run's own life; the campaign's state follows. The caller holds the row."""
    _move(run, state, **fields)
    if run.kind == "launch" and state in CAMPAIGN_STATES:
        Campaign.objects.filter(id=run.campaign_id).update(state=CAMPAIGN_STATES[state])


def _held(actor: Actor, run: Run) -> Run:
    """The run, its row held until the transaction ends, for somebody who may drive it."""
    actor.require("send_campaigns")
    run = Run.objects.select_for_update().get(id=run.id)
    demand_practice(actor, run.sender.account)
    return run


def _demand_content(campaign: Campaign, check: Run) -> None:
    """What was fit when it was saved may not be now: a template that lost its approval, a name that changed, a country."""
    version = campaign.template.versions.order_by("-number").first()
    assert version is not None, "a campaign is saved with its text"
    try:
        refuse_content(campaign.channel, version)
        refuse_misuse(version.parts, tier=campaign.purpose.tier, account_id=campaign.sender.account_id)
        countries = check.parts_by_country or {}
        said = all_words(campaign.channel, version)
        refuse_words(said, channel=campaign.channel, tier=campaign.purpose.tier, places=countries)
        refuse_unregistered(campaign.sender, campaign.purpose.tier, version.body, clock.now(), rulebook())
        _refuse_disliked(check)
    except Refused as refusal:
        remedy = refusal.remedy or "Change the campaign."
        raise Refused(refusal.message, remedy=remedy, code=refusal.code) from refusal


def _refuse_disliked(check: Run) -> None:
    """A campaign that would hold from its first message on is not begun. Errors: Refused."""
    if holds_for_template(check):
        remedy = "Choose another template, or launch it when WhatsApp calls its quality better."
        raise Refused("People do not like this template, so WhatsApp may take it away.", remedy=remedy)


def _demand_moment(at: datetime.datetime | None) -> None:
    if at is None:
        return
    if at <= clock.now():
        remedy = "Choose a later one, or leave it empty for now."
        raise Refused("That time has passed.", field="at", remedy=remedy, code="time_passed")
    if at > clock.now() + datetime.timedelta(days=MOST_DAYS_AHEAD):
        remedy = "Choose an earlier time."
        raise Refused("That is more than a year away.", field="at", remedy=remedy, code="time_too_far")


def _demand_told(campaign: Campaign) -> None:
    channel = channel_of(campaign.channel)
    lack = lack_of(channel, Organization.objects.current()) if isinstance(channel, AsksOfOrganization) else None
    if lack is not None:
        raise lack


def _demand_units(check: Run) -> None:
    quote = quote_run(check)
    if quote is not None and not quote.enough:
        raise Refused(
            f"This costs {quote.text}, and you have {units_text(quote.available)}.",
            field="units",
            remedy=f"Add {units_text(quote.missing)}, or choose fewer people.",
            code="units_missing",
        )


def _keep_quote(run: Run, check: Run) -> None:
    """What was quoted is what the launch is charged, though a newer price begins meanwhile. The practice carrier is free."""
    prices = quoted_prices(check)
    Run.objects.filter(id=run.id).update(prices=prices)
    if prices["lines"]:
        keep_quote(origin_id=run.id, channel=check.sender.channel, category=prices["category"], lines=prices["lines"])


def _demand(run: Run, state: str, why: str) -> None:
    if run.state not in LIVE or not can_move(run.state, state):
        raise Refused(why, code="run_state")


def _move(run: Run, state: str, **fields: object) -> None:
    if not can_move(run.state, state):
        raise Refused(f"A run that is {run.state} cannot become {state}.", code="run_state")
    run.state = state
    for name, value in fields.items():
        setattr(run, name, value)
    run.save(update_fields=["state", *fields])


def _new_run(actor: Actor, campaign: Campaign, kind: str, at: datetime.datetime, confirmed: int | None = None) -> Run:
    version = campaign.template.versions.order_by("-number").first()
    assert version is not None, "a campaign is saved with its text"
    return Run.objects.create(
        campaign=campaign,
        kind=kind,
        state="planning",
        template_version=version,
        purpose_id=campaign.purpose_id,
        sender_id=campaign.sender_id,
        planned_for=at,
        confirmed_count=confirmed,
        created_by=actor.id,
        next_at=clock.now() + datetime.timedelta(seconds=30),
    )


def run_of(run_id: uuid.UUID) -> Run | None:
    """A run with what planning and promoting read, its row held until the transaction ends; None when it is gone."""
    rows = Run.objects.select_for_update(of=("self",)).select_related(
        "campaign", "template_version", "purpose", "sender__account"
    )
    return rows.filter(id=run_id).first()
