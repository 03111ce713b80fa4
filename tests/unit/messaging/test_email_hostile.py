"""Letters written to get past the reader: Liquid that only appears once the HTML was read, halves of elements, endless nests."""

import html.parser
import subprocess
import sys

import pytest

from messaging.channels.email import page_of
from messaging.channels.email_html import letter_of
from messaging.content_rules import ContentError

END = '<div><a href="https://carillon.example/u/x">Unsubscribe</a></div>'
VALUES = {"first_name": '<img src=x onerror="steal()">', "nothing": [], "one": ["1"]}

READ = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
django.setup()
from accounts.contracts import Refused
from messaging.channels.email import EMAIL
for tag in {tags!r}:
    try:
        EMAIL.check(tag * (95_000 // len(tag)) + "Hello", {{"subject": "Hello"}})
    except Refused as refused:
        print(refused.field, refused.remedy)
"""
NESTING = ["<div>", "<b>", "<i></x>", "<b/>", "<svg><style><b>", "<table><td>"]


class Seen(html.parser.HTMLParser):
    """What a mail program sees of a page: attributes, and the elements that stand open around the way out."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.around: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes |= {name for name, _ in attrs}
        if dict(attrs).get("href") == "https://carillon.example/u/x":
            self.around = list(self.open)
        if tag in ("div", "hr", "table") and "p" in self.open:  # which end a paragraph, as HTML has it
            del self.open[self.open.index("p") :]
        if tag not in ("br", "img", "meta", "hr", "col"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while tag in self.open and self.open.pop() != tag:
            pass


@pytest.mark.parametrize(
    "source",
    [
        "<p>&#123;&#123; first_name &#125;&#125;{% if true %}!{% endif %}</p>",
        "<p>{<foo></foo>{ first_name }<foo></foo>}{% if true %}!{% endif %}</p>",
        "<p><b>{</b>{ first_name }<b>}</b></p>",
        "<p>{<!-- -->{ first_name }<!-- -->}</p>",
        "{<!-- -->{ first_name }<!-- -->}",
        "<p>{<!-- -->{{ first_name }}</p>",
        "<p>&#123;% assign first_name = 1 %&#125;</p>",
        '<p><a href="https://shop.example/&#123;&#123; first_name &#125;&#125;">Shop</a>{% if true %}!{% endif %}</p>',
    ],
)
def test_liquid_that_only_appears_once_the_html_was_read_is_refused(source: str) -> None:
    with pytest.raises(ContentError, match=r"Write variables as|is not closed|is not valid Liquid"):
        letter_of(source)


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ('<p style="color:{{ first_name }}">Hello</p>', "A style"),
        ('<p style="color:{% if true %}red{% endif %}">Hello</p>', "A style"),
        ('<table width="{{ first_name }}"><tr><td>Hello</td></tr></table>', "A width"),
        ("<style>p{color:{{ first_name }}}</style><p>Hello</p>", "A style"),
    ],
)
def test_a_value_stands_in_words_links_and_titles_alone(source: str, named: str) -> None:
    with pytest.raises(
        ContentError, match=rf"{named} of the letter holds a variable.*They may stand in alt, href, src, title"
    ):
        letter_of(source)


HALVES = [
    '{% if true %}<p title="{% if false %}">{% endif %}<i title=" onmouseover=steal() y=">Hi</i><b title="{% endif %}">x</b></p>',
    '<a href="https://shop.example/{% if false %}">{% endif %}<i title=" onclick=steal() y=">Hi</i><b title="{% endif %}">x</b>',
    '<p title="{% for each in one %}a{% break %}">b</p>{% endfor %}',
    '<p>Hello</p><div style="display:none">{% if nothing %}</div>{% endif %}',
    '<p>Hello</p><div style="display:none">x{% for each in nothing %}</div>{% endfor %}',
    '<p>Hello</p>{% for each in one %}<div style="display:none">{% break %}</div>{% endfor %}',
    '<p>Hello</p>{% for each in one %}<div style="display:none">{% if true %}{% continue %}{% endif %}</div>{% endfor %}',
    '<p>Hello</p>{% case first_name %}{% when "x" %}<div style="display:none">{% else %}</div>{% endcase %}',
    '<p>Hello</p><div style="display:none">{% comment %}</div>{% endcomment %}',
    '<p>Hello</p><div style="display:none">1 < 2 {% if false %}</div> < {% endif %}',
    '<p>Hello</p><div><div>{% unless true %}</div>{% endunless %}</div>',
    '<p>Hello</p><table><tr><td style="display:none">{% if false %}</td></tr></table>{% endif %}',
]  # fmt: skip


@pytest.mark.parametrize("source", HALVES)
def test_no_condition_or_loop_leaves_half_of_an_element(source: str) -> None:
    with pytest.raises(ContentError, match="begins in one element and goes on in another|is not valid Liquid"):
        letter_of(source)


@pytest.mark.parametrize(
    "source",
    [
        "Hello\n\n{% if nothing %}\nOne\n\nTwo\n{% endif %}\n\nBye",
        "<p>Hello{% if first_name %}<ul><li>x</li></ul>{% endif %}</p>",
        "<table>{% for each in one %}<tr><td>{{ each }}</td></tr>{% endfor %}</table>",
        "<div>{% for each in one %}<p>{{ each }}{% if true %}<b>!</b>{% break %}{% endif %}{% endfor %}</div>",
        "{% case first_name %}{% when 'x' %}<div>a</div>{% else %}<div>b</div>{% endcase %}Hello",
        "{% comment %}x{% endcomment %}Hello",
        "<p>Hello <img src='https://shop.example/{% if true %}a{% else %}b{% endif %}.png' alt='{{ first_name }}'></p>",
        "<p title='a > b {{ first_name }}'>Hello</p>",
    ],
)
def test_what_is_whole_stays_and_nothing_stands_around_the_way_out(source: str) -> None:
    page, _ = letter_of(source).fill(VALUES)

    seen = Seen(page_of({"html": page, "subject": "Hello", "preheader": ""}, END, "en"))

    assert seen.around == ["html", "body", "div", "div"]
    assert "onerror" not in seen.attributes


def test_a_letter_nested_without_end_is_refused_and_the_process_lives() -> None:
    code = READ.format(tags=NESTING)

    read = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)

    assert (read.returncode, read.stdout.splitlines()) == (0, ["body Make its layout simpler."] * len(NESTING))


@pytest.mark.parametrize("tag", ["<div>", "<table><td>", "<b>"])
def test_as_many_tags_as_a_letter_may_have_are_read(tag: str) -> None:
    page = letter_of(tag * (3_000 // tag.count("<")) + "Hello").fill({})[0]

    assert "Hello" in page
