"""Purposes and the words people agree to."""

from collections.abc import Collection
from typing import Final

from django.utils.text import slugify

from accounts.actions.audit import record_audit
from accounts.contracts import Actor, Refused
from consent.models import CHANNELS, Purpose, Wording

#: channels on which a receipt can be read again; a call leaves nothing behind
RECEIPT_CHANNELS: Final = ("sms", "whatsapp", "email")
_DEEDS: Final = {"confirmed_on": "purpose.confirmation", "receipts_on": "purpose.receipts"}


def open_purpose(*, actor: Actor, name: str, tier: str, description: str = "", key: str = "") -> Purpose:
    """Start a purpose people can say yes to.

    Errors: Refused when there is one of that name.
    """
    actor.require("change_consent")
    key = key or slugify(name)[:40]
    if not key:
        raise Refused("A purpose needs a name with letters.", field="name", remedy="Call it what people would call it.")
    if Purpose.objects.filter(key=key).exists():
        raise Refused("There is a purpose of that name.", field="name", remedy="Use it, or choose another name.")
    purpose = Purpose.objects.create(key=key, name=name.strip(), tier=tier, description=description.strip())
    record_audit(actor=actor, action="purpose.opened", on=("purpose", purpose.id), data={"key": key, "tier": tier})
    return purpose


def demand_confirmation(
    *, actor: Actor, purpose: Purpose, channels: Collection[str], receipts: Collection[str] | None = None
) -> bool:
    """Say on which channels a yes to a purpose waits to be confirmed from the address itself; answer whether that changed.

    Shape:   `receipts` are the channels on which people get a receipt of what they agreed to; None leaves them as they are.

    Effects: it holds for what people say from now on. Who agreed before keeps their agreement, and who waits goes on waiting.
             The rules of a country may ask for more (`confirmations.toml`), and nothing here takes that back.
    Errors:  Refused for a channel there is not.
    """
    actor.require("change_consent")
    known = [channel for channel, _ in CHANNELS]
    for field, chosen, there in (("channels", channels, known), ("receipts", receipts or (), RECEIPT_CHANNELS)):
        if not set(chosen) <= set(there):
            raise Refused("There is no such channel.", field=field, remedy=f"Choose among {', '.join(there)}.")
    held = Purpose.objects.select_for_update().get(id=purpose.id)
    wanted = {"confirmed_on": channels} | ({} if receipts is None else {"receipts_on": receipts})
    changed = False
    for column, chosen in wanted.items():
        before, after = getattr(held, column), " ".join(channel for channel in known if channel in chosen)
        if before == after:
            continue
        setattr(held, column, after)
        held.save(update_fields=[column])
        data = {"key": held.key, "before": before or "none", "after": after or "none"}
        record_audit(actor=actor, action=_DEEDS[column], on=("purpose", held.id), data=data)
        changed = True
    return changed


def publish_wording(
    *,
    actor: Actor,
    purpose: Purpose,
    channel: str,
    text: str,
    language: str = "en",
    most_messages: int | None = None,
    per: str = "",
) -> Wording:
    """Put the next version of the words into force. Earlier versions stay: evidence points to them.

    Shape:   most_messages and per say the frequency the words promise, "at most 4 a month"; None and "" where they name none.
    Effects: one row and an audit row; the same words with the same promise change nothing.
    Errors:  Refused when one of the two is given without the other.
    Source:  CTIA Messaging Principles: a call to action says how often.
    """
    actor.require("change_consent")
    if (most_messages is None) != (per == ""):
        raise Refused(
            "A promise is a number and a time.",
            field="most_messages" if most_messages is None else "per",
            remedy="Say how many messages and whether that is a week or a month, or leave both empty.",
        )
    Purpose.objects.select_for_update().get(id=purpose.id)
    last = Wording.objects.filter(purpose=purpose, channel=channel, language=language).order_by("-version").first()
    if last and (last.text, last.most_messages, last.per) == (text.strip(), most_messages, per):
        return last
    wording = Wording.objects.create(
        purpose=purpose,
        channel=channel,
        language=language,
        text=text.strip(),
        most_messages=most_messages,
        per=per,
        version=last.version + 1 if last else 1,
    )
    data = {"version": wording.version} | ({"promise": wording.promise} if wording.promise else {})
    record_audit(actor=actor, action="wording.published", on=("wording", wording.id), data=data)
    return wording
