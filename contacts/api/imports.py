"""Imports: a file is uploaded, declared and checked, brought in; and what became of each row. The same verbs as the pages."""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, parser_classes
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.answers import digest_of_upload
from accounts.api import actor_of
from accounts.api_entrance import once
from accounts.contracts import Refused
from accounts.doors import api
from consent.api.fields import home_country, purpose_named
from contacts.access import access_import
from contacts.actions import imports as verbs
from contacts.actions.import_files import StoredFile, discard, store_upload
from contacts.actions.import_work import mapping_of
from contacts.actions.lists import create_list
from contacts.api import import_shapes as shapes
from contacts.contracts import Mapping as Columns
from contacts.files.export import reject_file
from contacts.files.limits import FileProblem
from contacts.mapping import with_field
from contacts.models import ImportJob, ImportRow, List
from contacts.selectors.imports import rejected_rows
from contacts.states import ImportKind
from core.api import FieldsQuery, answer, answers, changed_since, page, page_of, read
from core.tenancy import tenant_context


@extend_schema(
    methods=["GET"],
    operation_id="list_imports",
    tags=["contacts"],
    parameters=[shapes.ImportQuery],
    responses=answers(page_of(shapes.ImportOut)),
)
@extend_schema(
    methods=["POST"],
    operation_id="upload_import",
    tags=["contacts"],
    request={"multipart/form-data": shapes.ImportUploadIn},
    responses=answers(shapes.ImportOut, 201),
)
@api("change_contacts", own_transactions=True, takes_file=True)
@api_view(["GET", "POST"])
@parser_classes([MultiPartParser])
def imports(request: Request) -> HttpResponseBase:
    """Imports, newest first; or upload a file, as multipart/form-data. Nothing of it comes in before it was checked."""
    whole: HttpRequest = request._request
    organization_id: uuid.UUID = whole.organization_id  # type: ignore[attr-defined]
    if request.method == "POST":
        return _upload(request, organization_id)
    with tenant_context(organization_id):
        return _list(request)


def _list(request: Request) -> Response:
    asked, rows = read(shapes.ImportQuery, request.query_params), ImportJob.objects.all()
    rows = changed_since(rows, asked).filter(**{name: asked[name] for name in ("state", "kind") if name in asked})
    if "since" in asked:
        rows = rows.filter(created_at__gte=asked["since"])
    return page(request, rows, lambda found: shapes.ImportOut(map(shapes.tell_import, found), many=True).data)


def _upload(request: Request, organization_id: uuid.UUID) -> HttpResponseBase:
    """Take the file to disk outside every transaction; then its row, once for each Idempotency-Key."""
    with _unreadable():
        told = read(shapes.ImportUploadIn, request.data)
        file = told["file"]
        stored = store_upload(organization_id=organization_id, name=file.name, chunks=file.chunks())
    kept: list[ImportJob] = []
    try:
        with tenant_context(organization_id):
            response = once(
                request._request,
                lambda: digest_of_upload(request._request, stored.digest, stored.name, told["kind"]),
                lambda: _received(request, stored, told["kind"], kept),
            )
    except BaseException:
        discard(stored)
        raise
    if not kept:
        discard(stored)
    return response


def _received(request: Request, stored: StoredFile, kind: str, kept: list[ImportJob]) -> HttpResponse:
    job = verbs.receive_import(actor=actor_of(request), stored=stored, kind=kind, country=home_country())
    kept.append(job)
    body = JSONRenderer().render(shapes.ImportOut(shapes.tell_import(job)).data)  # now: the answer may be remembered
    return HttpResponse(body, status=201, content_type="application/json")


@contextmanager
def _unreadable() -> Iterator[None]:
    """A file we cannot take is refused by the name it has in the body."""
    try:
        yield
    except RequestDataTooBig as problem:
        message = "The request is larger than any file we take."
        raise Refused(message, field="file", remedy="Split the file and upload the parts.") from problem
    except FileProblem as problem:
        raise Refused(problem.message, field="file", remedy=problem.remedy) from problem


@extend_schema(
    operation_id="get_import", tags=["contacts"], parameters=[FieldsQuery], responses=answers(shapes.ImportOut)
)
@api("change_contacts")
@api_view(["GET"])
def one_import(request: Request, import_id: uuid.UUID) -> Response:
    """Where an import stands: what its columns fill, how far it is, and what became of its rows."""
    return _told(request, access_import(actor_of(request), import_id))


def _told(request: Request, job: ImportJob, status: int = 200) -> Response:
    return answer(request, shapes.ImportOut(shapes.tell_import(job)).data, status)


@extend_schema(
    operation_id="check_import",
    tags=["contacts"],
    request=shapes.DeclarationIn,
    responses=answers(shapes.ImportOut, 202),
)
@api("change_contacts")
@api_view(["POST"])
def check(request: Request, import_id: uuid.UUID) -> Response:
    """Declare where the people of a file come from, and have it checked: every row, nothing written. Read the import until
    it is checked; then it can be declared anew, or run."""
    actor, job = actor_of(request), access_import(actor_of(request), import_id)
    told = read(shapes.DeclarationIn, request.data, kind=job.kind)
    sent = told.pop("columns", [])
    with _named_as_sent(sent):
        mapping, target, save = _mapping(job, sent), _list_of(request, told), told.pop("remember_as", "")
        declared = verbs.Declaration(**_declared(told, job))
        job = verbs.declare_import(actor=actor, job=job, mapping=mapping, declared=declared, target=target, save=save)
    return _told(request, job, 202)


