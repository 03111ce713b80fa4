"""The documents an organisation accepts, by version, as dated data (A20, A21)."""

import dataclasses
import datetime
import functools
import pathlib
import tomllib

#: where the session of somebody who signed up to join remembers what they accepted: there is no organisation yet to keep it for
ACCEPTED_KEY = "accepted_documents"
_PATH = pathlib.Path(__file__).parent / "data" / "documents.toml"


@dataclasses.dataclass(frozen=True, slots=True)
class Document:
    """One version of one document: in force from `valid_from`; `text` is a list of paragraphs."""

    name: str
    title: str
    version: str
    valid_from: datetime.date
    paragraphs: tuple[str, ...]


@functools.cache
def current_documents() -> tuple[Document, ...]:
    """The newest version of every document, in reading order."""
    return tuple(
        Document(entry["name"], entry["title"], entry["version"], entry["valid_from"], tuple(entry["paragraphs"]))
        for entry in tomllib.loads(_PATH.read_text())["document"]
    )


def documents_version() -> str:
    """One word for the set of documents in force; it changes when any of them does."""
    return "+".join(document.version for document in current_documents())
