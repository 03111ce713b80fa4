"""Names are one line: they stand in mails, in headings and in files."""

import unicodedata

from django import forms

from accounts.contracts import Refused

#: control characters, and the two that break a line or a paragraph without being one
_BREAKING = frozenset({"Cc", "Zl", "Zp"})
_WORDS, _REMEDY = "A name is one line of letters.", "Type it again without line breaks."


def refuse_control(name: str, *, field: str) -> None:
    """Errors: Refused, naming the field, when a name holds a line break or another control character."""
    if _breaks(name):
        raise Refused(_WORDS, field=field, remedy=_REMEDY)


def validate_line(name: str) -> None:
    """The same as a form's validator."""
    if _breaks(name):
        raise forms.ValidationError(f"{_WORDS} {_REMEDY}")


def _breaks(name: str) -> bool:
    return any(unicodedata.category(letter) in _BREAKING for letter in name)
