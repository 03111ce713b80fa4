"""Which mailbox does what: the table of magic addresses."""

import dataclasses
import pathlib
import tomllib
from typing import Any


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """One thing the mail service tells: the kind of webhook, its type (empty for a delivery), and after how many seconds."""

    record: str
    type: str
    after: float


@dataclasses.dataclass(frozen=True, slots=True)
class MailWill:
    """Everything a mailbox has decided about a mail before it is sent."""

    name: str
    it_will: str
    smtp: str = ""
    once: bool = False
    after: str = ""
    refused: int = 0
    reports: tuple[Report, ...] = ()


class MailWills:
    """The will of each mailbox, by the part of its address before the @ or a +."""

    def __init__(self, table: dict[str, Any]) -> None:
        self.ordinary = _will("", table["ordinary"])
        self.named = {name: _will(name, row) for name, row in table["mailboxes"].items()}
        self._met: set[str] = set()

    def of(self, address: str) -> MailWill:
        """What this address does with a mail."""
        local = address.rpartition("@")[0].partition("+")[0].lower()
        return self.named.get(local, self.ordinary)

    def answer(self, address: str) -> str:
        """What SMTP answers to this recipient this time, empty for yes. Effects: one that refuses once is remembered."""
        will = self.of(address)
        if will.once and address in self._met:
            return ""
        self._met.add(address)
        return will.smtp

    def forget(self) -> None:
        """Drop the memory of first knocks."""
        self._met.clear()


def load(folder: pathlib.Path = pathlib.Path(__file__).parent) -> MailWills:
    """The table shipped with the sandbox."""
    return MailWills(tomllib.loads((folder / "mail.toml").read_text("utf-8")))


def _will(name: str, row: dict[str, Any]) -> MailWill:
    reports = tuple(Report(each[0], each[1] if len(each) > 2 else "", each[-1]) for each in row.get("events", ()))
    plain = {key: value for key, value in row.items() if key != "events"}
    return MailWill(name, **plain, reports=reports)
