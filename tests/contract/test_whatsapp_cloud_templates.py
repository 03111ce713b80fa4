"""Templates on Meta's wire: what goes for review, what the list is read as, and how refusals are sorted."""

import json
from collections.abc import AsyncIterator
from typing import Any

import jsonschema
import pytest

from core.http import Session
from messaging.providers.protocol import Misconfigured, ProviderError, Unavailable
from messaging.providers.template_messages import DraftButton, DraftTemplate, ManagesTemplates, TemplateRefused
from messaging.providers.whatsapp_cloud import WhatsAppCloud
from messaging.providers.whatsapp_cloud_drafts import template_body
from tests.contract import carrier as wire
from tests.contract.carrier import Carrier
from tests.contract.kit_whatsapp_cloud import ACCOUNT, error
from tests.contract.kits import QUICK, adapter
from tests.contract.messages import require_schema

NAMED = DraftTemplate(
    name="visit_reminder",
    language="en_US",
    category="utility",
    body="Hello {{first_name}}, your visit is on {{day}} at our office.",
    header="For {{first_name}}",
    footer="Example Co",
    buttons=(
        DraftButton("quick_reply", "Confirm"),
        DraftButton("url", "Details", "https://example.com/visits/{{1}}", "https://example.com/visits/A17"),
        DraftButton("phone_number", "Call us", "+14025550100"),
        DraftButton("copy_code", "", "AUTUMN26"),
    ),
    header_samples=(("first_name", "Ana"),),
    body_samples=(("first_name", "Ana"), ("day", "Tuesday")),
    named=True,
)
NUMBERED = DraftTemplate(
    name="offer_1",
    language="es",
    category="marketing",
    body="Hola {{1}}, hoy hay {{2}} en toda la tienda.",
    body_samples=(("1", "Ana"), ("2", "rebajas")),
)
PLAIN = DraftTemplate(name="note", language="fil", category="utility", body="We are closed today.")


@pytest.fixture
async def carrier() -> AsyncIterator[Carrier]:
    async with wire.carrier() as running:
        yield running


async def ask(carrier: Carrier, method: str, *arguments: Any) -> Any:
    async with Session(QUICK) as session:
        office = adapter("whatsapp_cloud", base_url=carrier.base_url, session=session)
        assert isinstance(office, WhatsAppCloud)
        return await getattr(office, method)(*arguments)


def row(**others: Any) -> dict[str, Any]:
    """A template as Meta lists it."""
    body = {"type": "BODY", "text": "Hello {{1}}, see you then.", "example": {"body_text": [["Ana"]]}}
    return {
        "id": "500000000000001", "name": "visit", "language": "en_US", "status": "APPROVED", "category": "UTILITY",
        "components": [body], "quality_score": {"score": "GREEN"}, "rejected_reason": "NONE",
    } | others  # fmt: skip


def test_the_adapter_manages_templates() -> None:
    assert isinstance(adapter("whatsapp_cloud"), ManagesTemplates)


@pytest.mark.parametrize("draft", [NAMED, NUMBERED, PLAIN], ids=lambda draft: draft.name)
def test_what_is_submitted_keeps_the_schema_of_the_pages(draft: DraftTemplate) -> None:
    require_schema("whatsapp_cloud_template", json.loads(template_body(draft)))


def test_the_schema_refuses_what_the_pages_refuse() -> None:
    wrong = json.loads(template_body(PLAIN)) | {"category": "OTHER"}

    with pytest.raises(jsonschema.ValidationError):
        require_schema("whatsapp_cloud_template", wrong)


async def test_a_template_goes_to_the_account_and_one_that_changed_to_itself(carrier: Carrier) -> None:
    taken = {"id": "500000000000001", "status": "PENDING", "category": "MARKETING"}
    carrier.answers(wire.status(200, taken), wire.status(200, {"success": True}))

    first = await ask(carrier, "submit_template", NAMED)
    second = await ask(carrier, "submit_template", NAMED, "500000000000001")

    assert (first.provider_template_id, first.state, first.category) == ("500000000000001", "submitted", "marketing")
    assert (second.provider_template_id, second.state) == ("500000000000001", "submitted")
    assert [(seen.method, seen.target) for seen in carrier.seen] == [
        ("POST", f"/v23.0/{ACCOUNT}/message_templates"), ("POST", "/v23.0/500000000000001"),
    ]  # fmt: skip
    assert set(json.loads(carrier.seen[1].body)) == {"category", "components"}


