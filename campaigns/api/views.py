"""Campaigns: read, check, launch; and their runs: read, hold, end. The same verbs and numbers as the pages."""

import uuid
from collections.abc import Callable
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import actor_of
from accounts.doors import api
from campaigns.access import access_campaign, access_run
from campaigns.actions import launching
from campaigns.api import drafts, shapes
from campaigns.models import Campaign, Run
from campaigns.selectors.campaigns import campaign_card, campaign_rows
from campaigns.selectors.checks import Check, newest_check
from campaigns.selectors.duties import added_lines
from campaigns.selectors.reports import Report, run_report
from core.api import FieldsQuery, answer, answers, changed_since, page, page_of, read


@extend_schema(
    methods=["GET"],
    operation_id="list_campaigns",
    tags=["campaigns"],
    parameters=[shapes.CampaignQuery],
    responses=answers(page_of(shapes.CampaignOut)),
)
@extend_schema(
    methods=["POST"],
    operation_id="create_campaign",
    tags=["campaigns"],
    request=shapes.CampaignIn,
    responses=answers(shapes.CampaignDetailOut, 201),
)
@api("")
@api_view(["GET", "POST"])
def campaigns(request: Request) -> Response:
    """Campaigns, newest first, with their numbers (scope see_campaigns); or write one (scope author_campaigns)."""
    actor = actor_of(request)
    if request.method == "POST":
        actor.require("author_campaigns")
        return Response(_written(drafts.save(actor, request.data)), status=201)
    actor.require("see_campaigns")
    asked, rows = read(shapes.CampaignQuery, request.query_params), Campaign.objects.select_related("sender__account")
    looked = {"state": "state", "channel": "channel", "sender": "sender_id", "since": "created_at__gte"}
    rows = changed_since(rows, asked).filter(**{looked[name]: asked[name] for name in looked if name in asked})
    return page(request, rows, lambda found: shapes.CampaignOut(campaign_rows(found), many=True).data)


@extend_schema(
    methods=["GET"],
    operation_id="get_campaign",
    tags=["campaigns"],
    parameters=[FieldsQuery],
    responses=answers(shapes.CampaignDetailOut),
)
@extend_schema(
    methods=["PUT"],
    operation_id="change_campaign",
    tags=["campaigns"],
    request=shapes.CampaignIn,
    responses=answers(shapes.CampaignDetailOut),
)
@api("")
@api_view(["GET", "PUT"])
def campaign(request: Request, campaign_id: uuid.UUID) -> Response:
    """One campaign (scope see_campaigns); or a draft written anew, as a whole (scope author_campaigns)."""
    writes = request.method == "PUT"
    found = access_campaign(actor_of(request), campaign_id, "author_campaigns" if writes else "see_campaigns")
    return answer(request, _written(drafts.save(actor_of(request), request.data, found) if writes else found))


def _written(found: Campaign) -> Any:
    """One campaign in full."""
    card, (row,) = campaign_card(found), campaign_rows([found])
    same = ("campaign", "asked", "gets", "tally", "delivered", "delivered_note")
    told = {name: getattr(row, name) for name in same} | {
        "body": card.content.body,
        "content": card.content.parts,
        "version": card.version,
        "included": [each.id for each in card.included],
        "excluded": [each.id for each in card.excluded],
        "runs": [run for run, _ in card.runs],
    }
    return shapes.CampaignDetailOut(told).data


@extend_schema(
    methods=["GET"],
    operation_id="get_check",
    tags=["campaigns"],
    parameters=[FieldsQuery],
    responses=answers(shapes.CheckOut),
)
@extend_schema(
    methods=["POST"],
    operation_id="check_campaign",
    tags=["campaigns"],
    request=None,
    responses=answers(shapes.CheckOut, 202),
)
@api("see_campaigns")
@api_view(["GET", "POST"])
def check(request: Request, campaign_id: uuid.UUID) -> Response:
    """The newest check: who would get it, who would not and why. POST makes a new one in its place (scope
    author_campaigns); read it until it is simulated."""
    found = access_campaign(actor_of(request), campaign_id)
    if request.method == "POST":
        launching.simulate_campaign(actor=actor_of(request), campaign=found)
    newest = newest_check(found)
    if newest is None:
        raise Http404("nothing here")
    return answer(request, _check(newest), 202 if request.method == "POST" else 200)


