"""What callers hand to the ledger and get back: plain values, no rows."""

import dataclasses
import datetime
import re
import uuid
from typing import Any, Final

from consent.contracts import OwnHours
from core.email import EmailAddress, parse_email
from core.phone import PhoneNumber, parse_phone
from core.places import candidate_zones, region_of
from core.problem import Problem

#: a beginning with more digits would be nearly a number, and stand in plain for one person
_PREFIX: Final = re.compile(r"\+\d{1,8}")


@dataclasses.dataclass(frozen=True, slots=True)
class Address:
    """One address on its way to becoming a point. `key` is equal for equal addresses; `text` is what we send to."""

    kind: str
    key: str
    text: str
    hint: str
    region: str = ""
    zones: str = ""
    number_type: str = ""


def address_of(value: PhoneNumber | EmailAddress) -> Address:
    """A parsed number or mailbox as an address."""
    if isinstance(value, PhoneNumber):
        hint = f"+{value.calling_code} … {value.e164[-4:]}"
        return Address(
            "phone", value.e164, value.e164, hint, region_of(value), " ".join(candidate_zones(value)), value.kind
        )
    local, _, domain = value.address.rpartition("@")
    return Address("email", value.key, value.address, f"{local[:1]}…@{domain}"[:40])


@dataclasses.dataclass(frozen=True, slots=True)
class Claim:
    """What somebody says a person agreed to, or no longer agrees to, for one address.

    status:   granted (with proof), unproven (a yes nobody can prove) or withdrawn. The ledger keeps a granted one as pending
              where it has to be confirmed first.
    evidence: whatever proves it; sealed as it is. Empty for unproven.
    place:    where the person is known to be, for an address that tells none; empty: as the address tells, else where the
              organisation is.
    confirmed: the evidence holds a confirmation that was asked for elsewhere, so none is asked for here.
    """

    point_id: uuid.UUID
    purpose_id: uuid.UUID
    channel: str
    status: str
    source: str
    occurred_at: datetime.datetime
    wording_id: uuid.UUID | None = None
    evidence: dict[str, Any] | None = None
    place: str = ""
    confirmed: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Provenance:
    """Where facts come from: an import job, a form, a message. `may_raise` lets proof newer than a no count again."""

    origin: str = ""
    origin_id: uuid.UUID | None = None
    may_raise: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Wishes:
    """How somebody wants to be written to: at most so many a week, at their hours, in their language; empty: as it is."""

    weekly_cap: int | None = None
    hours: OwnHours | None = None
    language: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Listed:
    """One thing to be put on a list: an address, or (`form` domain or prefix) what many addresses share."""

    form: str
    text: str
    address: Address | None = None


def read_listed(text: str, country: str) -> Listed | Problem:
    """What somebody wrote: a number, a mailbox, "@acme.example" for a domain, or "+4470*" for a beginning of numbers.

    Errors: returned, not raised: Problem bad_email, bad_phone and their like, bad_domain, bad_prefix.
    """
    bare = text.strip()
    if bare.startswith("@") or ("@" not in bare and re.search(r"[A-Za-z]", bare) and "." in bare):
        found = parse_email(f"a@{bare.removeprefix('@')}")
        return Listed("domain", found.domain) if isinstance(found, EmailAddress) else Problem("bad_domain", "")
    if bare.endswith("*"):
        digits = re.sub(r"[\s().-]", "", bare.removesuffix("*"))
        return Listed("prefix", digits) if _PREFIX.fullmatch(digits) else Problem("bad_prefix", "")
    value = parse_email(bare) if "@" in bare else parse_phone(bare, country)
    if isinstance(value, PhoneNumber | EmailAddress):
        address = address_of(value)
        return Listed(address.kind, address.text, address)
    return value
