"""Keeping the pictures, films and documents that templates show."""

import datetime
import hashlib
import uuid
from typing import Final

from django.db import IntegrityError, connection, transaction

from accounts.actions.audit import record_audit
from accounts.contracts import Actor, Refused
from core import clock, vault
from core.ids import new_id
from core.tenancy import require_organization_id
from messaging.channels.template_media import read_picture
from messaging.channels.whatsapp_rules import whatsapp_rules
from messaging.channels.whatsapp_texts import TemplateText
from messaging.models import TemplateFile

_TABLE: Final = "messaging_templatefile"
#: how long a file waits for a template to name it
_WAITS: Final = datetime.timedelta(days=1)


def keep_template_file(*, actor: Actor, raw: bytes, kind: str = "") -> TemplateFile:
    """Keep an uploaded file, sealed; the same file again is the same row.

    Errors: Refused, on the field `header_file`, for a file WhatsApp does not take, and when there are too many.
    """
    actor.require("author_campaigns")
    picture = read_picture(raw, kind)
    digest = hashlib.sha256(picture.raw).hexdigest()
    known = _known(digest)
    if known is not None and known.created_at > clock.now() - _WAITS:
        return known
    forget_template_files()  # also the file itself when it has waited too long: it is kept anew, and waits again
    known = _known(digest)
    if known is not None:
        return known
    most = whatsapp_rules().most_files
    if TemplateFile.objects.count() >= most:
        remedy = "Delete templates you do not need: files that no template shows go after a day."
        raise Refused(f"There are {most} files already.", field="header_file", remedy=remedy)
    file_id = new_id()
    row = TemplateFile(
        id=file_id,
        kind=picture.kind,
        content_type=picture.content_type,
        digest=digest,
        size=len(picture.raw),
        content_sealed=vault.seal(require_organization_id(), _TABLE, "content_sealed", file_id, picture.raw),
        created_by=actor.id,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # somebody uploaded the same file meanwhile
        return TemplateFile.objects.defer("content_sealed").get(digest=digest)
    record_audit(actor=actor, action="template.file_kept", on=("template_file", file_id), data={"kind": row.kind})
    return row


def forget_template_files() -> int:
    """Remove the files that no template has named within a day; answer how many."""
    statement = (
        "delete from messaging_templatefile f where f.organization_id = %s and f.created_at < %s"
        " and not exists (select from messaging_providertemplate t where t.organization_id = f.organization_id"
        " and t.state <> 'gone' and (t.content::text || t.changed::text) like '%%' || f.id::text || '%%')"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [require_organization_id(), clock.now() - _WAITS])
        return cursor.rowcount


def open_template_file(file: TemplateFile) -> bytes:
    """What is in a file."""
    return vault.unseal(require_organization_id(), _TABLE, "content_sealed", file.id, file.content_sealed)


def demand_files(text: TemplateText) -> None:
    """Errors: Refused when a template names a file we do not have, or one of another kind than it says."""
    heads = [("header_file", text.head), *(("cards", card.head) for card in text.cards)]
    wanted = {head.file for _, head in heads if head is not None and head.file}
    kinds = {str(key): kind for key, kind in TemplateFile.objects.filter(id__in=_ids(wanted)).values_list("id", "kind")}
    for field, head in heads:
        if head is not None and head.file and kinds.get(head.file) != head.kind:
            raise Refused("This file is not there, or of another kind.", field=field, remedy="Upload it again.")


def open_template_files(text: TemplateText) -> dict[str, tuple[str, bytes]]:
    """What is in the files a template shows, by id: the type of content and the bytes."""
    rows = TemplateFile.objects.filter(id__in=_ids(set(text.files)))
    return {str(row.id): (row.content_type, open_template_file(row)) for row in rows}


def _known(digest: str) -> TemplateFile | None:
    return TemplateFile.objects.defer("content_sealed").filter(digest=digest).first()


def _ids(texts: set[str]) -> list[uuid.UUID]:
    found = []
    for text in texts:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found
