"""Handing Meta a file that its review looks at: an upload is begun, the bytes follow, and a handle names them.

Docs: https://developers.facebook.com/docs/graph-api/guides/upload, read 25 November 2026. `app` stands for the app whose token
      asks, so no id of it has to be known: https://developers.facebook.com/docs/graph-api/reference/application/uploads.
"""

import re
import urllib.parse
from collections.abc import Mapping
from typing import Final

from core.http import Answer
from messaging.providers import http
from messaging.providers.protocol import OutcomeUnknown
from messaging.providers.template_messages import DraftMedia

#: what an upload is called, with the mark behind it that Meta gives
_SESSION: Final = re.compile(r"upload:[A-Za-z0-9+/=_:.~-]{1,1000}(?:\?[A-Za-z0-9=&_.~%-]{1,1000})?")
_HANDLE: Final = re.compile(r"[\x21-\x7e]{1,4000}")
_NAMES: Final = {"image/jpeg": "head.jpg", "image/png": "head.png", "video/mp4": "head.mp4"}


def begin_path(media: DraftMedia) -> str:
    """Where an upload of this file is begun."""
    asked = {"file_name": _NAMES.get(media.content_type, "head.pdf"), "file_length": str(len(media.raw))}
    return f"/app/uploads?{urllib.parse.urlencode(asked | {'file_type': media.content_type})}"


def session_path(answer: Answer) -> str:
    """Where the bytes go. Errors: OutcomeUnknown when the answer names no upload."""
    session = str(http.json_object(answer).get("id", ""))
    if not _SESSION.fullmatch(session):
        raise OutcomeUnknown("the answer names no upload")
    return f"/{session}"


def upload_headers(headers: Mapping[str, str], media: DraftMedia) -> dict[str, str]:
    """The headers that go with the bytes: here Meta wants the token under another word."""
    token = headers["Authorization"].removeprefix("Bearer ")
    told = {"Authorization": f"OAuth {token}", "file_offset": "0", "Accept": headers["Accept"]}
    return told | {"Content-Type": media.content_type}


def handle(answer: Answer) -> str:
    """What names the uploaded file. Errors: OutcomeUnknown when the answer does not."""
    found = str(http.json_object(answer).get("h", ""))
    if not _HANDLE.fullmatch(found):
        raise OutcomeUnknown("the answer names no file")
    return found
