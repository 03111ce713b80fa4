"""Whether a checked campaign needs the word of a second person, and what that person said."""

import dataclasses
import uuid
from collections.abc import Sequence

from accounts.contracts import Actor
from accounts.models import Organization, User
from billing.contracts import units_text
from billing.states import PER_UNIT
from campaigns.models import Approval, Campaign, Run
from campaigns.selectors.quotes import quote_run
from core.wording import counted_text


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """Where a check stands with its second person.

    Shape: `reasons` in words, empty when nobody has to be asked; `approval` what was asked and said about this very check.
    """

    reasons: Sequence[str]
    approval: Approval | None
    asked_by: str = ""
    decided_by: str = ""

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
    """Where a check stands with its second person. At most five queries."""
    approval = Approval.objects.filter(check_id=check.id).first()
    if approval is None:
        return Standing(reasons_to_ask(check), None)
    names = dict(User.objects.filter(id__in=[approval.asked_by, approval.decided_by]).values_list("id", "full_name"))
    asked, decided = (names.get(who, "an application") for who in (approval.asked_by, approval.decided_by))
    return Standing(reasons_to_ask(check), approval, asked, decided)


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
    """Whether this actor is the second person: one who may approve, and neither wrote the campaign nor asked."""
    involved: set[uuid.UUID | None] = {campaign.created_by, campaign.changed_by, approval.asked_by}
    return actor.kind == "user" and actor.may("approve_campaigns") and actor.id not in involved
