"""What somebody wrote becomes a page without anything that runs, loads or covers, and a text that says the same."""

import pytest

from accounts.contracts import Refused
from messaging.channels.email import EMAIL
from messaging.channels.email_html import letter_of
from messaging.channels.protocol import Written
from messaging.content_rules import ContentError

PERSON = {"contact": {"first_name": "Zoë <b>", "city": None, "fields": {"items": ["one & two", "three"], "url": "x"}}}
SUBJECT = {"subject": "Hello"}


def page_of(source: str) -> str:
    return letter_of(source).fill(PERSON)[0]


def text_of(source: str) -> str:
    return letter_of(source).fill(PERSON)[1]


@pytest.mark.parametrize(
    ("hostile", "gone"),
    [
        ("<p>Hi</p><script>alert(1)</script>", "script"),
        ('<p onclick="steal()">Hi</p>', "onclick"),
        ('<p>Hi <a href="javascript:alert(1)">x</a></p>', "javascript"),
        ('<p>Hi <img src="data:text/html;base64,xxxx"></p>', "data:"),
        ("<p>Hi</p><iframe src='https://evil.example'></iframe>", "iframe"),
        ("<p>Hi</p><form action='https://evil.example'><input name=x></form>", "form"),
        ("<p>Hi</p><object data=x></object><embed src=x><svg onload=x></svg>", "svg"),
        ("<p>Hi</p><!--[if mso]><script>x</script><![endif]-->", "mso"),
        ("<p>Hi</p><!--x--!><img src=x onerror=y>-->", "onerror"),
        ('<p style="position:fixed;top:0;color:red">Hi</p>', "position"),
        ("<style>@import 'https://evil.example/x.css'; p{color:red}</style><p>Hi</p>", "import"),
        ('<p>Hi</p><link rel="stylesheet" href="https://evil.example/x.css">', "evil"),
        ('<p>Hi</p><meta http-equiv="refresh" content="0;url=https://evil.example">', "evil"),
        ('<p>Hi</p><base href="https://evil.example">', "evil"),
    ],
)
def test_what_runs_loads_or_covers_is_taken_out(hostile: str, gone: str) -> None:
    page = page_of(hostile)

    assert "Hi" in page
    assert gone not in page


def test_styles_move_into_the_elements_where_mail_programs_look_for_them() -> None:
    page = page_of("<style>p.big{font-size:20px;color:#333}</style><p class=big>Hi</p>")

    assert page.strip() == '<p class="big" style="font-size:20px;color:#333">Hi</p>'


def test_personal_values_are_words_never_html() -> None:
    assert page_of("<p>{{ contact.first_name }}</p>") == "<p>Zoë &lt;b&gt;</p>"
    assert page_of("<p>{{ contact.first_name | upcase }}</p>") == "<p>ZOË &lt;B&gt;</p>"
    assert page_of("<p>{{ contact.first_name | append: '<img src=x>' }}</p>") == "<p>Zoë &lt;b&gt;&lt;img src=x&gt;</p>"
    assert page_of("<p>{% assign x = '<i>' %}{{ x }}</p>") == "<p>&lt;i&gt;</p>"
    assert page_of("<p title='{{ contact.first_name }}'>Hi</p>") == '<p title="Zoë &lt;b&gt;">Hi</p>'


def test_the_text_part_says_what_the_page_says() -> None:
    source = (
        "<h1>News</h1><p>Hello {{ contact.first_name }},<br>see <a href='https://shop.example/a?b=1&amp;c=2'>our shop</a>.</p>"
        "<ul><li>One</li><li>Two</li></ul><p><a href='https://shop.example/'>https://shop.example/</a></p>"
        "<img src='https://x.example/p.png' alt='A picture'>"
    )  # fmt: skip

    assert text_of(source) == (
        "News\n\nHello Zoë <b>,\nsee our shop (https://shop.example/a?b=1&c=2).\n\n- One\n- Two\n\n"
        "https://shop.example/\n\nA picture"
    )


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>Hello{% if contact.first_name %}<br>{% endif %}there</p>", "Hello\nthere"),
        ("<p>Hello{% if contact.city %}<br>{% endif %}there</p>", "Hellothere"),
        ("<p>One</p>{% if contact.first_name %}<p></p>{% endif %}Two", "One\n\nTwo"),
        ("<p>{% for each in contact.fields.items %}{{ each }}{% unless forloop.last %}<br>{% endunless %}{% endfor %}</p>",
         "one & two\nthree"),
        ("<p>Hello {%- if contact.first_name -%} <br> {%- endif -%} there</p>", "Hello\nthere"),
    ],
)  # fmt: skip
def test_a_line_break_that_depends_on_a_person_is_in_the_text_when_it_is_on_the_page(source: str, text: str) -> None:
    assert text_of(source) == text


