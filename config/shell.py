"""The frame of every page: where one is, where one can go, who one is. Names of pages are strings; nothing is imported up."""

import dataclasses
import zoneinfo
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.contracts import Actor
from accounts.middleware import chosen_belonging, person_actor
from accounts.models import Organization
from accounts.selectors import organizations_of
from campaigns.selectors.approvals import approvals_waiting_for
from core import clock
from core.tenancy import current_organization_id, tenant_context
from messaging.selectors.replies import waiting_replies


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """One entry of the sidebar: label, URL name, icon, the right it takes to see it, and how many things wait there."""

    label: str
    name: str
    icon: str
    permission: str = ""
    count: Callable[[Actor], int] | None = None


def _replies(_actor: Actor) -> int:
    return waiting_replies()


def _approvals(actor: Actor) -> int:
    return approvals_waiting_for(actor).count()


GROUPS: tuple[tuple[str, tuple[Place, ...]], ...] = (
    (
        "Work",
        (
            Place("Home", "home", "home"),
            Place("Campaigns", "campaigns:list", "megaphone", "see_campaigns", _approvals),
            Place("Templates", "messaging:templates", "template", "author_campaigns"),
            Place("Replies", "messaging:replies", "inbox", "see_replies", _replies),
            Place("Calls", "messaging:calls", "phone", "see_contacts"),
            Place("Contacts", "contacts:list", "users", "see_contacts"),
            Place("Imports", "contacts:imports", "upload", "change_contacts"),
        ),
    ),
    (
        "Trust",
        (
            Place("Consent", "consent:purposes", "shield", "see_contacts"),
            Place("Audit trail", "accounts:audit", "list", "see_audit"),
        ),
    ),
    (
        "House",
        (
            Place("Senders", "messaging:senders", "send", "change_senders"),
            Place("Units", "billing:units", "wallet", "see_units"),
            Place("Team", "accounts:team", "user", "change_team"),
            Place("API keys", "accounts:keys", "key", "change_keys"),
            Place("Settings", "accounts:settings", "gear", "change_settings"),
        ),
    ),
)


def context(request: HttpRequest) -> dict[str, Any]:
    """`shell` and `theme` for templates; `shell` is false for anyone who is in no organisation.

    Pages outside every organisation (one's own account, an address that does not exist) keep the frame of the one the person
    was in; it is asked for only when such a page draws a frame.
    """
    user = getattr(request, "user", None)
    theme = user.theme if user is not None and user.is_authenticated else "system"
    belonging = getattr(request, "belonging", None)
    shell = SimpleLazyObject(lambda: _shell_outside(request)) if belonging is None else _shell(request, belonging)
    return {"shell": shell, "theme": theme, "product": settings.PRODUCT_NAME}


def _shell_outside(request: HttpRequest) -> dict[str, Any] | None:
    """The frame of the organisation a signed-in person was in, or None. Operators' pages have a frame of their own."""
    user = getattr(request, "user", None)
    if settings.ROLE == "operator" or user is None or not user.is_authenticated:
        return None
    request.belongings = organizations_of(user.pk)  # type: ignore[attr-defined]
    belonging = chosen_belonging(request)
    if belonging is None:
        return None
    request.actor = person_actor(request, belonging.permissions)  # type: ignore[attr-defined]
    with tenant_context(belonging.organization_id):
        return _shell(request, belonging)


def _shell(request: HttpRequest, belonging: Any) -> dict[str, Any]:
    organization = _organization(request, belonging)
    groups = _groups(request)
    items = [item for group in groups for item in group["items"]]
    return {
        "organization": organization,
        "organizations": [
            {"id": each.organization_id, "name": each.name, "current": each == belonging}
            for each in request.belongings  # type: ignore[attr-defined]
        ],
        "groups": groups,
        "dock": [item for item in items if item["label"] in ("Home", "Campaigns", "Replies", "Contacts", "Settings")],
        "user": {
            "name": str(request.user),
            "initials": request.user.initials,  # type: ignore[union-attr]
            "role_label": belonging.role_name,
        },
        "now_text": timezone.localtime(clock.now(), zoneinfo.ZoneInfo(organization["zone"])).strftime("%H:%M"),
        # by name, so that no page offers what its reader may not do
        "may": request.actor.permissions,  # type: ignore[attr-defined]
        "can_stop": request.actor.may("stop_sending"),  # type: ignore[attr-defined]
        "can_resume": request.actor.may("resume_sending"),  # type: ignore[attr-defined]
        "sandbox_url": settings.SANDBOX_URL,
    }


def _organization(request: HttpRequest, belonging: Any) -> dict[str, Any]:
    """One query inside the organisation; on error pages, which render outside, what the request already knows."""
    held = getattr(request, "shell_organization", None)
    if current_organization_id() is not None:
        row = Organization.objects.current()
        held = {
            "id": row.id,
            "name": row.name,
            "place": row.place,
            "state": row.state,
            "sending_stopped": row.sending_stopped_at is not None,
            "suspended_reason": row.suspended_reason,
            "zone": row.time_zone,
        }
        request.shell_organization = held  # type: ignore[attr-defined]
    return held or {
        "id": belonging.organization_id,
        "name": belonging.name,
        "place": "",
        "state": belonging.state,
        "sending_stopped": False,
        "zone": "UTC",
    }


def _groups(request: HttpRequest) -> list[dict[str, Any]]:
    actor = request.actor  # type: ignore[attr-defined]
    groups: list[dict[str, Any]] = []
    for label, places in GROUPS:
        allowed = [place for place in places if not place.permission or actor.may(place.permission)]
        items = [item for place in allowed if (item := _item(place, actor))]
        if items:
            groups.append({"label": label, "items": items})
    _mark_current(request.path, [item for group in groups for item in group["items"]])
    return groups


def _item(place: Place, actor: Actor) -> dict[str, Any] | None:
    try:
        url = reverse(place.name)
    except NoReverseMatch:
        return None
    count = place.count(actor) if place.count and current_organization_id() is not None else 0
    return {"label": place.label, "url": url, "icon": place.icon, "count": count, "current": False}


def _mark_current(path: str, items: list[dict[str, Any]]) -> None:
    """The entry with the longest address that the path begins with is where we are; home only at home."""
    here = [item for item in items if path == item["url"] or (item["url"] != "/" and path.startswith(item["url"]))]
    if here:
        max(here, key=lambda item: len(item["url"]))["current"] = True
