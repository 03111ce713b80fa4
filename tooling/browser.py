"""The browser of the browser tests: Debian's own Chromium, installed when that is possible, never downloaded elsewhere."""

import os
import pathlib
import shutil
import subprocess

from tooling import places

VARIABLE = "CARILLON_CHROMIUM"
_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def find() -> pathlib.Path | None:
    """The Chromium to drive: the one CARILLON_CHROMIUM names, else the first on PATH."""
    named = os.environ.get(VARIABLE)
    found = named if named and pathlib.Path(named).exists() else next(filter(None, map(shutil.which, _NAMES)), None)
    return pathlib.Path(found) if found else None


def ensure() -> pathlib.Path | None:
    """The Chromium to drive, installed by apt-get first when it is absent and this process may do that.

    Effects: at most one `apt-get install chromium`, as root on Debian and its kin. None when there is no way.
    """
    found = find()
    if found is None and places.runs_as_root() and shutil.which("apt-get"):
        print("carillon: installing chromium for the browser tests", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", *arguments], env=environment, stdout=subprocess.DEVNULL, check=False)
        found = find()
    return found
