"""What operators do about the platform's own list: look, add with reason, source and end, end an entry."""

import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path

from accounts.admin import ReadOnlyAdmin, operator
from accounts.contracts import Refused
from consent.actions.platform_lists import PLATFORM_KINDS, bar_on_platform, free_on_platform
from consent.models import PlatformSuppression
from consent.values import Listed, read_listed
from core import clock
from core.form_words import OwnWords

_LIST = "admin:consent_platformsuppression_changelist"


class BarForm(OwnWords, forms.Form):
    """What nobody may reach, one a line."""

    entries = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Numbers with their country code, mailboxes, @domain.example, +4470* for a beginning; one a line.",
    )
    kind = forms.ChoiceField(choices=list(PLATFORM_KINDS.items()))
    reason = forms.CharField(max_length=200)
    source = forms.CharField(max_length=200, help_text="Who says so: a carrier, a court, a list that was bought.")
    source_on = forms.DateField(required=False, label="Data of", widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(required=False, label="Until", widget=forms.DateInput(attrs={"type": "date"}))

    def clean_entries(self) -> list[Listed]:
        """What the lines name."""
        lines = [line for line in self.cleaned_data["entries"].splitlines() if line.strip()]
        read = [read_listed(line, "") for line in lines]
        wrong = [str(number) for number, value in enumerate(read, 1) if not isinstance(value, Listed)]
        if wrong:
            raise forms.ValidationError(f"Entry {', '.join(wrong[:10])} names nothing. Write it as the help says.")
        return [value for value in read if isinstance(value, Listed)]

    def clean_ends_on(self) -> datetime.datetime | None:
        """The moment at which the last day is over, in UTC."""
        day = self.cleaned_data["ends_on"]
        return datetime.datetime.combine(day + datetime.timedelta(1), datetime.time(), datetime.UTC) if day else None


class EndForm(OwnWords, forms.Form):
    """Why an entry ends."""

    reason = forms.CharField(max_length=90)


class PlatformListAdmin(ReadOnlyAdmin):
    """What nobody on the platform may reach. Addresses are digests; nobody can read them here."""

    list_display = ("what", "kind", "reason", "source", "source_on", "created_at", "expires_at")
    list_filter = ("kind", "form")
    ordering = ("-created_at",)
    change_list_template = "admin/platform_list.html"
    list_display_links = None
    actions = None

    @admin.display(description="what")
    def what(self, entry: PlatformSuppression) -> str:
        """The pattern, or the beginning of the digest of an address."""
        marks = {"domain": f"@{entry.pattern}", "prefix": f"{entry.pattern}*"}
        return marks.get(entry.form, f"address {bytes(entry.digest).hex()[:12]}…")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        added = path("bar/", view(self.bar), name="platform_list_bar")
        ended = path("<str:digest>/free/", view(self.free), name="platform_list_free")
        return [added, ended, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The list, with what can be ended."""
        rows = PlatformSuppression.objects.exclude(expires_at__lte=clock.now()).order_by("-created_at")[:50]
        ends = [(self.what(row), bytes(row.digest).hex()) for row in rows]
        return super().changelist_view(request, {"ends": ends, **(extra_context or {})})

    def bar(self, request: HttpRequest) -> HttpResponse:
        """Add entries."""
        form = BarForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            told = dict(form.cleaned_data)
            told["expires_at"] = told.pop("ends_on")
            try:
                count = bar_on_platform(actor=operator(request), **told)
            except Refused as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            else:
                messages.success(request, f"Done: {count} written.")
                return redirect(_LIST)
        return self._page(request, form, "Add to the platform's list", "Nobody here reaches them from now on.")

    def free(self, request: HttpRequest, digest: str) -> HttpResponse:
        """End an entry."""
        entry = PlatformSuppression.objects.filter(digest=_digest(digest)).first()
        if entry is None:
            raise Http404("no such entry")
        form = EndForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                free_on_platform(actor=operator(request), entry=entry, **form.cleaned_data)
            except Refused as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            else:
                messages.success(request, "Done: it has ended.")
                return redirect(_LIST)
        return self._page(
            request, form, f"End {self.what(entry)}", "Organisations may reach it again, by their own rules."
        )

    def _page(self, request: HttpRequest, form: forms.Form, title: str, consequence: str) -> HttpResponse:
        context = self.admin_site.each_context(request) | {"form": form, "title": title, "consequence": consequence}
        return TemplateResponse(request, "admin/platform_list_form.html", context, status=422 if form.errors else 200)


def _digest(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise Http404("no such entry") from None


admin.site.register(PlatformSuppression, PlatformListAdmin)
