"""Shape and wording of what people type about carriers and senders."""

from typing import Any

from django import forms
from django.conf import settings

from core.forms import CarillonForm
from core.phone import PhoneNumber, parse_phone
from messaging.models import ProviderAccount

_COPY = "Copy it from the carrier's console."


class ConnectForm(CarillonForm, forms.Form):
    """The organisation's own account with a carrier. Where the carrier lives is chosen from a list, never typed."""

    label = forms.CharField(max_length=80, label="Your name for it", help_text="Such as “Main account”.")
    account_name = forms.RegexField(
        r"^AC[0-9a-fA-F]{32}$",
        label="Account SID",
        strip=True,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="Begins with AC.",
        error_messages={"invalid": f"An account SID is AC and 32 letters or digits. {_COPY}"},
    )
    secret = forms.CharField(
        max_length=200,
        label="Auth token",
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
        help_text="Stored encrypted. Nobody can read it here again, only replace it.",
    )

    field_order = ("carrier", "label", "account_name", "secret")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("twilio", "Twilio")]
        if settings.SANDBOX_URL:
            choices.append(("practice", "Practice carrier on this machine"))
        self.fields["carrier"] = forms.ChoiceField(label="Carrier", choices=choices)
        self.order_fields(self.field_order)

    @property
    def base_url(self) -> str:
        """Where the chosen carrier listens; empty is the carrier's own address."""
        return str(settings.SANDBOX_URL) if self.cleaned_data["carrier"] == "practice" else ""


class SenderForm(CarillonForm, forms.Form):
    """A number messages come from."""

    label = forms.CharField(max_length=80, label="Your name for it", help_text="Such as “Shop line”.")
    address = forms.CharField(max_length=40, label="Number", help_text="With country code, such as +1 402 555 0100.")
    rate_per_second = forms.IntegerField(
        min_value=1,
        max_value=1000,
        initial=10,
        label="Messages a second",
        help_text="What your contract with the carrier allows. We stay below it.",
    )

    def __init__(self, *args: Any, country: str = "US", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country = country
        accounts = forms.ModelChoiceField(
            ProviderAccount.objects.order_by("created_at", "id"), label="Account", empty_label=None
        )
        self.fields["account"] = accounts
        self.order_fields(("account", "label", "address", "rate_per_second"))

    def clean_address(self) -> PhoneNumber:
        """The number, as a value."""
        number = parse_phone(self.cleaned_data["address"], self.country)
        if not isinstance(number, PhoneNumber):
            raise forms.ValidationError("This is not a number messages can come from. Write it with its country code.")
        return number