@pytest.mark.parametrize(
    ("answer", "kind", "field"),
    [
        (error(100)["error"] | {"error_subcode": 2388299}, TemplateRefused, "body"),
        (error(100)["error"] | {"error_subcode": 2388047}, TemplateRefused, "header"),
        (error(100)["error"] | {"error_subcode": 2388024}, TemplateRefused, "name"),
        (error(100)["error"], TemplateRefused, ""),
        (error(190)["error"], Misconfigured, None),
    ],
)
async def test_a_refusal_names_the_field_where_meta_s_number_does(
    carrier: Carrier, answer: dict[str, Any], kind: type[ProviderError], field: str | None
) -> None:
    carrier.answers(wire.status(400, {"error": answer}))

    with pytest.raises(kind) as refused:
        await ask(carrier, "submit_template", NAMED)

    assert getattr(refused.value, "field", None) == field


async def test_the_list_is_read_page_by_page_to_its_end(carrier: Carrier) -> None:
    first = {"data": [row()], "paging": {"cursors": {"after": "QVFI=="}, "next": "https://graph.example/next"}}
    carrier.answers(wire.status(200, first), wire.status(200, {"data": [row(id="500000000000002", name="offer")]}))

    found = await ask(carrier, "list_templates")

    assert [(one.draft.name, one.state, one.quality) for one in found] == [
        ("visit", "approved", "green"), ("offer", "approved", "green"),
    ]  # fmt: skip
    assert found[0].draft.body_samples == (("1", "Ana"),)
    assert [seen.target for seen in carrier.seen] == [
        f"/v23.0/{ACCOUNT}/message_templates?limit=200",
        f"/v23.0/{ACCOUNT}/message_templates?limit=200&after=QVFI%3D%3D",
    ]


async def test_a_list_that_is_not_whole_is_no_list(carrier: Carrier) -> None:
    first = {"data": [row()], "paging": {"cursors": {"after": "A"}, "next": "https://graph.example/next"}}
    carrier.answers(wire.status(200, first), wire.status(500, b"oops"))

    with pytest.raises(Unavailable):
        await ask(carrier, "list_templates")


@pytest.mark.parametrize(
    ("others", "unfit"),
    [
        ({"components": [{"type": "HEADER", "format": "LOCATION"}, *row()["components"]]}, "its header is a place"),
        ({"category": "AUTHENTICATION"}, "it hands over a code in a way"),
        ({"components": [*row()["components"], {"type": "CAROUSEL", "cards": []}]}, "it has parts of a kind"),
        (
            {"components": [*row()["components"], {"type": "BUTTONS", "buttons": [{"type": "CATALOG", "text": "x"}]}]},
            "it has a button of a kind",
        ),
        ({}, ""),
    ],
)
async def test_a_template_we_could_not_fill_says_why(carrier: Carrier, others: dict[str, Any], unfit: str) -> None:
    carrier.answers(wire.status(200, {"data": [row(**others)]}))

    (found,) = await ask(carrier, "list_templates")

    assert found.unfit.startswith(unfit)
    assert bool(found.unfit) is bool(unfit)


async def test_what_cannot_be_read_in_a_list_is_left_out(carrier: Carrier) -> None:
    strange = ["x", {}, row(id="a/../b"), row(name="Visit"), row(status="NEW_WORD"), row(components=7)]
    carrier.answers(wire.status(200, {"data": strange}))

    found = await ask(carrier, "list_templates")

    assert [one.unfit for one in found] == ["it has parts of a kind we do not know."]


async def test_one_language_of_a_template_is_deleted_by_its_id_beside_its_name(carrier: Carrier) -> None:
    carrier.answers(wire.status(200, {"success": True}))

    await ask(carrier, "delete_template", "visit", "500000000000001")

    (seen,) = carrier.seen
    assert (seen.method, seen.target) == (
        "DELETE", f"/v23.0/{ACCOUNT}/message_templates?name=visit&hsm_id=500000000000001",
    )  # fmt: skip
