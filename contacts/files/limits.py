"""How much of a file we are ready to read, and the refusal that says so."""

import dataclasses

MEGABYTE = 1_000_000


class FileProblem(Exception):
    """A file we cannot take: a stable code, what is wrong, and what to do about it. Never a value from the file."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(f"{message} {remedy}")
        self.code = code
        self.message = message
        self.remedy = remedy


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one upload. Sizes in bytes, a line in bytes too, the rest counts.

    `inflation` is how many times its packed size a part of a workbook may unfold; a sheet of 20,000 contacts
    unfolds tenfold.
    """

    size: int = 50 * MEGABYTE
    rows: int = 1_000_000
    columns: int = 200
    line: int = 1 << 20
    parts: int = 2_000
    sheets: int = 50
    inflated: int = 500 * MEGABYTE
    inflation: int = 100
    memory: int = 512 << 20
    processor_seconds: int = 30
