"""For operations that a right request alone does not reach: what must be there before, made by the verbs of the product."""

import base64
import dataclasses
import re
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from django.urls import resolve

from campaigns.actions.launching import pause_run
from campaigns.models import Campaign, Run
from core.tenancy import tenant_context
from tests.factories.campaigns import House, add_people, make_campaign
from tests.factories.consent import make_purpose
from tests.factories.whatsapp import make_template, make_whatsapp
from tests.integration.campaigns.conftest import check, launch, send
from tests.walls.seeds import Seeds
from tests.walls.slots import model_of_slot

#: a picture of one point
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@dataclasses.dataclass(frozen=True, slots=True)
class Ready:
    """What a right request names in its address and, over what it says anyway, in its body."""

    ids: dict[str, uuid.UUID] = dataclasses.field(default_factory=dict)
    more: dict[str, Any] = dataclasses.field(default_factory=dict)
    whole: Any = None
    media_type: str | None = None


def _checked(house: House) -> Campaign:
    add_people(house, 1, 1)
    campaign = make_campaign(house)
    check(house, campaign)
    return campaign


def _launched(house: House) -> Run:
    return launch(house, _checked(house), 1)


def _sending(house: House) -> Run:
    return send(house, _launched(house))


def _paused(house: House) -> Run:
    run = _sending(house)
    with tenant_context(house.id):
        pause_run(actor=house.actor, run=run)
    return run


def _account(house: House) -> uuid.UUID:
    with tenant_context(house.id):
        return make_whatsapp(house.actor).id


def _draft(house: House) -> uuid.UUID:
    with tenant_context(house.id):
        return make_template(make_whatsapp(house.actor), state="draft", category="").id


def _offers(house: House) -> str:
    with tenant_context(house.id):
        return make_purpose(house.actor).key


#: method and route → what it needs; all others find what they need among the seeds
READY: dict[tuple[str, str], Callable[[House], Ready]] = {
    ("GET", "api:check"): lambda house: Ready({"campaign_id": _checked(house).id}),
    ("POST", "api:check"): lambda house: Ready({"campaign_id": _checked(house).id}),
    ("POST", "api:launch"): lambda house: Ready({"campaign_id": _checked(house).id}, {"confirmed": 1}),
    ("PUT", "api:campaign"): lambda house: Ready({"campaign_id": make_campaign(house).id}),
    ("POST", "api:pause"): lambda house: Ready({"run_id": _sending(house).id}),
    ("POST", "api:cancel"): lambda house: Ready({"run_id": _launched(house).id}),
    ("POST", "api:undo"): lambda house: Ready({"run_id": _launched(house).id}),
    ("POST", "api:resume"): lambda house: Ready({"run_id": _paused(house).id}),
    ("POST", "api:templates"): lambda house: Ready(more={"account": str(_account(house))}),
    ("POST", "api:sync_templates"): lambda house: Ready(more={"account": str(_account(house))}),
    ("POST", "api:submit_template"): lambda house: Ready({"provider_template_id": _draft(house)}),
    ("POST", "api:attachments"): lambda _house: Ready(whole=PICTURE, media_type="image/png"),
    ("POST", "api:text_overrides"): lambda house: Ready(more={"purpose": _offers(house)}),
    ("POST", "api:template_files"): lambda _house: Ready(whole=PICTURE, media_type="image/png"),
    ("POST", "api:imports"): lambda _house: Ready(media_type="multipart/form-data"),
}


def ready_for(method: str, path: str, house: House) -> Ready:
    """What an operation needs, made now. Shape: `path` as the document writes it, such as /api/v1/runs/{run_id}/."""
    route = resolve(re.sub(r"\{\w+\}", str(uuid.UUID(int=0)), path)).view_name
    make = READY.get((method, route))
    return make(house) if make is not None else Ready()


def ids_for(slots: Iterable[str], ready: Ready, seeds: Seeds) -> dict[str, str]:
    """An id that is there for each slot of an address."""
    return {slot: str(ready.ids.get(slot) or seeds.id_of(model_of_slot(slot))) for slot in slots}
