"""From the tables of each rule file to frozen values, one function per file. Every mistake is an InvalidRules with its place."""

import datetime
from typing import Literal, cast, get_args

from consent.contracts import ConsentStatus, SuppressionKind, Tier
from consent.rule_reader import WEEKDAYS, Row
from consent.rule_types import (
    AnswerRule,
    Bar,
    Calendar,
    Cap,
    Deadline,
    Disclosure,
    Holiday,
    Keeper,
    Keyword,
    Line,
    Policy,
    StopScope,
    SuppressionRule,
    TierRule,
    Way,
    When,
    Window,
)

#: what somebody may do that shows they still want what they agreed to
ENGAGEMENTS = ("reply", "click", "order")


def is_date(year: int, month: int, day: int) -> bool:
    """Whether the calendar has such a day."""
    try:
        datetime.date(year, month, day)
    except ValueError:
        return False
    return True


def windows(book: Row) -> tuple[Window, ...]:
    """Read a file of quiet hours."""
    windows = []
    for row in book.rows("window"):
        window = Window(
            id=row.name(),
            places=row.places(),
            channels=row.channels(),
            tiers=row.tiers(),
            weekdays=row.spans("weekdays"),
            saturday=row.spans("saturday"),
            sunday=row.spans("sunday"),
            closed_on=row.text("closed_on") if row.has("closed_on") else "",
            valid_from=row.day("valid_from"),
            valid_until=row.until(),
            source=row.source(),
        )
        row.finish()
        windows.append(window)
    book.finish()
    return tuple(windows)


def calendars(book: Row) -> tuple[Calendar, ...]:
    """Read holidays.toml."""
    calendars = []
    for row in book.rows("calendar"):
        days = tuple(_holiday(day) for day in row.rows("days"))
        calendars.append(Calendar(row.name(), row.text("name"), days, row.day_reached("valid_from"), row.source()))
        row.finish()
    book.finish()
    return tuple(calendars)


def _holiday(row: Row) -> Holiday:
    name, month = row.text("name"), row.positive("month")
    if row.has("day"):
        holiday = Holiday(name, month, row.positive("day"), None, None)
        # 2027 is an ordinary year: a holiday on 29 February would have no day in most years.
        if month > 12 or not is_date(2027, month, row.positive("day")):
            row.fail("day", "must be a day of every year")
    else:
        weekday, nth = row.text("weekday"), int(row.take("nth", int))
        if weekday not in WEEKDAYS or month > 12 or nth not in (1, 2, 3, 4, -1):
            row.fail("weekday", "needs an English weekday, a month up to 12 and nth of 1, 2, 3, 4 or -1")
        holiday = Holiday(name, month, None, WEEKDAYS.index(weekday), nth)
    row.finish()
    return holiday


def caps(book: Row) -> tuple[Cap, ...]:
    """Read caps.toml."""
    caps = []
    for row in book.rows("cap"):
        cap = Cap(
            id=row.name(),
            places=row.places(),
            channels=row.channels(),
            tiers=row.tiers(),
            count=row.positive("count"),
            window_hours=row.positive("window_hours"),
            waits=_waits(row),
            valid_from=row.day("valid_from"),
            valid_until=row.until(),
            source=row.source(),
        )
        row.finish()
        caps.append(cap)
    book.finish()
    return tuple(caps)


def _waits(row: Row) -> bool:
    """What becomes of one message more; a rule that does not say refuses it."""
    said = row.text("when_full") if row.has("when_full") else "refuse"
    if said not in ("refuse", "wait"):
        row.fail("when_full", "must be refuse or wait")
    return said == "wait"


def tiers(book: Row) -> tuple[tuple[TierRule, ...], AnswerRule, tuple[SuppressionRule, ...], tuple[Bar, ...]]:
    """Read tiers.toml: one row for every tier and every kind of suppression, none twice."""
    tiers = tuple(_tier(row) for row in book.rows("tier"))
    suppressions = tuple(_suppression(row) for row in book.rows("suppression"))
    bars = tuple(_bar(row) for row in book.rows("bar"))
    answers = _answers(book.row("answers"))
    _demand_all(book, "tier", get_args(Tier), [rule.name for rule in tiers])
    _demand_all(book, "suppression", get_args(SuppressionKind), ["", *(rule.kind for rule in suppressions)])
    book.finish()
    return tiers, answers, suppressions, bars


def _demand_all(book: Row, key: str, wanted: tuple[str, ...], found: list[str]) -> None:
    if sorted(found) != sorted(wanted):
        book.fail(key, f"must have exactly one row for each of {', '.join(word for word in wanted if word)}")


def _tier(row: Row) -> TierRule:
    accepts = row.some_words("accepts", get_args(ConsentStatus))
    rule = TierRule(
        id=row.name(),
        name=cast(Tier, row.text("name")),
        accepts=cast(tuple[ConsentStatus, ...], accepts),
        channels=row.channels(),
        capped=row.flag("capped"),
        valid_from=row.day_reached("valid_from"),
        source=row.source(),
    )
    row.finish()
    return rule


def _suppression(row: Row) -> SuppressionRule:
    kind, since = cast(SuppressionKind, row.text("kind")), row.day_reached("valid_from")
    rule = SuppressionRule(row.name(), kind, row.tiers("blocks"), since, row.source())
    row.finish()
    return rule


