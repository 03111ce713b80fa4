"""Email addresses: one spelling for what people write, or a plain reason why not. No network is asked.

The module is `core.email`, never a top-level `email`, which would hide Python's own.
"""

import dataclasses
import functools
import re
import unicodedata

import email_validator

from core.problem import Problem

#: RFC 5321 4.5.3.1: a path is at most 256 octets with its brackets, a local part 64
_LONGEST_ADDRESS = 254
_LONGEST_LOCAL = 64
#: letters, digits and the marks RFC 5322 calls atext; dots only between them
_SIMPLE_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_INVISIBLE = dict.fromkeys(
    [0x00, 0xAD, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF]
)


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class EmailAddress:
    """A well-formed mailbox.

    `address` keeps the local part as written and has its domain in lower-case ASCII (IDNA). `key` is the whole in
    lower case, NFC: two spellings of one mailbox have equal keys.
    """

    address: str
    key: str

    def __repr__(self) -> str:
        return f"EmailAddress(…@{self.domain})"

    @property
    def domain(self) -> str:
        """The domain, lower-case ASCII."""
        return self.address.rpartition("@")[2]


def parse_email(text: str) -> EmailAddress | Problem:
    """Read one email address as people write it, spaces around it, invisible marks and a leading `mailto:` taken off.

    Errors: returned, not raised: Problem bad_email with the cause empty, too_long, no_at_sign, two_at_signs, space,
            two_addresses, display_name, local_part or domain.
    Source: RFC 5321, RFC 5322, RFC 6531 as read by the library email-validator; domains as in IDNA 2008.
    """
    bare = text.strip()
    if not bare.isascii():
        bare = bare.translate(_INVISIBLE).strip()
    if bare[:7].lower() == "mailto:":
        bare = bare[7:]
    local, at, domain = bare.rpartition("@")
    if not at or not local or "@" in local or len(bare) > _LONGEST_ADDRESS or len(local) > _LONGEST_LOCAL:
        return Problem("bad_email", _cause(bare))
    if not _SIMPLE_LOCAL.fullmatch(local):
        local = _international_local(local)
    domain = _domain(domain.lower())
    if not local or not domain:
        return Problem("bad_email", _cause(bare) or ("local_part" if domain else "domain"))
    address = f"{local}@{domain}"
    return EmailAddress(
        address, address.lower() if address.isascii() else unicodedata.normalize("NFC", address.lower())
    )


@functools.lru_cache(maxsize=4096)
def _domain(domain: str) -> str:
    """The domain in ASCII, or "" when no mail can go there. A file holds few domains, so the answers are kept."""
    try:
        checked = email_validator.validate_email("a@" + domain, check_deliverability=False)
    except email_validator.EmailNotValidError:
        return ""
    return checked.ascii_domain.lower()


def _international_local(local: str) -> str:
    """A local part outside plain ASCII in NFC, or "" when it is not one."""
    try:
        return email_validator.validate_email(local + "@example.com", check_deliverability=False).local_part
    except email_validator.EmailNotValidError:
        return ""


def _cause(bare: str) -> str:
    """The part of an address that a person should look at; "" when only local part or domain is left to blame."""
    if not bare:
        return "empty"
    if len(bare) > _LONGEST_ADDRESS:
        return "too_long"
    if bare.count("@") > 1:
        return "two_addresses" if re.search(r"@[^@]*[\s,;/|][^@]*@", bare) else "two_at_signs"
    if "@" not in bare:
        return "no_at_sign"
    if "<" in bare:
        return "display_name"
    if any(letter.isspace() for letter in bare):
        return "space"
    return "local_part" if bare[0] == "@" or len(bare.partition("@")[0]) > _LONGEST_LOCAL else ""
