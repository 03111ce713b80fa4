"""Child processes that end with their parent: own group, a signal when the parent dies, a bounded stop."""

import contextlib
import ctypes
import os
import pathlib
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any

_PR_SET_PDEATHSIG = 1  # from <linux/prctl.h>
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def spawn(
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    folder: pathlib.Path | str | None = None,
    output: IO[Any] | int | None = None,
    user: str | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a program as the leader of its own session.

    Effects: on Linux the program gets `death_signal` when the thread that called this ends, however it ends;
             standard output and error both go to `output`.
    """
    identity: dict[str, Any] = {"user": user, "group": group_of(user), "extra_groups": []} if user else {}
    return subprocess.Popen(
        list(command),
        env=None if environment is None else dict(environment),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        start_new_session=True,
        preexec_fn=_die_with_parent(death_signal),
        **identity,
    )


def stop(process: subprocess.Popen[bytes], *steps: tuple[signal.Signals, float]) -> bool:
    """Stop a spawned program and all of its group: each step is a signal and the seconds to wait for its effect.

    Effects: whatever is left of the group afterwards is killed. Returns whether a step was enough.
    """
    willing = process.poll() is not None
    for number, seconds in steps:
        if willing:
            break
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
            willing = True
    kill_group(process)
    return willing


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of a spawned program's group and collect the program itself."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def group_of(user: str) -> int:
    import pwd

    return pwd.getpwnam(user).pw_gid


def _die_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    if _LIBC is None:
        return None
    libc, parent = _LIBC, os.getpid()

    def ask_the_kernel() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:
            os._exit(1)

    return ask_the_kernel
