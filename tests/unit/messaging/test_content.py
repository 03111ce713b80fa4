"""Texts that tenants write: strict about names, bounded in cost, and equal to Liquid where they are fast."""

import datetime
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from liquid import Environment, StrictUndefined

from consent.answer_texts import reply_text
from consent.rulebook import rulebook
from messaging.content import Compiled, ContentError, has_opt_out_hint, precompile, render, variables_of
from messaging.content_rules import ENVIRONMENT, LOOP_STEPS

OUR_STOP_LINES = sorted({words for row in rulebook().disclosures if row.line == "stop" for _, words in row.snippets})
PERSON = {
    "first_name": "Ana",
    "contact": {"city": "Łódź", "age": 41, "vip": True, "note": None},
    "items": ["tea", "coffee"],
    "nickname": "",
    "day": "2026-11-23",
}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Plain words. 100% & {single}", "Plain words. 100% & {single}"),
        ("Hi {{ first_name }}!", "Hi Ana!"),
        ("{{first_name}}{{ contact.city }}", "AnaŁódź"),
        ("{{ contact.age }} {{ contact.vip }} [{{ contact.note }}]", "41 true []"),
        ("{{ items }}", "teacoffee"),
        ("  {{- first_name -}}  x", "Anax"),
        ("{{ contact['city'] }}", "Łódź"),
        ("{{ first_name | upcase }}", "ANA"),
        ("{{ nickname | default: 'friend' }}", "friend"),
        ("{{ contact.note | default: 'nothing' }}", "nothing"),
        ("{% if contact.vip %}VIP{% else %}guest{% endif %}", "VIP"),
        ("{% unless contact.vip %}guest{% endunless %}", ""),
        ("{% case first_name %}{% when 'Ana' %}A{% else %}B{% endcase %}", "A"),
        ("{% for item in items %}{{ forloop.index }}. {{ item }}\r\n{% endfor %}", "1. tea\r\n2. coffee\r\n"),
        ("{% assign x = contact.age | plus: 1 %}{{ x }}", "42"),
        ("{% comment %}{% if {% endcomment %}x", None),
        ("{% comment %}nothing{% endcomment %}x", "x"),
        ("{{ items | join: ', ' }}", "tea, coffee"),
        ("{{ items.size }} {{ items.first }} {{ items[1] }}", "2 tea coffee"),
        ("{{ first_name | replace: 'a', 'o' }}", "Ano"),
        ("{{ day | date: '%-d %B %Y' }}", "23 November 2026"),
        ("", ""),
    ],
)
def test_a_text_is_filled_as_written(source: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(ContentError):
            render(source, PERSON)
    else:
        assert render(source, PERSON) == expected


def test_a_date_may_be_a_date_a_time_or_nothing() -> None:
    source = "{{ when | date: '%d.%m.%Y' }}"

    shown = [
        render(source, {"when": when})
        for when in (datetime.date(2026, 1, 2), datetime.datetime(2026, 1, 2, 3, tzinfo=datetime.UTC), None)
    ]

    assert shown == ["02.01.2026", "02.01.2026", ""]


@pytest.mark.parametrize(
    ("source", "name", "remedy"),
    [
        ("Hi {{ frist_name }}", "frist_name", "Did you mean first_name?"),
        ("Hi {{ contact.cty }}", "contact.cty", "Did you mean contact.city?"),
        ("Hi {{ frist_name | default: 'friend' }}", "frist_name", "Did you mean first_name?"),
        ("{% if frist_name %}x{% endif %}", "frist_name", "Did you mean first_name?"),
        ("{% for x in itms %}{{ x }}{% endfor %}", "itms", "Did you mean items?"),
        ("{{ zzzz }}", "zzzz", "Correct its spelling, or add a field of that name."),
        ("{{ now }}", "now", "Correct its spelling, or add a field of that name."),
        ("{{ today | date: '%Y' }}", "today", "Did you mean day?"),
        ("{{ partial }}", "partial", "Correct its spelling, or add a field of that name."),
        ("{{ first_name.__class__ }}", "first_name.__class__", ""),
        ("{{ contact.city.x }}", "contact.city.x", "Did you mean contact.city?"),
    ],
)
def test_an_unknown_name_is_named_with_its_remedy(source: str, name: str, remedy: str) -> None:
    compiled = precompile(source)

    with pytest.raises(ContentError) as refused:
        compiled.render(PERSON)

    assert refused.value.variable == name
    assert f"The text uses {name}, and nothing of that name is known." in str(refused.value)
    assert remedy in str(refused.value)
    assert "Ana" not in str(refused.value)


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("Hello\n{{ first_name", "A {{ in line 2 is not closed"),
        ("{{ a {{ b }}", "A {{ in line 1 is not closed"),
        ("{% if a", "A {% in line 1 is not closed"),
        ("{% include 'x' %}", "The tag include in line 1 does not exist"),
        ("{% render 'x' %}", "The tag render in line 1 does not exist"),
        ("{% raw %}{% endraw %}", "The tag raw in line 1 does not exist"),
        ("{%- capture x -%}{% endcapture %}", "The tag capture in line 1 does not exist"),
        ("{% # note %}", "The tag (empty) in line 1 does not exist"),
        ("{% liquid echo a %}", "The tag liquid in line 1 does not exist"),
        ("{{ a | base64_encode }}", "The filter base64_encode does not exist"),
        ("{{ a | split: '' }}", "The filter split does not exist"),
        ("{{ a | }}", "not valid Liquid"),
        ("{% if a %}x", "not valid Liquid"),
        ("{% for i in (1..3) %}x{% endfor %}", "counts through a range"),
        ("{% if a %}" * 40 + "{% endif %}" * 40, "nests too deeply"),
        ("x" * 100_001, "longer than 100,000 characters"),
        ("{{ a }}" * 2_001, "more than 2,000 tags"),
        ("{{ " + "a" * 1_001 + " }}", "longer than 1,000 characters"),
    ],
)
def test_what_is_not_allowed_is_refused_before_anyone_gets_it(source: str, problem: str) -> None:
    with pytest.raises(ContentError) as refused:
        precompile(source)

    assert problem in str(refused.value)
    assert refused.value.remedy


