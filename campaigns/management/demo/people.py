"""The demo's customers: names, numbers that belong to nobody, and the files in which they arrive. One seed, one crowd."""

import csv
import dataclasses
import datetime
import io
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

#: area codes of the shop's customers, with their city
_PLACES = (
    ("402", "Omaha"), ("531", "Lincoln"), ("712", "Council Bluffs"), ("515", "Des Moines"), ("816", "Kansas City"),
    ("913", "Overland Park"), ("605", "Sioux Falls"), ("312", "Chicago"), ("773", "Chicago"), ("612", "Minneapolis"),
    ("414", "Milwaukee"), ("303", "Denver"), ("720", "Aurora"), ("212", "New York"), ("718", "Brooklyn"),
    ("617", "Boston"), ("415", "San Francisco"), ("408", "San Jose"), ("206", "Seattle"), ("503", "Portland"),
)  # fmt: skip
_GIVEN = (
    "Amelia", "Noah", "Zainab", "Hassan", "Olivia", "Mateo", "Mei", "Grace", "Ravi", "Ananya", "Sofía", "Liam", "Aisha",
    "Omar", "Hannah", "Jamal", "Leila", "Ethan", "Chloé", "Nadia", "Samuel", "Ingrid", "Kofi", "Maya", "Lucas", "Parveen",
    "Rosa", "Daniel", "Yusra", "Claire",
)  # fmt: skip
_FAMILY = (
    "Baker", "Rahman", "Okafor", "Nguyen", "Larsen", "Kowalski", "García", "Shah", "Miller", "Hussain", "Novak", "Chen",
    "Walker", "Iyer", "Haddad", "O'Brien", "Sharma", "Peters", "Jensen", "Malik", "Brooks", "Rossi", "Kaur", "Becker",
)  # fmt: skip
#: What the sandbox's numbers +1 402 555 01xx do that a shop sees in a normal month; the rest of the table is for drills.
_WILLED = (
    "01", "02", "03", "11", "13", "14", "15", "16", "45", "46", "47", "48",
    "50", "52", "53", "54", "55", "56", "57", "58", "60", "67", "68", "86",
)  # fmt: skip
_LINES = tuple(f"{line:02d}" for line in range(100))
_SPOILED = ("+1 402 555", "ask at the counter", "402-555-01O7", "12345", "4.02555E+09")
_YES = ("yes", "Yes", "y", "TRUE")


@dataclasses.dataclass(frozen=True, slots=True)
class Person:
    """A customer who does not exist."""

    first_name: str
    last_name: str
    city: str
    number: str
    email: str

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"


class Crowd:
    """Everybody there is, in the order in which they come to the shop."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        others = [(f"+1{area}55501{line}", city) for area, city in _PLACES[1:] for line in _LINES]
        willed = [(f"+1{_PLACES[0][0]}55501{line}", _PLACES[0][1]) for line in _WILLED]
        self.random.shuffle(others)
        self.random.shuffle(willed)
        self._ordinary, self._willed = self._people(others), self._people(willed)
        self.known: list[Person] = []

    def arrive(self, count: int, willed: int) -> list[Person]:
        """The next people nobody has seen yet, some of them with phones that have a will of their own."""
        arrived = [next(self._willed) for _ in range(willed)] + [next(self._ordinary) for _ in range(count - willed)]
        self.known += arrived
        return arrived

    def _people(self, numbers: Sequence[tuple[str, str]]) -> Iterator[Person]:
        for number, city in numbers:
            first, last = self.random.choice(_GIVEN), self.random.choice(_FAMILY)
            email = f"{first}.{last}.{number[-4:]}{number[2:5]}@example.com".replace("'", "").replace("’", "").lower()
            yield Person(first, last, city, number, email if email.isascii() and self.random.random() < 0.7 else "")


def people_file(crowd: Crowd, plan: Mapping[str, Any], today: datetime.date) -> bytes:
    """A file of sign-ups as a shop would have it: some said yes with proof, some without, some nothing, some rows spoiled."""
    returning = crowd.random.sample(crowd.known, plan.get("again", 0))
    fresh = plan["people"] - len(returning) - plan.get("spoiled", 0)
    people = crowd.arrive(fresh, plan["willed"]) + returning
    rows = [_row(crowd, plan, person, today) for person in people]
    rows += [_spoiled_row(crowd, plan, today) for _ in range(plan.get("spoiled", 0))]
    crowd.random.shuffle(rows)
    return _csv(plan["headers"], rows)


def _row(crowd: Crowd, plan: Mapping[str, Any], person: Person, today: datetime.date) -> list[str]:
    """One person as the file has them, with what they said about texts."""
    said, answer = crowd.random.random(), ["", "", ""]
    if said < plan["yes"]:
        signed_on = today - datetime.timedelta(days=crowd.random.randint(1, 60))
        answer = [crowd.random.choice(_YES), signed_on.isoformat(), plan["source"]]
    elif said < plan["yes"] + plan["no_proof"]:
        answer = ["yes", "", ""]
    cells = [person.name, _written(crowd, person.number), person.email, person.city, *answer, _tags(crowd, plan)]
    return cells + ([crowd.random.choice([*plan["groups"], ""])] if "groups" in plan else [])


def _spoiled_row(crowd: Crowd, plan: Mapping[str, Any], today: datetime.date) -> list[str]:
    """A row with a number that cannot be one."""
    person = crowd.random.choice(crowd.known)
    cells = [person.name, crowd.random.choice(_SPOILED), "", person.city, "yes", today.isoformat(), plan["source"]]
    return cells + [""] * (len(plan["headers"]) - len(cells))


def orders_file(people: Sequence[Person]) -> bytes:
    """People with an order on its way, as the web shop writes them down."""
    return _csv(["Customer name", "Cell phone", "City"], [[each.name, each.number, each.city] for each in people])


def stops_file(people: Sequence[Person]) -> bytes:
    """People who said stop in the tool the shop used before."""
    return _csv(["Phone number"], [[each.number] for each in people])


def _written(crowd: Crowd, number: str) -> str:
    """A number as one of several hands would write it."""
    area, middle, line = number[2:5], number[5:8], number[8:]
    forms = (number, f"({area}) {middle}-{line}", f"{area}-{middle}-{line}", f"+1 {area} {middle} {line}")
    return crowd.random.choice(forms)


def _tags(crowd: Crowd, plan: Mapping[str, Any]) -> str:
    return crowd.random.choice(plan["tags"]) if crowd.random.random() < 0.6 else ""


def _csv(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(headers)
    writer.writerows(rows)
    return text.getvalue().encode()
