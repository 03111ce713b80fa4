"""Texts held to the rules of content: links that hide, words carriers do not take, a score whose every point says why."""

import datetime

import pytest

from consent.rule_reader import InvalidRules, texts_in
from consent.rulebook import build, rulebook
from consent.text_review import review

DAY = datetime.date(2026, 11, 25)


def found(text, *, places=(), channel="sms", tier="marketing", day=DAY):
    return review(text, places=places, channel=channel, tier=tier, day=day, rules=rulebook())


def ids(text, **asked):
    return [(finding.id, finding.found) for finding in found(text, **asked).findings]


@pytest.mark.parametrize(
    "text",
    [
        "See https://bit.ly/3x",
        "See bit.ly/3x.",
        "See HTTP://BIT.LY/3x",
        "See www.bit.ly",
        "See ｂｉｔ.ｌｙ/3x",
        "See bit.ly",
        "(bit.ly/x)",
        "See https://x@bit.ly/3x",
        "See https://x:y@z@bit.ly/3x",
        "See bit。ly/3x",
        "See bit｡ly",
        "See bit\u200b.l\u00ady/3x",
    ],
)
def test_a_link_of_a_public_shortener_is_refused_however_it_is_written(text):
    assert ids(text) == [("shared-shorteners", ("bit.ly",))]
    assert found(text).blocking is not None


@pytest.mark.parametrize(
    "text",
    [
        "See rabbit.lyon.example",
        "See https://bit.ly.example.com/",
        "Write to a@bit.ly",
        "See https://bit.ly@shop.example/x",
        "A bit. Ly",
    ],
)
def test_what_only_looks_like_a_shortener_is_none(text):
    assert ids(text) == []


def test_a_shortener_is_a_matter_of_texts_to_phones_alone():
    assert ids("See https://bit.ly/3x", channel="email") == []


def test_a_category_is_barred_where_its_rule_holds_and_nowhere_else():
    assert ids("New CBD oil", places=["US"]) == [("us-cannabis", ("cbd",))]
    assert ids("New CBD oil", places=["DE"]) == []
    assert ids("New CBD oil", places=["US"], day=datetime.date(2019, 6, 30)) == []


def test_what_may_be_allowed_needs_a_second_person_and_does_not_block():
    one = found("A glass of wine with us tonight?", places=["US"])

    assert [(each.id, each.severity, each.blocks) for each in one.findings] == [("us-shaft", "second", False)]
    assert (one.blocking, [each.id for each in one.judged]) == (None, ["us-shaft"])


@pytest.mark.parametrize(
    ("text", "place", "rule", "severity"),
    [
        ("A casino for you", "US", "us-risky-money", "second"),
        ("A casino for you", "PK", "strict-places", "second"),
        ("Nudes for you", "US", "us-sex-and-hate", "block"),
    ],
)
def test_each_category_has_its_places_and_its_severity(text, place, rule, severity):
    assert [(each.id, each.severity) for each in found(text, places=[place]).findings] == [(rule, severity)]
    assert ids(text, places=["NZ"]) == []


def test_a_notice_that_reads_like_a_fraud_is_said_and_an_offer_needs_somebody():
    text = "Please verify your account"

    assert [each.severity for each in found(text, tier="transactional").findings] == ["warn"]
    assert [each.severity for each in found(text, tier="marketing").findings] == ["second"]


def test_words_are_whole_words():
    assert ids("Winery tours, beers of the world, the vapes", places=["US"]) == []


def test_words_of_a_fraud_are_pointed_out():
    assert ids("Please VERIFY your account today") == [("reads-like-phishing", ("verify your account",))]


def test_every_point_of_the_score_says_why():
    loud = found("ACT NOW!!! YOU HAVE WON A CASH PRIZE $$$")

    assert loud.points == (
        (2, "It says “act now”."),
        (2, "It says “you have won”."),
        (2, "It says “cash prize”."),
        (3, "Most of its letters are capitals."),
        (2, "It has 3 exclamation marks."),
        (2, "It has 3 dollar signs."),
    )
    assert (loud.score, loud.spam, loud.blocking) == (13, True, None)
    assert [(each.id, each.found[0]) for each in loud.judged] == [("spam-score", "It says “act now”.")]
    quiet = found("ACT NOW!!! IT IS WINTER IN TOWN")
    assert (quiet.score, quiet.spam, quiet.judged) == (7, True, ())
    assert (found("Your order is ready!").score, found("OK").score) == (0, 0)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('severity = "block"', 'severity = "harsh"', "severity must be one of block, second, warn"),
        ("second_at = 10", "second_at = 4", "second_at must not be less than warn_at"),
        ('words = ["cannabis"', 'words = ["Cannabis"', "words must be written in small letters"),
    ],
)
def test_a_mistake_in_the_file_is_named(old, new, complaint):
    texts = texts_in() | {"content.toml": texts_in()["content.toml"].replace(old, new, 1)}

    with pytest.raises(InvalidRules, match=complaint):
        build(texts)
