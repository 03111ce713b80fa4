"""The people of the check: an untidy contact file, and for each number what a right product makes of it."""

import csv
import dataclasses
import datetime
import io

_AREA = "531"  # eastern Nebraska; 555-0100 to 555-0199 belongs to nobody
_FORMS = ("+1 {} {}-{}", "({}) {}-{}", "{}.{}.{}", "1-{}-{}-{}", "{}{}{}")
_HEADERS = ("Customer name", "Mobile no.", "Town", "SMS opt in", "Opt in date", "Opt in source", "Unsubscribed")
_SPOILED = ("call me", "12345", "5.31555E+09")
_TWICE = 3
PAGE = "https://corner.example/texts"


@dataclasses.dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The file, and the truth about it: who may be reached, who not and why, what the phones will do."""

    content: bytes
    usable: int
    rejected: int
    may: frozenset[str]
    left_out: dict[str, int]
    failing: frozenset[str]
    landlines: frozenset[str]


def neighbourhood(today: datetime.date) -> Neighbourhood:
    """Forty-odd people who agreed with proof, some who did not, some twice, some spoiled."""
    agreed = [f"+1{_AREA}55501{line:02d}" for line in range(40)]
    landlines = ["+14025550155"]  # the carrier takes it, and says afterwards that no text can arrive there
    failing = [*landlines, "+14025550157"]  # and one that fails for a reason nobody knows: it may be tried again
    unproven = [f"+1{_AREA}55501{line:02d}" for line in range(50, 55)]
    silent = [f"+1{_AREA}55501{line:02d}" for line in range(60, 64)]
    stopped = [f"+1{_AREA}55501{line:02d}" for line in range(70, 73)]
    date = (today - datetime.timedelta(days=20)).isoformat()
    rows = [_row(number, "yes", date, PAGE) for number in [*agreed, *failing]]
    rows += [_row(number, "yes") for number in unproven] + [_row(number) for number in silent]
    rows += [_row(number, away="STOP") for number in stopped]
    rows += [_row(number, "yes", date, PAGE) for number in agreed[:_TWICE]]  # the same people, another hand
    rows += [["Nobody", spoiled, "Omaha", "yes", date, PAGE, ""] for spoiled in _SPOILED]
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows([_HEADERS, *rows])
    usable = len(rows) - len(_SPOILED) - _TWICE
    left_out = {"unproven": len(unproven), "no_consent": len(silent), "opted_out": len(stopped)}
    everybody = frozenset([*agreed, *failing])
    return Neighbourhood(
        text.getvalue().encode("utf-8-sig"),
        usable,
        len(_SPOILED),
        everybody,
        left_out,
        frozenset(failing),
        frozenset(landlines),
    )


def _row(number: str, answer: str = "", date: str = "", source: str = "", away: str = "") -> list[str]:
    form = _FORMS[int(number[-2:]) % len(_FORMS)]
    written = form.format(number[2:5], number[5:8], number[8:])
    return [f"Neighbour {number[-4:]}", written, " Omaha ", answer, date, source, away]
