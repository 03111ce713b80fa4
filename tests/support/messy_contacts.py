"""Makes contact files as untidy as people's own, and tells for every row what a right import makes of it.

The numbers come from the example ranges of the numbering plans, the addresses from the reserved example domains: none
of them is anybody's. One seed gives one file, for ever.
"""

import csv
import dataclasses
import functools
import pathlib
import random
from collections.abc import Iterator

import phonenumbers

HEADERS = (
    "Given name", "Surname", "Phone number", "Email address", "Town", "Tariff", "Notes",
    "SMS opt in", "WhatsApp opt in", "Email opt in", "Voice opt in", "Opt in date", "Opt in source", "Opt in IP",
)  # fmt: skip
_COUNTRIES = (
    "US",
    "US",
    "US",
    "CA",
    "IN",
    "IN",
    "PK",
    "GB",
    "BR",
    "DE",
    "NG",
    "MX",
    "FR",
    "ZA",
    "AE",
    "ID",
    "KE",
    "JP",
)
_GIVEN = (
    "Amara",
    "Benoît",
    "Chloé",
    "Dmitri",
    "Ewa",
    "Farhan",
    "Łukasz",
    "D'Arcy",
    "सीता",
    "علی",
    "美咲",
    "🌟Tia",
    "Ngozi",
)
_SURNAMES = (
    "Adeyemi",
    "Björk",
    "O'Hara",
    "Núñez",
    "Iqbal",
    "da Silva",
    "Schröder",
    "Kumari",
    "王",
    "Smith-Jones",
    "خان",
)
_TOWNS = ("Multan", "Pune", "Springfield, IL", "Córdoba", "Ibadan", "Köln", "Leeds", "Durban", "")
_YES, _SILENT = ("yes", "Y", "TRUE", "1", "opted in", "Ja", "✓"), ("no", "", "N", "0", "FALSE", "pending")
_AWAY = ("unsubscribed", "STOP", "Opted out", "do not contact")
_SOURCES = ("checkout page", "paper card", "=SUM(1,2)", "till 7", "@counter", "-kiosk-")
_BAD_PHONES = (
    ("0000", "bad_phone"), ("+1 800 FLOWERS", "bad_phone"), ("none", "bad_phone"), ("+9990001112223", "bad_phone"),
    ("#N/A", "bad_phone"), ("+1 202 555 0143 ext. 9", "bad_phone"), ("+12025550143 / +12025550144", "bad_phone"),
    ("4.47911E+11", "spreadsheet_number"), ("1.2025550143e+10", "spreadsheet_number"), ("4,47911E+11", "spreadsheet_number"),
    ("+" + "7" * 300, "bad_phone"),
)  # fmt: skip
_BAD_EMAILS = (
    "plain.example.com",
    "a@@example.com",
    "an ant@example.com",
    "@example.org",
    "x@y",
    "q@example..org",
    ".",
)
_DOMAINS = ("example.com", "example.org", "mail.example.net")
_EASTERN_ARABIC = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
_DEVANAGARI = str.maketrans("0123456789", "०१२३४५६७८९")


@dataclasses.dataclass(frozen=True, slots=True)
class Truth:
    """What a right import says of one row.

    `outcome` is accept, duplicate or reject; `detail` the first row of a duplicate, the code of a rejection, or
    "dropped_phone" / "dropped_email" of an accepted row. `claims` maps channel → state; `phone` and `email` are what
    is kept.
    """

    row: int
    outcome: str
    detail: str = ""
    phone: str = ""
    email: str = ""
    claims: tuple[tuple[str, str], ...] = ()


