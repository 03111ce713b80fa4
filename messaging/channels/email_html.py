"""From what somebody wrote to what a mail program may show: styles inlined, only harmless HTML kept, a text made beside it.

A letter is HTML, or plain words that become paragraphs. Its Liquid is set aside before anything reads the HTML and put back
into both results, so a loop around table rows stays where it was. Whatever Liquid prints into the page is escaped.
"""

import dataclasses
import functools
import hashlib
import html
import pathlib
import re
import tomllib
from collections.abc import Mapping
from typing import Any, Final

import css_inline
import nh3

from messaging.channels.email_text import text_of
from messaging.content import Compiled, precompile
from messaging.content_rules import ContentError

_MARKUP: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_EMPTY_LINES: Final = re.compile(r"\n(?:[ \t]*\n){2,}")
_PLAIN: Final = re.compile(r"\{\{\s*[\w.]+\s*\}\}")
_OUTPUT_END: Final = re.compile(r"(-?\}\})\Z")
_IS_HTML: Final = re.compile(r"<(?:[A-Za-z/!?])")
_COMMENT: Final = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_LINK: Final = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")
_ADDRESS: Final = re.compile(r"""\s(?:href|src)="([^"]*)\"""")
#: as far as it says where a link leads: scheme and site, or the address or number itself
_OWN_BEGINNING: Final = re.compile(r"https?://[^/?#\s\\]+(?=[/?#]|\Z)|mailto:[^?\s]+|tel:[^\s]+|#", re.IGNORECASE)

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
        return page, _EMPTY_LINES.sub("\n\n", self.text.render(values))


@functools.lru_cache(maxsize=128)
def letter_of(source: str) -> Letter:
    """Read a letter once; the result is kept for the letters used last.

    Errors: ContentError when its Liquid is wrong, or puts something into the page that nobody could check.
    """
    precompile(source)
    aside = _Aside(source)
    words = aside.put_away(source)
    page = words if _IS_HTML.search(words) else _paragraphs(words)
    clean = aside.only_ours(_CLEANER.clean(_INLINER.inline(page)))
    _refuse_foreign_links(clean, aside)
    text = aside.put_back(text_of(clean))
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


class _Aside:
    """The Liquid of one letter, set aside: a word in its place inside a tag, a comment between tags."""

    def __init__(self, source: str) -> None:
        self._word = "q" + hashlib.sha256(source.encode()).hexdigest()[:12] + "x"
        self._kept: list[str] = []
        self._found = re.compile(rf"<!--{self._word}(\d+)z-->|{self._word}(\d+)z")

    def put_away(self, source: str) -> str:
        """The letter without its Liquid, and without comments: mail programs read some of those as HTML."""
        pieces, position = [], 0
        bare = _COMMENT.sub("", source)
        for markup in _MARKUP.finditer(bare):
            pieces.append(bare[position : markup.start()])
            pieces.append(self._keep(markup[0], "".join(pieces)))
            position = markup.end()
        return "".join([*pieces, bare[position:]])

    def _keep(self, markup: str, before: str) -> str:
        self._kept.append(markup)
        word = f"{self._word}{len(self._kept) - 1}z"
        inside_a_tag = before.rfind("<") > before.rfind(">")
        return word if inside_a_tag or markup.startswith("{{") else f"<!--{word}-->"

    def only_ours(self, clean: str) -> str:
        """The cleaned page without every comment that is not one of ours."""
        return _COMMENT.sub(lambda comment: comment[0] if self._found.fullmatch(comment[0]) else "", clean)

    def holds_liquid(self, text: str) -> bool:
        """Whether something was set aside inside this text."""
        return self._found.search(text) is not None

    @property
    def plain(self) -> bool:
        """Whether the letter does no more than print values as they are."""
        return all(_PLAIN.fullmatch(markup) for markup in self._kept)

    def put_back(self, text: str, ending: str = "") -> str:
        """The text with its Liquid in its places; what prints ends with one more filter where one is given."""
        return self._found.sub(lambda word: _OUTPUT_END.sub(rf"{ending}\1", self._kept[int(word[1] or word[2])]), text)


def _refuse_foreign_links(page: str, aside: "_Aside") -> None:
    """Where a link leads is written in the letter itself; a variable may only stand behind the name of the site."""
    for address in _ADDRESS.findall(page):
        found = _OWN_BEGINNING.match(html.unescape(address))
        if found is None or aside.holds_liquid(found[0]):
            raise ContentError(
                "A link or picture of the letter does not begin with its own address.",
                "Begin it with https:// and the name of the site; a variable may stand after that.",
            )


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
