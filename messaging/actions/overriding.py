"""A second person about a text that rules of content stop: asking them, and their word (C24).

What the law or carriers forbid outright nobody can allow; what needs a judgement, somebody who neither wrote nor asked gives.
"""

import uuid
from collections.abc import Iterable

from accounts.actions.audit import record_audit
from accounts.contracts import Actor, Refused
from consent.rulebook import rulebook
from core import clock
from messaging.lines import refuse_words, words_in
from messaging.models import TextOverride
from messaging.selectors.text_overrides import may_decide
from messaging.text_overrides import as_found, fingerprint, not_allowed

_LONGEST = 500


def ask_override(
    *,
    actor: Actor,
    text: str,
    channel: str,
    tier: str,
    places: Iterable[str],
    why: str,
    written_by: uuid.UUID | None = None,
) -> TextOverride:
    """Ask a second person to allow a text for these places. Asking twice while nobody has answered changes nothing.

    Effects: one request with what the rules of today find in the text, and an audit row without a word of it.
    Errors:  Refused when the text holds what nobody can allow, when nothing in it needs anybody, or no reason is given.
    """
    actor.require("author_campaigns")
    countries = list(places)
    refuse_words(text, channel=channel, tier=tier, places=countries, to_send=False)
    waits = not_allowed(
        words_in(text, channel=channel, tier=tier, places=countries).judged, text, channel=channel, tier=tier
    )
    if not waits:
        raise Refused("Nothing in this text needs a second person.", remedy="Send it.", code="words_allowed")
    reason = why.strip()
    if not reason or len(reason) > _LONGEST:
        remedy = f"Say in at most {_LONGEST} characters why it should be sent all the same."
        raise Refused(
            "There is no reason yet." if not reason else "The reason is too long.", field="why", remedy=remedy
        )
    same = {"channel": channel, "tier": tier, "fingerprint": fingerprint(text)}
    override, made = TextOverride.objects.get_or_create(
        **same,
        state="asked",
        defaults={
            "text": text, "findings": as_found(waits), "rules_version": rulebook().version, "why": reason,
            "asked_by": actor.id, "asked_at": clock.now(), "written_by": written_by,
        },
    )  # fmt: skip
    if made:
        record_audit(actor=actor, action="text.override_asked", on=("text_override", override.id), data=_told(override))
    return override


def decide_override(*, actor: Actor, override: TextOverride, approve: bool, note: str = "") -> TextOverride:
    """Allow a text for what was found in it, or decline it.

    Effects: the answer, and an audit row.
    Errors:  Refused when it was decided already, or the actor wrote the text or asked: the second person is somebody else.
             NotAllowed without the right, and for applications, which read nothing.
    """
    actor.require("approve_campaigns")
    override = TextOverride.objects.select_for_update().get(id=override.id)
    if override.state != "asked":
        remedy = "Look at what was said; whoever wants another answer asks again."
        raise Refused(f"This was {override.state} already.", remedy=remedy, code="override_decided")
    if not may_decide(actor, override):
        remedy = "Somebody else who may approve has to read it."
        raise Refused("You wrote this text or asked about it.", remedy=remedy, code="override_yours")
    override.state = "approved" if approve else "declined"
    override.decided_by, override.decided_at, override.note = actor.id, clock.now(), note.strip()[:_LONGEST]
    override.save(update_fields=["state", "decided_by", "decided_at", "note"])
    action = "text.allowed" if approve else "text.declined"
    record_audit(actor=actor, action=action, on=("text_override", override.id), data=_told(override))
    return override


def _told(override: TextOverride) -> dict[str, object]:
    """What the audit trail keeps: which rules, of which version, and nothing of the text."""
    rules = ", ".join(each["rule"] for each in override.findings)
    return {"channel": override.channel, "rules": rules, "rules_version": override.rules_version}
