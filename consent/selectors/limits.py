"""How often one person may be written to, as the page and the API tell it: the organisation's limit and the law's."""

import dataclasses
import uuid
from collections.abc import Sequence

from accounts.models import Organization
from consent.models import TIERS, Purpose
from consent.rulebook import rulebook
from consent.selectors.rules import RuleRow, rule_rows
from core import clock
from core.wording import counted_text


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """The limits of an organisation. `outside` purposes are set free of its own; `always` kinds are outside every limit."""

    most: int | None
    days: int
    waits: bool
    outside: Sequence[Purpose]
    purposes: Sequence[Purpose]
    always: Sequence[str]
    law: Sequence[RuleRow]
    rules_version: str

    @property
    def when_full(self) -> str:
        """What becomes of one message more."""
        return "wait" if self.waits else "refuse"

    @property
    def outside_keys(self) -> list[str]:
        """The purposes set free, as an application names them."""
        return [purpose.key for purpose in self.outside]

    @property
    def always_keys(self) -> list[str]:
        """The kinds outside every limit, as an application names them."""
        return [tier for tier, label in TIERS if label in self.always]

    @property
    def by_name(self) -> dict[str, uuid.UUID]:
        """The purposes that can be set free by their keys and ids."""
        return {name: purpose.id for purpose in self.purposes for name in (purpose.key, str(purpose.id))}

    @property
    def says(self) -> str:
        """The organisation's own limit as a sentence."""
        if self.most is None:
            return "No limit of your own holds."
        more = "One more leaves when there is room." if self.waits else "One more is refused."
        span = f"{counted_text(self.most, 'message')} in any {counted_text(self.days, 'day')}"
        return f"One person gets at most {span}, on all channels and of all campaigns together. {more}"


def limits_now() -> Limits:
    """What holds now. Two queries."""
    organization, rules = Organization.objects.current(), rulebook()
    capped = {tier.name for tier in rules.tiers if tier.capped}
    purposes = [each for each in Purpose.objects.filter(archived_at=None).order_by("name", "id") if each.tier in capped]
    return Limits(
        most=organization.message_cap,
        days=organization.message_cap_days,
        waits=organization.message_cap_waits,
        outside=[purpose for purpose in purposes if purpose.is_outside_limits],
        purposes=purposes,
        always=[label for tier, label in TIERS if tier not in capped],
        law=[row for row in rule_rows(clock.now().date(), kind="caps") if row.state == "now"],
        rules_version=rules.version,
    )
