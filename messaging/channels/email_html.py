"""From what somebody wrote to what a mail program may show: styles inlined, only harmless HTML kept, a text made beside it.

A letter is HTML, or plain words that become paragraphs. Its Liquid is set aside before anything reads the HTML and put back
into both results, so a loop around table rows stays where it was. Whatever Liquid prints into the page is escaped.
"""

import dataclasses
import functools
import html
import pathlib
import re
import tomllib
from collections.abc import Mapping
from typing import Any, Final

import css_inline
import nh3

from messaging.channels.email_liquid import Aside
from messaging.channels.email_shape import refuse_crowded, refuse_misplaced
from messaging.channels.email_text import text_of
from messaging.content import Compiled, precompile

_EMPTY_LINES: Final = re.compile(r"\n(?:[ \t]*\n){2,}")
#: stands for a line break of the text while Liquid works, which drops a block that holds nothing but white space
_BREAK: Final = "\ue000"
_IS_HTML: Final = re.compile(r"<(?:[A-Za-z/!?])")
_LINK: Final = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")

_ALLOWED: Final = tomllib.loads(pathlib.Path(__file__).with_name("email_html.toml").read_text("utf-8"))
_CLEANER: Final = nh3.Cleaner(
    tags=set(_ALLOWED["tags"].split()),
    clean_content_tags=set(_ALLOWED["dropped_whole"].split()),
    attributes={tag: set(names.split()) for tag, names in _ALLOWED["attributes"].items()},
    url_schemes=set(_ALLOWED["link_schemes"].split()),
    filter_style_properties=set(_ALLOWED["properties"].split()),
    strip_comments=False,
    link_rel=None,
)
_INLINER: Final = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Letter:
    """A letter ready to be filled for many people: its HTML inside the body, and its text.

    `plain`: it only prints values, so they are escaped before they are put in; else every print ends with the filter that
    escapes, whatever other filters made of the value.
    """

    page: Compiled
    text: Compiled
    has_words: bool
    plain: bool

    def fill(self, values: Mapping[str, Any]) -> tuple[str, str]:
        """HTML and text for one person. Errors: ContentError, which concerns this person alone."""
        page = self.page.render(escaped(values) if self.plain else values)
        return page, _EMPTY_LINES.sub("\n\n", self.text.render(values).replace(_BREAK, "\n"))


@functools.lru_cache(maxsize=128)
def letter_of(source: str) -> Letter:
    """Read a letter once; the result is kept for the letters used last.

    Errors: ContentError when its Liquid is wrong, or puts something into the page that nobody could check.
    """
    precompile(source)
    aside = Aside(source)
    clean = aside.only_ours(_CLEANER.clean(_INLINER.inline(_page_of(aside.put_away(source), aside))))
    refuse_misplaced(clean, aside)
    text = aside.put_back(text_of(clean).replace("\n", _BREAK))
    page = aside.put_back(clean, "" if aside.plain else " | escape ")
    return Letter(precompile(page), precompile(text), bool(text), aside.plain)


def escaped(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same values with everything that means something in HTML written as it is read."""
    return type(values)({name: _escaped(value) for name, value in values.items()})  # type: ignore[call-arg,return-value]


def _escaped(value: Any) -> Any:
    if isinstance(value, str):
        return html.escape(value)
    if isinstance(value, Mapping):
        return escaped(value)
    return [_escaped(each) for each in value] if isinstance(value, list | tuple) else value


def _page_of(words: str, aside: Aside) -> str:
    """HTML as it was written, or plain words as HTML."""
    if not _IS_HTML.search(aside.words_of(words)):
        return _paragraphs(aside.only_ours(words))
    refuse_crowded(words)
    return words


def _paragraphs(words: str) -> str:
    """Plain words as HTML: blank lines part paragraphs, addresses become links."""
    blocks = [block.strip("\n") for block in re.split(r"\n[ \t]*\n", words) if block.strip()]
    return "".join(f"<p>{'<br>'.join(_linked(line) for line in block.split(chr(10)))}</p>" for block in blocks)


def _linked(line: str) -> str:
    """One line with what means something in HTML escaped, but for our own comments, and its addresses as links."""
    pieces, position = [], 0
    for found in re.finditer(rf"{_LINK.pattern}|<!--\w+-->", line):
        pieces.append(html.escape(line[position : found.start()]))
        shown = found[0]
        link = html.escape(shown)
        pieces.append(shown if shown.startswith("<!--") else f'<a href="{link}">{link}</a>')
        position = found.end()
    return "".join([*pieces, html.escape(line[position:])])
