"""Which rows of one file are the same person: by phone first, then by email, in bounded memory."""

import array
import hashlib
import os
from collections.abc import Sequence

_SMALLEST = 1 << 12
_ROW_CODE = "I"
_DIGEST_CODE = "Q"


class Deduplicator:
    """Remembers under which row each address first came.

    Shape: an open hash table of 64-bit digests and row numbers, 12 bytes a slot and at most two thirds full, so two
           million addresses take 50 MB, a fraction of what a dictionary takes. Digests are keyed anew for each file,
           so nobody can prepare colliding addresses; that two of two million collide has a chance of 1 in 10 million.
    """

    def __init__(self) -> None:
        self._key = os.urandom(16)
        self._count = 0
        self._digests = array.array(_DIGEST_CODE, bytes(8 * _SMALLEST))
        self._rows = array.array(_ROW_CODE, bytes(4 * _SMALLEST))

    @property
    def size(self) -> int:
        """The bytes its tables take."""
        return len(self._rows) * (self._digests.itemsize + self._rows.itemsize)

    def first_row(self, row: int, addresses: Sequence[tuple[str, str]]) -> int | None:
        """The accepted row that has one of these addresses, else None, and they now belong to `row`.

        Shape: (kind, value) pairs, asked in order; rows from 1. A duplicate's other addresses are not remembered: they
               may be somebody else's, such as the second person behind a shared phone.
        """
        digests = [self._digest(kind, value) for kind, value in addresses]
        for digest in digests:
            found = self._rows[self._slot(digest)]
            if found:
                return found
        for digest in digests:
            self._remember(digest, row)
        return None

    def _digest(self, kind: str, value: str) -> int:
        raw = hashlib.blake2b(f"{kind}|{value}".encode(), digest_size=8, key=self._key).digest()
        return int.from_bytes(raw, "little")

    def _slot(self, digest: int) -> int:
        """Where this digest is, or the free slot where it would go; a row of 0 means free."""
        mask = len(self._rows) - 1
        slot = digest & mask
        while self._rows[slot] and self._digests[slot] != digest:
            slot = (slot + 1) & mask
        return slot

    def _remember(self, digest: int, row: int) -> None:
        if self._count * 3 >= len(self._rows) * 2:
            self._grow()
        slot = self._slot(digest)
        self._count += not self._rows[slot]
        self._digests[slot], self._rows[slot] = digest, row

    def _grow(self) -> None:
        digests, rows = self._digests, self._rows
        self._digests = array.array(_DIGEST_CODE, bytes(16 * len(rows)))
        self._rows = array.array(_ROW_CODE, bytes(8 * len(rows)))
        for digest, row in zip(digests, rows, strict=True):
            if row:
                slot = self._slot(digest)
                self._digests[slot], self._rows[slot] = digest, row
