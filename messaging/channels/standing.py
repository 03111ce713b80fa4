"""Whether what somebody wrote may be sent now: templates need the network's approval, free text an open conversation."""

import dataclasses
import uuid
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from accounts.contracts import Refused
from messaging.channels.whatsapp_rules import whatsapp_rules
from messaging.models import ProviderTemplate, TemplateVersion


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """How a content stands. `waits`: not now, but it may be used again by itself. `tiers`: purposes it may serve, None for all.

    `flagged`: people do not like it, so what goes to many waits before the network takes it from us.
    `window_seconds`: it may leave only so long after the person's own last message; nought when that does not matter.
    """

    ready: bool = True
    waits: bool = False
    flagged: bool = False
    window_seconds: int = 0
    tiers: tuple[str, ...] | None = None

    def serves(self, tier: str) -> bool:
        """Whether it may be sent for a purpose of this tier."""
        return self.ready and (self.tiers is None or tier in self.tiers)


READY: Final = Standing()
#: states of a template from which the network may let it be used again; the other two are ours alone and the end
_WAITS: Final = frozenset({"submitted", "appealed", "paused", "rejected", "disabled"})
#: state, use case and quality of a template
type _State = tuple[str, str, str]


def standings(channel: str, version_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Standing]:
    """How some versions stand. Two queries for WhatsApp; none for channels where nothing has to be approved."""
    if channel != "whatsapp" or not version_ids:
        return dict.fromkeys(version_ids, READY)
    found = dict(TemplateVersion.objects.filter(id__in=version_ids).values_list("id", "parts"))
    states = _states(found.values())
    return {version_id: _standing(parts, states) for version_id, parts in found.items()}


def standing_of(channel: str, parts: Mapping[str, Any]) -> Standing:
    """How a content that nobody has kept yet stands. One query for a template, none for anything else."""
    return _standing(parts, _states([parts])) if channel == "whatsapp" else READY


def _states(contents: Iterable[Mapping[str, Any]]) -> dict[str, _State]:
    """State, use case and quality of every template some contents name, by its id."""
    named = {parts["template"]["id"] for parts in contents if "template" in parts}
    if not named:
        return {}
    rows = ProviderTemplate.objects.filter(id__in=named).values_list("id", "state", "use_case", "quality")
    return {str(row_id): (state, use_case, quality) for row_id, state, use_case, quality in rows}


def free_text(channel: str) -> Standing:
    """How a text in somebody's own words stands on a channel."""
    return Standing(window_seconds=whatsapp_rules().window_seconds) if channel == "whatsapp" else READY


def refuse_misuse(parts: Mapping[str, Any], *, tier: str, account_id: uuid.UUID) -> None:
    """A template serves its own use case at its own account, and nothing else.

    Errors: Refused, on the purpose or the template. Contents without a template pass.
    """
    if "template" not in parts:
        return
    row = ProviderTemplate.objects.filter(id=parts["template"]["id"]).first()
    case = whatsapp_rules().use_cases.get(row.use_case) if row is not None else None
    if row is None or case is None:
        remedy = "Open the template and say what it is for."
        raise Refused("Nobody has said yet what this template is for.", field="template", remedy=remedy)
    if row.account_id != account_id:
        problem = "This template was approved for another account than that sender's."
        raise Refused(problem, field="template", remedy="Choose another sender or another template.")
    if tier not in case.tiers:
        problem = f"This template is for “{case.label}”, and this purpose is not."
        raise Refused(problem, field="purpose", remedy="Choose a purpose of that kind, or another template.")


def _standing(parts: Mapping[str, Any], states: Mapping[str, _State]) -> Standing:
    if "template" not in parts:
        return free_text("whatsapp")
    state, use_case, quality = states.get(parts["template"]["id"], ("gone", "", ""))
    case = whatsapp_rules().use_cases.get(use_case)
    waits = state in _WAITS
    return Standing(
        ready=state == "approved" or waits,
        waits=waits,
        flagged=quality == "red",
        tiers=case.tiers if case else (),
    )
