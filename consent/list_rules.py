"""Lists of addresses that must not be reached, and registers: from the tables of registers.toml to frozen values."""

from typing import cast, get_args

from consent.contracts import ConsentStatus, ListKind
from consent.rule_reader import Row
from consent.rule_types import ListRule, Need


def lists(book: Row) -> tuple[ListRule, ...]:
    """Read registers.toml. Errors: InvalidRules names the row and the key, also for a kind without any row."""
    found = tuple(_list(row) for row in book.rows("list"))
    missing = set(get_args(ListKind)) - {rule.kind for rule in found}
    if missing:
        book.fail("list", f"must have a row for each kind; {', '.join(sorted(missing))} has none")
    book.finish()
    return found


def _list(row: Row) -> ListRule:
    rule = ListRule(
        id=row.name(),
        kind=cast(ListKind, _one_of(row, "kind", get_args(ListKind))),
        places=row.places(),
        channels=row.channels(),
        tiers=row.tiers(),
        overridden_by=cast(tuple[ConsentStatus, ...], row.words("overridden_by", get_args(ConsentStatus))),
        fresh_days=int(row.take("fresh_days", int)),
        need=cast(Need, _one_of(row, "need", get_args(Need))),
        valid_from=row.day("valid_from"),
        valid_until=row.until(),
        source=row.source(),
    )
    if rule.fresh_days < 0 or (rule.need != "never") != (rule.fresh_days > 0):
        row.fail("fresh_days", "must be 1 or more where the list is needed, and 0 where it never is")
    row.finish()
    return rule


def _one_of(row: Row, key: str, known: tuple[str, ...]) -> str:
    value = row.text(key)
    return value if value in known else str(row.fail(key, f"must be one of {', '.join(known)}, not {value!r}"))
