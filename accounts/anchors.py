"""The anchor file: signed lines outside the database that say where every audit chain ended, and when."""

import base64
import os
import pathlib
from collections.abc import Iterator

from django.db import connection

from accounts.chain import Anchor, Head, Link, read_anchor


class AnchorSettingMissing(Exception):
    """AUDIT_ANCHOR_KEY or AUDIT_ANCHOR_FILE is absent or malformed; the text says how to set it."""


def anchor_file() -> pathlib.Path | None:
    """Where anchors are appended (AUDIT_ANCHOR_FILE), or None when this installation keeps none."""
    path = os.environ.get("AUDIT_ANCHOR_FILE", "")
    return pathlib.Path(path) if path else None


def anchor_key() -> bytes:
    """The 32 bytes of the signing key, from AUDIT_ANCHOR_KEY or the file that AUDIT_ANCHOR_KEY_FILE names.

    Errors: AnchorSettingMissing.
    """
    path = os.environ.get("AUDIT_ANCHOR_KEY_FILE", "")
    text = pathlib.Path(path).read_text() if path else os.environ.get("AUDIT_ANCHOR_KEY", "")
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise AnchorSettingMissing(
            "AUDIT_ANCHOR_KEY must be 32 bytes in base64, for example $(head -c 32 /dev/urandom | base64)."
            " Keep it where the database is not."
        )
    return key


def read_anchors(path: pathlib.Path | None) -> list[Anchor]:
    """All anchors of the file, oldest first; none when there is no file yet. Errors: AnchorBroken."""
    if path is None or not path.exists():
        return []
    return [read_anchor(line) for line in path.read_text().splitlines() if line.strip()]


def append_line(path: pathlib.Path, line: str) -> None:
    """Add one line and make the disk keep it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())


# ── what the operator's database role may see of every organisation ──


def all_heads() -> dict[str, Head]:
    """Organisation → head of its chain, of every organisation. One query, as the operator role."""
    with connection.cursor() as cursor:
        cursor.execute("select organization_id::text, sequence, hash from accounts_audithead")
        return {name: Head(sequence, bytes(value)) for name, sequence, value in cursor.fetchall()}


def all_organizations() -> list[str]:
    """Every organisation that has links or a head. One query, as the operator role."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select organization_id::text from accounts_auditevent union"
            " select organization_id::text from accounts_audithead order by 1"
        )
        return [name for (name,) in cursor.fetchall()]


def links_of(organization_id: str) -> Iterator[Link]:
    """One organisation's links in order, a thousand at a time, as the operator role."""
    after = -1
    while rows := _links_after(organization_id, after):
        yield from rows
        after = rows[-1].sequence


def _links_after(organization_id: str, sequence: int) -> list[Link]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select organization_id, sequence, at, actor_kind, actor_id, action, object_kind, object_id, address, agent,"
            " request_id, data::text, previous, hash from accounts_auditevent"
            " where organization_id = %s and sequence > %s order by sequence limit 1000",
            [organization_id, sequence],
        )
        return [Link(*row[:-2], *map(bytes, row[-2:])) for row in cursor.fetchall()]
