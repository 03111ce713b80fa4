"""The words of a page as plain text: the second half of every mail, for programs and people who want no HTML."""

import html.parser
import pathlib
import re
import tomllib
from typing import Final

_TABLE: Final = tomllib.loads(pathlib.Path(__file__).with_name("email_html.toml").read_text("utf-8"))["text"]
_BLOCKS: Final = frozenset(_TABLE["blocks"].split())
_TWO_LINES: Final = frozenset(_TABLE["blank_line_around"].split())


def text_of(page: str) -> str:
    """The text of a clean page; the address of a link follows its words, comments are kept in their places."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    lines = (re.sub(r"[ \t]+", " ", line).strip() for line in "".join(reader.pieces).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(html.parser.HTMLParser):
    """Collects words and line breaks."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "br":
            self.pieces.append("\n")
        elif tag == "li":
            self.pieces.append("\n- ")
        elif tag in ("td", "th"):
            self.pieces.append(" ")
        elif tag == "img":
            self.pieces.append(given.get("alt") or "")
        elif tag == "a":
            self._links.append((given.get("href") or "", len(self.pieces)))
        elif tag in _BLOCKS:
            self.pieces.append("\n\n" if tag in _TWO_LINES else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._links:
            target, begin = self._links.pop()
            words = "".join(self.pieces[begin:]).strip()
            if target and not target.startswith("#") and words != target.removeprefix("mailto:"):
                self.pieces.append(f" ({target.removeprefix('mailto:')})")
        elif tag in _BLOCKS:
            self.pieces.append("\n\n" if tag in _TWO_LINES else "\n")

    def handle_data(self, data: str) -> None:
        self.pieces.append(re.sub(r"\s+", " ", data))

    def handle_comment(self, data: str) -> None:
        self.pieces.append(f"<!--{data}-->")
