"""Where the Liquid of a letter may stand, so that the page is whole for everybody and no value says more than a word.

Read off the page as it is after cleaning, whose elements are closed and whose attributes are quoted: what a mail program sees.
"""

import html.parser
import pathlib
import re
import tomllib
from typing import Final

from messaging.channels.email_liquid import Aside
from messaging.content_rules import ContentError

_RULES: Final = tomllib.loads(pathlib.Path(__file__).with_name("email_html.toml").read_text("utf-8"))
_MOST_TAGS: Final[int] = _RULES["most_tags"]
_ATTRIBUTES: Final = frozenset(_RULES["liquid"]["attributes"].split())
_NOT_FOLLOWED: Final = frozenset(f"{_RULES['liquid']['void']} {_RULES['liquid']['come_and_go']}".split())
_TAG_BEGINS: Final = re.compile("<[A-Za-z]")
_BEGIN: Final = frozenset({"if", "unless", "case", "for", "comment"})
#: as far as it says where a link leads: scheme and site, or the address or number itself
_OWN_BEGINNING: Final = re.compile(r"https?://[^/?#\s\\]+(?=[/?#]|\Z)|mailto:[^?\s]+|tel:[^\s]+|#", re.IGNORECASE)


def refuse_crowded(page: str) -> None:
    """Errors: ContentError when the page has more tags than a letter needs, and so could nest deeper than can be read."""
    if len(_TAG_BEGINS.findall(page)) > _MOST_TAGS:
        raise ContentError(f"The letter has more than {_MOST_TAGS:,} tags.", "Make its layout simpler.")


def refuse_misplaced(page: str, aside: Aside) -> None:
    """Hold a clean page, its Liquid set aside, against the rules of where Liquid stands.

    A link says itself where it leads. A condition or loop begins, turns and ends among the children of one element, or within
    the value of one attribute: so whatever is left out or repeated, every element is closed.

    Errors: ContentError with the remedy.
    """
    reader = _Reader(aside)
    reader.feed(page)
    reader.close()


class _Reader(html.parser.HTMLParser):
    """Follows elements and blocks; both are known by the number of the place they are in."""

    def __init__(self, aside: Aside) -> None:
        super().__init__(convert_charrefs=True)
        self._aside = aside
        self._places = 0
        self._elements = [0]
        self._blocks: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            self._read_attribute(name, value or "")
        if tag not in _NOT_FOLLOWED:
            self._elements.append(self._new_place())

    def handle_endtag(self, tag: str) -> None:
        if tag not in _NOT_FOLLOWED:
            self._elements.pop()

    def handle_data(self, data: str) -> None:
        self._follow(data, self._elements[-1])

    def handle_comment(self, data: str) -> None:
        self._follow(data, self._elements[-1])

    def _read_attribute(self, name: str, value: str) -> None:
        if name in ("href", "src"):
            self._refuse_foreign(value)
        if name not in _ATTRIBUTES and self._aside.holds_liquid(value):
            places = ", ".join(sorted(_ATTRIBUTES))
            raise ContentError(
                f"A {name} of the letter holds a variable or a condition.", f"They may stand in {places}."
            )
        self._follow(value, self._new_place())

    def _refuse_foreign(self, address: str) -> None:
        found = _OWN_BEGINNING.match(address)
        if found is None or self._aside.holds_liquid(found[0]):
            raise ContentError(
                "A link or picture of the letter does not begin with its own address.",
                "Begin it with https:// and the name of the site; a variable may stand after that.",
            )

    def _follow(self, text: str, place: int) -> None:
        """Let the blocks that begin, turn and end in this text at this place do so."""
        for name in self._aside.tags_in(text):
            inside, began = self._blocks[-1] if self._blocks else ("", place)
            if inside == "comment" and name != "endcomment":
                continue
            if name in _BEGIN:
                self._blocks.append((name, place))
            elif name in ("break", "continue"):
                self._demand_same(place, next((at for block, at in reversed(self._blocks) if block == "for"), place))
            elif name != "assign":
                self._demand_same(place, began)
                if name.startswith("end") and self._blocks:
                    self._blocks.pop()

    def _demand_same(self, place: int, began: int) -> None:
        if place != began:
            raise ContentError(
                "A condition or loop begins in one element and goes on in another.",
                "Put all its tags inside the same element, or all outside.",
            )

    def _new_place(self) -> int:
        self._places += 1
        return self._places
