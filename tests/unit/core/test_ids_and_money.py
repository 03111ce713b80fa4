"""Ids and secrets; amounts of money."""

import datetime
import hashlib

import pytest

from core.ids import new_id, new_secret, secret_digest
from core.money import CurrencyMismatch, Money


def test_ids_are_version_seven_sorted_by_time_and_never_twice():
    before = datetime.datetime.now(datetime.UTC).timestamp() * 1000 - 1

    ids = [new_id() for _ in range(2000)]

    assert {each.version for each in ids} == {7}
    assert ids == sorted(ids)
    assert len(set(ids)) == 2000
    assert before <= ids[0].int >> 80 <= datetime.datetime.now(datetime.UTC).timestamp() * 1000 + 1


def test_a_secret_has_as_much_chance_as_it_says_and_is_stored_as_its_digest():
    secrets = {new_secret() for _ in range(100)}

    assert len(secrets) == 100
    assert {len(secret) for secret in secrets} == {43}
    assert len(new_secret(16)) == 22
    assert secret_digest("ü") == hashlib.sha256("ü".encode()).digest()


def test_amounts_of_one_currency_add_up_in_whole_minor_units():
    assert Money(1999, "USD") + Money(1, "USD") == Money(2000, "USD")


def test_amounts_of_two_currencies_do_not_add_up():
    with pytest.raises(CurrencyMismatch, match="cannot add PKR to USD"):
        Money(1, "USD") + Money(1, "PKR")


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (123456, "USD", "USD 1,234.56"),
        (-5, "EUR", "EUR -0.05"),
        (0, "PKR", "PKR 0.00"),
        (1500, "JPY", "JPY 1,500"),
        (10**17 + 1, "USD", "USD 1,000,000,000,000,000.01"),
    ],
)
def test_an_amount_is_written_with_the_decimals_of_its_currency(minor, currency, text):
    assert str(Money(minor, currency)) == text
