"""Which agreements count only once they are confirmed: by the rules of the person's place, or because the purpose wants it."""

import dataclasses
import datetime
import uuid
from collections.abc import Mapping, Sequence

from accounts.models import Organization
from consent.models import ConsentState, Point, Purpose
from consent.rule_types import ConfirmationRule
from consent.rulebook import concerns, in_force, rulebook
from consent.states import SOURCES
from consent.values import Claim, Provenance
from core import clock


def weighed(claims: Sequence[Claim], provenance: Provenance) -> tuple[Sequence[Claim], Mapping[uuid.UUID, str]]:
    """The claims, those pending that have to be confirmed first; and the tiers of the purposes, where a yes is among them.

    What the person did from the address itself, through a door of ours, needs no confirmation; nor does what was confirmed
    elsewhere, with the proof of that. One query where a yes is among the claims, two more at most where a rule may concern it.
    """
    asked = [claim.purpose_id for claim in claims if claim.status == "granted"]
    if not asked:
        return claims, {}
    rows = Purpose.objects.filter(id__in=set(asked)).values_list("id", "tier", "confirmed_on")
    purposes = {purpose_id: (tier, on) for purpose_id, tier, on in rows}
    tiers = {purpose_id: tier for purpose_id, (tier, _) in purposes.items()}
    open_to_doubt = [claim for claim in claims if claim.status == "granted" and not _is_certain(claim, provenance)]
    rules = {
        key: rulebook().confirmations_for(*key, clock.now().date())
        for key in {(claim.channel, tiers[claim.purpose_id], claim.source) for claim in open_to_doubt}
    }
    about = [claim for claim in open_to_doubt if rules[claim.channel, tiers[claim.purpose_id], claim.source]]
    places = _places(about)
    pending = {
        id(claim)
        for claim in open_to_doubt
        if claim.channel in purposes[claim.purpose_id][1].split()
        or _demanded(rules[claim.channel, tiers[claim.purpose_id], claim.source], places.get(id(claim), ""))
    }
    if not pending:
        return claims, tiers
    return [dataclasses.replace(each, status="pending") if id(each) in pending else each for each in claims], tiers


def confirmation_ends(state: ConsentState) -> datetime.datetime | None:
    """Until when a pending agreement can be confirmed; None for any other."""
    return rulebook().confirmation_ends_at(state.changed_at) if state.status == "pending" else None


def demanding_rules(purpose: Purpose, day: datetime.date) -> list[ConfirmationRule]:
    """The rules by which some agreements to a purpose have to be confirmed, whatever the purpose itself asks for."""
    return [rule for rule in rulebook().confirmations if purpose.tier in rule.tiers and in_force(rule, day)]


def _is_certain(claim: Claim, provenance: Provenance) -> bool:
    rule = SOURCES.get(claim.source)  # type: ignore[call-overload]  # one of no table is refused by the ledger
    return claim.confirmed or (provenance.may_raise and rule is not None and rule.from_address)


def _demanded(rules: Sequence[ConfirmationRule], place: str) -> bool:
    return any("*" in rule.places or concerns(rule.places, place) for rule in rules)


def _places(claims: Sequence[Claim]) -> dict[int, str]:
    """Where the person of each claim is: as the claim says, as the address tells, else where the organisation is."""
    without = {claim.point_id for claim in claims if not claim.place and claim.channel != "email"}
    regions = dict(Point.objects.filter(id__in=without).values_list("id", "region")) if without else {}
    found = {id(claim): claim.place or regions.get(claim.point_id, "") for claim in claims}
    if all(found.values()):
        return found
    home = Organization.objects.current().default_country
    return {key: place or home for key, place in found.items()}
