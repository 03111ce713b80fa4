"""Where the tooling keeps its things: the project, its `.local` folder, and the folder of the embedded servers."""

import hashlib
import os
import pathlib

PROJECT = pathlib.Path(__file__).resolve().parent.parent
LOCAL = PROJECT / ".local"


class PlaceRefused(Exception):
    """A folder the tooling needs belongs to somebody else; the text names it and says what to do."""


def runs_as_root() -> bool:
    """Whether this process is root, under which PostgreSQL refuses to run."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def servers_folder() -> pathlib.Path:
    """The folder of the embedded servers, made if absent.

    As root it lies below /var/tmp, where an unprivileged user can reach it without loosening any other folder;
    otherwise below `.local`.
    Errors: PlaceRefused when somebody else made the folder below /var/tmp first.
    """
    if not runs_as_root():
        folder = LOCAL / "servers"
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    digest = hashlib.sha256(str(PROJECT).encode()).hexdigest()[:12]
    folder = pathlib.Path("/var/tmp") / f"carillon-{digest}"  # noqa: S108 - the ownership is checked below
    folder.mkdir(mode=0o755, exist_ok=True)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != 0:
        raise PlaceRefused(f"{folder} belongs to another user. Remove it and start again.")
    return folder