class MessyContacts:
    """A stream of rows with their truth. `encoding` decides which spellings of a number a file can hold."""

    def __init__(self, seed: int, encoding: str = "utf-8") -> None:
        self._random = random.Random(seed)
        self._encoding = encoding
        self._phones: dict[str, int] = {}
        self._emails: dict[str, int] = {}

    def rows(self, count: int) -> Iterator[tuple[list[str], Truth]]:
        """The first `count` rows."""
        for row in range(1, count + 1):
            yield self._row(row)

    def _row(self, row: int) -> tuple[list[str], Truth]:
        pick = self._random
        number, email = self._number(), f"person.{row}@{pick.choice(_DOMAINS)}"
        phone_cell, email_cell, code = self._addresses(number, email)
        if isinstance(code, _Repeated):
            number, email, code = code.number, code.email, ""
        given = "B" * 5_000 if pick.random() < 0.003 else pick.choice(_GIVEN)
        kept_phone = number if phone_cell and code not in {"dropped_phone", "bad_phone", "spreadsheet_number"} else ""
        kept_email = email if email_cell and code not in {"dropped_email", "bad_email"} else ""
        cells, claims = self._consent(bool(kept_phone), bool(kept_email))
        truth = self._truth(row, "too_long" if len(given) > 1_000 else code, kept_phone, kept_email, claims)
        text = [given, pick.choice(_SURNAMES), phone_cell, email_cell, pick.choice(_TOWNS)]
        return [*text, pick.choice(("basic", "=1+1", "")), pick.choice(("", 'said "hi"', "two\nlines")), *cells], truth

    def _truth(self, row: int, code: str, phone: str, email: str, claims: tuple[tuple[str, str], ...]) -> Truth:
        if code and not code.startswith("dropped_"):
            return Truth(row, "reject", code)
        first = self._phones.get(phone) or self._emails.get(email)
        if first:
            return Truth(row, "duplicate", str(first), phone, email, claims)
        self._phones |= {phone: row} if phone else {}
        self._emails |= {email: row} if email else {}
        return Truth(row, "accept", code, phone, email, claims)

    def _addresses(self, number: str, email: str) -> "tuple[str, str, str | _Repeated]":
        """The phone cell, the email cell, and what is wrong or repeated in them."""
        pick, roll = self._random, self._random.random()
        bad_phone, phone_code = pick.choice(_BAD_PHONES)
        if roll < 0.02:
            return "", pick.choice(("", "  ")), "no_address"
        if roll < 0.05:
            return bad_phone, "", phone_code
        if roll < 0.065:
            return "", pick.choice(_BAD_EMAILS), "bad_email"
        if roll < 0.09:
            return bad_phone, self._spelled_email(email), "dropped_phone"
        if roll < 0.11:
            return self._spelled(number), pick.choice(_BAD_EMAILS), "dropped_email"
        if roll < 0.15 and self._phones:
            again = pick.choice(list(self._phones)[-500:])
            return self._spelled(again), "", _Repeated(again, email)
        if roll < 0.17 and self._emails:
            again = pick.choice(list(self._emails)[-500:])
            return "", again.upper(), _Repeated(number, again)
        if roll < 0.24:
            return (self._spelled(number), "", "") if roll < 0.21 else ("", self._spelled_email(email), "")
        return self._spelled(number), self._spelled_email(email), ""

    def _number(self) -> str:
        """A valid mobile number near the example of a country's plan."""
        country = self._random.choice(_COUNTRIES)
        code, example = _example(country)
        while True:
            tail = "".join(str(self._random.randrange(10)) for _ in range(min(6, len(example) - 3)))
            number = phonenumbers.PhoneNumber(code, int(example[: len(example) - len(tail)] + tail))
            if phonenumbers.is_valid_number(number):
                return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def _spelled(self, number: str) -> str:
        """A number the way somebody types it, if the file's encoding can hold that."""
        if self._random.random() < 0.4:
            return number
        parsed = phonenumbers.parse(number)
        pretty = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        code = str(parsed.country_code)
        ways = (
            pretty, pretty, "00" + number[1:], "TEL:" + number, f"  {number}\t",
            pretty.replace(" ", "\u00a0"), pretty.replace(" ", "."), pretty.replace(" ", "\u2011"), "'" + number,
            "\u202a" + number + "\u202c", number[:5] + "\u200b" + number[5:], "＋" + number[1:],
            "+" + number[1:].translate(_EASTERN_ARABIC), "+" + number[1:].translate(_DEVANAGARI),
            f"(+{code}) {number[len(code) + 1 :]}", "00 " + pretty[1:].replace(" ", "/") if code == "49" else pretty,
        )  # fmt: skip
        way = self._random.choice(ways).replace("/", " ")
        return way if way.encode(self._encoding, "ignore").decode(self._encoding) == way else number

    def _spelled_email(self, email: str) -> str:
        return self._random.choice((email, email, email, email.upper(), f" {email} ", "mailto:" + email))

    def _consent(self, phone: bool, email: bool) -> tuple[list[str], tuple[tuple[str, str], ...]]:
        """The consent cells, and what they amount to for the channels with an address."""
        pick = self._random
        answers = [pick.choice((*_YES, *_SILENT, *_AWAY)) for _ in range(4)]
        answers = [answer if self._writable(answer) else "yes" for answer in answers]
        proven = any(answer in _YES for answer in answers) and pick.random() < 0.85
        when = (
            pick.choice(("2023-04-05T06:07:08Z", "2021-12-31", "31.01.2022", "25/12/2020", "2019-07-01 09:30"))
            if proven
            else ""
        )
        source = pick.choice(_SOURCES) if proven else ""
        reachable = {"sms": phone, "whatsapp": phone, "email": email, "voice": phone}
        claims = tuple(
            (channel, "withdrawn" if answer in _AWAY else "granted" if proven else "unproven")
            for channel, answer in zip(reachable, answers, strict=True)
            if reachable[channel] and answer not in _SILENT
        )
        return [*answers, when, source, "198.51.100.7" if source else ""], claims

    def _writable(self, text: str) -> bool:
        return text.encode(self._encoding, "ignore").decode(self._encoding) == text


@functools.lru_cache(maxsize=2)
def messy_rows(count: int, seed: int, encoding: str) -> list[tuple[list[str], Truth]]:
    """The first `count` rows of a seed; kept, because several tests read the same twenty thousand."""
    return list(MessyContacts(seed, encoding).rows(count))


@functools.cache
def _example(country: str) -> tuple[int, str]:
    """The country's calling code and the digits of its example of a mobile number."""
    example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    return example.country_code, str(example.national_number)


@dataclasses.dataclass(frozen=True, slots=True)
class _Repeated:
    number: str
    email: str


def write_csv(
    path: pathlib.Path, rows: int, seed: int, encoding: str = "utf-8-sig", delimiter: str = ","
) -> list[Truth]:
    """Write a messy CSV file and return the truth about its rows."""
    with path.open("w", newline="", encoding=encoding, errors="replace") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(HEADERS)
        truths = []
        for cells, truth in messy_rows(rows, seed, encoding.removesuffix("-sig")):
            writer.writerow(cells)
            truths.append(truth)
    return truths


def write_xlsx(path: pathlib.Path, rows: int, seed: int) -> list[Truth]:
    """Write the same rows as an XLSX workbook, where formulas are formulas and #N/A is an error."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("People")
    sheet.append(HEADERS)
    truths = []
    for cells, truth in messy_rows(rows, seed, "utf-8"):
        sheet.append(cells)
        truths.append(truth)
    book.save(path)
    return truths