def _check(found: Check) -> Any:
    same = ("run", "fresh", "audience", "asked", "gets", "left_out", "quote", "over_promise")
    reasons = [row for group in found.groups for row in group.rows]
    added = added_lines(found) if not found.working else []
    told = {name: getattr(found, name) for name in same} | {"reasons": reasons, "added_lines": added}
    return shapes.CheckOut(told).data


@extend_schema(
    operation_id="launch_campaign",
    tags=["campaigns"],
    request=shapes.LaunchIn,
    responses=answers(shapes.RunOut, 201),
)
@api("send_campaigns")
@api_view(["POST"])
def launch(request: Request, campaign_id: uuid.UUID) -> Response:
    """Launch a checked campaign, now or later, with the number of people its check named."""
    found = access_campaign(actor_of(request), campaign_id, "send_campaigns")
    told = read(shapes.LaunchIn, request.data)
    run = launching.launch_campaign(actor=actor_of(request), campaign=found, **told)
    return Response(_told(access_run(actor_of(request), run.id, "send_campaigns")), status=201)


@extend_schema(operation_id="get_run", tags=["campaigns"], parameters=[FieldsQuery], responses=answers(shapes.RunOut))
@api("see_campaigns")
@api_view(["GET"])
def run(request: Request, run_id: uuid.UUID) -> Response:
    """The report of a launch: everybody who was asked for, and what became of them."""
    return answer(request, _told(_run(request, run_id, "see_campaigns")))


@extend_schema(operation_id="pause_run", tags=["campaigns"], request=None, responses=answers(shapes.RunOut))
@api("send_campaigns")
@api_view(["POST"])
def pause(request: Request, run_id: uuid.UUID) -> Response:
    """Hold a run."""
    return _deed(request, run_id, launching.pause_run)


@extend_schema(operation_id="resume_run", tags=["campaigns"], request=None, responses=answers(shapes.RunOut))
@api("send_campaigns")
@api_view(["POST"])
def resume(request: Request, run_id: uuid.UUID) -> Response:
    """Let a held run go on."""
    return _deed(request, run_id, launching.resume_run)


@extend_schema(operation_id="cancel_run", tags=["campaigns"], request=None, responses=answers(shapes.RunOut))
@api("send_campaigns")
@api_view(["POST"])
def cancel(request: Request, run_id: uuid.UUID) -> Response:
    """End a run for good."""
    return _deed(request, run_id, launching.cancel_run)


@extend_schema(operation_id="undo_run", tags=["campaigns"], request=None, responses=answers(shapes.RunOut))
@api("send_campaigns")
@api_view(["POST"])
def undo(request: Request, run_id: uuid.UUID) -> Response:
    """Take a launch back before anything leaves: the campaign is a draft again."""
    return _deed(request, run_id, launching.undo_launch)


def _deed(request: Request, run_id: uuid.UUID, verb: Callable[..., None]) -> Response:
    verb(actor=actor_of(request), run=_run(request, run_id, "send_campaigns"))
    return Response(_told(_run(request, run_id, "send_campaigns")))


def _run(request: Request, run_id: uuid.UUID, right: str) -> Run:
    """A launch. A check is no run here: it is read and made at its campaign."""
    found = access_run(actor_of(request), run_id, right)
    if found.kind != "launch":
        raise Http404("nothing here")
    return found


def _told(run: Run) -> Any:
    report: Report = run_report(run)
    same = ("run", "planned", "allowed", "sent", "segments", "delivered_note", "answers", "used", "troubles")
    people = report.people if report.tells_arrival else {**report.people, "delivered": None}
    left_out = [row for group in report.left_out for row in group.rows]
    return shapes.RunOut({name: getattr(report, name) for name in same} | {"people": people, "left_out": left_out}).data
