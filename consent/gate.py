"""The gate: one decision for preview, API, campaign, workflow, reply and dialler. No database, no clock, no network.

`CHECKS` is asked in order and the first answer wins, so the order is part of the promise: can we judge at all; is the
organisation allowed to send; does the address work; is the person suppressed, or on a list; did they agree; was every
register asked; may they be written to; is the message ready; have they had enough; is it a good hour, by the law and by their
own choice. What no check objects to is allowed, and every check objects to words that it does not know. A test turns red
without any of them (tests/mutations).
"""

import datetime
import uuid
from collections.abc import Callable
from typing import get_args

from consent import on_lists, quiet_hours
from consent.asked_for import compared, lacking, lines_missing, registers
from consent.asked_for import is_answer as _is_answer
from consent.asked_for import passes as _passes
from consent.caps import enough, is_full, law_caps
from consent.contracts import Allowed, Ask, Decision, Deferred, Denied, Facts, Notice, OwnHours, Permit
from consent.rule_types import RegistrationRule, SenderKind
from consent.rulebook import Rulebook

Check = Callable[[Ask, Facts, Rulebook], Decision | None]


class NoPermit(PermissionError):
    """A permit was asked for something the gate did not allow, or without proof; nothing may leave."""


def decide(ask: Ask, facts: Facts, rules: Rulebook) -> Decision:
    """Say whether this may go to this person at this moment, with the first reason against it.

    Shape:  → Allowed, Denied(reason) or Deferred("quiet_hours", "own_hours" or "freq_cap", until); codes of `consent.reasons`.
    Units:  `until` is aware UTC, the first open moment; everything is to be asked again then.
    Effects: none; the same arguments give the same answer for ever.
    """
    answers = (check(ask, facts, rules) for check in CHECKS)
    return next((answer for answer in answers if answer is not None), Allowed())


def permit(
    *,
    message_id: uuid.UUID,
    attempt_id: uuid.UUID,
    evidence_id: uuid.UUID,
    decision: Decision,
    decided_at: datetime.datetime,
) -> Permit:
    """Make the only ticket that lets a message leave, for one attempt, with the proof that allows it.

    Errors: NoPermit unless the decision is Allowed, all three ids are UUIDs and the moment has a time zone.
    """
    _demand(isinstance(decision, Allowed), "decision: the gate did not allow this; do not send it")
    _demand(isinstance(message_id, uuid.UUID), "message_id: must be a UUID")
    _demand(isinstance(attempt_id, uuid.UUID), "attempt_id: must be a UUID")
    _demand(isinstance(evidence_id, uuid.UUID), "evidence_id: must be the UUID of the event that proves the agreement")
    _demand(_is_aware(decided_at), "decided_at: must be an aware time")
    return Permit(message_id, attempt_id, evidence_id, decided_at)


