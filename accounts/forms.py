"""Shape and wording of what people type about themselves and their organisation."""

from typing import Any

from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from allauth.core import context
from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from accounts.actions.organizations import open_organization
from accounts.choices import countries, currencies, languages, time_zones
from accounts.contracts import Actor
from accounts.documents import ACCEPTED_KEY, current_documents, documents_version
from accounts.models import Organization
from accounts.names import validate_line
from accounts.roles import API_SCOPES, IMPLIED, PERMISSIONS, RIGHTS_BY_SUBJECT, Role
from accounts.selectors import role_choices
from core.email import parse_email
from core.forms import CarillonForm
from core.middleware import client_address, request_id
from core.phone import parse_phone
from core.problem import Problem


def _agree_label() -> SafeString:
    """What the tick box says, with each document to read."""
    documents = [(reverse("accounts:document", args=[each.name]), each.title) for each in current_documents()]
    links = format_html_join(", ", '<a href="{}" target="_blank">{}</a>', documents)
    return format_html("I am 18 or older and accept: {}.", links)


_agree = lazy(_agree_label, SafeString)


class LoginForm(CarillonForm, AllauthLoginForm):  # type: ignore[misc]
    """Sign-in by address and password, in our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["remember"].label = "Stay signed in for two weeks"


class SignupForm(CarillonForm, AllauthSignupForm):  # type: ignore[misc]
    """Sign-up: a person, and (unless they follow an invitation) the organisation they open."""

    full_name = forms.CharField(label="Your name", max_length=120, validators=[validate_line])
    organization = forms.CharField(
        label="Organisation", max_length=120, help_text="The name your customers know.", validators=[validate_line]
    )
    agree = forms.BooleanField(label=_agree(), error_messages={"required": "Please accept to continue."})

    field_order = ["full_name", "organization", "email", "password1", "agree"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "Email"
        self.fields["email"].widget.attrs.pop("placeholder", None)
        self.fields["password1"].widget.attrs.pop("placeholder", None)
        if context.request.session.get("invitation"):
            del self.fields["organization"]  # they come to join one, not to open one

    def custom_signup(self, request: HttpRequest, user: Any) -> None:
        """Name the person; open their organisation, or let the invitation wait until the address is verified."""
        user.full_name = self.cleaned_data["full_name"].strip()
        user.save(update_fields=["full_name"])
        if request.session.get("invitation"):
            request.session[ACCEPTED_KEY] = documents_version()
            return
        actor = Actor("user", user.pk, frozenset(), client_address(request), "", request_id(request))
        open_organization(actor=actor, owner=user, name=self.cleaned_data["organization"])


class OpenForm(CarillonForm, forms.Form):
    """One more organisation for somebody who is logged in."""

    name = forms.CharField(
        label="Organisation", max_length=120, help_text="The name your customers know.", validators=[validate_line]
    )
    agree = forms.BooleanField(label=_agree(), error_messages={"required": "Please accept to continue."})


class JoinForm(CarillonForm, forms.Form):
    """Following an invitation, for somebody who accepted the documents in force when they signed up a moment ago."""


class DocumentsForm(CarillonForm, forms.Form):
    """Accepting the documents in force."""

    agree = forms.BooleanField(label=_agree(), error_messages={"required": "Please accept to continue."})


class SettingsForm(CarillonForm, forms.ModelForm):  # type: ignore[type-arg]
    """The organisation's settings (A22)."""

    time_zone = forms.ChoiceField(choices=time_zones, help_text="Times in pages and reports are shown in it.")
    default_country = forms.ChoiceField(
        choices=countries, help_text="Read into numbers that come without a country code."
    )
    default_language = forms.ChoiceField(choices=languages, label="Language of your contacts")
    currency = forms.ChoiceField(choices=currencies)

    class Meta:
        model = Organization
        fields = [
            "name",
            "legal_name",
            "place",
            "postal_address",
            "support_contact",
            "time_zone",
            "default_country",
            "default_language",
            "currency",
            "approval_above_people",
            "approval_above_units",
            "use_case",
            "consent_page_url",
        ]
        labels = {
            "approval_above_people": "A second person must approve above so many people",
            "approval_above_units": "… or above so many units",
            "consent_page_url": "Page where people agree",
            "use_case": "What you will send",
            "place": "City",
            "postal_address": "Postal address",
        }
        help_texts = {
            "legal_name": "As in your register; the review compares it.",
            "support_contact": "A number, address or page. People who answer HELP get it.",
            "postal_address": "On one line, with the country. It stands at the end of every email; without it none leaves.",
            "use_case": "Two or three sentences: to whom, about what, how often.",
            "consent_page_url": "Where people say yes, for the review.",
        }
        widgets = {"use_case": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("name", "legal_name", "place", "postal_address", "support_contact"):
            self.fields[name].validators.append(validate_line)


class InviteForm(CarillonForm, forms.Form):
    """Inviting one person."""

    email = forms.EmailField(label="Email")
    role = forms.ChoiceField(choices=role_choices, initial=Role.CAMPAIGN_MANAGER)


class RoleForm(CarillonForm, forms.Form):
    """Another role for a member."""

    role = forms.ChoiceField(choices=role_choices)


class CustomRoleForm(CarillonForm, forms.Form):
    """A role of the organisation's own: a name, and what it may do, by subject."""

    name = forms.CharField(max_length=60, label="Name", help_text="What these people do, such as “Front desk”.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        had = set(self.initial.get("permissions", ()))
        for subject, rights in RIGHTS_BY_SUBJECT:
            self.fields[_subject_field(subject)] = forms.MultipleChoiceField(
                label=subject,
                required=False,
                choices=[(right, _right_words(right)) for right in rights],
                initial=[right for right in rights if right in had],
                widget=forms.CheckboxSelectMultiple,
            )

    @property
    def subjects(self) -> list[forms.BoundField]:
        """The groups of rights, as fields."""
        return [self[_subject_field(subject)] for subject, _ in RIGHTS_BY_SUBJECT]

    @property
    def permissions(self) -> list[str]:
        """All rights that were ticked."""
        return [right for field in self.subjects for right in self.cleaned_data.get(field.name, ())]


def _right_words(right: str) -> str:
    """A right, and what comes with it."""
    more = ", ".join(PERMISSIONS[each] for each in IMPLIED.get(right, ()))
    return capfirst(PERMISSIONS[right]) + (f" (also: {more})" if more else "")


def _subject_field(subject: str) -> str:
    return "may_" + subject.lower().replace(" ", "_")


class GuestForm(CarillonForm, forms.Form):
    """One address for the trial's circle."""

    label = forms.CharField(max_length=80, label="Who is it?", help_text="A name you recognise.")
    address = forms.CharField(
        max_length=120, label="Phone or email", help_text="With country code, such as +1 402 555 0100."
    )

    def __init__(self, *args: Any, country: str = "US", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country = country

    def clean_address(self) -> Any:
        """A phone number or an email address, as a value."""
        text = self.cleaned_data["address"]
        parsed = parse_email(text) if "@" in text else parse_phone(text, self.country)
        if isinstance(parsed, Problem):
            raise forms.ValidationError("This is not a number or address we can reach. Write it with its country code.")
        return parsed


class ApiKeyForm(CarillonForm, forms.Form):
    """A key for one application."""

    name = forms.CharField(max_length=80, label="Application", help_text="What will use the key, such as “web shop”.")
    scopes = forms.MultipleChoiceField(
        label="What it may do",
        choices=[(scope, capfirst(PERMISSIONS[scope])) for scope in API_SCOPES],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick at least one right."},
    )
    days = forms.IntegerField(label="Days until it ends", min_value=1, max_value=365, initial=90)
    is_test = forms.BooleanField(
        label="For trying things out",
        required=False,
        help_text="It sends by the practice carrier alone and erases nobody. People, consent and stops it writes are real.",
    )
    networks = forms.CharField(
        label="Where it may be used from",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text="Addresses or networks, one a line, such as 203.0.113.0/24. Empty means from anywhere.",
    )

    def clean_networks(self) -> list[str]:
        """The lines that say something."""
        return self.cleaned_data["networks"].replace(",", "\n").split()


class EnrolmentForm(CarillonForm, forms.Form):
    """The code with which an operator begins their second factor."""

    code = forms.CharField(
        max_length=40,
        help_text="Sixteen letters and digits, printed by the command that made you an operator. It counts for a day.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class ThemeForm(CarillonForm, forms.Form):
    """Light, dark, or what the device says."""

    theme = forms.ChoiceField(choices=[(word, word) for word in ("system", "light", "dark")])
