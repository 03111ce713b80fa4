"""Pages of imports: the upload, its columns and declaration, the trial, the import as it runs, and its result.

Views that read a file open their own transactions, so that no connection waits for a disk or a parser.
"""

import uuid
from typing import Any

from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.contracts import Refused
from accounts.doors import member
from accounts.models import Organization
from contacts.access import access_import, access_list
from contacts.actions import imports
from contacts.actions.import_files import discard, shape_of, store_upload
from contacts.actions.import_work import mapping_of
from contacts.actions.lists import create_list
from contacts.files.export import reject_file
from contacts.files.limits import FileProblem
from contacts.forms.imports import ColumnsForm, PeopleDeclareForm, SuppressionDeclareForm, UploadForm
from contacts.models import ImportJob
from contacts.selectors.import_words import columns_lead, import_bar, import_words
from contacts.selectors.imports import (
    declared_words,
    import_rows,
    imports_page,
    kept_out,
    rejected_rows,
    same_file_before,
    shown_import,
)
from contacts.states import OPEN, ImportState
from contacts.views.requests import MemberRequest
from core import clock
from core.tenancy import tenant_context
from core.wording import counted_text

#: htmx stops asking when it gets this
_STOP_POLLING = 286


@member("change_contacts")
@require_GET
def import_list(request: MemberRequest) -> HttpResponse:
    """All imports, newest first."""
    return render(
        request, "contacts/imports.html", {"page": imports_page(request.GET.get("page", "1")), "now": clock.now()}
    )


@member("change_contacts", own_transactions=True, takes_file=True)
@require_http_methods(["GET", "POST"])
def upload(request: MemberRequest) -> HttpResponse:
    """Upload a file; nothing is kept of one that cannot be read."""
    organization_id = request.belonging.organization_id
    form = UploadForm(request.POST or None, request.FILES or None, initial={"kind": request.GET.get("kind", "people")})
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("contacts:import", _received(request, organization_id, form).id)
        except FileProblem as problem:
            form.add_error("file", f"{problem.message} {problem.remedy}")
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
    with tenant_context(organization_id):
        return render(request, "contacts/upload.html", {"form": form}, status=422 if form.errors else 200)


def _received(request: MemberRequest, organization_id: uuid.UUID, form: UploadForm) -> ImportJob:
    file = form.cleaned_data["file"]
    stored = store_upload(organization_id=organization_id, name=file.name, chunks=file.chunks())
    try:
        with tenant_context(organization_id):
            country = Organization.objects.current().default_country
            return imports.receive_import(
                actor=request.actor, stored=stored, kind=form.cleaned_data["kind"], country=country
            )
    except BaseException:
        discard(stored)
        raise


@member("change_contacts", own_transactions=True)
@require_http_methods(["GET", "POST"])
def import_detail(request: MemberRequest, job_id: uuid.UUID) -> HttpResponse:
    """One import, wherever it stands; choosing its columns is also done here."""
    with tenant_context(request.belonging.organization_id):
        job = access_import(request.actor, job_id)
    wants_columns = job.state == ImportState.UPLOADED or (job.state in OPEN and "columns" in request.GET)
    if wants_columns or request.method == "POST":
        return _columns(request, job)
    with tenant_context(request.belonging.organization_id):
        return render(request, "contacts/import.html", _told(request, job))


def _told(request: MemberRequest, job: ImportJob) -> dict[str, Any]:
    shown = shown_import(job)
    reason = request.GET.get("reason", "")[:80]
    shows_kept = shown.totals.said["kept_out"] and shown.is_over  # the trial keeps no row for them
    heading, lead = import_words(shown)
    return {
        "shown": shown,
        "heading": heading,
        "lead": lead,
        "deed": f"Import {counted_text(shown.totals.usable, 'row')}",
        **import_bar(shown.totals),
        "rows": import_rows(job, reason, request.GET.get("page", "1")) if shown.totals.reasons else None,
        "reason": reason,
        "declared": declared_words(job),
        "kept_out": kept_out(job) if shows_kept else [],
        "earlier": same_file_before(job),
    }


