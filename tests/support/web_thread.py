"""The product's web side in threads of the test, for carriers' webhooks: real HTTP, and control arms reach it too."""

import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from wsgiref.simple_server import WSGIServer

from django.core.servers.basehttp import WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.urls import get_resolver

_THREADS = 4


class _Server(WSGIServer):
    """Requests go to a few threads that keep their database connections, as the product's own server does."""

    request_queue_size = 128

    def __init__(self, port: int) -> None:
        self.connections: list[BaseDatabaseWrapper] = []
        self.threads = ThreadPoolExecutor(_THREADS, initializer=self._remember)
        super().__init__(("127.0.0.1", port), _Silent)
        self.set_app(get_wsgi_application())

    def _remember(self) -> None:
        self.connections.append(connections["default"])  # type: ignore[arg-type]

    def process_request(self, request: Any, client_address: Any) -> None:
        self.threads.submit(self._process, request, client_address)

    def _process(self, request: Any, client_address: Any) -> None:
        try:
            self.finish_request(request, client_address)
        except Exception:
            self.handle_error(request, client_address)
        finally:
            self.shutdown_request(request)

    def server_close(self) -> None:
        super().server_close()
        self.threads.shutdown()
        for each in self.connections:
            each.inc_thread_sharing()
            each.close()


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing: every test would print its requests."""


@contextlib.contextmanager
def serving(port: int) -> Iterator[str]:
    """Answer on the port as long as the block lasts; yields the address."""
    get_resolver().url_patterns  # noqa: B018 - every view is loaded now, not while a first webhook waits
    server = _Server(port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
