"""Remembered answers of the API: the same request twice, with the same Idempotency-Key, is done once."""

import datetime
import hashlib
import uuid

from django.db import connection
from django.http import HttpRequest, HttpResponse

from accounts.models import IdempotencyKey
from core import clock, vault
from core.ids import new_id
from core.tenancy import require_organization_id

REMEMBERED = datetime.timedelta(hours=24)
_TABLE, _COLUMN = IdempotencyKey._meta.db_table, "answer_sealed"


def digest_of_key(key_id: uuid.UUID, name: str) -> bytes:
    """What stands for one application's Idempotency-Key. Shape: 32 bytes."""
    return hashlib.sha256(f"{key_id}|{name}".encode()).digest()


def digest_of_request(request: HttpRequest) -> bytes:
    """What makes two requests the same: method, address with its query, and body. Shape: 32 bytes."""
    head = f"{request.method} {request.get_full_path()}\n".encode()
    return hashlib.sha256(head + request.body).digest()


def digest_of_upload(request: HttpRequest, file: bytes, *words: str) -> bytes:
    """The same of a request that is a file, by the digest of the file and the words beside it. Shape: 32 bytes."""
    head = "\n".join((f"{request.method} {request.get_full_path()}", *words)).encode()
    return hashlib.sha256(hashlib.sha256(head).digest() + file).digest()


def hold_key(digest: bytes) -> bool:
    """Keep everybody else from this key until the transaction ends; False when somebody has it already."""
    number = int.from_bytes(digest[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [number])
        return bool(cursor.fetchone()[0])


def remembered(digest: bytes) -> IdempotencyKey | None:
    """The answer given to this key in the last 24 hours, if one was."""
    return IdempotencyKey.objects.filter(digest=digest, created_at__gt=clock.now() - REMEMBERED).first()


def answer_of(row: IdempotencyKey) -> HttpResponse:
    """A remembered answer, as it was given."""
    body = vault.unseal(require_organization_id(), _TABLE, _COLUMN, row.id, row.answer_sealed)
    return HttpResponse(body, status=row.status, content_type=row.content_type)


def remember(digest: bytes, asked: bytes, response: HttpResponse) -> None:
    """Keep an answer beside what it tells of, in the same transaction: there is never the one without the other.

    Effects: one row; a forgotten answer to the same key makes room for it.
    """
    IdempotencyKey.objects.filter(digest=digest).delete()
    row = IdempotencyKey(id=new_id(), digest=digest, request_digest=asked)
    row.status = response.status_code
    row.content_type = response.headers.get("Content-Type", "")[:80]
    row.answer_sealed = vault.seal(require_organization_id(), _TABLE, _COLUMN, row.id, response.content)
    row.save(force_insert=True)


def forget_answers() -> int:
    """Remove the answers of the organisation in scope that are older than a day; say how many."""
    return IdempotencyKey.objects.filter(created_at__lte=clock.now() - REMEMBERED).delete()[0]
