"""The businesses of the WhatsApp half, their templates and pictures, kept in a file for the next start."""

import dataclasses
import json
import pathlib
from collections.abc import Iterator
from typing import Any

_DIGITS = 15


@dataclasses.dataclass(slots=True)
class Business:
    """One WhatsApp business account with one phone number. `webhook_url` is empty until somebody has proven the address."""

    id: str
    phone_number_id: str
    display_number: str
    access_token: str
    app_secret: str
    verify_token: str = ""
    webhook_url: str = ""

    @property
    def authorization(self) -> str:
        """The header a client must send."""
        return f"Bearer {self.access_token}"


@dataclasses.dataclass(slots=True)
class ChatTemplate:
    """A message template as Meta keeps it. `moment` is when it was written, in seconds of business time."""

    id: str
    business: str
    name: str
    language: str
    category: str
    components: list[dict[str, Any]]
    parameter_format: str = "POSITIONAL"
    status: str = "PENDING"
    quality: str = "UNKNOWN"
    reason: str = "NONE"
    moment: float = 0.0
    #: when it was changed while it was approved, in seconds of business time
    changes: list[float] = dataclasses.field(default_factory=list)

    def part(self, kind: str) -> dict[str, Any]:
        """One component, empty when the template has none of that kind."""
        return next((one for one in self.components if str(one.get("type", "")).upper() == kind), {})

    def as_json(self) -> dict[str, Any]:
        """The template as the API lists it."""
        return {
            "id": self.id,
            "name": self.name,
            "language": self.language,
            "category": self.category,
            "status": self.status,
            "parameter_format": self.parameter_format,
            "components": self.components,
            "quality_score": {"score": self.quality},
            "rejected_reason": self.reason,
        }


class BadBusiness(Exception):
    """A business was described with a field that cannot be."""


class Store:
    """Businesses by id, phone number and token; templates by id; media by id, in memory only."""

    def __init__(self, file: pathlib.Path, default: Business) -> None:
        self._file = file
        self.default = default
        self._businesses = {default.id: default}
        self._templates: dict[str, ChatTemplate] = {}
        self.media: dict[str, tuple[str, bytes]] = {}
        #: uploads for reviews by session, as type and length announced; those that are whole, by handle
        self.sessions: dict[str, tuple[str, int]] = {}
        self.handles: set[str] = set()
        #: what was fetched from an address, by it: the id of the medium
        self.fetched: dict[str, str] = {}
        kept = json.loads(file.read_text()) if file.exists() else {"businesses": [], "templates": []}
        self._businesses |= {row["id"]: Business(**row) for row in kept["businesses"]}
        self._templates |= {row["id"]: ChatTemplate(**row) for row in kept["templates"]}
        self._last = max((int(one) for one in self._templates), default=500_000_000_000_000)

    def put(self, business: Business) -> None:
        """Add a business, or replace the one with the same id."""
        for name in ("id", "phone_number_id"):
            value = getattr(business, name)
            if not isinstance(value, str) or not value.isdecimal() or not 5 <= len(value) <= 32:
                raise BadBusiness(f"{name}: give 5 to 32 digits")
        for name in ("display_number", "access_token", "app_secret", "verify_token", "webhook_url"):
            if not isinstance(getattr(business, name), str):
                raise BadBusiness(f"{name}: give a text")
        if not business.access_token or not business.app_secret:
            raise BadBusiness("access_token, app_secret: give secrets that are not empty")
        owner = self.of_phone(business.phone_number_id)
        if owner is not None and owner.id != business.id:
            raise BadBusiness("phone_number_id: another business has it; give one of your own")
        self._businesses[business.id] = business
        self.keep()

    def keep(self) -> None:
        """Write down businesses and templates."""
        kept = {
            "businesses": [dataclasses.asdict(business) for business in self._businesses.values()],
            "templates": [dataclasses.asdict(template) for template in self._templates.values()],
        }
        draft = self._file.with_suffix(".draft")
        draft.write_text(json.dumps(kept, indent=1))
        draft.replace(self._file)

    def get(self, business_id: str) -> Business | None:
        """The business with this id."""
        return self._businesses.get(business_id)

    def of_phone(self, phone_number_id: str) -> Business | None:
        """The business that has this phone number id."""
        return next((one for one in self._businesses.values() if one.phone_number_id == phone_number_id), None)

    def new_id(self) -> str:
        """An id as Meta writes them: fifteen digits."""
        self._last += 1
        return str(self._last).zfill(_DIGITS)

    def add(self, template: ChatTemplate) -> None:
        """Keep a template, or what changed of it."""
        self._templates[template.id] = template
        self.keep()

    def remove(self, template: ChatTemplate) -> None:
        """Delete a template."""
        self._templates.pop(template.id, None)
        self.keep()

    def template(self, template_id: str) -> ChatTemplate | None:
        """The template with this id."""
        return self._templates.get(template_id)

    def templates(self, business_id: str, name: str = "") -> Iterator[ChatTemplate]:
        """The templates of a business, newest first; of one name when it is given."""
        found = reversed(self._templates.values())
        return (one for one in found if one.business == business_id and name in ("", one.name))

    def named(self, business_id: str, name: str, language: str) -> ChatTemplate | None:
        """A template by its name and language."""
        wanted = language.replace("-", "_")
        return next((one for one in self.templates(business_id, name) if one.language == wanted), None)

    def forget(self) -> None:
        """Drop templates and media; businesses stay, as accounts do."""
        self._templates.clear()
        self.media.clear()
        self.sessions.clear()
        self.handles.clear()
        self.fetched.clear()
        self.keep()
