"""What people choose about a template that hands over a code. WhatsApp writes its words itself."""

from typing import Any

from django import forms

from messaging.channels.whatsapp import last_text_of
from messaging.channels.whatsapp_checks import code_text
from messaging.channels.whatsapp_rules import whatsapp_rules
from messaging.channels.whatsapp_texts import TemplateText, WrittenCode
from messaging.models import ProviderTemplate
from messaging.template_forms import TemplateBasics, basics_of


class CodeForm(TemplateBasics):
    """A code somebody asked for, with a button that copies it or fills it into an app."""

    kind, spoken = "code", "Code"
    uses = (whatsapp_rules().code.use_case,)
    code_kind = forms.ChoiceField(
        label="What the button does",
        choices=[("copy_code", "Copies the code"), ("one_tap", "Fills it into an Android app; copies it elsewhere")],
        initial="copy_code",
    )
    security = forms.BooleanField(
        required=False,
        initial=True,
        label="Say not to share it",
        help_text=f"“{whatsapp_rules().code.security}”",
    )
    minutes = forms.IntegerField(
        required=False,
        label="Minutes it is good for",
        help_text="WhatsApp says it under the text. Leave empty to say nothing.",
    )
    words = forms.CharField(
        required=False,
        max_length=80,
        label="Words of the button",
        help_text="Leave empty: WhatsApp has them in each language.",
    )
    fill_words = forms.CharField(required=False, max_length=80, label="Words of the button that fills in")
    app = forms.CharField(
        required=False, max_length=300, label="App", help_text="Its Android package, such as com.example.shop."
    )
    signature = forms.CharField(
        required=False, max_length=40, label="Signature hash", help_text="11 characters; whoever builds the app has it."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(("account", "name", "language", "use_case"))

    @property
    def fixed_words(self) -> str:
        """What English readers read, with the place of the code."""
        return f"“{whatsapp_rules().code.body}”"

    @property
    def text(self) -> TemplateText:
        """What was chosen, as a template's text; for a form that is valid."""
        typed = self.cleaned_data
        taps = typed["code_kind"] == "one_tap"
        told = {name: typed[name].strip() if taps else "" for name in ("fill_words", "app", "signature")}
        code = WrittenCode(typed["code_kind"], typed["security"], typed["minutes"] or 0, typed["words"].strip(), **told)
        return code_text(code)


def initial_code(template: ProviderTemplate) -> dict[str, Any]:
    """A template with a code as values of the form's fields."""
    code = last_text_of(template).code or WrittenCode()
    told = {"code_kind": code.kind, "security": code.security, "minutes": code.minutes or None, "words": code.words}
    return basics_of(template) | told | {"fill_words": code.fill_words, "app": code.app, "signature": code.signature}