def rules_changed(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """An answer is given under the rules that were asked for, or not at all."""
    return Denied("rules_changed") if ask.rules_version != rules.version else None


def moment_unclear(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """A time without a zone is no moment: quiet hours could not be judged."""
    return Denied("undecidable") if not _is_aware(ask.at) else None


def tier_unknown(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """A tier without a rule needs what nobody knows."""
    return Denied("undecidable") if rules.tier(ask.tier) is None else None


def notice_unclear(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """What the product tells about an agreement is one of the notices there are, and never dressed up as offers."""
    known = ask.notice in get_args(Notice) and (not ask.notice or (ask.tier == "transactional" and not ask.answers))
    return Denied("undecidable") if not known else None


def organization_suspended(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """An operator suspended the organisation: it stops at once; people who write STOP or HELP are still answered."""
    return Denied("organization_suspended") if _in_state("suspended", ask, facts, rules) else None


def organization_closed(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """A closed account sends nothing from the moment it closes."""
    return Denied("organization_closed") if facts.organization_state == "closed" else None


def organization_unknown(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """Only a trial or a live organisation sends; any other word is a no."""
    return Denied("undecidable") if _in_unknown_state(ask, facts, rules) else None


def sending_stopped(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """The emergency stop, of the organisation or of the platform; people who write STOP or HELP are still answered."""
    return Denied("sending_stopped") if facts.sending_stopped and not _passes("sending_stopped", ask, rules) else None


def address_missing(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """Nobody can be reached without an address on the channel."""
    return Denied("no_address") if not facts.has_address else None


def address_invalid(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """Not a number that takes this channel, or not a mailbox."""
    return Denied("bad_address") if not facts.address_valid else None


def platform_suppressed(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """The list of the whole platform: abuse, litigation, minors."""
    return Denied("platform_suppressed") if _suppressed("platform", ask, facts, rules) else None


def erased(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """GDPR article 17: a forgotten person is not written to again; the keyed mark sees to it."""
    return Denied("erased") if _suppressed("erased", ask, facts, rules) else None


def opted_out(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """47 CFR 64.1200(a)(10): STOP, whatever number it was sent to; only the answer to their own keyword passes."""
    return Denied("opted_out") if _suppressed("opted_out", ask, facts, rules) else None


def complained(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """A spam report or a block is an opt-out that the person did not even want to write to us."""
    return Denied("complaint") if _suppressed("complaint", ask, facts, rules) else None


def bounced(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """RFC 3463 class 5 and its like: repeating does not help and harms the sender."""
    return Denied("bounced") if _suppressed("bounced", ask, facts, rules) else None


def paused(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """The person asked for a pause on their preference page; what they are waiting for (orders, codes) still goes."""
    return Denied("person_paused") if _suppressed("paused", ask, facts, rules) else None


def do_not_call(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """47 CFR 64.1200(c)(2), TCCCPR 2018, PTA register: no solicitation; notices of the transactional tier may go."""
    return Denied("dnc") if _suppressed("dnc", ask, facts, rules) else None


def suppression_unknown(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """A kind of suppression that no rule names stops everything."""
    return Denied("undecidable") if _suppressed(facts.suppression, ask, facts, rules) else None


def on_a_list(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """47 CFR 64.1200(c)(2) and (d), carriers' and the organisation's own lists; what overrides an entry stands in its rule."""
    listed = on_lists.is_listed(ask, facts, rules) and not _passes("listed", ask, rules)
    return Denied("on_a_list") if listed else None


def consent_withdrawn(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """GDPR article 7(3): withdrawn means no more from this moment."""
    return Denied("withdrawn") if _lacks_consent("withdrawn", ask, facts, rules) else None


def consent_expired(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """An agreement that was not used for too long is asked for again."""
    return Denied("expired") if _lacks_consent("expired", ask, facts, rules) else None


def consent_unproven(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """16 CFR 310.5, GDPR article 7(1): the sender carries the proof, and here there is none."""
    return Denied("unproven") if _lacks_consent("unproven", ask, facts, rules) else None


def consent_unconfirmed(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """A double opt-in that was asked for and not answered."""
    return Denied("unconfirmed") if _lacks_consent("pending", ask, facts, rules) else None


def nothing_to_confirm(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """The one request to confirm goes to whoever has not confirmed yet, and to nobody else."""
    return Denied("nothing_to_confirm") if ask.notice == "confirm" and facts.consent == "granted" else None


def consent_missing(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """47 CFR 64.1200(a)(1)-(2), Directive 2002/58 article 13: nobody is written to who did not agree to this purpose."""
    return Denied("no_consent") if _lacks_consent("none", ask, facts, rules) else None


def consent_unknown(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """Any status that the tier does not accept by name is a no."""
    return Denied("undecidable") if _lacks_consent(facts.consent, ask, facts, rules) else None


def register_stale(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """FTC advisory opinion 08-1: who did not look at a register lately does not know whom it protects."""
    stale = on_lists.is_stale(ask, facts, rules) and not _passes("listed", ask, rules)
    return Denied("register_stale") if stale else None


def underage(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """Known minors are not written to in any tier (DPDP Act 2023; our terms)."""
    return Denied("minor") if facts.minor else None


def outside_trial_circle(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """An organisation on trial reaches the testers who confirmed, nobody else."""
    return Denied("trial_circle") if facts.organization_state == "trial" and not facts.in_trial_circle else None


def sender_not_ready(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """A2P 10DLC, toll-free, WhatsApp, DKIM and DLT registrations: without them carriers block."""
    return Denied("sender_unregistered") if not facts.sender_ready else None


def sender_kind_unknown(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """A kind of sender that no register has a word for could be asked for anything."""
    return Denied("undecidable") if facts.sender_kind not in ("", *get_args(SenderKind)) else None


def sender_not_taken(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """Some countries' carriers deliver nothing from such a sender, whatever is registered."""
    taken = all(rule.taken for rule in _registers(ask, facts, rules))
    return Denied("sender_not_taken") if not taken else None


def registration_missing(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """10DLC, toll-free, sender ids, DLT: what the number's country asks of this sender and purpose is not approved."""
    return Denied("registration_missing") if "missing" in _lacking(ask, facts, rules) else None


def registration_expired(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """An approval that has run out holds as little as none."""
    return Denied("registration_expired") if "expired" in _lacking(ask, facts, rules) else None


def text_unregistered(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """TCCCPR 2018: operators compare each text with the registered ones and drop what differs."""
    unknown = not facts.text_registered and not _passes("unregistered", ask, rules) and compared(ask, facts, rules)
    return Denied("text_unregistered") if unknown else None


def channel_barred(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """A tier has its channels, and some carriers take a tier in no form in some places."""
    return Denied("channel_barred") if _barred(ask, facts, rules) else None


def content_not_ready(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """Mandatory lines present, template approved."""
    return Denied("content") if not facts.content_ready else None


def line_missing(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """What the place wants each message to say, such as who writes and how to stop, stands in it or it does not go."""
    return Denied("line_missing") if lines_missing(ask, facts, rules) else None


def window_closed(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """WhatsApp: words of one's own only within 24 hours of the person's last message, before and after that templates."""
    return Denied("wa_window") if not facts.window_open else None


def cap_not_counted(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """Where the law caps and nobody counted, we do not know that there is room."""
    return Denied("cap_unknown") if facts.cap is None and law_caps(ask, facts, rules) else None


def cap_reached(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """The organisation's limit over everything it sends, or Florida's and Oklahoma's three a day: it waits, or is refused."""
    return enough(ask, facts, rules) if _is_capped(ask, rules) and is_full(facts) else None


def own_frequency(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """They asked for so many a week at most: the stricter of theirs and ours holds."""
    return Denied("own_frequency") if facts.own_full and _is_capped(ask, rules) else None


def night(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """47 CFR 64.1200(c)(1), state and country hours, the organisation's own: outside them it waits."""
    return _outside_hours(ask, facts, rules) if not _is_answer(ask, rules) else None


def outside_own_hours(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """They chose hours of their own, on top of the law's; what no cap counts (orders, codes) comes at any hour."""
    return _first_opening("own_hours", ask, facts, rules) if _own_hours(ask, facts, rules) else None


CHECKS: tuple[Check, ...] = (
    rules_changed,
    moment_unclear,
    tier_unknown,
    notice_unclear,
    organization_suspended,
    organization_closed,
    organization_unknown,
    sending_stopped,
    address_missing,
    address_invalid,
    platform_suppressed,
    erased,
    opted_out,
    complained,
    bounced,
    paused,
    do_not_call,
    suppression_unknown,
    on_a_list,
    consent_withdrawn,
    consent_expired,
    consent_unproven,
    consent_unconfirmed,
    nothing_to_confirm,
    consent_missing,
    consent_unknown,
    register_stale,
    underage,
    outside_trial_circle,
    sender_not_ready,
    sender_kind_unknown,
    sender_not_taken,
    registration_missing,
    registration_expired,
    text_unregistered,
    channel_barred,
    content_not_ready,
    line_missing,
    window_closed,
    cap_not_counted,
    cap_reached,
    own_frequency,
    night,
    outside_own_hours,
)


def _demand(holds: bool, remedy: str) -> None:
    if not holds:
        raise NoPermit(remedy)


def _is_aware(moment: datetime.datetime) -> bool:
    return isinstance(moment, datetime.datetime) and moment.utcoffset() is not None


def _registers(ask: Ask, facts: Facts, rules: Rulebook) -> tuple[RegistrationRule, ...]:
    return () if _passes("unregistered", ask, rules) else registers(ask, facts, rules)


def _lacking(ask: Ask, facts: Facts, rules: Rulebook) -> set[str]:
    return set() if _passes("unregistered", ask, rules) else lacking(ask, facts, rules)


def _in_state(state: str, ask: Ask, facts: Facts, rules: Rulebook) -> bool:
    return facts.organization_state == state and not _passes(state, ask, rules)


def _in_unknown_state(ask: Ask, facts: Facts, rules: Rulebook) -> bool:
    return facts.organization_state not in ("trial", "live") and not _passes(facts.organization_state, ask, rules)


def _suppressed(kind: str, ask: Ask, facts: Facts, rules: Rulebook) -> bool:
    on_platform = kind == "platform" and on_lists.PLATFORM in facts.listed
    if not kind or (facts.suppression != kind and not on_platform):
        return False
    passes = _is_answer(ask, rules) and kind in rules.answers.passes_suppression
    return rules.blocks(kind, ask.tier) and not passes


def _lacks_consent(status: str, ask: Ask, facts: Facts, rules: Rulebook) -> bool:
    if facts.consent != status or _is_answer(ask, rules):
        return False
    if ask.notice == "confirm" and status == "pending":
        return False
    tier = rules.tier(ask.tier)
    return tier is None or status not in tier.accepts


def _barred(ask: Ask, facts: Facts, rules: Rulebook) -> bool:
    tier = rules.tier(ask.tier)
    places = facts.region.split()
    barred = any(rules.is_barred(place, ask.channel, ask.tier, ask.at.date()) for place in places)
    return barred or tier is None or ask.channel not in tier.channels


def _is_capped(ask: Ask, rules: Rulebook) -> bool:
    tier = rules.tier(ask.tier)
    return tier is None or (tier.capped and not _is_answer(ask, rules))


def _outside_hours(ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    """Outside the law's hours; it waits until the person's own, where they hold, are open as well."""
    try:
        until = quiet_hours.next_allowed(ask.at, facts.region, facts.zones, ask.channel, ask.tier, rules)
    except quiet_hours.PlaceUnknown:
        return Denied("place_unknown")
    except quiet_hours.NoOpening:
        return Denied("no_opening")
    if until is None:
        return None
    waits = _own_hours(ask, facts, rules) is not None
    return _first_opening("quiet_hours", ask, facts, rules) if waits else Deferred("quiet_hours", until)


def _own_hours(ask: Ask, facts: Facts, rules: Rulebook) -> OwnHours | None:
    return facts.own_hours if _is_capped(ask, rules) else None


def _first_opening(code: str, ask: Ask, facts: Facts, rules: Rulebook) -> Decision | None:
    own = _own_hours(ask, facts, rules)
    try:
        until = quiet_hours.next_allowed(ask.at, facts.region, facts.zones, ask.channel, ask.tier, rules, own)
    except quiet_hours.NoOpening:
        return Denied("no_opening")
    return None if until is None else Deferred(code, until)