def test_a_loop_around_table_rows_stays_where_it_was() -> None:
    page = page_of("<table>{% for each in contact.fields.items %}<tr><td>{{ each }}</td></tr>{% endfor %}</table>")

    assert page.count("<td>") == 2
    assert page.index("<table>") < page.index("one &amp; two") < page.index("three") < page.index("</table>")


def test_plain_words_become_paragraphs_and_links() -> None:
    source = "Hello {{ contact.first_name }},\nsee https://shop.example/a?b=1&c=2.\n\nGreetings <3"

    assert page_of(source) == (
        '<p>Hello Zoë &lt;b&gt;,<br>see <a href="https://shop.example/a?b=1&amp;c=2">https://shop.example/a?b=1&amp;c=2</a>.</p>'
        "<p>Greetings &lt;3</p>"
    )
    assert text_of(source) == "Hello Zoë <b>,\nsee https://shop.example/a?b=1&c=2.\n\nGreetings <3"


@pytest.mark.parametrize(
    "link",
    [
        "{{ contact.fields.url }}",
        "/here",
        "www.shop.example",
        "https://{{ contact.city }}",
        "//x",
        "https://shop.example{{ contact.city }}",
        "https://{{ contact.city }}.shop.example/",
        "mailto:{{ contact.city }}",
    ],
)
def test_a_link_must_begin_with_its_own_address(link: str) -> None:
    with pytest.raises(ContentError, match="own address"):
        letter_of(f'<p>Hi <a href="{link}">x</a></p>')


@pytest.mark.parametrize(
    "link", ["https://shop.example/?c={{ contact.city }}", "mailto:a@b.example", "tel:+14025550100", "#top"]
)
def test_a_variable_may_stand_behind_the_address(link: str) -> None:
    assert "href" in page_of(f'<p>Hi <a href="{link}">x</a></p>')


@pytest.mark.parametrize(
    ("body", "parts", "field"),
    [
        ("Hello", {}, "subject"),
        ("Hello", {"subject": "  "}, "subject"),
        ("Hello", {"subject": "a\r\nBcc: victim@people.example"}, "subject"),
        ("Hello", {"subject": "a" * 201}, "subject"),
        ("Hello", {"subject": "{{ open"}, "subject"),
        ("Hello", {"subject": ["x"]}, "subject"),
        ("Hello", SUBJECT | {"preheader": "a\nb"}, "preheader"),
        ("Hello", SUBJECT | {"buttons": []}, "buttons"),
        ("", SUBJECT, "body"),
        ("<p></p><script>x</script>", SUBJECT, "body"),
        ("a" * 100_001, SUBJECT, "body"),
        ("{% include 'x' %}", SUBJECT, "body"),
        ('<a href="{{ contact.city }}">x</a>', SUBJECT, "body"),
    ],
)
def test_what_is_not_fit_is_refused_with_its_field_and_a_remedy(
    body: str, parts: dict[str, object], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        EMAIL.check(body, parts)

    assert refused.value.field == field
    assert refused.value.remedy


def test_values_cannot_begin_another_line_of_the_subject() -> None:
    values = {"contact": {"first_name": "Ana\r\nBcc: victim@people.example\0"}}

    rendered = EMAIL.render(Written("Hello", {"subject": "For {{ contact.first_name }}"}), values)

    assert rendered.parts["subject"] == "For Ana Bcc: victim@people.example"


def test_every_text_a_value_may_stand_in_is_named() -> None:
    content = Written("<p>{{ contact.city }}</p>", {"subject": "For {{ contact.first_name }}", "preheader": ""})

    assert EMAIL.texts(content) == {"body": content.body, "subject": "For {{ contact.first_name }}"}
    assert EMAIL.units_of(EMAIL.render(Written("Hello", SUBJECT), PERSON)) == 1
    assert EMAIL.render(Written("{% if contact.city %}x{% endif %}", SUBJECT), PERSON).body == ""
