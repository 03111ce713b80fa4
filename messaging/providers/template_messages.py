"""Templates that a network approves: what a provider is given, what it tells about them. Pure: no Django, no network."""

import dataclasses
import datetime
from collections.abc import Sequence
from typing import Literal, Protocol, runtime_checkable

from messaging.contracts import Unknown
from messaging.providers.protocol import ProviderError

TemplateState = Literal["submitted", "appealed", "approved", "rejected", "paused", "disabled", "gone"]
Quality = Literal["", "green", "yellow", "red"]


@dataclasses.dataclass(frozen=True, slots=True)
class DraftButton:
    """A button of a template: quick_reply, url, phone_number, copy_code or flow. `sample` fills the variable of an address.

    Shape: `value` of a flow is its id, `screen` the one it opens with.
    """

    kind: str
    title: str
    value: str = ""
    sample: str = ""
    screen: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class DraftMedia:
    """What stands at a head: image, video or document.

    Shape: `raw` is the file a review looks at; empty where only the network has it.
    """

    kind: str
    content_type: str = ""
    raw: bytes = dataclasses.field(default=b"", repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class DraftCard:
    """One card of a template, with samples by variable."""

    media: DraftMedia
    body: str = ""
    buttons: tuple[DraftButton, ...] = ()
    body_samples: tuple[tuple[str, str], ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class DraftCode:
    """A code somebody asked for: copy_code or one_tap. Units: `minutes` it is good for, nought for no word about it."""

    kind: str = "copy_code"
    security: bool = False
    minutes: int = 0
    words: str = ""
    fill_words: str = ""
    app: str = ""
    signature: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class DraftTemplate:
    """A template on its way to be reviewed. `samples` by variable, for header and body; variables have names or numbers.

    Shape: of one with a `code` the network writes body, footer and button itself.
    """

    name: str
    language: str
    category: str
    body: str
    header: str = ""
    footer: str = ""
    buttons: tuple[DraftButton, ...] = ()
    header_samples: tuple[tuple[str, str], ...] = ()
    body_samples: tuple[tuple[str, str], ...] = ()
    named: bool = False
    media: DraftMedia | None = None
    cards: tuple[DraftCard, ...] = ()
    code: DraftCode | None = None

    @property
    def files(self) -> tuple[DraftMedia, ...]:
        """What a review looks at, in reading order."""
        heads = [self.media, *(card.media for card in self.cards)]
        return tuple(head for head in heads if head is not None)


@dataclasses.dataclass(frozen=True, slots=True)
class Submitted:
    """What the network said to a template it took."""

    provider_template_id: str
    state: TemplateState
    category: str


@dataclasses.dataclass(frozen=True, slots=True)
class ListedTemplate:
    """A template as the network keeps it. `unfit` says what of it we cannot fill, in a few words."""

    provider_template_id: str
    draft: DraftTemplate
    state: TemplateState
    quality: Quality = ""
    reason: str = ""
    unfit: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class TemplateNews(Unknown):
    """Something that happened to a template. What it does not tell stays as it was; `occurred_at` orders news.

    A reader that knows no templates keeps it like anything unknown.
    """

    provider_template_id: str = ""
    name: str = ""
    language: str = ""
    occurred_at: datetime.datetime | None = None
    state: TemplateState | None = None
    reason: str = ""
    advice: str = ""
    quality: Quality | None = None
    #: the network warns that people do not like it; False takes such a warning back
    flagged: bool | None = None
    category: str = ""
    next_category: str = ""
    next_category_at: datetime.datetime | None = None


class TemplateRefused(ProviderError):
    """The network did not take a template. `field` is what is wrong, `remedy` what to do about it."""

    def __init__(self, problem: str, code: str, field: str = "", remedy: str = "") -> None:
        super().__init__(problem, code)
        self.field = field
        self.remedy = remedy


@runtime_checkable
class ManagesTemplates(Protocol):
    """A provider whose network approves templates."""

    async def submit_template(self, draft: DraftTemplate, provider_template_id: str = "") -> Submitted:
        """Hand a template over for review, a new one or one that changed.

        Errors: TemplateRefused names the field; else those of every call.
        """
        ...

    async def list_templates(self) -> Sequence[ListedTemplate]:
        """All templates of the account. Errors: Unavailable when the list could not be read whole."""
        ...

    async def delete_template(self, name: str, provider_template_id: str) -> None:
        """Delete one template in one language. Errors: those of every call."""
        ...
