"""The ledger: nothing is lost, nothing is changed, and a torn line does not spoil it."""

import orjson

from sandbox.clock import Clock
from sandbox.ledger import Ledger


def _append(ledger, kind="message", accepted=True, to="+14025550142"):
    return ledger.append(
        kind, accepted=accepted, account="AC1", to=to, body="Hello", sid="SM1", key="", status="queued"
    )


def test_entries_are_numbered_counted_and_found_by_what_is_asked(tmp_path):
    ledger = Ledger(tmp_path / "ledger.jsonl", Clock())

    ids = [
        _append(ledger),
        _append(ledger, to="+14025550101"),
        _append(ledger, kind="inbound"),
        _append(ledger, accepted=False),
    ]

    assert ids == [1, 2, 3, 4]
    assert [orjson.loads(line)["id"] for line in ledger.lines(since=1)] == [2, 3, 4]
    assert [orjson.loads(line)["id"] for line in ledger.lines(to="+14025550142", kind="message")] == [1, 4]
    assert [orjson.loads(line)["id"] for line in ledger.lines(limit=2)] == [1, 2]
    assert list(ledger.lines(since=4)) == []
    assert dict(ledger.counts) == {
        "message": 3, "message.accepted": 2, "message.refused": 1, "inbound": 1, "inbound.accepted": 1,
    }  # fmt: skip
    ledger.close()


def test_an_entry_carries_business_time_and_world_time(tmp_path):
    clock = Clock()
    clock.set(86_400)
    ledger = Ledger(tmp_path / "ledger.jsonl", clock)

    _append(ledger)

    entry = next(ledger.entries())
    assert abs(clock.seconds() - 86_400 - entry["t"]) < 5
    assert entry["at"].endswith("+00:00")
    ledger.close()


def test_a_ledger_goes_on_after_a_restart_and_drops_a_torn_last_line(tmp_path):
    path = tmp_path / "ledger.jsonl"
    first = Ledger(path, Clock())
    _append(first)
    first.close()
    with path.open("ab") as torn:
        torn.write(b"""{"id":2,"torn""")

    second = Ledger(path, Clock())
    number = _append(second)

    assert number == 2
    assert [entry["id"] for entry in second.entries()] == [1, 2]
    assert second.counts["message"] == 2
    second.close()


def test_a_cleared_ledger_is_empty_and_begins_again_at_one(tmp_path):
    ledger = Ledger(tmp_path / "ledger.jsonl", Clock())
    _append(ledger)

    ledger.clear()

    assert list(ledger.lines()) == []
    assert dict(ledger.counts) == {}
    assert _append(ledger) == 1
    assert len(list(ledger.lines())) == 1
    ledger.close()
