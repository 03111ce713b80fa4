"""Settings from the environment, typed, read once, failing loudly.

Every value may come from `NAME` or, for secrets mounted as files, from the file that `NAME_FILE` names.
"""

import base64
import os
import pathlib


class SettingMissing(Exception):
    """A setting the process cannot run without is absent or malformed; the text names it and shows an example."""


def text(name: str, default: str | None = None, *, example: str = "") -> str:
    """Read one setting as text.

    Errors: SettingMissing when neither NAME nor NAME_FILE is set and there is no default.
    """
    path = os.environ.get(f"{name}_FILE")
    if path:
        return pathlib.Path(path).read_text().strip()
    value = os.environ.get(name, default)
    if value is None:
        raise SettingMissing(f"{name} is not set. Set {name} or {name}_FILE, for example {name}={example or '…'}")
    return value


def flag(name: str, default: bool) -> bool:
    """Read a yes/no setting: 1, true, yes, on or 0, false, no, off."""
    value = text(name, "true" if default else "false").lower()
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    raise SettingMissing(f"{name} must be true or false, for example {name}=true")


def number(name: str, default: int | None = None, *, example: str = "10") -> int:
    """Read a whole number."""
    value = text(name, None if default is None else str(default), example=example)
    try:
        return int(value)
    except ValueError:
        raise SettingMissing(f"{name} must be a whole number, for example {name}={example}") from None


def words(name: str, default: str = "") -> list[str]:
    """Read a comma-separated list; empty entries are dropped."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def key(name: str, default: str | None = None) -> bytes:
    """Read a 32-byte key written in base64."""
    value = text(name, default, example="$(head -c 32 /dev/urandom | base64)")
    try:
        raw = base64.b64decode(value, validate=True)
    except ValueError:
        raw = b""
    if len(raw) != 32:
        raise SettingMissing(
            f"{name} must be 32 bytes in base64, for example {name}=$(head -c 32 /dev/urandom | base64)"
        )
    return raw
