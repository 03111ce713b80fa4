"""The second person (E4): asking for their word on a check, and giving or refusing it."""

from accounts.actions.audit import record_audit
from accounts.contracts import Actor, Refused
from accounts.selectors import members_with
from campaigns.mail import send_answer, send_request
from campaigns.models import Approval, Campaign, Run
from campaigns.selectors.approvals import may_approve, reasons_to_ask, second_people
from campaigns.selectors.drafts import latest_check
from core import clock

_ASK = "Ask for approval on the page of the check."


def ask_approval(*, actor: Actor, campaign: Campaign) -> Approval:
    """Ask a second person to approve the last check. Asking twice changes nothing.

    Effects: the request, an audit row, and a mail to each who may answer.
    Errors:  Refused when there is no check that a launch would accept, or nobody has to be asked.
    """
    actor.require("send_campaigns")
    campaign = Campaign.objects.select_for_update().get(id=campaign.id)
    check = _demand_check(campaign)
    found = Approval.objects.filter(campaign=campaign, check_id=check.id).first()
    if found is not None:
        return found
    if not reasons_to_ask(check):
        raise Refused("Nobody has to approve this.", remedy="Launch it.")
    approval = Approval.objects.create(
        campaign=campaign, check_id=check.id, people=check.allowed_count, asked_by=actor.id, asked_at=clock.now()
    )
    data = {"campaign": str(campaign.id), "people": approval.people}
    record_audit(actor=actor, action="approval.asked", on=("approval", approval.id), data=data)
    send_request(approval, second_people(campaign, approval))
    return approval


def decide_approval(*, actor: Actor, campaign: Campaign, approve: bool, note: str = "") -> Approval:
    """Approve the launch of what was checked, or decline it.

    Effects: the answer, an audit row, and a mail to whoever asked.
    Errors: Refused when nobody asked about the check a launch would accept, it was decided already, or the actor wrote the
            campaign or asked: the second person is somebody else. NotAllowed without the right.
    """
    actor.require("approve_campaigns")
    campaign = Campaign.objects.select_for_update().get(id=campaign.id)
    check = _demand_check(campaign)
    approval = Approval.objects.select_for_update().filter(campaign=campaign, check_id=check.id).first()
    if approval is None:
        raise Refused("Nobody asked for approval of this check.", remedy=_ASK)
    if approval.state != "asked":
        raise Refused(f"This was {approval.state} already.", remedy="Look at what was said.")
    if not may_approve(actor, campaign, approval):
        raise Refused(
            "You wrote this campaign or asked for the approval.",
            remedy="Somebody else who may approve has to look at it.",
        )
    approval.state = "approved" if approve else "declined"
    approval.decided_by, approval.decided_at, approval.note = actor.id, clock.now(), note.strip()[:500]
    approval.save(update_fields=["state", "decided_by", "decided_at", "note"])
    data = {"campaign": str(campaign.id), "people": approval.people}
    record_audit(actor=actor, action=f"approval.{approval.state}", on=("approval", approval.id), data=data)
    send_answer(approval, [person for person in members_with("send_campaigns") if person.id == approval.asked_by])
    return approval


def demand_approval(actor: Actor, check: Run) -> Approval | None:
    """The word a launch of this check needs; None when it needs none.

    Errors: Refused while it is missing or was declined, or when the actor is the one who gave it, or a key of
            theirs, or of nobody knows whom.
    """
    reasons = reasons_to_ask(check)
    if not reasons:
        return None
    approval = Approval.objects.filter(check_id=check.id).first()
    if approval is None:
        wants = f"A second person has to approve this. {' '.join(reasons)}"
        raise Refused(wants, field="approval", remedy=_ASK, code="approval_needed")
    if approval.state == "asked":
        remedy = "Wait for their word."
        raise Refused(
            "The second person has not answered yet.", field="approval", remedy=remedy, code="approval_pending"
        )
    if approval.state == "declined":
        raise Refused(
            "The second person declined this.",
            field="approval",
            remedy="Read why, change the campaign and check it again.",
            code="approval_declined",
        )
    if actor.kind == "key" and actor.issuer is None:
        raise Refused(
            "A second person approved this, and nobody knows who made this key.",
            field="approval",
            remedy="Launch it with a key made by somebody else than who approved it.",
            code="issuer_unknown",
        )
    if approval.decided_by == actor.person:
        raise Refused(
            "You approved this, so somebody else launches it.",
            field="approval",
            remedy="Tell whoever asked you.",
            code="approved_by_you",
        )
    return approval


def _demand_check(campaign: Campaign) -> Run:
    if campaign.state != "draft":
        raise Refused("This campaign was launched already.", remedy="Look at its report.", code="launched_already")
    check = latest_check(campaign)
    if check is None or check.state != "simulated":
        raise Refused("It has no check that is up to date.", remedy="Check the campaign first.", code="not_checked")
    return check
