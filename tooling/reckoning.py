"""The end of the check: what the product says beside what the carrier's ledger says. The ledger is right."""

import collections

from tooling.newcomer import ACCOUNT, Newcomer


def reckon(newcomer: Newcomer) -> bool:
    """Print both columns; True only when they agree and nobody was reached twice or without proof."""
    ledger, people = newcomer.carrier.ledger, newcomer.neighbours
    reached = collections.Counter(each["to"] for each in ledger(f"kind=message&account={ACCOUNT}") if each["accepted"])
    receipts = [each for each in ledger(f"kind=callback&account={ACCOUNT}") if each["accepted"]]
    heard = ledger(f"kind=inbound&account={ACCOUNT}")
    stops = {each["from"] for each in heard if each["body"].lower().startswith("stop")}
    planned, left_out = newcomer.report()
    reasons = sorted(left_out.keys() | people.left_out.keys())
    rows = [
        ("planned", len(people.may) + sum(people.left_out.values()), planned),
        *((f"  left out: {each}", people.left_out.get(each, 0), left_out.get(each, 0)) for each in reasons),
        ("sent", sum(reached.values()), newcomer.number("sent")),
        ("delivered", len({e["sid"] for e in receipts if e["status"] == "delivered"}), newcomer.number("delivered")),
        ("replied", len({each["from"] for each in heard} - stops), newcomer.number("replied")),
        ("opted out", len(stops), newcomer.number("opted_out")),
    ]
    print(f"\n{'':<28} {'truth':>7} {'product':>8}")  # of the plan the file tells it, of the rest the ledger
    for name, seen, told in rows:
        print(f"{name:<28} {seen:>7} {told:>8} {'' if seen == told else '  <- they differ'}")
    wrong = {number: count for number, count in reached.items() if count != 1 or number not in people.may}
    if wrong or set(reached) != people.may:
        print(
            f"{len(wrong)} numbers were reached twice or without proof; {len(people.may - set(reached))} were missed."
        )
    return all(seen == told for _, seen, told in rows) and not wrong and set(reached) == people.may