def _columns(request: MemberRequest, job: ImportJob) -> HttpResponse:
    """The page of columns and declaration; saved, the file is checked."""
    organization_id, problem, shape = request.belonging.organization_id, None, None
    try:
        shape = shape_of(job)
    except FileProblem as found:
        problem = found
    with tenant_context(organization_id):
        columns = ColumnsForm(request.POST or None, mapping=mapping_of(job.mapping), kind=job.kind)
        declare = _declare_form(job)(request.POST or None, initial=_initial(job))
        valid = request.method == "POST" and columns.is_valid() and declare.is_valid()
    if valid:
        try:
            with tenant_context(organization_id):
                _declare(request, job, columns, declare)
            return redirect("contacts:import", job.id)
        except Refused as refusal:
            form = columns if refusal.field in columns.fields else declare
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
    with tenant_context(organization_id):
        context = {
            "shown": shown_import(job),
            "lead": columns_lead(job),
            "columns": columns.rows(shape.sample if shape else ()),
            "columns_form": columns,
            "form": declare,
            "shape": shape,
            "problem": problem,
            "earlier": same_file_before(job),
        }
        return render(
            request, "contacts/columns.html", context, status=422 if columns.errors or declare.errors else 200
        )


def _declare_form(job: ImportJob) -> Any:
    return PeopleDeclareForm if job.kind == "people" else SuppressionDeclareForm


def _initial(job: ImportJob) -> dict[str, Any]:
    told = {key: value for key, value in job.declared.items() if key not in ("attested", "consent_at")}
    return told | {"consent_on": job.declared.get("consent_at", "")[:10], "target": str(job.list_id or "")}


def _declare(request: MemberRequest, job: ImportJob, columns: ColumnsForm, declare: Any) -> None:
    told = declare.cleaned_data
    target = None
    if told.get("new_list"):
        target = create_list(actor=request.actor, name=told["new_list"])
    elif told.get("target"):
        target = access_list(request.actor, uuid.UUID(told["target"]), "change_contacts")
    imports.declare_import(
        actor=request.actor,
        job=job,
        mapping=columns.chosen(),
        declared=imports.Declaration(**declare.declaration()),
        target=target,
        save=told.get("save", ""),
    )


@member("change_contacts")
@require_GET
def progress(request: MemberRequest, job_id: uuid.UUID) -> HttpResponse:
    """How far an import is; the last answer ends the asking and shows the page anew."""
    shown = shown_import(access_import(request.actor, job_id))
    answer = render(request, "contacts/_progress.html", {"shown": shown})
    if not shown.is_working:
        answer.status_code = _STOP_POLLING
        answer["HX-Refresh"] = "true"
    return answer


@member("change_contacts")
@require_POST
def start(request: MemberRequest, job_id: uuid.UUID) -> HttpResponse:
    """Bring the people of a checked file in."""
    return _deed(request, job_id, imports.start_import)


@member("change_contacts")
@require_POST
def cancel(request: MemberRequest, job_id: uuid.UUID) -> HttpResponse:
    """Stop an import; what came in stays."""
    return _deed(request, job_id, imports.cancel_import)


def _deed(request: MemberRequest, job_id: uuid.UUID, verb: Any) -> HttpResponse:
    job = access_import(request.actor, job_id)
    try:
        verb(actor=request.actor, job=job)
    except Refused as refusal:
        return render(request, "contacts/import.html", _told(request, job) | {"refusal": refusal}, status=422)
    return redirect("contacts:import", job.id)


@member("change_contacts")
@require_GET
def rejects(request: MemberRequest, job_id: uuid.UUID) -> FileResponse:
    """The refused rows as a file: the cells as they came, with the reason and what to do."""
    job = access_import(request.actor, job_id)
    file = reject_file(job.headers, rejected_rows(job))
    name = f"rejected-rows-{job.created_at:%Y-%m-%d}.csv"
    return FileResponse(file, as_attachment=True, filename=name, content_type="text/csv")