def _mapping(job: ImportJob, sent: Sequence[Mapping[str, Any]]) -> Columns:
    """The guess with what was sent put over it. Errors: ValidationError for a column the file does not have."""
    mapping = mapping_of(job.mapping)
    for place, column in enumerate(sent):
        if column["position"] >= len(mapping.columns):
            wrong: Any = {place: {"position": [f"The file has {len(mapping.columns)} columns, counted from 0."]}}
            raise serializers.ValidationError({"columns": wrong})
        mapping = with_field(mapping, column["position"], column["field"])
    if job.kind == ImportKind.SUPPRESSIONS:
        for each in mapping.columns:
            if each.field not in ("", *shapes.SUPPRESSION_FIELDS):
                mapping = with_field(mapping, each.position, "")
    return mapping


def _list_of(request: Request, told: dict[str, Any]) -> List | None:
    if "new_list" in told:
        return create_list(actor=actor_of(request), name=told.pop("new_list"))
    if "list" not in told:
        return None
    target = List.objects.filter(id=told.pop("list")).first()
    if target is None:
        raise serializers.ValidationError({"list": ["There is no such list."]})
    return target


def _declared(told: dict[str, Any], job: ImportJob) -> dict[str, Any]:
    """The fields of the declaration, as the verb names them."""
    values = {"default_country": job.declared.get("default_country", "")} | told
    if "purpose" in told:
        values["purpose"] = purpose_named(told["purpose"]).key
    if "channels" in told:
        values["channels"] = tuple(dict.fromkeys(told["channels"]))
    if told.get("channel") == "all":
        values["channel"] = ""
    return values


@contextmanager
def _named_as_sent(sent: Sequence[Mapping[str, Any]]) -> Iterator[None]:
    """Refusals name the selects and fields of the page; here they are called by where they stand in the body."""
    try:
        yield
    except Refused as refusal:
        field = {"name": "new_list"}.get(refusal.field, refusal.field)
        if field.startswith("column_"):
            position = int(field.removeprefix("column_"))
            places = [place for place, column in enumerate(sent) if column["position"] == position]
            field = f"columns.{places[-1]}.field" if places else "columns"
        raise Refused(refusal.message, field=field, remedy=refusal.remedy, code=refusal.code) from refusal


@extend_schema(operation_id="run_import", tags=["contacts"], request=None, responses=answers(shapes.ImportOut, 202))
@api("change_contacts")
@api_view(["POST"])
def run(request: Request, import_id: uuid.UUID) -> Response:
    """Bring a checked file in. It goes on by itself; read the import to see how far it is."""
    return _deed(request, import_id, verbs.start_import, 202)


@extend_schema(operation_id="cancel_import", tags=["contacts"], request=None, responses=answers(shapes.ImportOut))
@api("change_contacts")
@api_view(["POST"])
def cancel(request: Request, import_id: uuid.UUID) -> Response:
    """Stop an import. What came in stays, and its counts say so; the file is removed."""
    return _deed(request, import_id, verbs.cancel_import, 200)


def _deed(request: Request, import_id: uuid.UUID, verb: Callable[..., ImportJob], status: int) -> Response:
    return _told(request, verb(actor=actor_of(request), job=access_import(actor_of(request), import_id)), status)


@extend_schema(
    operation_id="list_import_rows",
    tags=["contacts"],
    parameters=[shapes.RowQuery],
    responses=answers(page_of(shapes.ImportRowOut)),
)
@api("change_contacts")
@api_view(["GET"])
def rows(request: Request, import_id: uuid.UUID) -> Response:
    """What became of each row, in the order of the file. A check keeps those that cannot come in, or not whole."""
    job = access_import(actor_of(request), import_id)
    asked = read(shapes.RowQuery, request.query_params)
    found = ImportRow.objects.filter(job=job).defer("cells_sealed", "former_sealed")
    if "outcome" in asked:
        found = found.filter(outcome=asked["outcome"])
    if "reason" in asked:
        code, _, cause = asked["reason"].partition(".")
        found = found.filter(code=code, cause=cause)
    return page(request, found, _tell_rows, order="number")


def _tell_rows(found: Sequence[ImportRow]) -> Any:
    return shapes.ImportRowOut(map(shapes.tell_row, found), many=True).data


@extend_schema(
    operation_id="get_rejected_rows", tags=["contacts"], responses=answers(OpenApiTypes.BINARY, (200, "text/csv"))
)
@api("change_contacts")
@api_view(["GET"])
def rejected(request: Request, import_id: uuid.UUID) -> HttpResponseBase:
    """The refused rows as a file: the cells as they came, and beside them the row, the reason and what to do."""
    job = access_import(actor_of(request), import_id)
    file = reject_file(job.headers, rejected_rows(job))
    name = f"rejected-rows-{job.created_at:%Y-%m-%d}.csv"
    return FileResponse(file, as_attachment=True, filename=name, content_type="text/csv")
