"""The ledger: one line for everything the carrier took, refused, delivered or received. It is the judge of tests.

A line is in the ledger before anyone is answered. Writes are batched and not synced: the process is trusted to live.
"""

import collections
import datetime
import itertools
import os
import pathlib
import threading
from array import array
from collections.abc import Iterator
from typing import Any

import orjson

from sandbox.clock import Clock

KINDS: tuple[str, ...] = ("message", "twiml_reply", "carrier_reply", "inbound", "callback", "mail", "change")
KINDS += ("chat", "chat_inbound", "chat_preference", "chat_template")
KINDS += ("call", "call_end", "play")
_RECENT = 60  # what the handset page shows of the past


class Ledger:
    """Append-only JSON lines in one file; readers get whole lines by id.

    Shape: every entry has id, at (business time, ISO), t (world time, seconds), kind, account, from, to, body, sid,
           key, status and accepted; callbacks and inbound webhooks add url, attempt, code, http and ms.
    """

    def __init__(self, path: pathlib.Path, clock: Clock) -> None:
        self._clock = clock
        self._file = path.open("a+b", buffering=1 << 20)
        self._lock = threading.Lock()  # the mail catcher and readers may live in other threads of a test
        self._starts = array("Q")  # where in the file each entry begins
        self._size = 0
        self.counts: collections.Counter[str] = collections.Counter()
        self.recent: collections.deque[dict[str, Any]] = collections.deque(maxlen=_RECENT)
        self._reload()

    def _reload(self) -> None:
        self._file.seek(0)
        for line in self._file:
            if not line.endswith(b"\n"):  # the last line of a killed process
                self._file.truncate(self._size)
                break
            self._note(orjson.loads(line), len(line))
        self._file.seek(0, os.SEEK_END)

    def append(self, kind: str, *, accepted: bool, **facts: Any) -> int:
        """Write one entry and return its id. Effects: buffered; `flush` or the next tick puts it into the file."""
        whose = str(facts.get("account", ""))
        moment = self._clock.now(whose)
        at = moment.isoformat(timespec="milliseconds")
        real = round(moment.timestamp() - self._clock.offset_of(whose), 6)
        with self._lock:
            number = len(self._starts) + 1
            entry = {"id": number, "at": at, "t": real, "kind": kind, "accepted": accepted, **facts}
            line = orjson.dumps(entry) + b"\n"
            self._file.write(line)
            self._note(entry, len(line))
        return number

    def _note(self, entry: dict[str, Any], length: int) -> None:
        self._starts.append(self._size)
        self._size += length
        self.counts[entry["kind"]] += 1
        self.counts[f"{entry['kind']}.{'accepted' if entry['accepted'] else 'refused'}"] += 1
        self.recent.append(entry)

    def __len__(self) -> int:
        return len(self._starts)

    def flush(self) -> None:
        """Hand buffered lines to the operating system."""
        with self._lock:
            self._file.flush()

    def lines(
        self, since: int = 0, to: str = "", kind: str = "", account: str = "", limit: int | None = None
    ) -> Iterator[bytes]:
        """Whole lines with an id above `since`, oldest first; only those that match what is given."""
        self.flush()
        if since >= len(self._starts) or limit == 0:
            return iter(())
        wanted = {name: value for name, value in {"to": to, "kind": kind, "account": account}.items() if value}
        matching = (line for line in self._read(since) if _matches(line, wanted))
        return itertools.islice(matching, limit)

    def _read(self, since: int) -> Iterator[bytes]:
        with open(self._file.name, "rb") as reader:
            reader.seek(self._starts[since])
            yield from itertools.islice(reader, len(self._starts) - since)

    def entries(self) -> Iterator[dict[str, Any]]:
        """Every entry, oldest first; used to rebuild the threads after a restart."""
        return (orjson.loads(line) for line in self.lines())

    def clear(self) -> None:
        """Forget everything; ids begin again at 1."""
        with self._lock:
            self._file.flush()
            self._file.truncate(0)
            self._starts = array("Q")
            self._size = 0
            self.counts.clear()
            self.recent.clear()

    def close(self) -> None:
        """Write what is buffered and close the file."""
        with self._lock:
            self._file.close()


def _matches(line: bytes, wanted: dict[str, str]) -> bool:
    if not wanted:
        return True
    if any(orjson.dumps(value)[1:-1] not in line for value in wanted.values()):
        return False
    entry = orjson.loads(line)
    return all(entry.get(name) == value for name, value in wanted.items())


def moment_of(entry: dict[str, Any]) -> datetime.datetime:
    """The business time of an entry."""
    return datetime.datetime.fromisoformat(entry["at"])
