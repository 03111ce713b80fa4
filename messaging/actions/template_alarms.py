"""Alarms about templates: what of the network's news somebody has to know, and which apps above are told.

held           approved ──▶ paused, rejected, disabled, gone; or a review said no
recovered      back to approved
disliked       its quality fell to red;  liked: it is red no more
recategorised  the network changed its category;  recategorising: it will, at a moment it named
"""

import dataclasses
from typing import Final, Literal

from core.jobs import enqueue
from core.tenancy import require_organization_id
from messaging.models import ProviderTemplate

type Alarm = Literal["held", "recovered", "disliked", "liked", "recategorised", "recategorising"]
_HELD: Final = frozenset({"paused", "rejected", "disabled", "gone"})
_TASKS: Final[list[str]] = []


@dataclasses.dataclass(frozen=True, slots=True)
class Stand:
    """How a template stood before news of it."""

    state: str
    quality: str
    category: str
    next_category: str


def stand_of(template: ProviderTemplate) -> Stand:
    """How a template stands now."""
    return Stand(template.state, template.quality, template.category, template.next_category)


def ring_about_templates(task: str) -> None:
    """Let an app above be rung for each alarm: its task gets `template_id` and `alarm`. Asking twice for one is one."""
    if task not in _TASKS:
        _TASKS.append(task)


def raise_alarms(template: ProviderTemplate, before: Stand) -> None:
    """Ring whoever wants to know, for each thing that has changed. Effects: tasks after commit, none without a change."""
    for alarm in alarms(before, stand_of(template)):
        for task in _TASKS:
            enqueue(task, organization_id=require_organization_id(), template_id=template.id, alarm=alarm)


def alarms(before: Stand, after: Stand) -> list[Alarm]:
    """What of a change somebody has to know."""
    found: list[tuple[Alarm, bool]] = [
        ("held", after.state in _HELD and before.state not in ("draft", after.state)),
        ("recovered", after.state == "approved" and before.state in _HELD),
        ("disliked", after.quality == "red" and before.quality != "red"),
        ("liked", before.quality == "red" and after.quality != "red"),
        ("recategorised", after.category != before.category and before.state != "draft"),
        ("recategorising", after.next_category not in ("", before.next_category)),
    ]
    return [alarm for alarm, is_so in found if is_so]
