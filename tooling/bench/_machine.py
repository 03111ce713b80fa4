"""The machine a benchmark ran on: no figure means anything without it."""

import os
import platform
from typing import Any

import psutil


def facts() -> dict[str, Any]:
    """Cores, memory in GiB, the version of Python, and the load of the last minute (this run's own work included)."""
    memory = round(psutil.virtual_memory().total / 2**30, 1)
    load = round(os.getloadavg()[0], 2)
    return {"cores": os.cpu_count(), "memory_gib": memory, "python": platform.python_version(), "load": load}


def words() -> str:
    """The same as a sentence."""
    found = facts()
    sizes = f"{found['cores']} cores, {found['memory_gib']} GiB"
    return f"{sizes}, Python {found['python']}, load {found['load']} in the last minute"