BOMBS = {
    "opening braces": ("{{" * 20_000, {}),
    "single braces": ("{" * 40_000, {}),
    "spaces in a tag": ("{{" + " " * 90_000 + "}}", {}),
    "raw blocks": ("{% raw %}" * 5_000, {}),
    "open comments": ("{% comment %}" * 1_900, {}),
    "a range": ("{% for i in (1..999999999) %}x{% endfor %}", {}),
    "a joined range": ("{{ (1..999999999) | join: 'x' }}", {}),
    "a list that is too long": ("{% for i in l %}x{% endfor %}", {"l": [0] * (LOOP_STEPS + 1)}),
    "loops in loops": (
        "{% for i in l %}{% for j in l %}{% for k in l %}x{% endfor %}{% endfor %}{% endfor %}",
        {"l": [0] * 100},
    ),
    "loops that print nothing": (
        "{% for i in l %}" + "{% if 1 %}{% endif %}" * 900 + "{% endfor %}",
        {"l": [0] * 1000},
    ),
    "doubling": ("{% for i in l %}{% assign x = x | append: x %}{% endfor %}", {"x": "abc", "l": [0] * 60}),
    "replacing each by all": ("{{ x | replace: 'a', x | replace: 'a', x }}", {"x": "a" * 10_000}),
    "replacing nothing": ("{{ x | replace: '', x }}", {"x": "a" * 10_000}),
    "joining by much": ("{{ l | join: x }}", {"l": ["a"] * 10_000, "x": "b" * 10_000}),
    "a wide date": ("{{ d | date: '%999999999d' }}", {"d": "2026-11-23"}),
    "much output": ("{{ x }}" * 1_000, {"x": "a" * 1_000}),
    "much output slowly": ("{% for i in l %}{{ x }}{% endfor %}", {"x": "a" * 1_000, "l": [0] * 1_000}),
    "huge numbers": ("{{ 9 | times: n | times: n }}", {"n": 10**4000}),
}


@pytest.mark.parametrize(("source", "values"), BOMBS.values(), ids=BOMBS)
def test_a_bomb_fails_its_own_message_quickly(source: str, values: dict) -> None:
    started = time.thread_time()

    with pytest.raises(ContentError):
        render(source, values)

    assert time.thread_time() - started < 1.0


def test_a_value_of_the_wrong_kind_fails_that_message_alone_and_is_not_shown() -> None:
    source = "{{ first_name | date: '%Y' }}"

    with pytest.raises(ContentError, match="cannot be rendered with these values") as refused:
        render(source, {"first_name": "secret-value"})

    assert "secret-value" not in str(refused.value)
    assert refused.value.__suppress_context__
    assert render(source, {"first_name": "2026-11-23"}) == "2026"


def test_a_plan_may_not_outgrow_the_output_limit_in_bytes_either() -> None:
    source = "{{ x }}{{ x }}"

    assert len(render(source, {"x": "é" * 60_000})) == 120_000
    with pytest.raises(ContentError, match="beyond its limit"):
        render(source, {"x": "é" * 70_000})


def test_the_names_a_text_needs_are_known_before_it_is_sent() -> None:
    source = (
        "{% assign greeting = contact.title %}{{ greeting }} {{ first_name }}"
        "{% for item in items %}{{ item.name }}{{ forloop.index }}{% endfor %}{% if vip %}x{% endif %}{{ a['b'] }}"
    )

    names = variables_of(source)

    assert names == {"contact.title", "first_name", "items", "vip", "a.b"}


