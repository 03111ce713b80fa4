"""What is typed before somebody is erased."""

from typing import Final

from django import forms

from core.forms import CarillonForm

#: what has to be typed, letter by letter: there is no way back
WORD: Final = "ERASE"


class EraseForm(CarillonForm, forms.Form):
    """The word that says somebody means it."""

    confirmation = forms.CharField(
        label=f"Type {WORD} to confirm",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-must-equal": WORD}),
    )

    def clean_confirmation(self) -> str:
        """Errors: anything but the word."""
        typed = str(self.cleaned_data["confirmation"]).strip()
        if typed != WORD:
            raise forms.ValidationError(f"Type {WORD} in capital letters, or go back: nothing was erased.")
        return typed
