"""What a form says about a field that is empty or wrong, in the words of the house: what is the matter, and what to do.

Django's own texts name no remedy. They are told apart from ours by their type: Django's are translated lazily, ours are text.
"""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise

_OFF_THE_LIST: Final = "This is not one of the choices. Choose one of those offered."
#: by the code of the error, whatever the field
_WORDS: Final[Mapping[str, str]] = {
    "required": "This is empty. Write something here.",
    "blank": "This is empty. Write something here.",
    "null": "This is empty. Write something here.",
    "incomplete": "Something is missing here. Fill in every part of it.",
    "invalid": "This is not written as it has to be. Check it for missing and extra characters.",
    "invalid_choice": _OFF_THE_LIST,
    "invalid_list": "This is no list of choices. Choose among those offered.",
    "invalid_pk_value": _OFF_THE_LIST,
    "invalid_date": "This is no date. Write it as 2026-12-24.",
    "invalid_time": "This is no time of day. Write it as 09:30.",
    "invalid_image": "This file is no picture. Choose a PNG or JPEG.",
    "invalid_extension": "Files like this are not taken. Choose one that ends in %(allowed_extensions)s.",
    "missing": "No file came with it. Choose the file again.",
    "empty": "The file is empty. Choose one with something in it.",
    "contradiction": "A file and the wish to remove it came together. Give one of the two.",
    "max_length": "This has %(show_value)s characters and may have %(limit_value)s. Shorten it.",
    "min_length": "This has %(show_value)s characters and needs %(limit_value)s. Write more.",
    "max_value": "This is too large. Write %(limit_value)s or less.",
    "min_value": "This is too small. Write %(limit_value)s or more.",
    "step_size": "This lies between the steps. Write a multiple of %(limit_value)s.",
    "max_digits": "This has too many digits. Write at most %(max)s.",
    "max_decimal_places": "This has too many digits after the point. Write at most %(max)s.",
    "max_whole_digits": "This has too many digits before the point. Write at most %(max)s.",
    "overflow": "This is too long or too short a time. Write another.",
    "null_characters_not_allowed": "This holds a character that cannot be kept. Write it anew instead of pasting it.",
    "unique": "This is there already. Choose another.",
    "unique_together": "This is there already. Choose another.",
    "unique_for_date": "This is there already for that day. Choose another.",
}
#: by the code, where the kind of field says more; the first that fits
_BY_FIELD: Final[Mapping[str, tuple[tuple[type[forms.Field], str], ...]]] = {
    "required": (
        (forms.BooleanField, "This is not ticked. Tick it to go on."),
        (forms.FileField, "There is no file. Choose one."),
        (forms.MultipleChoiceField, "Nothing is chosen. Choose at least one."),
        (forms.ModelMultipleChoiceField, "Nothing is chosen. Choose at least one."),
        (forms.ChoiceField, "Nothing is chosen. Choose one."),
        (forms.ModelChoiceField, "Nothing is chosen. Choose one."),
    ),
    "invalid": (
        (forms.EmailField, "This is no email address. Write it as name@example.com."),
        (forms.URLField, "This is no web address. Begin it with https:// and the name of the site."),
        (forms.DateTimeField, "This is no date and time. Write it as 2026-12-24 09:30."),
        (forms.DateField, "This is no date. Write it as 2026-12-24."),
        (forms.TimeField, "This is no time of day. Write it as 09:30."),
        (forms.DurationField, "This is no length of time. Write it as 01:30:00."),
        (forms.FloatField, "This is no number. Write it in digits, such as 12.5."),
        (forms.DecimalField, "This is no number. Write it in digits, such as 12.5."),
        (forms.IntegerField, "This is no whole number. Write it in digits, such as 12."),
        (forms.FileField, "No file came with it. Choose the file again."),
        (forms.SlugField, "Only letters, digits, hyphens and underscores can stand here. Take out what else there is."),
        (forms.JSONField, "This is no JSON. Check its brackets and quotation marks."),
        (forms.UUIDField, "This is no id. Copy it whole from where it is shown."),
    ),
    "max_length": ((forms.FileField, "The name of the file is too long. Shorten it to %(max)s characters."),),
}


def say_in_own_words(error: ValidationError, field: forms.Field | None) -> None:
    """Put our words in place of Django's in this error and those within it; texts somebody wrote for the form stay."""
    for each in error.error_list:
        words = own_words(each.code or "", field)
        if words and isinstance(each.message, Promise):
            each.message = words


def own_words(code: str, field: forms.Field | None) -> str:
    """What the form says for a code of Django's about this kind of field; empty for a code we have no words for."""
    for kind, words in _BY_FIELD.get(code, ()):
        if isinstance(field, kind):
            return words
    return _WORDS.get(code, "")


class OwnWords:
    """Mixin for any form: what is empty or wrong is said in our words, with what to do about it."""

    fields: dict[str, forms.Field]

    def add_error(self, field: str | None, error: Any) -> None:
        """As Django does, in our words."""
        told = error if isinstance(error, ValidationError) else ValidationError(error)
        if hasattr(told, "error_dict"):
            for name, errors in told.error_dict.items():
                for each in errors:
                    say_in_own_words(each, self.fields.get(name))
        else:
            say_in_own_words(told, self.fields.get(field or ""))
        super().add_error(field, told)  # type: ignore[misc]