def test_a_text_is_compiled_once() -> None:
    source = "Hello {{ first_name }}, once"

    first, second = precompile(source), precompile("Hello {{ first_name }}, " + "once")

    assert first is second


@pytest.mark.parametrize(
    ("source", "fast"),
    [
        ("plain", True),
        ("{{ a }} {{ b.c }}", True),
        ("{{ a['b'] }}", True),
        ("{{ a | upcase }}", False),
        ("{{ a.size }}", False),
        ("{{ a[0] }}", False),
        ("{{ 'x' }}", False),
        ("{% if a %}{% endif %}", False),
    ],
)
def test_only_words_and_plain_names_take_the_fast_path(source: str, fast: bool) -> None:
    compiled = precompile(source)

    assert (compiled._plan is not None) is fast


names = st.sampled_from(["a", "b", "c.d", "c.e.f", "c['d']", "size", "partial", "missing", "c.missing", "a.x"])
pieces = st.one_of(
    st.text(alphabet=st.characters(blacklist_characters="{}%", blacklist_categories=["Cs"]), max_size=8),
    st.builds("{{{{{}{}{}}}}}".format, st.sampled_from(["", " ", "- "]), names, st.sampled_from(["", " ", " -"])),
)
scalars = st.one_of(st.text(max_size=5), st.integers(), st.booleans(), st.none(), st.floats(allow_nan=False))
values = st.fixed_dictionaries(
    {"a": scalars | st.lists(scalars, max_size=3), "b": scalars, "size": scalars, "partial": scalars},
    optional={"c": st.fixed_dictionaries({"d": scalars}, optional={"e": st.fixed_dictionaries({"f": scalars})})},
)
STOCK = Environment(undefined=StrictUndefined)


@settings(max_examples=1000, deadline=None)
@given(parts=st.lists(pieces, max_size=6), person=values)
def test_the_fast_path_writes_exactly_what_liquid_writes(parts: list[str], person: dict) -> None:
    """Against the same text rendered by Liquid's own tree walk, and by an untouched Liquid where that one agrees to."""
    source = "".join(parts)
    compiled = precompile(source)

    fast = _outcome(compiled, person)
    slow = _outcome(_without_plan(source), person)

    assert fast == slow
    if "partial" not in source and not isinstance(fast, tuple):
        assert fast == STOCK.from_string(source).render(person)


def _without_plan(source: str) -> Compiled:
    slow = Compiled(ENVIRONMENT.from_string(source))  # type: ignore[arg-type]
    slow._plan = None
    return slow


def _outcome(compiled: Compiled, person: dict) -> str | tuple[str, str]:
    try:
        return compiled.render(person)
    except ContentError as error:
        return "refused", error.variable


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Sale today. Reply STOP to opt out", True),
        ("Sale. Text STOP to end", True),
        ("Txt STOP", True),
        ("STOP to end", True),
        ("STOP2END", True),
        ("Reply with STOP", True),
        ('Reply "STOP" to quit', True),
        ("To opt out reply STOP", True),
        ("Répondez STOP", True),
        ("Responda ALTO", True),
        ("Antworten Sie STOP", True),
        ("Opt-out: example.com/x", True),
        ("Unsubscribe here: example.com/x", True),
        ("روکنے کے لیے STOP لکھیں۔", True),
        ("रोकने के लिए STOP लिखें।", True),
        ("रोकने के लिए “STOP” लिखकर भेजें", True),
        ("أرسل STOP لإلغاء الاشتراك", True),
        ("أو STOP للإيقاف.", True),
        ("STOP zum Beenden", True),
        ("STOP نہ کریں", False),
        ("Don't stop now!", False),
        ("Stop to say hello", False),
        ("Please do not cancel", False),
        ("Bus stop moved. Reply now", False),
        ("We reply. Stop by!", False),
        ("The end of summer sale", False),
        ("", False),
    ],
)
def test_only_a_line_that_says_how_to_opt_out_counts_as_one(text: str, told: bool) -> None:
    assert has_opt_out_hint(text) is told


@pytest.mark.parametrize("text", OUR_STOP_LINES)
def test_our_own_lines_that_say_how_to_stop_count_as_such(text: str) -> None:
    assert len(OUR_STOP_LINES) == 7
    assert has_opt_out_hint(f"Sale today. {text}") is True


@pytest.mark.parametrize("language", ["en", "es", "fr", "de", "pt", "ur", "hi", "ar"])
def test_our_own_answers_that_say_how_to_stop_count_as_such(language: str) -> None:
    assert has_opt_out_hint(reply_text("help", "Acme", language, "help@acme.example")) is True
