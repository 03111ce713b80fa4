"""Where an agreement has to be confirmed, and how it is asked for: from the tables of confirmations.toml to frozen values."""

from typing import get_args

from consent.rule_reader import Row
from consent.rule_types import AskingRule, ConfirmationRule
from consent.states import Source


def confirmations(book: Row) -> tuple[tuple[ConfirmationRule, ...], AskingRule]:
    """Read confirmations.toml. Errors: InvalidRules names the row and the key."""
    rules, asking = tuple(_confirmation(row) for row in book.rows("confirmation")), _asking(book.row("asking"))
    book.finish()
    return rules, asking


def _confirmation(row: Row) -> ConfirmationRule:
    rule = ConfirmationRule(
        id=row.name(),
        places=row.places(),
        channels=row.channels(),
        tiers=row.tiers(),
        sources=row.some_words("sources", get_args(Source)),
        valid_from=row.day("valid_from"),
        valid_until=row.until(),
        source=row.source(),
    )
    row.finish()
    return rule


def _asking(row: Row) -> AskingRule:
    rule = AskingRule(
        id=row.name(),
        fresh_days=row.positive("fresh_days"),
        most=row.positive("most"),
        hours=row.positive("hours"),
        valid_from=row.day_reached("valid_from"),
        source=row.source(),
    )
    row.finish()
    return rule
