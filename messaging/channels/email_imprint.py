"""Who stands behind a mail, and the lines at its end that the law wants: name, postal address, and the way out.

Source: 15 U.S.C. 7704(a)(3) and (5) (CAN-SPAM: a working opt-out and a valid postal address in every commercial mail);
        Directive 2000/31/EC, article 6; RFC 8058.
"""

import dataclasses
import functools
import html
import pathlib
import time
import tomllib
import uuid
from collections.abc import Mapping
from typing import Final

from accounts.models import Organization
from core.tenancy import require_organization_id

_WORDS: Final[Mapping[str, Mapping[str, str]]] = tomllib.loads(
    pathlib.Path(__file__).with_name("email_words.toml").read_text("utf-8")
)["languages"]
_KEPT_SECONDS: Final = 60


@dataclasses.dataclass(frozen=True, slots=True)
class Imprint:
    """What every mail of an organisation says of it."""

    name: str
    legal_name: str
    postal_address: str
    language: str

    def text_end(self, url: str, choose: str) -> str:
        """The last lines of the text part: with the way out, and the page where they choose."""
        words = words_of(self.language)
        why = words["why"].format(name=self.name)
        return f"\n\n-- \n{self.legal_name}\n{self.postal_address}\n{why}\n{words['choose']}: {choose}\n{words['leave']}: {url}"

    def html_end(self, url: str, choose: str) -> str:
        """The last lines of the HTML part."""
        words = words_of(self.language)
        lines = (self.legal_name, self.postal_address, words["why"].format(name=self.name))
        told = "<br>".join(html.escape(line) for line in lines)
        links = " · ".join(
            f'<a href="{html.escape(address)}" style="color:#5b6472">{html.escape(words[name])}</a>'
            for name, address in (("choose", choose), ("leave", url))
        )
        style = "margin-top:32px;border-top:1px solid #d5d9e0;padding-top:12px;font-size:13px;line-height:20px;color:#5b6472"
        return f'<div style="{style}">{told}<br>{links}</div>'


def imprint() -> Imprint:
    """The imprint of the organisation in scope, read at most once a minute."""
    return _imprint(require_organization_id(), int(time.monotonic()) // _KEPT_SECONDS)


@functools.lru_cache(maxsize=256)
def _imprint(organization_id: uuid.UUID, _minute: int) -> Imprint:
    return imprint_of(Organization.objects.current())


def imprint_of(organization: Organization) -> Imprint:
    """What an organisation's mails say of it."""
    return Imprint(
        organization.name,
        organization.legal_name or organization.name,
        organization.postal_address,
        organization.default_language,
    )


def words_of(language: str) -> Mapping[str, str]:
    """The words of a language, or English ones."""
    return _WORDS.get(language.partition("-")[0].lower(), _WORDS["en"])
