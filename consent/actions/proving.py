"""Making a proof of consent: everything held about some addresses in one signed zip that is checked without us (C35)."""

import contextlib
import dataclasses
import pathlib
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO, Any, Final

from django.conf import settings
from django.urls import reverse

from accounts.actions.audit import record_audit
from accounts.actions.signing_keys import public_keys, signing_key
from accounts.contracts import Actor
from accounts.models import Organization
from consent.models import Attachment, Point
from consent.proof.archive import ProofArchive, held, pieces_of
from consent.proof.facts import canonical, moment_text
from consent.selectors.attachments import attachment_content, attachment_name
from consent.selectors.proof import (
    Entry,
    LedgerOfPoints,
    protections_of,
    purpose_names,
    wordings_as_shown,
)
from consent.selectors.proof_page import ProofPage
from core import clock

_FOLDER: Final = "attachments"
_README: Final = pathlib.Path(__file__).parent.parent / "proof" / "readme.txt"


@dataclasses.dataclass(frozen=True, slots=True)
class Proof:
    """A proof that was made: the zip at its beginning, and how much is in it. Whoever answers with the file closes it."""

    file: IO[bytes]
    events: int
    messages: int
    key_id: str


def make_proof(
    *, actor: Actor, points: Sequence[Point], messages: Iterable[Mapping[str, Any]], on: tuple[str, uuid.UUID]
) -> Proof:
    """Everything held about these addresses as a signed zip: page, events, words, messages, protections, anchors, verifier.

    Shape:   `messages` are lines that the app above tells about what rested on the consent, opened only as far as the actor
             may read them; `on` is whom the audit trail says the proof is about.
    Effects: one line of the audit trail with counts, never an address; the platform's first signing key where it has none.
    Errors:  NotAllowed without the right to see addresses and the right to download.
    """
    actor.require("see_addresses")
    actor.require("export_contacts")
    with contextlib.closing(held()) as page_file:
        writer = _Writer(points, page_file)
        try:
            file = writer.written(messages)
        except BaseException:
            writer.archive.drop()
            raise
    made = Proof(file, writer.ledger.events, writer.messages, writer.key.key_id)
    data = {"addresses": len(points), "events": made.events, "messages": made.messages, "key": made.key_id}
    record_audit(actor=actor, action="proof.made", on=on, data=data)
    return made


class _Writer:
    """One proof being written: files go into the archive one after the other, and the page grows beside them."""

    def __init__(self, points: Sequence[Point], page_file: IO[bytes]) -> None:
        self.at = clock.now()
        self.organization = Organization.objects.current()
        self.archive = ProofArchive(self.at)
        self.ledger = LedgerOfPoints(points)
        self.page = ProofPage(self.organization.time_zone, purpose_names())
        self.page_file = page_file
        self.messages = 0
        self.key = signing_key()

    def written(self, messages: Iterable[Mapping[str, Any]]) -> IO[bytes]:
        """The whole zip."""
        with contextlib.closing(held()) as anchors:
            frame = {
                **self._about(),
                "points": self.ledger.heads(),
                "verifier": _published_at("consent:proof_verifier"),
            }
            before, after = self.page.frame(frame)
            self.page_file.write(before)
            self.archive.add("events.jsonl", self._events(anchors))
            for line in self.ledger.inclusions.anchors():
                anchors.write(canonical(line) + b"\n")
            self.archive.add("anchors.jsonl", pieces_of(anchors))
        self._words()
        self.archive.add("protections.jsonl", self._lines("Protections", protections_of(self.ledger.points)))
        self.archive.add("messages.jsonl", self._lines("Messages that rested on it", messages))
        self.page_file.write(after)
        self.archive.add("proof.html", pieces_of(self.page_file))
        for row in self.ledger.attachments:
            self.archive.add(_place(row), _content(row))
        self.archive.add_value("keys.json", keys_as_published())
        self.archive.add("README.txt", [readme().encode()])
        return self.archive.seal(self._manifest(), self.key.sign)

    def _events(self, anchors: IO[bytes]) -> Iterator[bytes]:
        empty = True
        for entry in self.ledger.entries():
            empty = False
            self.page_file.write(self.page.event(entry, _place(entry.attachment) if entry.attachment else ""))
            _note(entry, anchors)
            yield canonical(entry.line) + b"\n"
        if empty:
            self.page_file.write(self.page.part("Nothing", "Nothing was ever written down about this address."))

    def _words(self) -> None:
        words = wordings_as_shown(self.ledger.wording_ids)
        self.page_file.write(self.page.part("The words, as they were shown", "" if words else "None were kept."))
        for each in words:
            self.page_file.write(self.page.wording(each))
        self.archive.add_value("wordings.json", words)

    def _lines(self, title: str, lines: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
        """The lines of a file, each also as a part of the page."""
        is_messages, first = title.startswith("Messages"), True
        for line in lines:
            if first:
                self.page_file.write(self.page.part(title))
            first = False
            self.messages += is_messages
            self.page_file.write(self.page.message(line) if is_messages else self.page.protection(line))
            yield canonical(line) + b"\n"
        if first:
            self.page_file.write(self.page.part(title, "None."))

    def _about(self) -> dict[str, Any]:
        return {
            "organization": {
                "id": str(self.organization.id),
                "name": self.organization.name,
                "legal_name": self.organization.legal_name,
                "postal_address": self.organization.postal_address,
            },
            "made_at": moment_text(self.at),
            "keys_published_at": _published_at("consent:proof_keys"),
        }

    def _manifest(self) -> dict[str, Any]:
        counts = {"anchored_events": self.ledger.anchored, "messages": self.messages}
        return {**self._about(), **counts, "points": self.ledger.heads()}


def keys_as_published() -> dict[str, Any]:
    """Every public key the platform has signed with, newest first, as the bundle and the public address tell them."""
    keys = [
        {
            "key_id": each.key_id,
            "public_key": each.public.hex(),
            "began_at": moment_text(each.began_at),
            "ended_at": moment_text(each.ended_at) if each.ended_at else None,
        }
        for each in public_keys()
    ]
    return {"algorithm": "Ed25519", "keys": keys}


def readme() -> str:
    """What to do with a proof, for whoever unpacks it."""
    keys, file = _published_at("consent:proof_keys"), _published_at("consent:proof_keys_file")
    return _README.read_text().format(keys=keys, file=file, verifier=_published_at("consent:proof_verifier"))


def _published_at(name: str) -> str:
    return settings.PUBLIC_URL.rstrip("/") + reverse(name)


def _note(entry: Entry, anchors: IO[bytes]) -> None:
    if entry.proof is not None:
        anchors.write(canonical(entry.proof) + b"\n")


def _place(row: Attachment) -> str:
    return f"{_FOLDER}/{attachment_name(row)}"


def _content(row: Attachment) -> Iterator[bytes]:
    """The file itself, read only now, so that no more than one lies in memory."""
    yield attachment_content(Attachment.objects.get(id=row.id))
