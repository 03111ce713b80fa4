"""TwiML answers of a webhook: which texts the application wants to send back."""

from xml.parsers import expat


class BadTwiml(Exception):
    """The answer is not TwiML; a real carrier would log error 12100."""


def messages(document: bytes) -> list[str]:
    """The texts of `<Message>` in order; an empty answer has none. Errors: BadTwiml."""
    if not document.strip():
        return []
    reader = _Reader()
    try:
        reader.parser.Parse(document, True)
    except expat.ExpatError:
        raise BadTwiml("the webhook's answer is not well-formed XML (error 12100)") from None
    return reader.texts


class _Reader:
    """Collects text inside Message, or inside its Body; document types are refused, so nothing can expand."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._path: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._open
        self.parser.EndElementHandler = self._close
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name)
        if self._path == ["Response", "Message"]:
            self.texts.append("")
        if self._path[:1] != ["Response"]:
            raise BadTwiml("the webhook's answer has no <Response> (error 12100)")

    def _close(self, name: str) -> None:
        self._path.pop()
        if name == "Message" and self.texts:
            self.texts[-1] = self.texts[-1].strip()

    def _text(self, text: str) -> None:
        if self._path in (["Response", "Message"], ["Response", "Message", "Body"]):
            self.texts[-1] += text

    def _doctype(self, *_: object) -> None:
        raise BadTwiml("the webhook's answer declares a document type (error 12100)")
