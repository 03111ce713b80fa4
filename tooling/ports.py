"""Ports on 127.0.0.1: is one free, give me a free one, wait until something answers."""

import contextlib
import socket
import time
from collections.abc import Callable

LOCALHOST = "127.0.0.1"


class PortTaken(Exception):
    """Another program listens on a port that is needed; the text names the port and the variable that changes it."""


def is_free(port: int) -> bool:
    """Whether nothing listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOCALHOST, port))
        except OSError:
            return False
    return True


def free_port(preferred: int = 0) -> int:
    """The preferred port if it is free, else one the system picks."""
    if preferred and is_free(preferred):
        return preferred
    with socket.socket() as probe:
        probe.bind((LOCALHOST, 0))
        return int(probe.getsockname()[1])


def require_free(port: int, variable: str, purpose: str) -> None:
    """Refuse to go on when the port is taken.

    Errors: PortTaken, naming the port, what it is for and the variable that chooses another.
    """
    if not is_free(port):
        raise PortTaken(
            f"Port {port} for {purpose} is taken by another program. Stop it, or choose another port:"
            f" {variable}={port + 1} bin/dev"
        )


def answers(port: int) -> bool:
    """Whether something accepts connections on the port."""
    with contextlib.suppress(OSError), socket.create_connection((LOCALHOST, port), timeout=1):
        return True
    return False


def wait_until(condition: Callable[[], bool], seconds: float, pause: float = 0.05) -> bool:
    """Ask again and again until the condition holds; False when `seconds` of wall time were not enough."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True
