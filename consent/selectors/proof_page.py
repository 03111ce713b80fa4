"""The readable page of a proof: one HTML file that asks nobody for anything, on a screen and on paper."""

import datetime
import pathlib
import zoneinfo
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.template.loader import render_to_string

from consent.selectors.proof import Entry
from consent.selectors.words import CHANNEL_LABELS, source_label, status_badge, suppression_label

_STYLE: Final = pathlib.Path(__file__).parent.parent / "proof" / "page.css"
#: where in the frame everything else goes; nobody can write it, because no text of ours has a NUL in it
_HERE: Final = "\0"
_WRITERS: Final = {"user": "a member of the team", "key": "an application, by its API key", "operator": "an operator"}


class ProofPage:
    """Renders the page piece by piece, in the time zone of the organisation; offsets are written out."""

    def __init__(self, zone: str, purposes: Mapping[str, str]) -> None:
        self._zone = zoneinfo.ZoneInfo(zone)
        self._purposes = purposes

    def frame(self, about: Mapping[str, Any]) -> tuple[bytes, bytes]:
        """What stands before everything: whose proof this is, who made it, how it is checked; and what stands after it."""
        context = {**about, "style": _STYLE.read_text(), "made": self.moment(about["made_at"]), "here": _HERE}
        before, _, after = self._piece("frame", context).partition(_HERE.encode())
        return before, after

    def event(self, entry: Entry, attachment: str) -> bytes:
        """One event of the ledger."""
        facts = entry.line["event"]
        context = {
            "entry": entry.line,
            "facts": facts,
            "proof": entry.proof,
            "label": status_badge(facts["status"])["label"],
            "about": self._purposes.get(facts["purpose"] or "", "Everything"),
            "channel": CHANNEL_LABELS.get(facts["channel"], "every channel"),
            "how": source_label(facts["source"]),
            "writer": _WRITERS.get(facts["actor_kind"], "the product"),
            "occurred": self.moment(facts["occurred_at"]),
            "recorded": self.moment(facts["recorded_at"]),
            "evidence": _pairs(facts["evidence"]),
            "attachment": attachment,
        }
        return self._piece("event", context)

    def part(self, title: str, empty: str = "") -> bytes:
        """The heading of the next part."""
        return self._piece("part", {"title": title, "empty": empty})

    def wording(self, words: Mapping[str, Any]) -> bytes:
        """One version of the words, as shown."""
        channel = CHANNEL_LABELS.get(words["channel"], words["channel"])
        return self._piece("wording", {"words": words, "channel": channel, "at": self.moment(words["published_at"])})

    def protection(self, line: Mapping[str, Any]) -> bytes:
        """One protection."""
        context = {
            "line": line,
            "label": suppression_label(line["kind"]),
            "how": source_label(line["source"]),
            "channel": CHANNEL_LABELS.get(line["channel"], "every channel"),
            "since": self.moment(line["since"]),
            "until": self.moment(line["until"]),
            "lifted": self.moment(line["lifted_at"]),
        }
        return self._piece("protection", context)

    def message(self, line: Mapping[str, Any]) -> bytes:
        """One message with what it rested on."""
        tries = [{**each, "when": self.moment(each["at"])} for each in line["attempts"]]
        news = [{**each, "when": self.moment(each["at"])} for each in line["news"]]
        channel = CHANNEL_LABELS.get(line["channel"], line["channel"])
        context = {"line": line, "channel": channel, "at": self.moment(line["at"]), "tries": tries, "news": news}
        return self._piece("message", context)

    def moment(self, text: str | None) -> str:
        """A moment in the organisation's zone with its offset; empty for none."""
        if not text:
            return ""
        return datetime.datetime.fromisoformat(text).astimezone(self._zone).strftime("%d %b %Y, %H:%M:%S (UTC%:z)")

    def _piece(self, name: str, context: Mapping[str, Any]) -> bytes:
        return render_to_string(f"consent/proof/{name}.html", dict(context)).encode()


def _pairs(evidence: Any) -> Sequence[tuple[str, str]]:
    """What the evidence says, in the order it was kept; what an attachment is stands in a line of its own."""
    if not isinstance(evidence, dict):
        return [("Note", str(evidence))]
    kept = ((key, value) for key, value in evidence.items() if key != "attachment" and value not in ("", None))
    return [(str(key).replace("_", " ").capitalize(), str(value)) for key, value in kept]
