"""The Liquid of one letter, set aside while its HTML is read: a word in its place inside a tag, a comment between tags."""

import hashlib
import re
from typing import Final

from messaging.content_rules import ContentError

_MARKUP: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_PLAIN: Final = re.compile(r"\{\{\s*[\w.]+\s*\}\}")
_OUTPUT_END: Final = re.compile(r"(-?\}\})\Z")
_TAG_NAME: Final = re.compile(r"\{%[-\s]*(\w+)")
_COMMENT: Final = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
#: stands where a comment stood until the HTML was read, so that what it parted does not come together unseen
_REMOVED: Final = "<!---->"


class Aside:
    """What was set aside of one letter, and the way back."""

    def __init__(self, source: str) -> None:
        self._word = "q" + hashlib.sha256(source.encode()).hexdigest()[:12] + "x"
        self._kept: list[str] = []
        self._found = re.compile(rf"<!--{self._word}(\d+)z-->|{self._word}(\d+)z")

    def put_away(self, source: str) -> str:
        """The letter without its Liquid, and without the words of comments: mail programs read some of those as HTML."""
        pieces, position = [], 0
        bare = _COMMENT.sub(_REMOVED, source)
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

    def only_ours(self, text: str) -> str:
        """The text without every comment that is not one of ours."""
        return _COMMENT.sub(lambda comment: comment[0] if self._found.fullmatch(comment[0]) else "", text)

    def words_of(self, text: str) -> str:
        """The text without comments and without anything set aside."""
        return self._found.sub("", self.only_ours(text))

    def holds_liquid(self, text: str) -> bool:
        """Whether something was set aside inside this text."""
        return self._found.search(text) is not None

    def tags_in(self, text: str) -> list[str]:
        """The names of the tags set aside inside this text, in their order: if, endif, for; variables are none."""
        names = (_TAG_NAME.match(self._markup(word)) for word in self._found.finditer(text))
        return [name[1] for name in names if name]

    @property
    def plain(self) -> bool:
        """Whether the letter does no more than print values as they are."""
        return all(_PLAIN.fullmatch(markup) for markup in self._kept)

    def put_back(self, text: str, ending: str = "") -> str:
        """The text with its Liquid in its places; what prints ends with one more filter where one is given.

        Errors: ContentError when there would be any Liquid beside what was set aside: braces that were written in pieces or
                as entities, and only came together when the HTML was read.
        """
        put: list[str] = []

        def back(word: re.Match[str]) -> str:
            put.append(_OUTPUT_END.sub(rf"{ending}\1", self._markup(word)))
            return put[-1]

        whole = self._found.sub(back, text)
        if _MARKUP.findall(whole) != put:
            raise ContentError(
                "There are braces in pieces or as entities.", "Write variables as {{ contact.first_name }}."
            )
        return whole

    def _markup(self, word: re.Match[str]) -> str:
        return self._kept[int(word[1] or word[2])]
