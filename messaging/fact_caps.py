"""Which of the caps that hold for somebody leaves the least room."""

from collections.abc import Mapping

from accounts.models import Organization
from consent.contracts import Ask
from consent.rulebook import Rulebook


def tightest_cap(
    counts: Mapping[int, int], organization: Organization, rules: Rulebook, ask: Ask, regions: str
) -> tuple[int, int | None]:
    """Of the organisation's cap and the law's, the one with the least room left, as (sent, allowed).

    Shape: `counts` is what they got within each window. Units: windows in hours.
    """
    caps = []
    if organization.message_cap is not None:
        caps.append((counts[organization.message_cap_days * 24], organization.message_cap))
    for place in regions.split():
        for cap in rules.caps_for(place, ask.channel, ask.tier, ask.at.date()):
            caps.append((counts[cap.window_hours], cap.count))
    if not caps:
        return 0, None
    sent, allowed = min(caps, key=lambda pair: pair[1] - pair[0])
    return min(sent, allowed + 1), allowed
