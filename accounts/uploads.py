"""Files are taken where a door says so, from somebody who is logged in, and nowhere else: not one byte reaches the disk."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.urls import Resolver404, resolve

from accounts.doors import door_of

#: above every form's own limit, so that the form can say what is too large about a file that is a little too large
LARGEST_BYTES = 64 * 1024 * 1024


class GuardedUploadHandler(TemporaryFileUploadHandler):
    """Spools an upload to disk, after asking who sends it and to where."""

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> Any:
        """Refuse what says of itself that it is too large. Errors: RequestDataTooBig, which answers 400."""
        if content_length > LARGEST_BYTES:
            raise RequestDataTooBig("the request is larger than any file we take")
        return super().handle_raw_input(input_data, META, content_length, boundary, encoding)

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Stop reading at the first file nobody asked for."""
        if not self._is_wanted():
            raise StopUpload(connection_reset=True)
        super().new_file(*args, **kwargs)

    def _is_wanted(self) -> bool:
        request = self.request
        if request is None:
            return False
        try:
            door = door_of(resolve(request.path_info, urlconf=getattr(request, "urlconf", None)).func)
        except Resolver404:
            return False
        if door is None or not door.takes_file:
            return False
        return hasattr(request, "actor") if door.kind == "api" else request.user.is_authenticated
