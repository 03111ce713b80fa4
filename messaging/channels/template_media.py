"""What may stand at the head of a template: known by what is in it, never by its name or what the browser calls it.

Source: the first bytes of JPEG (ISO/IEC 10918-1), PNG (RFC 2083), MP4 (ISO/IEC 14496-12) and PDF (ISO 32000-1).
"""

import dataclasses
from typing import Final

from accounts.contracts import Refused
from messaging.channels.whatsapp_rules import MediaKind, whatsapp_rules

_FIELD: Final = "header_file"
_MEGABYTE: Final = 1_000_000


@dataclasses.dataclass(frozen=True, slots=True)
class Picture:
    """A file that may stand at a head. Shape: `kind` is image, video or document."""

    kind: str
    content_type: str
    raw: bytes = dataclasses.field(repr=False)


def read_picture(raw: bytes, kind: str = "") -> Picture:
    """An uploaded file as what it is. Shape: `kind` when only that will do.

    Errors: Refused for an empty file, one of no kind or another kind, one that is too large.
    """
    if not raw:
        raise Refused("This file is empty.", field=_FIELD, remedy="Choose another file.")
    content_type = type_of(raw)
    found = next((one for one in whatsapp_rules().media.values() if content_type in one.types), None)
    if found is None or kind not in ("", found.kind):
        wanted = [one for one in whatsapp_rules().media.values() if kind in ("", one.kind)]
        raise Refused("This file is of another kind.", field=_FIELD, remedy=f"Choose {_takes(wanted)}.")
    refuse_size(len(raw), found)
    return Picture(found.kind, content_type, raw)


def refuse_size(size: int, kind: MediaKind) -> None:
    """Errors: Refused for a file larger than its kind may be."""
    if size > kind.most_bytes:
        most, larger = kind.most_bytes // _MEGABYTE, "Save it smaller."
        if kind.metas_most_bytes > kind.most_bytes:
            larger = "Save it smaller, or give its web address in each campaign."
        raise Refused(f"The {kind.label.lower()} is larger than {most} MB.", field=_FIELD, remedy=larger)


def type_of(raw: bytes) -> str:
    """What a file is, by its first bytes; empty for everything else."""
    if raw.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if raw.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if raw[4:8] == b"ftyp" and raw[8:12] in _MP4_BRANDS:
        return "video/mp4"
    return "application/pdf" if raw.startswith(b"%PDF-") else ""


#: the brands by which files with the film formats WhatsApp plays call themselves
_MP4_BRANDS: Final = frozenset(
    {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"dash", b"M4V "}
)


def _takes(kinds: list[MediaKind]) -> str:
    """The kinds of files in words."""
    names = [name.partition("/")[2].upper() for kind in kinds for name in kind.types]
    return f"a {', '.join(names[:-1])} or {names[-1]} file" if len(names) > 1 else f"a {names[0]} file"
