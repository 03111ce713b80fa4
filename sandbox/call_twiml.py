"""TwiML of calls: what the application wants said, which keys it waits for, and when it hangs up."""

import dataclasses
from xml.parsers import expat

from sandbox.twiml import BadTwiml

_VERBS = frozenset({"Say", "Play", "Gather", "Pause", "Hangup", "Redirect"})
_INSIDE_GATHER = frozenset({"Say", "Play", "Pause"})


@dataclasses.dataclass(slots=True)
class Verb:
    """One instruction. `inside` holds what is said while a Gather listens."""

    name: str
    attributes: dict[str, str]
    text: str = ""
    inside: list["Verb"] = dataclasses.field(default_factory=list)

    def whole(self, name: str, otherwise: int) -> int:
        """A number among the attributes."""
        value = self.attributes.get(name, "")
        return int(value) if value.isdecimal() else otherwise


def verbs(document: bytes) -> list[Verb]:
    """The instructions in order; an empty answer has none, which hangs up. Errors: BadTwiml."""
    reader = _Reader()
    try:
        reader.parser.Parse(document, True)
    except expat.ExpatError:
        raise BadTwiml("the answer is not well-formed XML (error 12100)") from None
    return reader.verbs


class _Reader:
    """Reads verbs inside Response; document types are refused, so nothing can expand."""

    def __init__(self) -> None:
        self.verbs: list[Verb] = []
        self._open_verbs: list[Verb] = []
        self._depth = 0
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._open
        self.parser.EndElementHandler = self._close
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 1:
            if name != "Response":
                raise BadTwiml("the answer has no <Response> (error 12100)")
            return
        allowed = _INSIDE_GATHER if self._depth == 3 and self._open_verbs[-1].name == "Gather" else _VERBS
        if name not in allowed or self._depth > 3 or (self._depth == 3 and self._open_verbs[-1].name != "Gather"):
            raise BadTwiml(f"<{name}> cannot stand here (error 12200)")
        verb = Verb(name, attributes)
        (self._open_verbs[-1].inside if self._open_verbs else self.verbs).append(verb)
        self._open_verbs.append(verb)

    def _close(self, name: str) -> None:
        self._depth -= 1
        if self._open_verbs:
            verb = self._open_verbs.pop()
            verb.text = verb.text.strip()

    def _text(self, text: str) -> None:
        if self._open_verbs:
            self._open_verbs[-1].text += text

    def _doctype(self, *_: object) -> None:
        raise BadTwiml("the answer declares a document type (error 12100)")
