"""Proofs of consent taken apart and looked at, and days of the ledger brought under an anchor.

Everything here is called inside a `tenant_context` unless it takes only files.
"""

import io
import json
import pathlib
import uuid
import zipfile
from typing import Any

from accounts.contracts import SYSTEM
from consent.actions.anchoring import anchor_evidence
from consent.models import EvidenceAnchor, Point
from consent.proof.verify import Archive, Folder, check
from contacts.models import Contact, ContactPoint

NEVER = uuid.UUID(int=2**128 - 1)


def make_contact(*points: Point, first_name: str = "Mina") -> Contact:
    """A person with these addresses."""
    contact = Contact.objects.create(first_name=first_name)
    for point in points:
        ContactPoint.objects.create(contact=contact, point=point, label=point.kind)
    return contact


def anchor_everything(most_parts: int = 200) -> EvidenceAnchor | None:
    """Anchor all that is in the ledger, as if its day were over."""
    return anchor_evidence(actor=SYSTEM, before=NEVER, most_parts=most_parts)


def unpacked(body: bytes, folder: pathlib.Path) -> dict[str, bytes]:
    """The files of a proof, written into a folder as well."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        archive.extractall(folder)
        return {name: archive.read(name) for name in archive.namelist()}


def lines(file: bytes) -> list[Any]:
    """JSON lines as values."""
    return [json.loads(line) for line in file.splitlines()]


def problems_of(folder: pathlib.Path) -> list[str]:
    """What the verifier says about an unpacked proof."""
    return check(Folder(str(folder)))[0]


def problems_of_zip(body: bytes, folder: pathlib.Path) -> list[str]:
    """What the verifier says about a proof as it was downloaded."""
    path = folder / "proof.zip"
    path.write_bytes(body)
    return check(Archive(str(path)))[0]
