"""What texts may not say: from the tables of content.toml to frozen values."""

from typing import cast, get_args

from consent.rule_reader import Row
from consent.rule_types import ContentRule, Severity, SpamRule


def contents(book: Row) -> tuple[tuple[ContentRule, ...], SpamRule]:
    """Read content.toml. Errors: InvalidRules names the row and the key."""
    rules, spam = tuple(_content(row) for row in book.rows("content")), _spam(book.row("spam"))
    book.finish()
    return rules, spam


def _content(row: Row) -> ContentRule:
    severity = row.text("severity")
    if severity not in get_args(Severity):
        row.fail("severity", f"must be one of {', '.join(get_args(Severity))}, not {severity!r}")
    rule = ContentRule(
        id=row.name(),
        places=row.places(),
        channels=row.channels(),
        tiers=row.tiers(),
        severity=cast(Severity, severity),
        label=row.text("label"),
        why=row.text("why"),
        words=_small(row, "words"),
        domains=_small(row, "domains"),
        valid_from=row.day("valid_from"),
        valid_until=row.until(),
        source=row.source(),
    )
    if not rule.words and not rule.domains:
        row.fail("words", "must not be empty where domains are: a rule that looks for nothing is a mistake")
    row.finish()
    return rule


def _small(row: Row, key: str) -> tuple[str, ...]:
    words = row.some_words(key) if row.has(key) else ()
    if any(word != word.casefold() for word in words):
        row.fail(key, "must be written in small letters")
    return words


def _later(row: Row) -> int:
    points = row.positive("second_at")
    if points < row.positive("warn_at"):
        row.fail("second_at", "must not be less than warn_at")
    return points


def _spam(row: Row) -> SpamRule:
    rule = SpamRule(
        id=row.name(),
        warn_at=row.positive("warn_at"),
        second_at=_later(row),
        words=_small(row, "words"),
        word_points=row.positive("word_points"),
        capital_points=row.positive("capital_points"),
        capital_share=row.positive("capital_share"),
        capital_letters=row.positive("capital_letters"),
        mark_points=row.positive("mark_points"),
        most_mark_points=row.positive("most_mark_points"),
        valid_from=row.day_reached("valid_from"),
        source=row.source(),
    )
    row.finish()
    return rule
