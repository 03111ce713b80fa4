"""The one place where a request gets its organisation."""

import uuid
from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import Resolver404, resolve, reverse

from accounts.api_entrance import enter
from accounts.contracts import Actor, Belonging, NotAllowed
from accounts.documents import documents_version
from accounts.doors import Door, door_of
from accounts.limits import page_buckets, too_many_pages, within
from accounts.selectors import has_accepted_documents, organizations_of
from core.middleware import client_address, request_id
from core.tenancy import tenant_context

SESSION_KEY = "organization_id"


class TenantMiddleware:
    """Find the view's door; for a member's door enter the organisation of the session, in one transaction.

    The organisation comes from the session and is checked against membership on every request, so a removed member is out at
    once. A refused or failed request rolls everything back; the body is read before the transaction begins.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            door = door_of(resolve(request.path_info, urlconf=getattr(request, "urlconf", None)).func)
        except Resolver404:
            door = None
        if door is None or door.kind in ("public", "webhook"):
            return self.get_response(request)
        if door.kind == "api":
            return enter(request, door, self.get_response)
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        request.actor = person_actor(request)  # type: ignore[attr-defined]
        request.belongings = organizations_of(request.user.id)  # type: ignore[attr-defined]
        belonging = chosen_belonging(request) if door.kind == "member" else None
        return within(
            page_buckets(request, request.user.id, belonging.organization_id if belonging else None),
            lambda: self.get_response(request) if door.kind == "person" else self._enter(request, door, belonging),
            lambda verdict: too_many_pages(request, verdict),
        )

    def _enter(self, request: HttpRequest, door: Door, belonging: Belonging | None) -> HttpResponse:
        if belonging is None:
            secret = request.session.get("invitation")
            return redirect("accounts:invitation", secret) if secret else redirect("accounts:open")
        request.belonging = belonging  # type: ignore[attr-defined]
        request.actor = person_actor(request, belonging.permissions)  # type: ignore[attr-defined]
        if door.own_transactions:
            with tenant_context(belonging.organization_id):
                asked = must_accept_documents(request)
            return redirect("accounts:documents") if asked else self.get_response(request)
        _ = request.body  # before the transaction: a slow upload must not hold one open
        return self._inside(request, belonging.organization_id, lambda: self._after_documents(request))

    def _inside(
        self, request: HttpRequest, organization_id: uuid.UUID, answer: Callable[[], HttpResponse]
    ) -> HttpResponse:
        """Answer inside the organisation; whatever is refused (4xx) or fails (5xx) leaves nothing behind."""
        with tenant_context(organization_id):
            response = answer()
            if response.status_code >= 400:
                transaction.set_rollback(True)
        return response

    def _after_documents(self, request: HttpRequest) -> HttpResponse:
        """Whoever has not accepted the documents in force is asked first (A21)."""
        if must_accept_documents(request) and request.path_info != reverse("accounts:documents"):
            return redirect("accounts:documents")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        """Refuse a view nobody classified, and a member without the right, with a page that says who can give it."""
        door = door_of(view)
        if door is None:
            if settings.ROLE == "operator":
                return None  # the admin site of the operator host asks for itself
            raise Http404("this view has no door")
        if door.kind == "member" and door.permission:
            actor = cast(Actor, request.actor)  # type: ignore[attr-defined]
            if not actor.may(door.permission):
                return refuse(request, NotAllowed(door.permission))
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """An action that refuses for want of a right answers like a door that does, and writes nothing."""
        if isinstance(exception, NotAllowed):
            return refuse(request, exception)
        return None


class RefusedFormMiddleware:
    """A refused form of the log-in pages, which come from a library, answers 422 like every other one here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_template_response(self, request: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        """Set the status of a page that shows a form's errors again."""
        forms = [value for value in (response.context_data or {}).values() if isinstance(value, BaseForm)]
        if request.method == "POST" and response.status_code == 200 and any(form.errors for form in forms):
            response.status_code = 422
        return response


def must_accept_documents(request: HttpRequest) -> bool:
    """Whether the person still has to accept the documents in force; the session remembers who has."""
    accepted = f"{request.belonging.organization_id}:{documents_version()}"  # type: ignore[attr-defined]
    if request.session.get("documents") == accepted:
        return False
    if not has_accepted_documents(request.actor.id):  # type: ignore[attr-defined]
        return True
    request.session["documents"] = accepted
    return False


def refuse(request: HttpRequest, reason: NotAllowed) -> HttpResponse:
    """The 403 page: which right is missing and who can give it."""
    text = f"Nothing was changed: {reason}. {reason.remedy}"
    return render(request, "403.html", {"exception": text}, status=403)


def chosen_belonging(request: HttpRequest) -> Belonging | None:
    """The organisation in the session if the person still belongs to it, else their first one, else None."""
    belongings: list[Belonging] = request.belongings  # type: ignore[attr-defined]
    wanted = request.session.get(SESSION_KEY, "")
    chosen = next((each for each in belongings if str(each.organization_id) == wanted), None)
    if chosen is None and belongings:
        chosen = belongings[0]
        request.session[SESSION_KEY] = str(chosen.organization_id)
    return chosen


def person_actor(request: HttpRequest, permissions: frozenset[str] = frozenset()) -> Actor:
    """The person behind the request, with the rights of their role."""
    return Actor(
        "user",
        cast(uuid.UUID, request.user.pk),
        permissions,
        client_address(request),
        request.headers.get("User-Agent", "")[:200],
        request_id(request),
    )
