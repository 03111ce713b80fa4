"""The checks a workbook must pass before anything opens it: an XLSX file is a zip archive, and archives can lie.

First what the archive says of itself, which costs nothing; then every part is really unfolded and counted, because a
bomb understates its size. Nothing is kept.
"""

import pathlib
import stat
import struct
import zipfile
import zlib
from typing import BinaryIO

from contacts.files.limits import FileProblem, Limits

_END_OF_DIRECTORY = struct.Struct("<4s4H2LH")
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
#: 2,000 parts with names of 80 bytes need a quarter of this
_LARGEST_DIRECTORY = 1 << 20
_CHUNK = 1 << 18
#: parts below this size may unfold by any factor: they do no harm and small XML packs very well
_HARMLESS = 1 << 20
_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
_LONGEST_DOCTYPE = max(map(len, _DOCTYPES))
_ENCRYPTED_FLAG = 1


def check_archive(path: pathlib.Path, limits: Limits) -> None:
    """Refuse an XLSX file that is damaged, locked, too large, or built to harm whoever opens it.

    Errors: FileProblem damaged_workbook, locked_workbook, not_a_workbook, too_many_sheets, unsafe_workbook.
    """
    _check_directory_size(path)
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, UnicodeError, struct.error):
        raise _damaged() from None
    _check_names(parts, limits)
    _check_declared_sizes(parts, limits, path.stat().st_size)
    with path.open("rb") as file:
        left = limits.inflated
        for part in parts:
            left -= _unfold(file, part, left)


def _check_directory_size(path: pathlib.Path) -> None:
    """Read the archive's last record by hand: a directory of a million entries must not become a million objects."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 65_557))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END_OF_DIRECTORY.size:
        raise _damaged()
    directory = _END_OF_DIRECTORY.unpack_from(tail, at)
    if directory[5] > _LARGEST_DIRECTORY or directory[4] == 0xFFFF or tail[max(0, at - 20) :][:4] == b"PK\x06\x07":
        raise _unsafe("has more parts than a workbook needs")


def _check_names(parts: list[zipfile.ZipInfo], limits: Limits) -> None:
    names = [part.filename for part in parts]
    if len(names) > limits.parts or len(set(names)) != len(names):
        raise _unsafe("has more parts than a workbook needs")
    for part in parts:
        if part.flag_bits & _ENCRYPTED_FLAG:
            raise FileProblem(
                "locked_workbook", "The workbook has a password.", "Take the password off and upload again."
            )
        if _escapes(part.filename) or stat.S_ISLNK(part.external_attr >> 16):
            raise _unsafe("points outside itself")
    if "xl/workbook.xml" not in names:
        raise FileProblem("not_a_workbook", "This archive is not an XLSX workbook.", "Upload a CSV or XLSX file.")
    sheets = sum(name.startswith("xl/worksheets/") and name.endswith(".xml") for name in names)
    if sheets > limits.sheets:
        raise FileProblem(
            "too_many_sheets",
            f"The workbook has {sheets} sheets; we read at most {limits.sheets}.",
            "Upload only the sheet with your contacts.",
        )


def _escapes(name: str) -> bool:
    return name.startswith("/") or "\\" in name or "\0" in name or ".." in name.split("/") or ":" in name.split("/")[0]


def _check_declared_sizes(parts: list[zipfile.ZipInfo], limits: Limits, file_size: int) -> None:
    if sum(part.compress_size for part in parts) > file_size:
        raise _unsafe("uses the same bytes twice")
    if sum(part.file_size for part in parts) > limits.inflated:
        raise _unsafe("unfolds to more than we can read")
    for part in parts:
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _unsafe("is packed in a way workbooks are not")
        if part.file_size > _HARMLESS and part.file_size > limits.inflation * max(1, part.compress_size):
            raise _unsafe("unfolds to far more than its size")


def _unfold(file: BinaryIO, part: zipfile.ZipInfo, left: int) -> int:
    """Unpack one part, look at it, forget it. The size it really has, in bytes."""
    _seek_to_content(file, part)
    inflate = zlib.decompressobj(-zlib.MAX_WBITS) if part.compress_type == zipfile.ZIP_DEFLATED else None
    packed, seen, tail = part.compress_size, 0, b""
    while packed > 0:
        raw = file.read(min(_CHUNK, packed))
        if not raw:
            raise _damaged()
        packed -= len(raw)
        while raw:
            try:
                chunk = inflate.decompress(raw, _CHUNK) if inflate else raw
            except zlib.error:
                raise _damaged() from None
            raw = inflate.unconsumed_tail if inflate else b""
            _look(chunk, tail, first=not seen)
            tail = chunk[-_LONGEST_DOCTYPE:]
            seen += len(chunk)
            if seen > part.file_size or seen > left:
                raise _unsafe("is larger than it says")
    return seen


def _seek_to_content(file: BinaryIO, part: zipfile.ZipInfo) -> None:
    file.seek(part.header_offset)
    header = file.read(_LOCAL_HEADER.size)
    if len(header) < _LOCAL_HEADER.size or header[:4] != b"PK\x03\x04":
        raise _damaged()
    name_length, extra_length = _LOCAL_HEADER.unpack(header)[-2:]
    file.seek(name_length + extra_length, 1)


def _look(chunk: bytes, tail: bytes, first: bool) -> None:
    if first and chunk.startswith(b"PK\x03\x04"):
        raise _unsafe("has another archive inside")
    around = tail + chunk
    if any(doctype in around for doctype in _DOCTYPES):
        raise _unsafe("declares its own XML entities")


def _damaged() -> FileProblem:
    return FileProblem(
        "damaged_workbook", "The workbook is damaged.", "Open it, save it again as XLSX, and upload that."
    )


def _unsafe(why: str) -> FileProblem:
    return FileProblem(
        "unsafe_workbook", f"We do not open this workbook: it {why}.", "Save the sheet as CSV UTF-8 and upload that."
    )
