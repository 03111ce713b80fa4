"""What the check is made of: a browser without a window, an untidy file whose truth is known, a second factor."""

import base64
import datetime

import pytest

from tooling.lines import LINES
from tooling.neighbours import CHANNELS, neighbourhood
from tooling.newcomer import reasons_of
from tooling.operator_visit import totp
from tooling.story import STEPS
from tooling.visitor import Page, UnexpectedPage

_FORMS = """
<form method="post" action="/account/logout/"><input type="hidden" name="csrfmiddlewaretoken" value="out"></form>
<form method="get" action="/search/"><input name="q" value="x"></form>
<form method="post" novalidate><input type="hidden" name="csrfmiddlewaretoken" value="own">
  <input name="label" value="Shop &amp; line"><input type="checkbox" name="agree"><input type="checkbox" name="kept" checked>
  <select name="zone"><option value="UTC">UTC<option value="Asia/Karachi" selected>Karachi</select>
  <select name="first"><option value="a">A<option value="b">B</select>
  <textarea name="words">
Two
lines</textarea></form>
"""


def page(text: str) -> Page:
    return Page(200, "http://127.0.0.1:1/settings/?tab=2", text)


def test_a_page_s_own_form_is_found_behind_others_and_keeps_what_it_holds():
    form = page(_FORMS).form()

    assert form.action == "/settings/"
    assert form.fields == {
        "csrfmiddlewaretoken": "own", "label": "Shop & line", "kept": "on", "zone": "Asia/Karachi", "first": "a",
        "words": "Two\nlines",
    }  # fmt: skip


def test_a_form_that_is_not_there_is_named_with_what_the_page_says_instead():
    with pytest.raises(UnexpectedPage) as refusal:
        page("<main><h1>Not found</h1></main>").form("launch")

    assert str(refusal.value) == "/settings/ shows no form for launch: Not found"


def test_reasons_are_read_with_their_numbers_however_they_are_marked():
    failed = '<tr><td><a href="?show=failed&amp;reason=30006">x</a></td><td class="r strong">7</td></tr>'
    row = '<tr><td><a href="?show=left_out&amp;reason=opted_out">x</a></td><td class="r strong"><b>1,204</b></td></tr>'

    assert reasons_of(page(failed + row)) == {"opted_out": 1204}


def test_the_untidy_file_adds_up_on_every_channel():
    street = neighbourhood(datetime.date(2026, 11, 25))
    lines = street.content.decode("utf-8-sig").split("\r\n")

    assert len(lines) == 1 + street.usable + 3 + street.rejected + 1  # a heading, three twice, an end
    assert {channel: (share.planned, len(share.may)) for channel, share in street.shares.items()} == {
        "sms": (68, 42), "whatsapp": (68, 10), "email": (68, 14), "voice": (68, 10),
    }  # fmt: skip
    assert all(share.turned_away | share.missed | share.lost < share.may for share in street.shares.values())
    assert dict(street.shares["whatsapp"].left_out) == {
        "no_address": 2, "no_consent": 46, "unproven": 5, "opted_out": 3, "channel_barred": 2,
    }  # fmt: skip


def test_the_digits_of_the_second_factor_are_those_of_the_standard():
    secret = base64.b32encode(b"12345678901234567890").decode()

    assert [totp(secret, moment) for moment in (59, 1111111109, 2000000000)] == ["287082", "081804", "279037"]


def test_every_step_of_the_story_says_what_it_expects():
    assert len({step.name for step in STEPS}) == len(STEPS) == 12
    assert all(step.expected for step in STEPS)


def test_every_channel_has_a_line_of_the_story():
    assert tuple(line.channel for line in LINES) == CHANNELS
    people = neighbourhood(datetime.date(2026, 11, 25)).shares
    assert all({line.stopper, line.alone_to} <= people[line.channel].may for line in LINES)
    assert all(line.stopper not in (line.alone_to, line.writer) for line in LINES)
