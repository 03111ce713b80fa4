"""The contact files of the import benchmark: what a shop exports, every number valid and used once."""

import csv
import datetime
import pathlib

import openpyxl

HEADERS = (
    "Phone", "Email", "First name", "Last name", "City", "Country", "Language", "Tags",
    "SMS consent", "Consent date", "Consent source", "IP address",
)  # fmt: skip
_FIRST = ("Mina", "Omar", "José", "Anna-Lena", "Chen", "Aisha", "Luca", "Grace", "Tomasz", "Priya")
_LAST = ("Okafor", "Nguyen", "Müller", "Silva", "Kowalska", "Haddad", "Smith", "García", "Rossi", "Tanaka", "Van Dijk")
_CITIES = ("Omaha", "Berlin", "São Paulo", "Lahore", "Chicago", "Lagos", "Osaka")
_TAGS = ("vip", "spring, newsletter", "", "returns", "")
#: area codes of several states, so that regions and zones differ
_AREAS = ("402", "212", "312", "415", "512", "602", "206", "305", "617", "702")
_BEGAN = datetime.date(2024, 1, 1)


def row(index: int, edition: int = 0) -> list[str]:
    """One person; another `edition` is the same person with another name, as a later export of the same shop."""
    area, rest = _AREAS[index % len(_AREAS)], index // len(_AREAS)
    number = f"+1 ({area}) {300 + rest // 10_000 % 90:03d}-{rest % 10_000:04d}"
    first, last = _FIRST[(index + edition) % len(_FIRST)], _LAST[index % len(_LAST)]
    day = _BEGAN + datetime.timedelta(days=index % 500)
    place, tag = _CITIES[index % len(_CITIES)], _TAGS[index % len(_TAGS)]
    proof = [day.isoformat(), "https://shop.example/checkout", f"198.51.100.{index % 250}"]
    return [number, f"person{index}@people.example", first, last, place, "US", "en", tag, "yes", *proof]


def write_csv(path: pathlib.Path, count: int, edition: int = 0) -> pathlib.Path:
    """A CSV file of so many people."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        writer.writerows(row(index, edition) for index in range(count))
    return path


def write_workbook(path: pathlib.Path, count: int) -> pathlib.Path:
    """The same people as an XLSX file."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Contacts")
    sheet.append(HEADERS)
    for index in range(count):
        sheet.append(row(index))
    book.save(path)
    return path
