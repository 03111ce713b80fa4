"""Mail as a person reads it: the text part, or the words of the HTML part, with codes and links found."""

import email.message
import email.policy
import html.parser
import re
from typing import NamedTuple

_LINK = re.compile(r"https?://[^\s<>\"')\]]+[^\s<>\"')\].,;:!?]")
_CODE = re.compile(r"(?<![\w-])(?:\d{6,8}|[A-Z0-9]{3,4}-[A-Z0-9]{3,4})(?![\w-])")
_BREAKS = frozenset({"p", "br", "div", "tr", "li", "h1", "h2", "h3", "table", "ul", "ol", "blockquote", "hr"})
_HIDDEN = frozenset({"style", "script", "head", "title"})


class Piece(NamedTuple):
    """A stretch of text: `kind` is text, link or code."""

    kind: str
    text: str


def read_text(message: email.message.EmailMessage) -> str:
    """The plain part of a mail; the words of the HTML part where there is no other."""
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    try:
        content = part.get_content()
    except (LookupError, ValueError):
        return "(this mail cannot be read: its character set is unknown)"
    return content.strip() if part.get_content_subtype() == "plain" else words_of(content)


def words_of(document: str) -> str:
    """The visible words of an HTML document; addresses of links follow their words."""
    reader = _Words()
    reader.feed(document)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.words).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Words(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden = 0
        self._target = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
        if tag in _BREAKS:
            self.words.append("\n")
        if tag == "a":
            self._target = dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN and self._hidden:
            self._hidden -= 1
        if tag in _BREAKS:
            self.words.append("\n")
        if tag == "a" and self._target:
            self.words.append(f" {self._target} ")
            self._target = ""

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data.replace("\n", " "))


def codes(text: str) -> list[str]:
    """Verification codes in a text, each once; digits inside links do not count."""
    return list(dict.fromkeys(piece.text for piece in pieces(text) if piece.kind == "code"))


def pieces(text: str) -> list[Piece]:
    """The text cut into plain stretches, links and codes."""
    cut: list[Piece] = []
    position = 0
    for link in _LINK.finditer(text):
        cut += _with_codes(text[position : link.start()])
        cut.append(Piece("link", link[0]))
        position = link.end()
    return cut + _with_codes(text[position:])


def _with_codes(text: str) -> list[Piece]:
    cut: list[Piece] = []
    position = 0
    for code in _CODE.finditer(text):
        cut.append(Piece("text", text[position : code.start()]))
        cut.append(Piece("code", code[0]))
        position = code.end()
    cut.append(Piece("text", text[position:]))
    return [piece for piece in cut if piece.text]
