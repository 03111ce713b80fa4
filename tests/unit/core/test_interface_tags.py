"""The words of the interface: each tag writes what a reader, a screen reader and a strict content policy need."""

import datetime
import re

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory

from core.forms import CarillonForm
from core.money import Money

MOMENT = datetime.datetime(2026, 11, 24, 5, 5, 12, tzinfo=datetime.UTC)


def written(source: str, address: str = "/", **values: object) -> str:
    request = RequestFactory().get(address)
    return in_one_line(Template(source).render(Context({"request": request, **values})))


def in_one_line(page: str) -> str:
    """The page without line breaks and indents, which mean nothing in HTML."""
    return re.sub(r"[ \n]+", " ", page).replace(" >", ">").strip()


class SenderForm(CarillonForm, forms.Form):
    name = forms.CharField(label="Sender name", help_text="11 at most.", max_length=11)
    note = forms.CharField(label="Note", required=False)
    country = forms.ChoiceField(label="Country", choices=[("PK", "Pakistan")])
    letter = forms.FileField(label="Letter", required=False)
    scope = forms.ChoiceField(label="Scope", choices=[("all", "All"), ("some", "Some")], widget=forms.RadioSelect)
    sticky = forms.BooleanField(label="Sticky", required=False)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{% number 11482 %}", "11,482"),
        ("{% number nothing %}", "–"),
        ("{% percent 10204 11482 %}", "88.9\u202f%"),
        ("{% percent 1 0 %}", "–"),
        ('{{ 1|counted:"person,people" }}', "1 person"),
        ('{{ 11482|counted:"person,people" }}', "11,482 people"),
        ('{{ 0|counted:"row" }}', "0 rows"),
        ('{% phone "+14025600001" %}', '<bdi class="num whitespace-nowrap" dir="ltr">+1 402 560 0001</bdi>'),
        ('{% phone "+1 … 0001" %}', '<bdi class="num whitespace-nowrap" dir="ltr">+1 … 0001</bdi>'),
        ("{% money rupees %}", '<span class="num whitespace-nowrap">Rs\u00a0231,846.50</span>'),
        ('{% money -114000 "PKR" %}', '<span class="num whitespace-nowrap">−Rs\u00a01,140.00</span>'),
        ('{% money 1250 "USD" %}', '<span class="num whitespace-nowrap">$12.50</span>'),
        ('{% money 900 "JPY" %}', '<span class="num whitespace-nowrap">JPY\u00a0900</span>'),
    ],
)
def test_figures_are_grouped_and_carry_their_unit(source, expected):
    values = {"rupees": Money(23_184_650, "PKR"), "nothing": None}

    text = written(source, **values)

    assert text == expected


@pytest.mark.parametrize(
    ("moment", "style", "expected"),
    [
        (datetime.datetime(2026, 3, 14, 5, tzinfo=datetime.UTC), "evidence", "14 Mar 2026"),
        (datetime.datetime(2026, 3, 14, 5, tzinfo=datetime.UTC), "short", "14 Mar 2026"),
        (datetime.datetime(2026, 3, 14, 5, 0, 0, 1, tzinfo=datetime.UTC), "evidence", "14 Mar 2026, 00:00 CDT"),
        (datetime.datetime(2026, 3, 14, tzinfo=datetime.UTC), "evidence", "13 Mar 2026, 19:00 CDT"),
        (None, "evidence", "–"),
    ],
)
def test_evidence_of_which_only_the_day_is_known_shows_the_day_alone(moment, style, expected):
    text = written('{% told_time moment "America/Chicago" style=style %}', moment=moment, style=style)

    assert re.sub("<[^>]+>", "", text) == expected


@pytest.mark.parametrize(
    ("style", "now", "expected"),
    [
        ("short", MOMENT, "today 10:05"),
        ("short", MOMENT + datetime.timedelta(days=3), "Tue 24 Nov, 10:05"),
        ("short", MOMENT + datetime.timedelta(days=60), "Tue 24 Nov 2026, 10:05"),
        ("time", None, "10:05 PKT"),
        ("evidence", None, "24 Nov 2026, 10:05 PKT"),
        ("seconds", None, "24 Nov 2026, 10:05:12 PKT"),
    ],
)
def test_a_moment_is_written_in_the_zone_of_its_reader(style, now, expected):
    source = '{% local_time moment "Asia/Karachi" now=now style=style %}'

    text = written(source, moment=MOMENT, now=now, style=style)

    assert f">{expected}</time>" in text
    assert 'datetime="2026-11-24T05:05:12+00:00"' in text
    assert 'title="24 Nov 2026, 10:05:12 PKT"' in text


