"""The check of a draft as its page shows it: who would get it, who would not and why, how old that is."""

import dataclasses
import datetime
from collections.abc import Sequence
from typing import Final

from campaigns.models import Campaign, Run
from campaigns.selectors.delivery import Span, delivery_span
from campaigns.selectors.drafts import latest_check, list_ids
from campaigns.selectors.promises import would_be_over
from campaigns.selectors.quotes import Quote, quote_beside_others
from campaigns.selectors.reports import ReasonGroup, Wave, run_report, waves
from campaigns.states import BREATH_SECONDS
from contacts.models import ListMember
from core import clock
from core.wording import counted_text, number_text

_MOST_WAVES: Final = 6


@dataclasses.dataclass(frozen=True, slots=True)
class Check:
    """A simulation. `fresh` says whether a launch would accept it; `audience` how many people the lists hold now,
    `quote` what it would cost now (None while it is being made)."""

    run: Run
    fresh: bool
    audience: int
    groups: Sequence[ReasonGroup]
    waves: Sequence[Wave]
    quote: Quote | None = None
    #: when the first and the last would leave if it were launched now
    span: Span | None = None
    #: how many of those who get it would then have more than they were promised; None where no words promise a number
    over_promise: int | None = None

    @property
    def working(self) -> bool:
        """Whether it is still being made."""
        return self.run.state == "planning"

    @property
    def asked(self) -> int:
        """Everybody who was looked at."""
        return self.run.planned_count

    @property
    def gets(self) -> int:
        """Those who would get it."""
        return self.run.allowed_count

    @property
    def left_out(self) -> int:
        """Those who would not."""
        return self.asked - self.gets

    @property
    def parts(self) -> str:
        """How many parts all texts come to, as the report will count them; empty for other channels and before it is known."""
        lines = self.run.parts_by_country or {}
        if self.run.sender.channel != "sms" or not lines:
            return ""
        least, most = (sum(line[place] for line in lines.values()) for place in (1, 2))
        told = counted_text(most, "message part")
        return told if least == most else f"{number_text(least)} to {told}"

    @property
    def bar(self) -> list[tuple[str, int]]:
        """Both as parts of a drawing."""
        return [("yes", self.gets), ("d0", self.left_out)]

    @property
    def spoken(self) -> str:
        """The drawing as a sentence."""
        gets, out = ("gets" if self.gets == 1 else "get"), ("is" if self.left_out == 1 else "are")
        asked = counted_text(self.asked, "person", "people")
        return f"Of {asked} {self.gets:,} {gets} it and {self.left_out:,} {out} left out"


def newest_check(campaign: Campaign) -> Check | None:
    """The newest check of a campaign, fresh or not; None when there was none. At most sixteen queries."""
    runs = Run.objects.filter(campaign=campaign, kind="simulation").select_related(
        "sender__account", "template_version", "purpose"
    )
    run = runs.order_by("-created_at").first()
    return check_of(run) if run is not None else None


def check_of(run: Run) -> Check:
    """One simulation with its reasons. At most fifteen queries."""
    accepted = latest_check(run.campaign)
    working = run.state == "planning"
    all_waves = [] if working else waves(run, most=None)
    opens_at = clock.now() + datetime.timedelta(seconds=BREATH_SECONDS)
    return Check(
        run=run,
        fresh=accepted is not None and accepted.id == run.id,
        audience=audience_size(run.campaign),
        groups=() if working else run_report(run).left_out,
        waves=all_waves[:_MOST_WAVES],
        quote=quote_beside_others(run),
        span=delivery_span(all_waves, rate=run.sender.rate_per_second, opens_at=opens_at),
        over_promise=None if working else would_be_over(run),
    )


def audience_size(campaign: Campaign) -> int:
    """How many people the campaign's lists hold, each counted once. Two queries."""
    included, _ = list_ids(campaign)
    return ListMember.objects.filter(list_id__in=included).values("contact_id").distinct().count()
