"""The versions of the rulebook that are kept, and the one a decision was made under."""

import dataclasses
import datetime
import functools
from collections.abc import Mapping

from consent.models import RuleSet
from consent.rule_reader import InvalidRules, texts_in
from consent.rulebook import Rulebook, build, load


@dataclasses.dataclass(frozen=True, slots=True)
class Kept:
    """One version: since when it is in use, and whether it is the one in use now."""

    version: str
    kept_at: datetime.datetime | None
    current: bool


def kept_versions() -> list[Kept]:
    """Every version that is kept, newest first; the one in use always among them. One query."""
    rows = dict(RuleSet.objects.values_list("version", "kept_at"))
    current = load().version
    versions = [Kept(version, rows.get(version), version == current) for version in {*rows, current}]
    return sorted(versions, key=lambda each: (each.current, str(each.kept_at or "")), reverse=True)


def rules_of(version: str) -> Rulebook | None:
    """The rulebook of a version; None where it is not kept, or written in a way that is not read any more."""
    if version == load().version:
        return load()
    texts = texts_of(version)
    if texts is None:
        return None
    try:
        return _built(version, tuple(sorted(texts.items())))
    except InvalidRules:
        return None


def texts_of(version: str) -> Mapping[str, str] | None:
    """The rule files of a version, word for word; None where it is not kept. One query unless it is the one in use."""
    if version == load().version:
        return texts_in()
    return RuleSet.objects.filter(version=version).values_list("texts", flat=True).first()


@functools.lru_cache(maxsize=4)
def _built(version: str, texts: tuple[tuple[str, str], ...]) -> Rulebook:
    return build(dict(texts))
