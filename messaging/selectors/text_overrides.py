"""Texts a second person has to read: what was asked, what was said, by whom, and who may answer."""

import dataclasses
import uuid
from collections.abc import Iterable, Sequence

from accounts.contracts import Actor
from accounts.hands import ids_of, people_outside
from accounts.models import User
from consent.text_review import Finding, Review
from messaging.models import TextOverride
from messaging.text_overrides import fingerprint, not_allowed

#: a page shows so many, the newest first
MOST: int = 100


def may_decide(actor: Actor, override: TextOverride) -> bool:
    """Whether this actor is the second person: one who may approve, and neither wrote nor asked, nor did a key of theirs.

    At most one query.
    """
    if actor.kind != "user" or not actor.may("approve_campaigns"):
        return False
    return ids_of(actor).isdisjoint({override.written_by, override.asked_by})


@dataclasses.dataclass(frozen=True, slots=True)
class OverrideCard:
    """One request with the names of those behind it, and whether whoever looks may answer it."""

    row: TextOverride
    asked_by: str
    decided_by: str = ""
    may_decide: bool = False
    #: who could answer, while nobody has
    may_answer: Sequence[str] = ()


def override_cards(actor: Actor, rows: Iterable[TextOverride]) -> list[OverrideCard]:
    """Requests as they are shown. Two queries, and four at most for each that waits."""
    found = list(rows)
    ids = {who for row in found for who in (row.asked_by, row.decided_by) if who is not None}
    names: dict[uuid.UUID | None, str] = {user.id: str(user) for user in User.objects.filter(id__in=ids)}
    return [_card(actor, row, names) for row in found]


def _card(actor: Actor, row: TextOverride, names: dict[uuid.UUID | None, str]) -> OverrideCard:
    asked = names.get(row.asked_by, "an application")
    if row.state != "asked":
        return OverrideCard(row, asked, names.get(row.decided_by, "somebody who left"))
    others = people_outside("approve_campaigns", {row.asked_by, row.written_by})
    return OverrideCard(row, asked, may_decide=may_decide(actor, row), may_answer=[str(person) for person in others])


@dataclasses.dataclass(frozen=True, slots=True)
class Judgement:
    """Where a text stands with its second person: what still waits for them, and the newest request about it."""

    waits: Sequence[Finding]
    card: OverrideCard | None = None

    @property
    def allowed(self) -> bool:
        """Whether somebody has allowed all that needed it."""
        return not self.waits and self.card is not None and self.card.row.state == "approved"

    @property
    def open(self) -> bool:
        """Whether somebody was asked and has not answered."""
        return self.card is not None and self.card.row.state == "asked"


def judgement_of(actor: Actor, review: Review, text: str, *, channel: str, tier: str) -> Judgement | None:
    """Where a text stands; None where nothing in it needs a second person. Nine queries at most."""
    if not review.judged:
        return None
    rows = TextOverride.objects.filter(fingerprint=fingerprint(text), channel=channel, tier=tier)
    newest = list(rows.order_by("-asked_at", "-id")[:1])
    cards = override_cards(actor, newest)
    return Judgement(not_allowed(review.judged, text, channel=channel, tier=tier), cards[0] if cards else None)


def newest_overrides() -> list[TextOverride]:
    """What was asked, those that wait first, then the newest. One query."""
    rows = TextOverride.objects.order_by("-asked_at", "-id")[:MOST]
    return sorted(rows, key=lambda row: row.state != "asked")
