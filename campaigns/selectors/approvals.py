"""Whether a checked campaign needs the word of a second person, and what that person said."""

import dataclasses
import datetime
import uuid
from collections.abc import Collection, Sequence

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from accounts.contracts import Actor
from accounts.hands import ids_of, keys_of, people_outside
from accounts.models import Organization, User
from billing.contracts import units_text
from billing.states import PER_UNIT
from campaigns.models import Approval, Campaign, Run
from campaigns.selectors.drafts import CHECK_HOURS
from campaigns.selectors.quotes import quote_run
from core import clock
from core.wording import counted_text


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """Where a check stands with its second person.

    Shape: `reasons` in words, empty when nobody has to be asked; `approval` what was asked and said about this very check;
           `may_answer` who could, while nobody has.
    """

    reasons: Sequence[str]
    approval: Approval | None
    asked_by: str = ""
    decided_by: str = ""
    may_answer: Sequence[str] = ()

    @property
    def needed(self) -> bool:
        """Whether a second person has to approve."""
        return bool(self.reasons)

    @property
    def given(self) -> bool:
        """Whether they have."""
        return self.approval is not None and self.approval.state == "approved"

    @property
    def open(self) -> bool:
        """Whether somebody was asked and has not answered."""
        return self.approval is not None and self.approval.state == "asked"


def standing_of(check: Run) -> Standing:
    """Where a check stands with its second person. At most six queries."""
    approval = Approval.objects.filter(check_id=check.id).first()
    reasons = reasons_to_ask(check)
    waits = bool(reasons) and (approval is None or approval.state == "asked")
    may = [str(person) for person in second_people(check.campaign, approval)] if waits else []
    if approval is None:
        return Standing(reasons, None, may_answer=may)
    names = dict(User.objects.filter(id__in=[approval.asked_by, approval.decided_by]).values_list("id", "full_name"))
    asked, decided = (names.get(who, "an application") for who in (approval.asked_by, approval.decided_by))
    return Standing(reasons, approval, asked, decided, may)


def second_people(campaign: Campaign, approval: Approval | None) -> list[User]:
    """Who may answer: those with the right who neither wrote the campaign nor asked, nor made a key that did. Three queries."""
    involved = {campaign.created_by, campaign.changed_by, approval.asked_by if approval else None}
    return people_outside("approve_campaigns", involved)


def approvals_waiting_for(actor: Actor) -> "QuerySet[Approval]":
    """What this actor is asked to approve now, longest waiting first, each with its campaign. One query when it is read."""
    if actor.kind != "user" or not actor.may("approve_campaigns"):
        return Approval.objects.none()
    theirs = Q()
    for hand in ("asked_by", "campaign__created_by", "campaign__changed_by"):
        theirs |= Q(**{hand: actor.id}) | Q(**{f"{hand}__in": keys_of(actor)})
    return _in_force().filter(state="asked").exclude(theirs).order_by("asked_at", "id")


def approvals_answered_for(actor: Actor) -> "QuerySet[Approval]":
    """What this actor asked for and was answered, while the answer still counts. One query when it is read."""
    if actor.kind != "user" or not actor.may("send_campaigns"):
        return Approval.objects.none()
    return _in_force().filter(state__in=["approved", "declined"], asked_by=actor.id).order_by("decided_at", "id")


def _in_force() -> "QuerySet[Approval]":
    """The approvals a launch would ask for: of drafts that were not changed or checked again since, within a day."""
    newest = Run.objects.filter(campaign_id=OuterRef("campaign_id"), kind="simulation").order_by("-created_at")
    since = clock.now() - datetime.timedelta(hours=CHECK_HOURS)
    fresh = Run.objects.filter(
        id=OuterRef("check_id"), created_at__gte=since, campaign__updated_at__lte=F("created_at")
    )
    rows = Approval.objects.filter(Exists(fresh), campaign__state="draft", check_id=Subquery(newest.values("id")[:1]))
    return rows.select_related("campaign")


def approval_states(check_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """What was said about these checks, those nobody asked about left out. One query."""
    return dict(Approval.objects.filter(check_id__in=check_ids).values_list("check_id", "state"))


def reasons_to_ask(check: Run) -> list[str]:
    """Why a second person has to approve this check, in words; empty when nobody has to. At most three queries."""
    organization = Organization.objects.current()
    people, units = organization.approval_above_people, organization.approval_above_units
    reasons = []
    if people is not None and check.allowed_count > people:
        more = f"It goes to more than {counted_text(people, 'person', 'people')}."
        reasons.append(more if people else "Here nothing is launched by one person alone.")
    if units is not None:
        quote = quote_run(check)
        if quote is not None and quote.most > units * PER_UNIT:
            reasons.append(f"It may cost more than {units_text(units * PER_UNIT)}.")
    return reasons


def may_approve(actor: Actor, campaign: Campaign, approval: Approval) -> bool:
    """Whether this actor is the second person: one who may approve, and neither wrote the campaign nor asked.

    Nor did a key of theirs. At most one query.
    """
    if actor.kind != "user" or not actor.may("approve_campaigns"):
        return False
    return ids_of(actor).isdisjoint({campaign.created_by, campaign.changed_by, approval.asked_by})
