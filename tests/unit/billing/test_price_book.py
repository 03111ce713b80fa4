"""Which price holds for a part on a day."""

import datetime

import pytest

from billing.contracts import units_text
from billing.price_book import NoPrice, Rate, price_book, rate_for
from billing.selectors import own_first

DAY = datetime.date(2026, 11, 25)


def rate(channel="sms", category="", country="", amount=1, valid_from=DAY):
    return Rate(channel, category, country, amount, valid_from, "test")


def amount_of(rates, **asked):
    wanted = {"channel": "sms", "category": "", "country": "US", "on": DAY} | asked
    return rate_for(rates, **wanted).amount


def test_the_most_particular_line_wins_country_before_category():
    rates = [
        rate(amount=1),
        rate(category="marketing", amount=2),
        rate(country="US", amount=3),
        rate(category="marketing", country="US", amount=4),
    ]

    assert [
        amount_of(rates, country="FR"),
        amount_of(rates, country="FR", category="marketing"),
        amount_of(rates, category="utility"),
        amount_of(rates, category="marketing"),
    ] == [1, 2, 3, 4]


def test_of_two_equal_lines_the_newest_that_is_in_force_holds():
    tomorrow = DAY + datetime.timedelta(days=1)
    rates = [rate(amount=1), rate(amount=2, valid_from=tomorrow)]

    assert (amount_of(rates), amount_of(rates, on=tomorrow)) == (1, 2)


def test_what_has_no_price_is_an_error_and_never_free():
    with pytest.raises(NoPrice, match="no price for pigeon"):
        amount_of([rate()], channel="pigeon")
    with pytest.raises(NoPrice):
        amount_of([rate()], on=DAY - datetime.timedelta(days=1))


def test_an_agreed_price_replaces_the_books_line_from_its_day_on_and_no_other():
    before, after = DAY - datetime.timedelta(days=300), DAY + datetime.timedelta(days=300)
    book = [rate(amount=9, valid_from=before), rate(country="US", amount=8), rate(amount=7, valid_from=after)]

    held = own_first(book, [rate(amount=5)])

    assert [(each.country, each.amount) for each in held] == [("", 9), ("US", 8), ("", 5)]
    days = (before, DAY, after)
    assert [amount_of(held, country="FR", on=day) for day in days] == [9, 5, 5]


@pytest.mark.parametrize("channel", ["sms", "whatsapp", "voice", "email"])
def test_every_channel_has_a_price_everywhere(channel):
    category = "marketing" if channel == "whatsapp" else ""

    assert rate_for(price_book(), channel=channel, category=category, country="ZZ", on=DAY).amount > 0


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0 units"), (1000, "1 unit"), (50, "0.05 units"), (1_250_000, "1,250 units"), (-2500, "-2.5 units")],
)
def test_thousandths_are_read_as_units(amount, text):
    assert units_text(amount) == text
