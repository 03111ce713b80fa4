"""Whole pages: the sprite, the content policy, pages for trouble, the style page and the shell."""

import pathlib
import re

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from tests.unit.core.test_interface_tags import in_one_line

TEMPLATES = pathlib.Path(settings.BASE_DIR) / "templates"


def test_every_icon_a_page_asks_for_is_in_the_sprite():
    sprite = (pathlib.Path(settings.BASE_DIR) / "static" / "img" / "icons.svg").read_text()
    drawn = set(re.findall(r'<symbol id="([a-z-]+)"', sprite))

    asked = {
        name
        for page in TEMPLATES.rglob("*.html")
        for name in re.findall(r'{% icon "([^"]+)"|\bicon="([^"]+)"', page.read_text())
        for name in name
        if name
    }

    assert len(drawn) > 60
    assert asked - drawn == set()


def test_no_template_needs_what_the_content_policy_forbids():
    # a letter and the page of a proof are no pages of ours: they are read elsewhere and bring their own style
    forbidden = re.compile(
        r'<[a-z][^>%{]*\sstyle="|<style|\son[a-z]+="|hx-on|javascript:|<script(?![^>]*(src=|application/json))|https?://(?!www\.w3\.org)'
    )

    found = {
        str(page.relative_to(TEMPLATES)): hit.group(0)
        for page in TEMPLATES.rglob("*.html")
        if not {"email", "proof"} & {*page.parts} and (hit := forbidden.search(page.read_text()))
    }

    assert found == {}


@pytest.mark.parametrize("name", ["400.html", "403.html", "404.html", "500.html", "403_csrf.html", "429.html"])
def test_a_page_for_trouble_renders_without_any_context(name):
    nothing: dict[str, object] = {}

    page = in_one_line(render_to_string(name, nothing))

    assert page.count("<h1>") == 1
    assert '<html lang="en" dir="ltr" data-theme="system">' in page
    assert '<a class="btn btn-lg" href="/">Home</a>' in page


SHELL = {
    "organization": {"name": "Noorbagh Fabrics", "place": "Lahore · PKT", "state": "trial", "sending_stopped": True},
    "organizations": [{"name": "Noorbagh Fabrics", "id": 1, "current": True}, {"name": "Hafenlicht Optik", "id": 2}],
    "groups": [{"label": "Trust", "items": [{"label": "Privacy", "url": "/privacy/", "icon": "shield", "count": 2}]}],
    "dock": [{"label": "Home", "url": "/", "icon": "home", "current": True}],
    "user": {"name": "Hina Tariq", "initials": "HT", "role_label": "Campaign manager"},
    "now_text": "10:05 PKT",
    "can_stop": True,
    "can_resume": True,
}


@pytest.mark.parametrize("shell", [None, SHELL], ids=["visitor", "member"])
def test_the_style_page_shows_every_element_without_a_view_that_feeds_it(shell):
    values = {"shell": shell, "theme": "dark"}

    page = in_one_line(render_to_string("style.html", values))

    assert 'data-theme="dark"' in page
    assert "This sender was not saved" in page
    assert "< " not in page
    assert page.count("<h1>") == 1
    identifiers = re.findall(r'\sid="([^"]+)"', page)
    assert sorted(set(identifiers)) == sorted(identifiers)


def test_the_shell_says_that_sending_is_stopped_and_offers_to_resume():
    values = {"shell": SHELL}

    page = in_one_line(render_to_string("base_app.html", values))

    assert "<strong>All sending is stopped.</strong>" in page
    assert "Resume sending" in page
    assert "Stop all sending" not in page
    assert "<strong>This is a trial.</strong>" in page


def test_whoever_may_not_resume_is_told_who_can():
    values = {"shell": {**SHELL, "can_resume": False}}

    page = in_one_line(render_to_string("base_app.html", values))

    assert "Resume sending" not in page
    assert "An owner, an admin or compliance can resume it." in page
