"""Templates a network approves: list, read, write, hand over, bring in. The same verbs as the pages."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import actor_of
from accounts.doors import api
from core.api import ChangedQuery, FieldsQuery, Given, Moment, answer, answers, changed_since, page, page_of, read
from core.jobs import enqueue
from core.tenancy import require_organization_id
from messaging.access import access_template, access_template_account
from messaging.actions import templates as verbs
from messaging.api.content import named_in_template
from messaging.channels.whatsapp import last_text_of, why_not
from messaging.channels.whatsapp_checks import code_text
from messaging.channels.whatsapp_rules import whatsapp_rules
from messaging.channels.whatsapp_texts import (
    BUTTON_KINDS,
    Head,
    TemplateText,
    WrittenButton,
    WrittenCard,
    WrittenCode,
    text_of,
)
from messaging.models import ProviderTemplate
from messaging.states import TEMPLATE_STATES

_STATES = list(TEMPLATE_STATES)
_USES = list(whatsapp_rules().use_cases)


class TemplateQuery(ChangedQuery):
    """Which templates."""

    state = serializers.ChoiceField(required=False, choices=_STATES)
    account = serializers.UUIDField(required=False)
    name = serializers.CharField(required=False, max_length=512)


class ButtonShape(Given):
    """A button. `value` is the address, the number, the code or the id of a form; an answer has none.

    `screen` is the one a form opens with; empty for its first.
    """

    kind = serializers.ChoiceField(choices=list(BUTTON_KINDS))
    title = serializers.CharField(max_length=80, allow_blank=True, default="")
    value = serializers.CharField(max_length=2000, allow_blank=True, default="")
    screen = serializers.CharField(max_length=80, allow_blank=True, default="")


class HeadShape(Given):
    """A picture, a film or a document at a head. `file` is the id of an uploaded one."""

    kind = serializers.ChoiceField(choices=list(whatsapp_rules().media))
    file = serializers.CharField(max_length=36, allow_blank=True, default="")


class CardShape(Given):
    """One of the cards side by side under the text."""

    head = HeadShape()
    body = serializers.CharField(max_length=400, allow_blank=True, default="")
    buttons = ButtonShape(many=True)


class CodeShape(Given):
    """A code somebody asked for. WhatsApp writes the words itself; `app` and `signature` are for `one_tap`."""

    kind = serializers.ChoiceField(choices=["copy_code", "one_tap"])
    security = serializers.BooleanField(default=True, help_text="Say not to share it.")
    minutes = serializers.IntegerField(default=0, min_value=0, help_text="How long it is good for; 0 says nothing.")
    words = serializers.CharField(max_length=80, allow_blank=True, default="")
    fill_words = serializers.CharField(max_length=80, allow_blank=True, default="")
    app = serializers.CharField(max_length=300, allow_blank=True, default="")
    signature = serializers.CharField(max_length=40, allow_blank=True, default="")


class TemplateIn(Given):
    """A template to write. Variables are {{1}} or {{first_name}}; `samples` has a text for each slot of `slots`.

    Words at the head are `header`, a picture, film or document `head`. Beside `cards` stands the text alone; beside a `code`
    nothing, not even a text.
    """

    account = serializers.UUIDField(help_text="The id of the WhatsApp account.")
    name = serializers.CharField(max_length=512)
    language = serializers.CharField(max_length=12)
    use_case = serializers.ChoiceField(choices=_USES)
    header = serializers.CharField(max_length=200, allow_blank=True, default="")
    head = HeadShape(required=False, allow_null=True, default=None)
    body = serializers.CharField(max_length=4000, allow_blank=True, default="")
    footer = serializers.CharField(max_length=200, allow_blank=True, default="")
    buttons = ButtonShape(many=True, required=False)
    cards = CardShape(many=True, required=False)
    code = CodeShape(required=False, allow_null=True, default=None)
    samples = serializers.DictField(child=serializers.CharField(max_length=400), required=False, default=dict)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Errors: ValidationError for a template without a text, or a code with one."""
        if attrs.get("code") is None and not attrs["body"].strip():
            raise serializers.ValidationError({"body": ["Write what people shall read."]})
        beside = ("header", "head", "body", "footer", "buttons", "cards", "samples")
        if attrs.get("code") is not None and any(attrs.get(name) for name in beside):
            raise serializers.ValidationError({"code": ["WhatsApp writes all the words beside a code: send it alone."]})
        return attrs


class TemplateOut(serializers.Serializer[Any]):
    """One template. `choosable`: a campaign can use it now; else `why_not` says what helps."""

    id = serializers.UUIDField()
    account_id = serializers.UUIDField()
    name = serializers.CharField()
    language = serializers.CharField()
    category = serializers.CharField(help_text="As WhatsApp has it; it decides the price.")
    next_category = serializers.CharField(allow_blank=True, help_text="What WhatsApp has announced to make of it.")
    next_category_at = Moment(allow_null=True)
    use_case = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(choices=_STATES)
    quality = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)
    advice = serializers.CharField(allow_blank=True)
    changed = serializers.BooleanField(
        help_text="A change was written and not handed over; the approved text is still sent."
    )
    choosable = serializers.BooleanField()
    why_not = serializers.CharField(allow_blank=True)
    header = serializers.CharField(allow_blank=True)
    body = serializers.CharField()
    footer = serializers.CharField(allow_blank=True)
    head = HeadShape(allow_null=True)
    buttons = ButtonShape(many=True)
    cards = CardShape(many=True)
    code = CodeShape(allow_null=True)
    slots = serializers.ListField(child=serializers.CharField(), help_text="Where a person's values stand.")
    submitted_at = Moment(allow_null=True)
    created_at = Moment()
    updated_at = Moment(source="changed_at")


