"""A value somebody gave us that we cannot take: why, in stable words, and never the value itself."""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """Why an address was refused.

    `code` is the coarse reason that counts and files use (bad_phone, spreadsheet_number, bad_email);
    `cause` is the fine one that chooses the words a person reads (letters, two_numbers, no_country_code …).
    """

    code: str
    cause: str
