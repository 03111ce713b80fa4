"""Sound as an answer: whole, or the piece a player asks for; no cache keeps it, and nothing takes it for a page."""

import re

from django.http import HttpRequest, HttpResponse

_RANGE = re.compile(r"bytes=(\d{1,9})-(\d{1,9})?")


def sound_response(request: HttpRequest, raw: bytes, content_type: str) -> HttpResponse:
    """The sound. Players that ask for a piece of it (RFC 9110, section 14) get that piece; some play nothing otherwise."""
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    begin, end, status = 0, len(raw), 200
    if asked is not None:
        begin, end = int(asked[1]), min(int(asked[2]) + 1 if asked[2] else len(raw), len(raw))
        status = 206 if begin < end else 416
    response = HttpResponse(raw[begin:end] if status != 416 else b"", status=status, content_type=content_type)
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, no-store"
    if status == 206:
        response["Content-Range"] = f"bytes {begin}-{end - 1}/{len(raw)}"
    elif status == 416:
        response["Content-Range"] = f"bytes */{len(raw)}"
    return response
