"""Whether a second person has allowed a text that rules of content stop: that very text, for what was found in it then."""

import hashlib
from collections.abc import Iterable
from typing import Any

from consent.text_review import Finding
from messaging.models import TextOverride


def fingerprint(text: str) -> bytes:
    """What tells a text from every other: any change makes another."""
    return hashlib.sha256(text.strip().encode()).digest()


def as_found(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """What was found in a text, as it is kept."""
    return [
        {
            "rule": each.id,
            "since": each.since.isoformat(),
            "label": each.label,
            "why": each.why,
            "found": list(each.found),
        }
        for each in findings
    ]


def not_allowed(findings: Iterable[Finding], text: str, *, channel: str, tier: str) -> list[Finding]:
    """What of these findings nobody has allowed for this text yet. One query; none where nothing was found.

    A rule that was changed since, or is found by other words, was not allowed.
    """
    asked = list(findings)
    if not asked:
        return []
    rows = TextOverride.objects.filter(fingerprint=fingerprint(text), channel=channel, tier=tier, state="approved")
    allowed = [each for row in rows for each in row.findings]
    return [each for each in asked if not any(_covers(kept, each) for kept in allowed)]


def _covers(kept: dict[str, Any], finding: Finding) -> bool:
    same = kept["rule"] == finding.id and kept["since"] == finding.since.isoformat()
    return same and set(finding.found) <= set(kept["found"])
