"""Erasing by applications."""

import uuid

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import actor_of
from accounts.contracts import Actor, Refused
from accounts.doors import api
from core.api import answers, read
from privacy.access import access_person, erasure_of
from privacy.actions.erasing import erase_person
from privacy.api import shapes
from privacy.models import Erasure
from privacy.selectors.erasures import certificate
from privacy.selectors.tables import outlook


@extend_schema(
    operation_id="erase_contact",
    tags=["contacts"],
    request=shapes.EraseIn,
    responses=answers(shapes.ErasureOut, 201) | {200: shapes.ErasureOut},
)
@api("erase_people")
@api_view(["POST"])
def erase(request: Request, contact_id: uuid.UUID) -> Response:
    """Erase a person for good: 201 with what went and what has to stay, and why. 200 for a dry run, and for who was already.

    Their addresses are closed on every channel. An import, a call of this API or a form of yours that brings one of them again
    is refused as `erased`; only the person can come back, by START or by agreeing themselves. A test key may ask for a dry run
    alone.
    """
    actor, asked = actor_of(request), read(shapes.EraseIn, request.data)
    done = erasure_of(actor, contact_id)
    if done is not None:
        return Response(_told(done))
    person = access_person(actor, contact_id)
    if not asked["dry_run"]:
        _refuse_test_key(actor)
        return Response(_told(erase_person(actor=actor, contact_id=contact_id)), status=201)
    seen = outlook(person.subject)
    body: dict[str, object] = {
        "id": None,
        "contact_id": contact_id,
        "dry_run": True,
        "erased_at": None,
        "finished_at": None,
        "addresses": len(person.subject.points),
        "shared": len(person.subject.shared),
        "going": seen.going,
        "staying": seen.staying,
    }
    return Response(shapes.ErasureOut(body).data)


def _refuse_test_key(actor: Actor) -> None:
    """Errors: Refused to a key made for trying things out; whom it would erase is a real person."""
    if actor.practice_only:
        problem = "A test key erases nobody: people are real, whatever carrier sends."
        raise Refused(problem, field="dry_run", remedy="Send dry_run as true, or use a live key.", code="practice_only")


def _told(row: Erasure) -> object:
    told = certificate(row)
    names = ("id", "contact_id", "erased_at", "finished_at", "addresses", "shared", "going", "staying")
    return shapes.ErasureOut({name: getattr(told, name) for name in names} | {"dry_run": False}).data
