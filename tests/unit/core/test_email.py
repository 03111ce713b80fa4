"""Email addresses as people write them: one spelling, or the right reason."""

import pytest

from core.email import EmailAddress, parse_email
from core.problem import Problem


@pytest.mark.parametrize(
    ("text", "address", "key"),
    [
        ("ann@example.com", "ann@example.com", "ann@example.com"),
        ("  Ann.Lee@Example.COM ", "Ann.Lee@example.com", "ann.lee@example.com"),
        ("mailto:ann@example.com", "ann@example.com", "ann@example.com"),
        ("ann\u200b@example.com\u200e", "ann@example.com", "ann@example.com"),
        ("o'neil+tag@example.co.uk", "o'neil+tag@example.co.uk", "o'neil+tag@example.co.uk"),
        ("ann@Bücher.example", "ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"),
        ("Jose\u0301@example.com", "José@example.com", "josé@example.com"),
    ],
)
def test_spellings_of_one_mailbox(text: str, address: str, key: str) -> None:
    assert parse_email(text) == EmailAddress(address, key)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", "empty"),
        ("\u200b", "empty"),
        ("no-at-sign.example.com", "no_at_sign"),
        ("two@@example.com", "two_at_signs"),
        ("a@example.com, b@example.com", "two_addresses"),
        ("Ann <ann@example.com>", "display_name"),
        ("space in@example.com", "space"),
        ("@example.com", "local_part"),
        (".ann@example.com", "local_part"),
        ("a..b@example.com", "local_part"),
        ("x" * 65 + "@example.com", "local_part"),
        ("a@b", "domain"),
        ("x@example..com", "domain"),
        ("x@-example.com", "domain"),
        ("x@localhost", "domain"),
        ("x@[127.0.0.1]", "domain"),
        ("x@" + "a" * 300 + ".com", "too_long"),
        ("ann@example.com\r\nBcc: bob@example.org", "two_addresses"),
    ],
)
def test_what_is_no_mailbox_is_refused_with_its_reason(text: str, cause: str) -> None:
    assert parse_email(text) == Problem("bad_email", cause)


def test_an_address_does_not_show_itself_in_a_trace() -> None:
    assert repr(parse_email("ann@example.com")) == "EmailAddress(…@example.com)"
