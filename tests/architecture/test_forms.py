"""No form page shows the texts Django brings: they say that something is wrong and not what to do."""

import importlib

import pytest
from django import forms
from django.core import validators
from django.db import models
from django.utils.functional import Promise

from core.form_words import OwnWords, own_words
from core.forms import CarillonForm
from tests.architecture.sources import PACKAGES, modules

FIELDS = [getattr(forms, name) for name in forms.fields.__all__] + [
    forms.ModelChoiceField,
    forms.ModelMultipleChoiceField,
]
CODES = {
    code
    for kind in [*FIELDS, models.Field]
    for each in kind.__mro__
    for code in getattr(each, "default_error_messages", {})
} | {
    found.code for found in vars(validators).values() if isinstance(found, type) and isinstance(getattr(found, "code", None), str)
}  # fmt: skip
#: a validator Django bases others on; nothing raises its own code
_NEVER_RAISED = {"limit_value"}


class Everything(CarillonForm, forms.Form):
    """One field of many kinds."""

    name = forms.CharField(max_length=3, min_length=2)
    mail = forms.EmailField()
    site = forms.URLField(assume_scheme="https")
    number = forms.IntegerField(min_value=2, max_value=4)
    price = forms.DecimalField(max_digits=3, decimal_places=1)
    day = forms.DateField()
    moment = forms.DateTimeField()
    chosen = forms.ChoiceField(choices=[("a", "A")])
    several = forms.MultipleChoiceField(choices=[("a", "A")])
    agreed = forms.BooleanField()
    key = forms.SlugField()
    file = forms.FileField()
    told = forms.CharField(error_messages={"required": "Write what people shall read."})


def our_forms():
    """Every form class the product defines."""
    for path in modules():
        name = path.removesuffix(".py").replace("/", ".")
        if "form" in name or name.endswith(".admin"):
            importlib.import_module(name)
    pending, seen = [forms.BaseForm], set()
    while pending:
        for made in pending.pop().__subclasses__():
            if made not in seen:
                seen.add(made)
                pending.append(made)
    return sorted((made for made in seen if made.__module__.partition(".")[0] in PACKAGES), key=str)


def test_every_form_of_the_product_speaks_in_its_own_words():
    found = our_forms()
    mixed_in = {base for made in found for base in made.__mro__ if base is not made}

    assert len(found) > 40
    assert [made for made in found if not issubclass(made, OwnWords) and made not in mixed_in] == []


@pytest.mark.parametrize("code", sorted(CODES - _NEVER_RAISED))
def test_there_are_words_for_every_error_django_knows_and_they_say_what_to_do(code):
    kinds = [forms.CharField(), forms.ChoiceField(), forms.BooleanField(), forms.DateField(), forms.FileField()]

    for words in {own_words(code, field) for field in kinds}:
        first, _, remedy = words.partition(". ")
        assert first, code
        assert remedy.endswith("."), words


def test_what_is_empty_is_said_with_its_remedy():
    form = Everything({})

    assert {name: list(errors) for name, errors in form.errors.items()} == {
        "name": ["This is empty. Write something here."],
        "mail": ["This is empty. Write something here."],
        "site": ["This is empty. Write something here."],
        "number": ["This is empty. Write something here."],
        "price": ["This is empty. Write something here."],
        "day": ["This is empty. Write something here."],
        "moment": ["This is empty. Write something here."],
        "chosen": ["Nothing is chosen. Choose one."],
        "several": ["Nothing is chosen. Choose at least one."],
        "agreed": ["This is not ticked. Tick it to go on."],
        "key": ["This is empty. Write something here."],
        "file": ["There is no file. Choose one."],
        "told": ["Write what people shall read."],
    }


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("name", "long one", "This has 8 characters and may have 3. Shorten it."),
        ("name", "x", "This has 1 characters and needs 2. Write more."),
        ("name", "a\x00", "This holds a character that cannot be kept. Write it anew instead of pasting it."),
        ("mail", "mina", "This is no email address. Write it as name@example.com."),
        ("site", "http://", "This is no web address. Begin it with https:// and the name of the site."),
        ("number", "two", "This is no whole number. Write it in digits, such as 12."),
        ("number", "5", "This is too large. Write 4 or less."),
        ("number", "1", "This is too small. Write 2 or more."),
        ("price", "x", "This is no number. Write it in digits, such as 12.5."),
        ("price", "1.25", "This has too many digits after the point. Write at most 1."),
        ("day", "tomorrow", "This is no date. Write it as 2026-12-24."),
        ("moment", "tomorrow", "This is no date and time. Write it as 2026-12-24 09:30."),
        ("chosen", "b", "This is not one of the choices. Choose one of those offered."),
        ("several", ["b"], "This is not one of the choices. Choose one of those offered."),
        ("key", "a b", "Only letters, digits, hyphens and underscores can stand here. Take out what else there is."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_remedy(name, value, said):
    assert Everything({name: value}).errors[name] == [said]


def test_nothing_of_django_is_left_in_an_error():
    errors = [error for each in Everything({}).errors.as_data().values() for error in each]

    assert [error for error in errors if isinstance(error.message, Promise)] == []
