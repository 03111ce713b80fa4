"""The gate under any facts whatever: what can never happen, however they are combined."""

import dataclasses
import datetime
import string

from hypothesis import example, given, settings
from hypothesis import strategies as st

from consent.contracts import Allowed, Ask, Deferred, Denied, Facts, OwnHours
from consent.gate import decide
from consent.keywords import classify, read
from consent.quiet_hours import NoOpening, next_allowed, open_until
from consent.reasons import REASONS
from consent.rulebook import rulebook
from consent.vocabulary import LEGAL_MINIMUM
from tests.proofs import proves

RULES = rulebook()
MINUTE = datetime.timedelta(minutes=1)
SUPPRESSIONS = ("opted_out", "complaint", "bounced", "erased", "platform")
PLACES = (
    ("US-FL", ("America/Chicago", "America/New_York")),
    ("US-TX", ("America/Chicago",)),
    ("US-AL", ("America/Chicago",)),
    ("US-RI US-KY", ("America/New_York",)),
    ("US", ()),
    ("PR", ("America/Puerto_Rico",)),
    ("PK", ("Asia/Karachi",)),
    ("IN", ("Asia/Kolkata",)),
    ("GB", ("Europe/London",)),
    ("FR", ("Europe/Paris",)),
    ("AU", ("Australia/Lord_Howe", "Australia/Sydney")),
    ("RU", ()),
    ("BR", ()),
    ("", ()),
)

NEW_YEAR = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)

moments = st.integers(0, 4 * 365 * 24 * 3600).map(lambda seconds: NEW_YEAR + datetime.timedelta(seconds=seconds))
nights_of_moved_clocks = st.builds(
    lambda day, minutes: day + minutes * MINUTE,
    st.sampled_from([
        datetime.datetime(2026, 3, 7, 22, tzinfo=datetime.UTC),
        datetime.datetime(2026, 3, 28, 22, tzinfo=datetime.UTC),
        datetime.datetime(2026, 4, 4, 10, tzinfo=datetime.UTC),
        datetime.datetime(2026, 10, 24, 22, tzinfo=datetime.UTC),
        datetime.datetime(2026, 10, 31, 22, tzinfo=datetime.UTC),
        datetime.datetime(2028, 2, 28, 22, tzinfo=datetime.UTC),
    ]),
    st.integers(0, 36 * 60),
)  # fmt: skip
asks = st.builds(
    Ask,
    channel=st.sampled_from(["sms", "whatsapp", "voice", "email"]),
    tier=st.sampled_from(["transactional", "informational", "marketing", "ai_call"]),
    at=moments | nights_of_moved_clocks,
    rules_version=st.just(RULES.version),
)
own_hours = st.builds(
    lambda start, length, zone: OwnHours(start, min(1440, start + length), zone),
    st.integers(0, 1320),
    st.integers(120, 1440),
    st.sampled_from(["America/New_York", "Asia/Karachi", "Australia/Lord_Howe", "Europe/London"]),
)
people = st.builds(
    lambda place, **values: Facts(region=place[0], zones=place[1], **values),
    place=st.sampled_from(PLACES),
    organization_state=st.sampled_from(["trial", "live", "live", "live", "suspended", "closed"]),
    sending_stopped=st.booleans(),
    sender_ready=st.booleans(),
    content_ready=st.booleans(),
    has_address=st.booleans(),
    address_valid=st.booleans(),
    in_trial_circle=st.booleans(),
    suppression=st.sampled_from(["", "", "", "dnc", "paused", *SUPPRESSIONS]),
    consent=st.sampled_from(["none", "unproven", "pending", "granted", "granted", "withdrawn", "expired"]),
    minor=st.booleans(),
    recent_sends=st.integers(0, 6),
    cap=st.none() | st.integers(0, 5),
    own_full=st.booleans(),
    own_hours=st.none() | own_hours,
    listed=st.sampled_from(
        [(), (), (), ("own *",), ("national_dnc US",), ("litigator *", "reassigned US"), ("platform *",)]
    ),
    registers=st.sampled_from([(), ("national_dnc US fresh",), ("litigator * stale",), ("national_dnc PK stale",)]),
)
welcome_people = people.map(
    lambda person: dataclasses.replace(
        person,
        organization_state="live",
        sending_stopped=False,
        sender_ready=True,
        content_ready=True,
        has_address=True,
        address_valid=True,
        suppression="",
        consent="granted",
        minor=False,
        recent_sends=0,
        cap=3,
        own_full=False,
        listed=(),
        registers=(),
    )
)
restrictions = st.sampled_from([
    {"organization_state": "suspended"},
    {"organization_state": "closed"},
    {"organization_state": "trial", "in_trial_circle": False},
    {"sending_stopped": True},
    {"sender_ready": False},
    {"content_ready": False},
    {"has_address": False},
    {"address_valid": False},
    {"minor": True},
    {"cap": 0},
    {"recent_sends": 99},
    {"own_full": True},
    {"suppression": "paused"},
    {"listed": ("own *",)},
    {"listed": ("platform *",)},
    {"registers": ("litigator * stale",)},
    {"region": "", "zones": ()},
    *({"suppression": kind} for kind in (*SUPPRESSIONS, "dnc")),
    *({"consent": status} for status in ("none", "unproven", "pending", "withdrawn", "expired")),
])  # fmt: skip