def test_a_moment_without_a_zone_is_refused_with_the_remedy():
    naive = MOMENT.replace(tzinfo=None)

    with pytest.raises(ValueError) as refusal:
        written("{% local_time moment 'UTC' %}", moment=naive)

    assert str(refusal.value) == "a moment needs a zone; pass an aware datetime"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (7_200, "2 hours ago"),
        (-172_800, "in 2 days"),
        (-5, "in a moment"),
    ],
)
def test_a_distance_in_time_names_its_largest_unit(seconds, expected):
    now = MOMENT + datetime.timedelta(seconds=seconds)

    text = written("{% ago moment now %}", moment=MOMENT, now=now)

    assert f">{expected}</time>" in text


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iPhone"),
        ("curl/8", "Unknown browser"),
    ],
)
def test_a_browser_is_named_in_words_people_know(agent, expected):
    source = "{{ agent|browser_name }}"

    text = written(source, agent=agent)

    assert text == expected


def test_an_icon_is_silent_unless_it_is_given_a_name():
    quiet, spoken = "{% icon 'bell' %}", "{% icon 'bell' size='lg' label='Notices' %}"

    texts = written(quiet), written(spoken)

    assert texts[0] == '<svg class="icon" aria-hidden="true"><use href="/static/img/icons.svg#bell"/></svg>'
    assert texts[1].startswith('<svg class="icon icon-lg" role="img" aria-label="Notices">')


def test_text_from_people_is_escaped_in_every_element():
    hostile = '<script>alert("x")</script>'
    source = """{% icon "bell" label=text %}{% state_badge text %}{% phone text %}{% fact text text %}{% tab text text %}
      {% button text label=text hx_post=text %}{% tile text text meta=text %}{% crumb text %}{% bar label=text yes=1 %}
      {% panel title=text %}{{ text }}{% endpanel %}{% page_head text lead=text %}{{ text }}{% endpage_head %}
      {% note %}{{ text }}{% endnote %}{% empty_state text text=text %}{% endempty_state %}{% sparkline "1 2" text %}
      {% dialog id="a" title=text text=text %}{{ text }}{% enddialog %}{% dropdown id="b" text=text %}{% enddropdown %}
      {% tabs label=text %}{% endtabs %}{% timeline label=text %}{% endtimeline %}{% pagination text=text %}"""

    page = written(source, text=hostile)

    assert "<script>" not in page
    assert page.count("&lt;script&gt;") >= 25


def test_a_state_takes_its_look_from_the_object_that_has_it():
    running = {"label": "Running", "tone": "note", "live": True}

    text = written("{% state_badge state %}", state=running)

    assert text == '<span class="badge t-note"><span class="dot dot-live t-note me-1"></span>Running</span>'


def test_a_split_bar_keeps_shares_in_attributes_and_leaves_out_empty_parts():
    source = '{% bar label="Half and half" yes=50 no=0 d0=50 %}'

    text = written(source)

    assert text == (
        '<svg class="bar bar-lg" role="img" aria-label="Half and half">'
        '<rect class="fill-tone t-yes" x="0.00%" y="0" width="49.75%" height="100%"/>'
        '<rect class="d0" x="50.00%" y="0" width="49.75%" height="100%"/></svg>'
    )


def test_a_bar_of_nothing_is_an_empty_track():
    source = '{% bar label="Nobody yet" yes=0 no=0 %}'

    text = written(source)

    assert text == '<svg class="bar bar-lg" role="img" aria-label="Nobody yet"></svg>'


def test_an_unknown_fill_is_refused_and_the_known_ones_are_named():
    source = '{% bar label="x" green=1 %}'

    with pytest.raises(ValueError) as refusal:
        written(source)

    assert "unknown fill 'green'; use one of yes, wait, no" in str(refusal.value)


@pytest.mark.parametrize(("left", "dash"), [(72, "100.53"), (36, "50.27"), (0, "0.00"), (-5, "0.00")])
def test_a_ring_shows_the_share_that_is_left(left, dash):
    source = '{% ring left 72 "left of 72 hours" %}'

    text = written(source, left=left)

    assert f'stroke-dasharray="{dash} 100.53"' in text