def _answers(row: Row) -> AnswerRule:
    tier = row.text("tier")
    if tier != "transactional":
        row.fail("tier", "must be transactional: an answer to STOP or HELP carries no offer")
    rule = AnswerRule(
        id=row.name(),
        tier=cast(Tier, tier),
        keywords=cast(tuple[Keyword, ...], row.some_words("keywords", get_args(Keyword))),
        passes_suppression=cast(tuple[SuppressionKind, ...], row.some_words("passes_suppression", ("opted_out",))),
        passes_stops=row.some_words("passes_stops", ("suspended", "sending_stopped", "unregistered", "listed")),
        stop_minutes=row.positive("stop_minutes"),
        other_minutes=row.positive("other_minutes"),
        help_most=row.positive("help_most"),
        help_hours=row.positive("help_hours"),
        valid_from=row.day_reached("valid_from"),
        source=row.source(),
    )
    row.finish()
    return rule


def _bar(row: Row) -> Bar:
    bar = Bar(
        id=row.name(),
        places=row.places(),
        channels=row.channels(),
        tiers=row.tiers(),
        valid_from=row.day("valid_from"),
        valid_until=row.until(),
        source=row.source(),
    )
    row.finish()
    return bar


def disclosures(book: Row) -> tuple[Disclosure, ...]:
    """Read disclosures.toml."""
    disclosures = []
    for row in book.rows("disclosure"):
        keeper = row.text("keeper")
        if keeper not in get_args(Keeper):
            row.fail("keeper", f"must be one of {', '.join(get_args(Keeper))}, not {keeper!r}")
        line, way, when = _line(row, keeper)
        snippets = _snippets(row, "snippets") if line else ()
        disclosure = Disclosure(
            id=row.name(),
            places=row.places(),
            channels=row.channels(),
            tiers=row.tiers(),
            says=row.text("says"),
            keeper=cast(Keeper, keeper),
            line=line,
            way=way,
            when=when,
            snippets=snippets,
            one_way=_snippets(row, "one_way") if row.has("one_way") else (),
            native=row.words("native", tuple(language for language, _ in snippets)) if row.has("native") else (),
            valid_from=row.day("valid_from"),
            valid_until=row.until(),
            source=row.source(),
        )
        row.finish()
        disclosures.append(disclosure)
    book.finish()
    return tuple(disclosures)


def _line(row: Row, keeper: str) -> tuple[Line | Literal[""], Way | Literal[""], When | Literal[""]]:
    """What stands in a text, how it comes there, and in which texts; nothing of it where that is not how a duty is kept."""
    if not row.has("line"):
        return "", "", ""
    line, way, when = row.text("line"), row.text("way"), row.text("when")
    if line not in get_args(Line) or keeper != "product":
        row.fail("line", f"must be one of {', '.join(get_args(Line))}, and its keeper the product")
    if way not in get_args(Way):
        row.fail("way", f"must be one of {', '.join(get_args(Way))}, not {way!r}")
    if when not in get_args(When) or (way == "check" and when != "each"):
        row.fail("when", f"must be one of {', '.join(get_args(When))}, and each where way is check, not {when!r}")
    return cast(Line, line), cast(Way, way), cast(When, when)


def _snippets(row: Row, key: str) -> tuple[tuple[str, str], ...]:
    """Words for a line by language, English among them."""
    words = row.row(key)
    if "en" not in words.table:
        row.fail(key, "must hold en, for whom no other language fits")
    return tuple((language, words.text(language)) for language in words.table)


def policy(book: Row) -> tuple[Policy, tuple[StopScope, ...]]:
    """Read policy.toml."""
    names = ("adult", "consent_expiry", "asking_again", "confirmation", "evidence_retention", "revocation")
    adult, expiry, asking, confirmation, retention, revocation = rows = [book.row(name) for name in names]
    policy = Policy(
        adult_years=adult.positive("years"),
        expiry_months=tuple((tier, expiry.positive(f"{tier}_months")) for tier in get_args(Tier)),
        renewed_by=expiry.some_words("renewed_by", ENGAGEMENTS),
        asking_before_days=asking.positive("before_days"),
        asking_once_days=asking.positive("once_days"),
        asking_answer_days=asking.positive("answer_days"),
        asking_yes=asking.some_words("yes"),
        confirmation_days=confirmation.positive("days"),
        evidence_retention_months=retention.positive("months"),
        revocation_business_days=revocation.positive("business_days"),
        revocation_calendar=revocation.text("calendar"),
        deadlines=tuple(
            Deadline(row.name(), name, row.day_reached("valid_from"), row.source())
            for name, row in zip(names, rows, strict=True)
        ),
    )
    scopes = tuple(_stop_scope(row) for row in book.rows("stop_scope"))
    for row in rows:
        row.finish()
    book.finish()
    return policy, scopes


def _stop_scope(row: Row) -> StopScope:
    scope = StopScope(
        id=row.name(),
        heard_on=row.channels("heard_on"),
        stops=row.channels("stops"),
        valid_from=row.day("valid_from"),
        valid_until=row.until(),
        source=row.source(),
    )
    if not set(scope.heard_on) <= set(scope.stops):
        row.fail("stops", "must hold every channel of heard_on: whoever says stop there expects silence there")
    row.finish()
    return scope


def proposed(book: Row) -> tuple[Window | Cap | Bar, ...]:
    """Read rules somebody proposes: any rows of [[window]], [[cap]] and [[bar]], written as in the rule files."""
    found: tuple[Window | Cap | Bar, ...] = ()
    if book.has("window"):
        found += windows(Row(book.where, {"window": book.take("window", list)}))
    if book.has("cap"):
        found += caps(Row(book.where, {"cap": book.take("cap", list)}))
    if book.has("bar"):
        found += tuple(_bar(row) for row in book.rows("bar"))
    book.finish()
    return found or tuple(book.fail("", "must hold a [[window]], a [[cap]] or a [[bar]]"))
