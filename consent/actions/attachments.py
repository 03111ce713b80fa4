"""Filing something with an agreement: a scan, a recording. What it is decides its content, and it is sealed at rest."""

import datetime
import hashlib
import uuid
from typing import Final

from accounts.contracts import Actor, Refused
from consent.models import Attachment, ConsentEvent
from consent.selectors.attachments import LARGEST_BYTES, kind_of
from core import clock, vault
from core.ids import new_id
from core.tenancy import require_organization_id

_TABLE, _COLUMN = "consent_attachment", "content_sealed"
#: how long a file waits for the agreement it belongs to
_WAITS: Final = datetime.timedelta(days=1)
#: how many files of an organisation may wait at a time: what nobody ever reports must not fill the disk within a day
MOST_WAITING: Final = 200


def prepare_attachment(content: bytes) -> Attachment:
    """A file as a row that is not written yet, sealed. Errors: Refused for what is empty, too large or of another kind."""
    if not content:
        raise Refused("This file is empty.", field="attachment", remedy="Choose the scan or the recording again.")
    if len(content) > LARGEST_BYTES:
        remedy = "Scan it in black and white, or file the page that is signed."
        raise Refused("A file may have at most 5 MB.", field="attachment", remedy=remedy)
    kind = kind_of(content)
    if not kind:
        remedy = "Use PDF, PNG, JPEG, MP3 or WAV; the name alone does not make it one."
        raise Refused("This file is of no kind that is kept.", field="attachment", remedy=remedy)
    row_id = new_id()
    return Attachment(
        id=row_id,
        kind=kind,
        size=len(content),
        sha256=hashlib.sha256(content).digest(),
        content_sealed=vault.seal(require_organization_id(), _TABLE, _COLUMN, row_id, content),
    )


def keep_upload(*, actor: Actor, content: bytes) -> Attachment:
    """Keep a file that an agreement is about to be reported with; one that no agreement takes goes after a day.

    Errors: Refused like `prepare_attachment`, and while too many files wait; NotAllowed without the right to record consent.
    """
    actor.require("change_consent")
    forget_uploads()
    if Attachment.objects.filter(event=None).count() >= MOST_WAITING:
        remedy = (
            "Report the agreements they belong to, then upload again; files that no agreement takes go after a day."
        )
        raise Refused(f"{MOST_WAITING} files wait for their agreements already.", field="attachment", remedy=remedy)
    row = prepare_attachment(content)
    row.save(force_insert=True)
    return row


def forget_uploads() -> int:
    """Remove the files that no agreement took within a day; answer how many."""
    return Attachment.objects.filter(event=None, created_at__lt=clock.now() - _WAITS).delete()[0]


def waiting_attachment(attachment_id: uuid.UUID) -> Attachment:
    """A file that no agreement has taken yet, held until this transaction ends. Errors: Refused when there is none."""
    rows = Attachment.objects.filter(event=None).select_for_update().defer("content_sealed")
    row = rows.filter(id=attachment_id).first()
    if row is None:
        remedy = "Upload it again; an agreement has to be reported within a day, and takes its file once."
        raise Refused("No such file is waiting for an agreement.", field="evidence.attachment", remedy=remedy)
    return row


def attach(row: Attachment, event_id: uuid.UUID) -> None:
    """Tie a file to the event whose evidence names it; from then on neither changes.

    Shape: a row that was prepared, or one that waits.
    """
    event = ConsentEvent.objects.defer("evidence_sealed").get(id=event_id)
    if row._state.adding:
        row.event = event
        row.save(force_insert=True)
    else:
        Attachment.objects.filter(id=row.id).update(event=event)
