"""Reports of use: what somebody did elsewhere about what they agreed to, so that their agreement does not grow old meanwhile."""

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import actor_of
from accounts.doors import api
from consent.actions.engaging import report_engagement
from consent.api import shapes
from consent.api.fields import home_country, purpose_named
from consent.api.standing import point_of
from consent.expiry import end_of, status_at
from consent.models import ConsentState
from core import clock
from core.api import answers, read


@extend_schema(
    operation_id="report_engagement",
    tags=["consent"],
    request=shapes.EngagementIn,
    responses=answers(shapes.EngagementOut),
)
@api("change_consent")
@api_view(["POST"])
def engagements(request: Request) -> Response:
    """Report that somebody clicked, ordered or replied: their agreement to this purpose grows old from then. One that has
    ended stays ended. An address we do not know answers as one that never agreed."""
    told = read(shapes.EngagementIn, request.data, country=home_country())
    purpose, point = purpose_named(told["purpose"]), point_of(told["address"])
    kept = point is not None and report_engagement(
        actor=actor_of(request),
        point_id=point.id,
        purpose=purpose,
        channel=told["channel"],
        kind=told["kind"],
        occurred_at=told["occurred_at"],
    )
    state = (
        ConsentState.objects.filter(point=point, purpose=purpose, channel=told["channel"]).first() if point else None
    )
    holds = state is not None and status_at(state, purpose, clock.now()) == "granted"
    ends_at = end_of(state, purpose) if state is not None and holds else None
    return Response(shapes.EngagementOut({"kept": kept, "ends_at": ends_at}).data)
