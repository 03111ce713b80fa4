"""Campaigns that ask people again before their agreement ends: preparing one, and leaving out whom it is not the time to ask."""

import functools
import pathlib
import tomllib
from collections.abc import Mapping
from typing import Any, Final

from accounts.actions.audit import record_audit
from accounts.contracts import Actor, Refused
from accounts.models import Organization
from campaigns.actions.writing import Draft, save_campaign
from campaigns.models import Campaign
from campaigns.selectors.ending import AHEAD, ASKABLE, draft_asking, people_to_ask
from consent.models import Purpose, Wording
from consent.rulebook import rulebook
from contacts.actions.lists import add_members, create_list
from contacts.models import List
from core import clock
from messaging.models import Sender

_TEXTS: Final = pathlib.Path(__file__).resolve().parent.parent / "asking_texts.toml"
_NAME_LENGTH: Final = 80

# Who is not to be asked, of the slice that is planned: an agreement that does not end soon, one that was asked about already.
# What was asked about is what a message may have reached them with, or still may.
_UNASKED: Final = """
insert into plan_unfit
select f.key, case when asked.point_id is not null then 'asked_already' else 'not_ending' end
from plan_facts f
join consent_consentstate s on s.organization_id = %(organization)s and s.point_id = f.point_id
  and s.purpose_id = %(purpose)s and s.channel = %(channel)s and s.status = 'granted'
left join lateral (
  select a.point_id from messaging_permissionask a
  join messaging_message m on m.organization_id = a.organization_id and m.id = a.message_id
    and m.state not in ('suppressed', 'cancelled', 'expired', 'rejected')
  where a.organization_id = %(organization)s and a.point_id = f.point_id and a.purpose_id = %(purpose)s
    and a.channel = %(channel)s and a.asked_at > %(at)s - make_interval(days => %(once_days)s)
  limit 1
) asked on true
where asked.point_id is not null
  or greatest(s.changed_at, s.engaged_at) + make_interval(months => %(expiry_months)s)
     > %(at)s + make_interval(days => %(before_days)s)
on conflict do nothing
"""


def leave_out_unasked(cursor: Any, parameters: Mapping[str, Any]) -> None:
    """Mark those of a planned slice who are not to be asked now, with the reason. One statement, of questions alone.

    Shape: `parameters` are those of the plan (`messaging.facts.facts_parameters`).
    """
    policy = rulebook().policy
    days = {"once_days": policy.asking_once_days, "before_days": policy.asking_before_days}
    cursor.execute(_UNASKED, dict(parameters) | days)


def prepare_asking(*, actor: Actor, purpose: Purpose, channel: str, days: int) -> Campaign:
    """Prepare the question to everybody whose agreement to a purpose ends on a channel within so many days.

    Effects: a list of them as they are now, a text and a draft that somebody reads, checks and launches like any other; its
             plan leaves out again whom it is not the time to ask. A draft that is there already is answered, and nothing made.
    Errors:  Refused for a channel whose words have to be approved elsewhere or spoken, without words in force (nobody could
             agree to anything), without a sender, and where nobody is to be asked.
    Source:  FEATURES C20; GDPR article 7: a question is asked while it is lawful to write, and silence is no yes.
    """
    actor.require("author_campaigns")
    actor.require("change_contacts")
    _demand(
        channel in ASKABLE,
        "On this channel the question has to be written by hand.",
        "Write a campaign for it.",
        "channel",
    )
    _demand(
        days in AHEAD, "That many days ahead are not counted.", f"Choose one of {', '.join(map(str, AHEAD))}.", "days"
    )
    # pressed twice, the second waits and finds the draft of the first
    purpose = Purpose.objects.select_for_update().get(id=purpose.id)
    known = draft_asking(purpose.id, channel)
    if known is not None:
        return known
    words = Wording.objects.filter(purpose=purpose, channel=channel)
    _demand(words.exists(), "This purpose has no words for the channel.", "Publish the words people would agree to.")
    sender = Sender.objects.filter(channel=channel, paused_at=None).order_by("created_at", "id").first()
    _demand(sender is not None, "There is no sender for this channel.", "Add one, or let a paused one go on.")
    people = people_to_ask(purpose, channel, days)
    _demand(bool(people), "Nobody is to be asked now.", "Who ends soon was asked in this period, or has said stop.")
    assert sender is not None
    name = f"{purpose.name}: asked on {clock.now():%Y-%m-%d}"
    audience = create_list(actor=actor, name=_free_name(name))
    add_members(actor=actor, target=audience, contact_ids=people)
    body, parts = _words(purpose, channel)
    draft = Draft(_cut(f"May we go on? {purpose.name}"), purpose, sender, body, [audience], (), parts, kind="ask_again")
    campaign = save_campaign(actor=actor, draft=draft)
    data = {"people": len(people), "days": days, "channel": channel}
    record_audit(actor=actor, action="campaign.asking_prepared", on=("campaign", campaign.id), data=data)
    return campaign


def unread_language() -> str:
    """The language a question would be prepared in, where no native speaker has read our words in it; empty where one has.

    One query.
    """
    language, words = _spoken(Organization.objects.current())
    return "" if words["read_by"] else language


def _spoken(organization: Organization) -> tuple[str, Mapping[str, str]]:
    """The words in the organisation's own language, English where we have none in it."""
    language, texts = organization.default_language.partition("-")[0].lower(), _texts()
    return (language, texts[language]) if language in texts else ("en", texts["en"])


def _words(purpose: Purpose, channel: str) -> tuple[str, dict[str, str]]:
    organization = Organization.objects.current()
    _, words = _spoken(organization)
    said = {"name": organization.name, "purpose": purpose.name}
    if channel == "email":
        return words["email"].format(**said), {"subject": words["subject"]}
    return words["sms"].format(**said), {}


@functools.cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(_TEXTS.read_text("utf-8"))


def _free_name(name: str) -> str:
    """A name no list has yet: with a number behind it where there was one before on the same day."""
    taken = set(List.objects.filter(name__startswith=_cut(name, 4)).values_list("name", flat=True))
    wanted = [_cut(name), *(f"{_cut(name, 4)} {number}" for number in range(2, 99))]
    return next(each for each in wanted if each not in taken)


def _cut(name: str, room: int = 0) -> str:
    return name[: _NAME_LENGTH - room].strip()


def _demand(holds: bool, problem: str, remedy: str, field: str = "") -> None:
    if not holds:
        raise Refused(problem, field=field, remedy=remedy)
