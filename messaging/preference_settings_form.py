"""What an organisation says about its preference page: the purposes it offers there, and a text for each language."""

from typing import Any

from django import forms

from consent.actions.preference_page import LONGEST_INTRO
from consent.models import PreferencePage, Purpose
from core.forms import CarillonForm
from messaging.preference_language import page_languages


class PreferencePageForm(CarillonForm, forms.Form):
    """The settings of the page."""

    def __init__(self, *args: Any, page: PreferencePage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        purposes = Purpose.objects.filter(archived_at=None).order_by("created_at", "id")
        self.fields["offered"] = forms.ModelMultipleChoiceField(
            purposes,
            required=False,
            label="Purposes people may say yes to",
            help_text="Where words are in force. What somebody agreed to stays on their page anyway, so that they can end it.",
            widget=forms.CheckboxSelectMultiple,
            initial=[purpose.id for purpose in purposes if purpose.is_offered],
        )
        for language in page_languages():
            self.fields[f"intro_{language.code}"] = forms.CharField(
                max_length=LONGEST_INTRO,
                required=False,
                label=f"Your words at the top, in {language.english_name}",
                initial=page.intros.get(language.code, ""),
                widget=forms.Textarea(attrs={"rows": 2, "lang": language.code, "dir": "auto"}),
            )

    def intros(self) -> dict[str, str]:
        """The texts by language."""
        return {language.code: self.cleaned_data[f"intro_{language.code}"] for language in page_languages()}
