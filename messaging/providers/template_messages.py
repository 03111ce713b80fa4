"""Templates that a network approves: what a provider is given, what it tells about them. Pure: no Django, no network."""

import dataclasses
import datetime
from collections.abc import Sequence
from typing import Literal, Protocol, runtime_checkable

from messaging.contracts import Unknown
from messaging.providers.protocol import ProviderError

TemplateState = Literal["submitted", "approved", "rejected", "paused", "disabled", "gone"]
Quality = Literal["", "green", "yellow", "red"]


@dataclasses.dataclass(frozen=True, slots=True)
class DraftButton:
    """A button of a template: quick_reply, url, phone_number or copy_code. `sample` fills the variable of an address."""

    kind: str
    title: str
    value: str = ""
    sample: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class DraftTemplate:
    """A template on its way to be reviewed. `samples` by variable, for header and body; variables have names or numbers."""

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
