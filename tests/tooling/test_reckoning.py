"""The end of the check: it passes when all numbers agree with the ledger, and fails for every kind of disagreement."""

import dataclasses
import datetime
from typing import Any

import pytest

from tooling.lines import ALONE, CAMPAIGN, LINES, Line
from tooling.neighbours import neighbourhood
from tooling.newcomer import UNTOLD
from tooling.reckoning import reckon

_MAILBOX = "news@practice.example"


class Ledger:
    """What the carriers saw, as the control API answers it."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []

    def note(self, kind: str, sid: str = "", **facts: Any) -> None:
        """One entry."""
        self.entries.append({"kind": kind, "accepted": True, "sid": sid, **facts})

    def ledger(self, query: str) -> list[dict[str, Any]]:
        """The entries of one kind."""
        return [entry for entry in self.entries if f"kind={entry['kind']}" == query]


class House:
    """A product that tells exactly what happened, and carriers that saw it."""

    def __init__(self) -> None:
        self.carrier = Ledger()
        self.application = self
        self.neighbours = neighbourhood(datetime.date(2026, 11, 25))
        self.alone = {line.channel: line.channel for line in LINES}
        self.told: dict[tuple[str, str], int] = {}
        for line in LINES:
            self._live(line)

    def _live(self, line: Line) -> None:
        share = self.neighbours.shares[line.channel]
        reached = sorted(share.may - share.turned_away)
        for to in reached:
            self.send(line, to, CAMPAIGN, arrives=to not in share.missed)
        self.send(line, line.alone_to, ALONE, arrives=True)
        self._stop(line)
        arrived = len(reached) - len(share.missed) if line.reports_arrival else UNTOLD
        told = {"sent": len(reached), "delivered": arrived, "replied": int(bool(line.writer)), "opted_out": 1}
        self.told |= {(line.channel, view): number for view, number in told.items()}

    def send(self, line: Line, to: str, says: str, *, arrives: bool) -> None:
        """A carrier takes one message."""
        sid = f"{line.channel}{len(self.carrier.entries)}"
        if line.channel == "email":
            self.carrier.note("mail", sid, to=to, subject=says, body="", **{"from": _MAILBOX})
        elif line.channel == "voice":
            keys = "9" if to == line.stopper else ""
            self.carrier.note("call", sid, to=to)
            self.carrier.note("call_end", sid, to=to, body=says if arrives else "", keys=keys)
        else:
            self.carrier.note("message" if line.channel == "sms" else "chat", sid, to=to, body=says)
            self.carrier.note("callback", sid, to=to, status="delivered" if arrives else "failed")

    def _stop(self, line: Line) -> None:
        if line.channel == "sms":
            self.carrier.note("inbound", body="Stop please", **{"from": line.stopper})
            self.carrier.note("inbound", body="Open on Sundays?", **{"from": line.writer})
        elif line.channel == "whatsapp":
            self.carrier.note("chat_preference", status="stop", **{"from": line.stopper})
            self.carrier.note("chat_inbound", body="Open?", **{"from": line.writer})
        elif line.channel == "email":
            self.carrier.note("callback", to=line.stopper, status="unsubscribed")

    def report(self, channel: str) -> tuple[int, dict[str, int]]:
        """The plan as the product tells it."""
        share = self.neighbours.shares[channel]
        return share.planned, dict(share.left_out)

    def number(self, channel: str, view: str) -> int:
        """A number of the product's report."""
        return self.told[channel, view]

    def demand(self, status: int, method: str, path: str) -> dict[str, str]:
        """A message of the API, read back."""
        return {"state": "accepted"}


@pytest.fixture
def house() -> House:
    return House()


def test_it_passes_when_everybody_says_the_same(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    assert reckon(house) is True  # type: ignore[arg-type]

    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["SMS", "WhatsApp", "email", "voice"]
    assert [line.split() for line in lines if line.startswith(("planned", "sent", "delivered"))] == [
        ["planned", "68", "68", "68", "68"],
        ["sent", "42", "10", "13", "10"],
        ["delivered", "40", "10", "9"],
    ]


@pytest.mark.parametrize("line", LINES, ids=[line.channel for line in LINES])
@pytest.mark.parametrize("view", ["sent", "delivered", "replied", "opted_out"])
def test_one_number_too_many_fails_and_is_marked(
    house: House, line: Line, view: str, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = house.told[line.channel, view]
    house.told[line.channel, view] += 1

    assert reckon(house) is False  # type: ignore[arg-type]

    assert f"{truth}, told {truth + 1}" in capsys.readouterr().out


@pytest.mark.parametrize("line", LINES, ids=[line.channel for line in LINES])
def test_somebody_reached_without_proof_fails_even_where_the_numbers_agree(
    house: House, line: Line, capsys: pytest.CaptureFixture[str]
) -> None:
    stranger = "stranger@people.example" if line.channel == "email" else "+15315550160"
    house.send(line, stranger, CAMPAIGN, arrives=False)
    house.told[line.channel, "sent"] += 1

    assert reckon(house) is False  # type: ignore[arg-type]

    told = capsys.readouterr().out
    assert f"{line.title}: 1 reached twice or without proof." in told
    assert stranger not in told


def test_somebody_missed_and_somebody_else_stopped_fail(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    sms = house.neighbours.shares["sms"]
    more = dataclasses.replace(sms, may=sms.may | {"+15315550199"}, left_out=dict(sms.left_out) | {"unproven": 4})
    house.neighbours = dataclasses.replace(house.neighbours, shares=dict(house.neighbours.shares) | {"sms": more})
    for entry in house.carrier.entries:
        entry["from"] = "+15315550108" if entry.get("from") == LINES[0].stopper else entry.get("from", "")

    assert reckon(house) is False  # type: ignore[arg-type]

    told = capsys.readouterr().out
    assert "SMS: 1 missed." in told
    assert "SMS: 1 taken for stopped who had not said so." in told
