"""The arithmetic of the audit chain, in Python: what a link's hash must be, and anchors that prove a chain's length.

It repeats what the database's trigger computes without asking the database, so a changed function there is found too.
"""

import base64
import dataclasses
import datetime
import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_SEPARATOR = "\x1f"
GENESIS = b""


@dataclasses.dataclass(frozen=True, slots=True)
class Link:
    """One audit row as it is stored; `data` is the text PostgreSQL writes for its JSON."""

    organization_id: uuid.UUID
    sequence: int
    at: datetime.datetime
    actor_kind: str
    actor_id: uuid.UUID | None
    action: str
    object_kind: str
    object_id: uuid.UUID | None
    address: str
    agent: str
    request_id: uuid.UUID | None
    data: str
    previous: bytes
    hash: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ends: the number and the hash of its newest link."""

    sequence: int
    hash: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class Anchor:
    """What was true of all chains at one moment, signed with a key that the database does not have.

    `heads` holds the heads that moved since the anchor before; `root` covers all of them.
    """

    at: str
    previous: str
    heads: Mapping[str, tuple[int, str]]
    root: str
    signature: str


class AnchorBroken(Exception):
    """A line of the anchor file is not what was written; the text says which and why."""


def link_hash(link: Link) -> bytes:
    """What the hash of a link must be: SHA-256 over the hash before it and the row's columns."""
    parts = [
        str(link.organization_id),
        str(link.sequence),
        link.at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f"),
        link.actor_kind,
        str(link.actor_id or ""),
        link.action,
        link.object_kind,
        str(link.object_id or ""),
        link.address,
        link.agent,
        str(link.request_id or ""),
        link.data,
    ]
    return hashlib.sha256(link.previous + _SEPARATOR.join(parts).encode()).digest()


def check_chain(links: Iterable[Link], head: Head | None, anchored: Mapping[int, str]) -> tuple[int, str]:
    """Walk one organisation's chain from its first link.

    Shape: `anchored` maps a sequence to the hash (hex) that an anchor saw there.
    Returns the number of links and what is wrong with the first broken one; an empty text when the chain is whole.
    """
    sequence, before = 0, GENESIS
    for link in links:
        sequence += 1
        fault = _fault_of(link, sequence, before, anchored.get(sequence))
        if fault:
            return sequence, f"link {sequence}: {fault}"
        before = link.hash
    if head != Head(sequence, before) and (sequence or head is not None):
        found = head.sequence if head else "missing"
        return sequence, f"link {sequence + 1}: the chain ends before it, but the head is {found}"
    missing = min((number for number in anchored if number > sequence), default=None)
    if missing is not None:
        return sequence, f"link {sequence + 1}: the chain ends before it, but an anchor saw link {missing}"
    return sequence, ""


def _fault_of(link: Link, sequence: int, before: bytes, anchored: str | None) -> str:
    if link.sequence != sequence:
        return f"missing; the next one there is {link.sequence}"
    if link.previous != before:
        return "does not follow the link before it"
    if link.hash != link_hash(link):
        return "was changed after it was written"
    if anchored is not None and link.hash.hex() != anchored:
        return "is not the one that an anchor saw"
    return ""


# ── anchors ──


def merkle_root(heads: Mapping[str, tuple[int, str]]) -> str:
    """One hash over all heads (hex): leaves by organisation, pairs hashed together, an odd one goes up alone."""
    level = [
        hashlib.sha256(f"\x00{organization}{_SEPARATOR}{sequence}{_SEPARATOR}{value}".encode()).digest()
        for organization, (sequence, value) in sorted(heads.items())
    ]
    while len(level) > 1:
        pairs = [level[index : index + 2] for index in range(0, len(level), 2)]
        level = [hashlib.sha256(b"\x01" + b"".join(pair)).digest() if len(pair) == 2 else pair[0] for pair in pairs]
    return level[0].hex() if level else hashlib.sha256(b"\x00").hexdigest()


def make_anchor(
    key: bytes, at: datetime.datetime, former: list[Anchor], heads: Mapping[str, tuple[int, str]]
) -> Anchor:
    """Sign where all chains end now, on top of the anchors before."""
    known = heads_at_the_end(former)
    moved = {name: head for name, head in heads.items() if known.get(name) != head}
    previous = _digest(former[-1]) if former else ""
    draft = Anchor(at.isoformat(), previous, moved, merkle_root(known | dict(heads)), "")
    signature = Ed25519PrivateKey.from_private_bytes(key).sign(_signed_text(draft))
    return dataclasses.replace(draft, signature=base64.b64encode(signature).decode())


def check_anchors(key: bytes, anchors: list[Anchor]) -> None:
    """Check every signature, that each line follows the one before, and that its root covers all heads so far.

    Errors: AnchorBroken, naming the line.
    """
    public, before = Ed25519PrivateKey.from_private_bytes(key).public_key(), ""
    heads: dict[str, tuple[int, str]] = {}
    for number, anchor in enumerate(anchors, start=1):
        try:
            public.verify(base64.b64decode(anchor.signature), _signed_text(anchor))
        except (InvalidSignature, ValueError):
            raise AnchorBroken(f"anchor {number}: the signature is not ours") from None
        heads |= anchor.heads
        if anchor.previous != before:
            raise AnchorBroken(f"anchor {number}: does not follow the one before it")
        if anchor.root != merkle_root(heads):
            raise AnchorBroken(f"anchor {number}: its root does not cover the heads")
        before = _digest(anchor)


def heads_at_the_end(anchors: list[Anchor]) -> dict[str, tuple[int, str]]:
    """Organisation → the newest head that an anchor saw."""
    heads: dict[str, tuple[int, str]] = {}
    for anchor in anchors:
        heads |= anchor.heads
    return heads


def write_anchor(anchor: Anchor) -> str:
    """An anchor as one line of text."""
    return json.dumps(dataclasses.asdict(anchor), sort_keys=True, separators=(",", ":"))


def read_anchor(line: str) -> Anchor:
    """The anchor of one line. Errors: AnchorBroken when it is not one."""
    try:
        fields: dict[str, Any] = json.loads(line)
        heads = {str(name): (int(head[0]), str(head[1])) for name, head in fields.pop("heads").items()}
        return Anchor(heads=heads, **fields)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        raise AnchorBroken("a line of the anchor file is not an anchor") from None


def _signed_text(anchor: Anchor) -> bytes:
    return write_anchor(dataclasses.replace(anchor, signature="")).encode()


def _digest(anchor: Anchor) -> str:
    return hashlib.sha256(write_anchor(anchor).encode()).hexdigest()
