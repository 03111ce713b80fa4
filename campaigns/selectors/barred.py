"""Where a channel is closed to a kind of message, by which rule: said beside the people who are left out for it."""

import dataclasses
from typing import Final

from django.urls import reverse

from campaigns.models import Recipient, Run
from consent.models import Point
from consent.rule_words import place_name, sentence
from consent.rulebook import rulebook

CODE: Final = "channel_barred"
#: of so many of the people left out the places are looked at
_SAMPLE: Final = 500


@dataclasses.dataclass(frozen=True, slots=True)
class BarredBy:
    """A rule that closes the channel where some of these people are: the places, what it says, the page of its source."""

    places: str
    says: str
    page: str


def barred_by(run: Run) -> list[BarredBy]:
    """The rules that closed the channel of a run to people it left out, by the countries of the first of them. One query."""
    out = Recipient.objects.filter(run=run, outcome="left_out", reason=CODE).order_by("id")
    points = list(out.values_list("point_id", flat=True)[:_SAMPLE])
    regions = Point.objects.filter(id__in=points).order_by().values_list("region", flat=True).distinct()
    rules, day = rulebook(), run.planned_for.date()
    found: dict[str, tuple[set[str], str]] = {}
    for place in {place for region in regions for place in region.split()}:
        for bar in rules.bars_for(place, run.sender.channel, run.purpose.tier, day):
            found.setdefault(bar.id, (set(), sentence(bar, rules)))[0].add(place.partition("-")[0])
    return [
        BarredBy(", ".join(sorted(map(place_name, places))), says, reverse("consent:rule", args=[rule]))
        for rule, (places, says) in sorted(found.items())
    ]
