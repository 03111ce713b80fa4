"""What may be filed with an agreement, and reading it: known by its own first bytes, whatever its name says."""

import dataclasses
import uuid
from collections.abc import Mapping
from typing import Any, Final

from consent.models import Attachment
from core import vault
from core.tenancy import require_organization_id

LARGEST_BYTES: Final = 5 * 1024 * 1024
_TABLE, _COLUMN = "consent_attachment", "content_sealed"
#: content type → what people call it, and how its file is named
KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "application/pdf": ("PDF", "pdf"),
    "image/png": ("Picture", "png"),
    "image/jpeg": ("Picture", "jpg"),
    "audio/mpeg": ("Recording", "mp3"),
    "audio/wav": ("Recording", "wav"),
}
PICTURES: Final = ("image/png", "image/jpeg")


@dataclasses.dataclass(frozen=True, slots=True)
class Filed:
    """An attachment as pages show it."""

    id: uuid.UUID
    event_id: uuid.UUID | None
    kind: str
    label: str
    size: int
    sha256: str
    is_picture: bool


def kind_of(content: bytes) -> str:
    """The content type by the file's own first bytes; empty for everything that is not taken."""
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"RIFF") and content[8:12] == b"WAVE":
        return "audio/wav"
    if content.startswith((b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")):
        return "audio/mpeg"
    return ""


def attachment_of(event_id: uuid.UUID) -> Filed | None:
    """What was filed with an event, without its content. One query."""
    row = Attachment.objects.filter(event_id=event_id).defer("content_sealed").first()
    return filed(row) if row is not None else None


def filed(row: Attachment) -> Filed:
    """An attachment in words."""
    label = KINDS[row.kind][0] if row.kind in KINDS else "File"
    return Filed(row.id, row.event_id, row.kind, label, row.size, bytes(row.sha256).hex(), row.kind in PICTURES)


def attachment_content(row: Attachment) -> bytes:
    """The file itself, opened."""
    return vault.unseal(require_organization_id(), _TABLE, _COLUMN, row.id, row.content_sealed)


def attachment_name(row: Attachment) -> str:
    """How the file is named outside: after its event, because the name it came with may name a person."""
    return f"{row.event_id}.{KINDS[row.kind][1] if row.kind in KINDS else 'bin'}"


def evidence_of(row: Attachment) -> dict[str, Any]:
    """How the evidence of an event names its attachment, so that no other file can take its place."""
    return {"id": str(row.id), "kind": row.kind, "size": row.size, "sha256": bytes(row.sha256).hex()}
