"""The stage of the demo: a time of its own, the practice carrier, and an ear for what the carrier has to tell.

Everything happens in one thread and on one connection, so that one moment holds for all of it: while the carrier calls, the
same thread answers. Outside, people go on working in the present.
"""

import concurrent.futures
import contextlib
import datetime
import json
import time
import unittest.mock
import wsgiref.simple_server
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.test.utils import override_settings

from core import clock
from core.http import Limits, Session, run

_PATIENCE_SECONDS = 60.0
_LISTEN_SECONDS = 0.02
_LIMITS = Limits(total_seconds=30.0, answer_bytes=16 * 1024 * 1024)


class CarrierRefused(Exception):
    """The practice carrier did not do what the demo asked of it."""


def ask_carrier(method: str, path: str, body: Any = None) -> Any:
    """One request to the practice carrier's control API. Errors: CarrierRefused."""
    headers = {"Authorization": f"Bearer {settings.SANDBOX_SECRET}", "Content-Type": "application/json"}
    content = json.dumps(body).encode() if body is not None else b""

    async def ask(session: Session) -> Any:
        return await session.request(method, f"{settings.SANDBOX_URL}/_sandbox/{path}", headers=headers, body=content)

    answer = run(ask, _LIMITS)
    if not 200 <= answer.status < 300:
        raise CarrierRefused(f"{method} {path.partition('?')[0]} was answered with {answer.status}")
    return json.loads(answer.body)


def _set_clocks(account_names: Sequence[str], offset: datetime.timedelta) -> None:
    for name in account_names:
        ask_carrier("POST", "clock", {"account": name, "offset_seconds": offset.total_seconds()})


class Stage:
    """One moment after the other, for the product and for some accounts of the carrier alike."""

    def __init__(self, account_names: Sequence[str], server: "_Ear") -> None:
        self._account_names = account_names
        self._server = server
        self.address = f"http://127.0.0.1:{server.server_port}"
        self._began = False

    def go_to(self, moment: datetime.datetime) -> None:
        """Stand at a moment; time goes on from there.

        Only the first moment may lie in the past: two deeds of a weekend both move to its Friday, in whatever order their
        hours have, and a story told backwards would look forged.
        """
        if self._began:
            moment = max(moment, clock.now())
        self._began = True
        offset = moment - datetime.datetime.now(datetime.UTC)
        clock.stand_apart(offset)
        _set_clocks(self._account_names, offset)

    def wait(self, **length: float) -> None:
        """Let some time pass at once, such as minutes=5."""
        self.go_to(clock.now() + datetime.timedelta(**length))

    def settle(self) -> None:
        """Listen until the carrier has nothing more to tell.

        Errors: CarrierRefused when that takes longer than a minute.
        """
        until = time.monotonic() + _PATIENCE_SECONDS
        while ask_carrier("GET", "health")["pending"]:
            if time.monotonic() > until:
                raise CarrierRefused("it still has something to tell after a minute")
            self._listen()

    def write(self, account_name: str, number: str, text: str) -> None:
        """A customer writes to whoever of an account wrote to them last."""
        body = {"text": text, "account": account_name}
        self._while_listening(lambda: ask_carrier("POST", f"phones/{number}/reply", body))

    def _while_listening(self, work: Callable[[], Any]) -> None:
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            doing = pool.submit(work)
            while not doing.done():
                self._listen()
            doing.result()

    def _listen(self) -> None:
        """Answer whoever calls, until nobody has for a moment."""
        self._server.heard = True
        while self._server.heard:
            self._server.heard = False
            self._server.handle_request()


class _Ear(wsgiref.simple_server.WSGIServer):
    """The product's webhooks, one call after the other."""

    request_queue_size = 256
    timeout = _LISTEN_SECONDS
    heard = False

    def server_bind(self) -> None:
        """Bind without asking the name service who we are."""
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])
        self.setup_environ()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Note that somebody called."""
        self.heard = True
        super().process_request(request, client_address)


class _Quiet(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Addresses of webhooks carry secrets: they are written nowhere."""


@contextlib.contextmanager
def stage(account_names: Sequence[str]) -> Iterator[Stage]:
    """A stage for some accounts. Tasks run at once and here; rows that write their own birth follow the stage's time."""
    server = _Ear(("127.0.0.1", 0), _Quiet)
    server.set_app(get_wsgi_application())
    ready = Stage(account_names, server)
    former = current_app.conf.task_always_eager, current_app.conf.task_eager_propagates
    current_app.conf.task_always_eager = current_app.conf.task_eager_propagates = True
    try:
        # auto_now_add asks Django's clock, which no offset moves
        with (
            unittest.mock.patch("django.utils.timezone.now", clock.now),
            override_settings(WEBHOOK_URL=ready.address),
        ):
            yield ready
    finally:
        current_app.conf.task_always_eager, current_app.conf.task_eager_propagates = former
        clock.stand_apart(datetime.timedelta())
        _set_clocks(account_names, datetime.timedelta())
        server.server_close()
