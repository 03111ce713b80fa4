"""Writing a proof: files into a zip one after the other, then the list of them, then a signature over that list.

Memory stays bounded however much goes in: what is large comes in pieces and lies on disk.
"""

import contextlib
import datetime
import hashlib
import pathlib
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import IO, Any, Final

from consent.proof.facts import canonical

FORMAT: Final = "carillon-consent-proof/1"
VERIFIER: Final = pathlib.Path(__file__).with_name("verify.py")
_HELD_IN_MEMORY: Final = 1 << 20

#: signs a text; answers the id of the key and the signature
Signer = Callable[[bytes], tuple[str, bytes]]


def held() -> IO[bytes]:
    """A file that stays in memory while it is small; whoever asked for it closes it."""
    return tempfile.SpooledTemporaryFile(max_size=_HELD_IN_MEMORY)


class ProofArchive:
    """One proof on its way into a zip."""

    def __init__(self, at: datetime.datetime) -> None:
        self.file = held()
        self._zip = zipfile.ZipFile(self.file, "w", zipfile.ZIP_DEFLATED)
        self._at = at.astimezone(datetime.UTC).timetuple()[:6]
        self._files: list[dict[str, Any]] = []

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        """Add one file, piece by piece."""
        digest, size = hashlib.sha256(), 0
        with self._opened(name) as file:
            for piece in pieces:
                file.write(piece)
                digest.update(piece)
                size += len(piece)
        self._files.append({"name": name, "size": size, "sha256": digest.hexdigest()})

    def add_value(self, name: str, value: Any) -> None:
        """Add one small file of JSON."""
        self.add(name, [canonical(value) + b"\n"])

    def add_lines(self, name: str, values: Iterable[Any]) -> None:
        """Add one file of JSON lines."""
        self.add(name, (canonical(value) + b"\n" for value in values))

    def seal(self, manifest: Mapping[str, Any], sign: Signer) -> IO[bytes]:
        """Add the verifier, the list of all files and its signature; the zip at its beginning."""
        self.add("verify.py", [VERIFIER.read_bytes()])
        listed = canonical({**manifest, "format": FORMAT, "files": self._files}) + b"\n"
        stated = hashlib.sha256(listed).hexdigest()
        key_id, signature = sign(f"{FORMAT}\n{stated}\n".encode())
        signed = {"key_id": key_id, "manifest_sha256": stated, "signature": signature.hex()}
        for name, text in (("manifest.json", listed), ("signature.json", canonical(signed) + b"\n")):
            with self._opened(name) as file:
                file.write(text)
        self._zip.close()
        self.file.seek(0)
        return self.file

    def drop(self) -> None:
        """Give up a proof that could not be finished."""
        self._zip.close()
        self.file.close()

    @contextlib.contextmanager
    def _opened(self, name: str) -> Iterator[IO[bytes]]:
        info = zipfile.ZipInfo(name, self._at)  # type: ignore[arg-type]
        info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
        with self._zip.open(info, "w", force_zip64=True) as file:
            yield file


def pieces_of(file: IO[bytes]) -> Iterator[bytes]:
    """What was written to a held file, from its beginning."""
    file.seek(0)
    yield from iter(lambda: file.read(1 << 16), b"")