def test_columns_stand_on_a_scale_above_the_highest_and_name_each_day():
    points = [{"label": "23", "parts": [("d1", 500)]}, {"label": "Today", "title": "24 Nov", "parts": [("d1", 1000)]}]

    text = written("{% columns points 'two days' %}", points=points)

    assert re.findall(r'text-anchor="end">([^<]+)<', text) == ["0", "500", "1k", "Today"]
    assert "<title>23</title>" in text
    assert "<title>24 Nov</title>" in text
    assert 'height="196.0"' in text


def test_a_button_with_an_address_is_a_link_and_keywords_become_attributes():
    plain = '{% button "Launch" kind="act" name="deed" value="launch" hx_post="/x" disabled=True formnovalidate=True %}'
    link = '{% button "All" href="/all" size="sm" %}'

    button, anchor = written(plain), written(link)

    assert button.startswith(
        '<button type="submit" class="btn btn-act" name="deed" value="launch" hx-post="/x" disabled formnovalidate>'
    )
    assert anchor == '<a href="/all" class="btn btn-sm">All</a>'


def test_a_list_pages_on_and_keeps_its_filters():
    page = Paginator(list(range(120)), 50).page(2)

    text = written("{% pagination page noun='person,people' %}", address="/contacts?q=lahore&page=2", page=page)

    assert "51–100 of 120 people" in text
    assert 'rel="prev" href="?q=lahore&amp;page=1"' in text
    assert 'rel="next" href="?q=lahore&amp;page=3"' in text


@pytest.mark.parametrize(
    ("address", "href", "order"),
    [
        ("/c?q=a&page=3", "?q=a&amp;sort=name", None),
        ("/c?sort=name", "?sort=-name", "ascending"),
        ("/c?sort=-name", "?sort=name", "descending"),
    ],
)
def test_a_column_head_sorts_one_way_then_the_other_from_the_first_page(address, href, order):
    source = "{% sort_head 'Person' 'name' %}"

    text = written(source, address=address)

    assert f'href="{href}"' in text
    assert re.findall(r'aria-sort="(\w+)"', text) == ([order] if order else [])


def test_a_refused_field_ties_hint_and_error_to_its_control():
    form = SenderForm({"name": "NOORBAGHSALES", "scope": "all", "country": "PK"})

    text = written("{% field form.name %}", form=form)

    assert re.search(
        r'<input [^>]*name="name"[^>]*aria-invalid="true"[^>]*aria-describedby="id_name_helptext id_name_error"', text
    )
    assert 'id="id_name_helptext">11 at most.<' in text
    assert 'id="id_name_error"' in text
    assert "This has 13 characters and may have 11. Shorten it." in text
    assert 'value="NOORBAGHSALES"' in text
    assert '<label class="label" for="id_name">Sender name</label>' in text


def test_an_optional_field_says_so_and_a_hidden_hint_is_not_announced():
    form = SenderForm()

    note, name = (
        written("{% field form.note size='lg' %}", form=form),
        written("{% field form.name hint='' %}", form=form),
    )

    assert "optional</span>" in note
    assert 'class="input input-lg"' in note
    assert "aria-describedby" not in name
    assert "11 at most." not in name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("country", r'<select name="country" class="input" id="id_country">'),
        ("letter", r'data-drop>.*type="file"'),
        ("scope", r'<fieldset class="field" id="id_scope".*<input type="radio" name="scope" value="all" class="check"'),
        ("sticky", r'<label class="flex gap-2" for="id_sticky"><input type="checkbox" name="sticky" class="check"'),
    ],
)
def test_every_kind_of_field_has_its_own_layout(name, expected):
    form = SenderForm()

    text = written("{% field bound %}", bound=form[name])

    assert re.search(expected, text, re.DOTALL)


def test_a_refused_form_begins_with_links_to_what_must_be_fixed():
    form = SenderForm({"name": ""})

    page = in_one_line(str(form))

    assert page.index("data-error-summary") < page.index('name="name"')
    assert '<a href="#id_name">Sender name</a>: This is empty. Write something here.' in page
    assert '<a href="#id_scope_0">Scope</a>' in page or '<a href="#id_scope">Scope</a>' in page
    assert "3 things to fix" in page


def test_a_form_without_errors_has_no_summary():
    form = SenderForm()

    page = in_one_line(str(form))

    assert "data-error-summary" not in page
    assert page.count('class="field"') == 6