def _told(rows: Sequence[ProviderTemplate]) -> Any:
    return TemplateOut([_one(row) for row in rows], many=True).data


def _one(row: ProviderTemplate) -> dict[str, Any]:
    text, refused = text_of(row.content), why_not(row)
    same = ("id", "account_id", "name", "language", "category", "use_case", "state", "quality", "reason", "advice")
    coming = ("next_category", "next_category_at")
    told = {name: getattr(row, name) for name in (*same, *coming, "submitted_at", "created_at", "changed_at")}
    told |= {
        "changed": bool(row.changed),
        "choosable": not refused,
        "why_not": refused,
        "slots": [slot.key for slot in text.slots],
    }
    return told | {
        name: getattr(text, name) for name in ("header", "head", "body", "footer", "buttons", "cards", "code")
    }


@extend_schema(
    methods=["GET"],
    operation_id="list_templates",
    tags=["templates"],
    parameters=[TemplateQuery],
    responses=answers(page_of(TemplateOut)),
)
@extend_schema(
    methods=["POST"],
    operation_id="create_template",
    tags=["templates"],
    request=TemplateIn,
    responses=answers(TemplateOut, 201),
)
@api("author_campaigns")
@api_view(["GET", "POST"])
def templates(request: Request) -> Response:
    """Templates, newest first; or write one, kept as a draft until it is handed over."""
    if request.method == "POST":
        return Response(TemplateOut(_one(_write(request))).data, status=201)
    asked, rows = read(TemplateQuery, request.query_params), ProviderTemplate.objects.all()
    looked = {"state": "state", "account": "account_id", "name": "name"}
    rows = changed_since(rows, asked).filter(**{looked[name]: asked[name] for name in looked if name in asked})
    return page(request, rows, _told)


def _write(request: Request) -> ProviderTemplate:
    told = read(TemplateIn, request.data)
    account = access_template_account(actor_of(request), told["account"])
    text = _text(told)
    named = {name: told[name] for name in ("name", "language", "use_case")}
    with named_in_template("header_file", "head.file"):
        return verbs.write_template(actor=actor_of(request), account=account, text=text, **named)


def _text(told: Mapping[str, Any]) -> TemplateText:
    if told["code"] is not None:
        return code_text(WrittenCode(**told["code"]))
    return TemplateText(
        told["body"].strip(),
        told["header"].strip(),
        told["footer"].strip(),
        _buttons(told),
        told["samples"],
        head=Head(**told["head"]) if told["head"] else None,
        cards=tuple(
            WrittenCard(Head(**one["head"]), one["body"].strip(), _buttons(one)) for one in told.get("cards", ())
        ),
    )


def _buttons(told: Mapping[str, Any]) -> tuple[WrittenButton, ...]:
    return tuple(WrittenButton(**one) for one in told.get("buttons", ()))


@extend_schema(
    operation_id="get_template", tags=["templates"], parameters=[FieldsQuery], responses=answers(TemplateOut)
)
@api("author_campaigns")
@api_view(["GET"])
def template(request: Request, provider_template_id: uuid.UUID) -> Response:
    """One template, and whether a campaign can use it."""
    return answer(request, TemplateOut(_one(access_template(actor_of(request), provider_template_id))).data)


@extend_schema(operation_id="submit_template", tags=["templates"], request=None, responses=answers(TemplateOut, 202))
@api("author_campaigns")
@api_view(["POST"])
def submission(request: Request, provider_template_id: uuid.UUID) -> Response:
    """Hand a template over for review. It is checked at once and goes out by a task; read it to see what came of it."""
    row = access_template(actor_of(request), provider_template_id)
    with named_in_template("header_file", "head.file"):
        verbs.check_submission(actor=actor_of(request), template=row, text=last_text_of(row))
    enqueue("messaging.submit_template", organization_id=require_organization_id(), template_id=row.id)
    return Response(TemplateOut(_one(row)).data, status=202)


class SyncIn(Given):
    """Whose templates to bring in."""

    account = serializers.UUIDField()


@extend_schema(operation_id="sync_templates", tags=["templates"], request=SyncIn, responses=answers(None, 202))
@api("author_campaigns")
@api_view(["POST"])
def sync(request: Request) -> Response:
    """Bring in how the network keeps an account's templates. A task does it; list them to see what came of it."""
    told = read(SyncIn, request.data)
    account = access_template_account(actor_of(request), told["account"])
    verbs.check_sync(actor=actor_of(request), account=account)
    enqueue("messaging.sync_templates", organization_id=require_organization_id(), account_id=account.id)
    return Response(status=202)