@given(asks, people)
def test_nobody_is_reached_without_a_granted_consent(ask, person):
    answer = decide(ask, person, RULES)

    assert person.consent == "granted" or isinstance(answer, Denied)


@given(asks, welcome_people, st.sampled_from(["none", "unproven", "pending", "withdrawn", "expired"]))
def test_all_else_being_well_only_the_consent_decides(ask, person, status):
    answer = decide(ask, dataclasses.replace(person, consent=status), RULES)

    assert isinstance(answer, Denied)
    assert REASONS[answer.reason].family == "no_consent"


@given(asks, people, st.sampled_from(SUPPRESSIONS))
def test_a_suppression_always_wins(ask, person, kind):
    answer = decide(ask, dataclasses.replace(person, suppression=kind), RULES)

    assert isinstance(answer, Denied)


@given(asks, people | welcome_people, restrictions)
def test_one_more_restriction_never_opens_the_gate(ask, person, restriction):
    before = decide(ask, person, RULES)
    after = decide(ask, dataclasses.replace(person, **restriction), RULES)

    assert isinstance(before, Allowed | Deferred) or isinstance(after, Denied)
    assert isinstance(before, Allowed) or not isinstance(after, Allowed)


@given(asks, people | welcome_people, st.sampled_from(RULES.windows[:24]))
def test_an_organizations_own_hours_never_open_the_gate(ask, person, window):
    rules = RULES.tightened([dataclasses.replace(window, places=("*",))])

    before = decide(ask, person, RULES)
    after = decide(dataclasses.replace(ask, rules_version=rules.version), person, rules)

    assert isinstance(before, Allowed) or not isinstance(after, Allowed)


@given(asks, people | welcome_people, own_hours)
def test_hours_somebody_chose_never_open_the_gate(ask, person, hours):
    before = decide(ask, dataclasses.replace(person, own_hours=None), RULES)
    after = decide(ask, dataclasses.replace(person, own_hours=hours), RULES)

    assert isinstance(before, Allowed | Deferred) or isinstance(after, Denied)
    assert isinstance(before, Allowed) or not isinstance(after, Allowed)


@given(asks, people | welcome_people)
def test_the_same_question_has_the_same_answer_and_every_reason_has_words(ask, person):
    answer = decide(ask, person, RULES)

    assert decide(ask, person, RULES) == answer
    assert isinstance(answer, Allowed) or answer.reason in REASONS


@given(asks, welcome_people)
def test_a_message_that_waits_is_allowed_when_its_hour_comes(ask, person):
    answer = decide(ask, person, RULES)

    if isinstance(answer, Deferred):
        assert answer.until > ask.at
        assert decide(dataclasses.replace(ask, at=answer.until), person, RULES) == Allowed()


@proves("C17")
@settings(max_examples=60, deadline=None)
@example(datetime.datetime(2026, 11, 28, 23, 0, tzinfo=datetime.UTC), ("US-AL", ("America/Chicago",)), "sms")
@given(moments | nights_of_moved_clocks, st.sampled_from(PLACES[:-1]), st.sampled_from(["sms", "voice"]))
def test_the_next_opening_is_open_and_no_earlier_minute_is(at, place, channel):
    answer = next_allowed(at, *place, channel, "marketing", RULES)
    if answer is None:
        assert open_until(at, *place, channel, "marketing", RULES) > at
        return

    assert next_allowed(answer, *place, channel, "marketing", RULES) is None
    assert next_allowed(answer - MINUTE, *place, channel, "marketing", RULES) == answer
    on_the_way = [at + (answer - at) * part / 7 for part in range(1, 7)]
    assert all(next_allowed(moment, *place, channel, "marketing", RULES) == answer for moment in on_the_way)


@given(moments | nights_of_moved_clocks, st.sampled_from(PLACES[:-1]))
def test_the_end_of_an_opening_is_closed_and_its_last_second_is_not(at, place):
    try:
        end = open_until(at, *place, "sms", "marketing", RULES)
    except NoOpening:
        return

    assert next_allowed(end - datetime.timedelta(seconds=1), *place, "sms", "marketing", RULES) is None
    assert next_allowed(end, *place, "sms", "marketing", RULES) is not None


@given(st.text(max_size=60))
def test_any_text_can_be_read(text):
    reading = read(text, languages=(text[:2],))

    assert reading.kind in ("stop", "start", "help", None)
    assert reading.kind is None or not reading.review


@given(
    st.sampled_from(LEGAL_MINIMUM),
    st.lists(st.booleans(), min_size=11, max_size=11),
    st.text(string.punctuation + " \n\t“”’…\u200b\ufe0f🙂👍", max_size=6),
    st.text(string.punctuation + " \n\t“”’…\u200b\ufe0f🙂👍", max_size=6),
)
def test_no_decoration_hides_a_stop(word, upper, before, after):
    spelled = "".join(letter.upper() if big else letter for letter, big in zip(word, upper, strict=False))

    assert classify(f"{before}{spelled}{after}") == "stop"
