"""Uploaded files on disk: kept apart by organisation under random names, readable by us alone, gone when they are done."""

import dataclasses
import functools
import hashlib
import os
import pathlib
import secrets
import uuid
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction

from contacts.files.limits import FileProblem, Limits
from contacts.files.reading import FileShape, sniff
from contacts.models import ImportJob


@dataclasses.dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that arrived whole and can be read. `path` is relative to the media folder."""

    path: str
    name: str
    size: int
    digest: bytes
    shape: FileShape


def store_upload(*, organization_id: uuid.UUID, name: str, chunks: Iterable[bytes]) -> StoredFile:
    """Write an upload to disk and look at it. Call it outside every transaction: it takes as long as the file is large.

    Errors: FileProblem for a file we cannot take; nothing of it stays.
    """
    relative = pathlib.Path("org") / str(organization_id) / secrets.token_hex(16)
    path = settings.MEDIA_ROOT / relative
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        size, digest = _write(path, chunks)
        return StoredFile(str(relative), _plain_name(name), size, digest, sniff(path))
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _write(path: pathlib.Path, chunks: Iterable[bytes]) -> tuple[int, bytes]:
    limit, size, digest = Limits().size, 0, hashlib.sha256()
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        for chunk in chunks:
            size += len(chunk)
            if size > limit:
                message = f"The file is larger than {limit // 1_000_000} MB."
                raise FileProblem("file_too_big", message, "Split it and upload the parts.")
            digest.update(chunk)
            file.write(chunk)
    return size, digest.digest()


def _plain_name(name: str) -> str:
    """The file's own name without folders and control characters, to recognise it by."""
    bare = pathlib.PurePosixPath(name.replace("\\", "/")).name
    return "".join(letter for letter in bare if letter.isprintable())[:200] or "file"


def shape_of(job: ImportJob) -> FileShape:
    """What a job's file looks like, read anew: its first rows are stored nowhere.

    Errors: FileProblem file_gone when the file is no longer there.
    """
    path = settings.MEDIA_ROOT / job.file_path
    if not path.exists():
        raise FileProblem("file_gone", "The file is no longer here.", "Upload it again.")
    return sniff(path, sheet=job.declared.get("sheet", ""))


def remove_later(job: ImportJob) -> None:
    """Remove a job's file once the current transaction has committed."""
    path = settings.MEDIA_ROOT / job.file_path
    transaction.on_commit(functools.partial(path.unlink, missing_ok=True))


def discard(stored: StoredFile) -> None:
    """Remove a file whose row was never written."""
    (settings.MEDIA_ROOT / stored.path).unlink(missing_ok=True)
