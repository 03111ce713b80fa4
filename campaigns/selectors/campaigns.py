"""The list of campaigns with the numbers of their last run, and what a new one needs first."""

import dataclasses
import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence

from django.core.paginator import Page, Paginator
from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, Sum, Value, When
from django.urls import reverse

from campaigns.models import Campaign, CampaignList, Run
from campaigns.outcomes import NOT_REPORTED, tells_arrival
from campaigns.selectors.approvals import approval_states
from campaigns.selectors.holding import held_badge
from campaigns.selectors.waiting import waiting_badge, waits_until
from campaigns.states import APPROVAL_WORDS, RUN_WORDS
from consent.models import Purpose
from contacts.models import List
from messaging.channels.protocol import Written
from messaging.models import Message, Sender
from messaging.states import RANKS

PAGE_SIZE = 25
#: the states of campaigns; and the chips of the list, in this order, which tell apart what is sending and what is paused
STATES = ("draft", "scheduled", "running", "attention", "finished", "cancelled")
CHIPS = ("draft", "scheduled", "running", "paused", "attention", "finished", "cancelled")
_ICONS = {"draft": "edit", "scheduled": "calendar", "attention": "alert", "finished": "check", "cancelled": "x"}
#: states of a run that say more than its campaign's
_NEARER = ("planning", "breath", "paused")
_RUN_ICONS = {"waiting": "calendar", "breath": "clock", "paused": "pause", "simulated": "check"}


@dataclasses.dataclass(frozen=True, slots=True)
class Tally:
    """What a run has sent so far."""

    sent: int = 0
    delivered: int = 0
    parts: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class CampaignRow:
    """One line of the list. `asked` and `gets` are None while nobody has checked or launched it."""

    campaign: Campaign
    badge: Mapping[str, object]
    asked: int | None
    gets: int | None
    tally: Tally
    when: datetime.datetime
    when_words: str
    url: str

    @property
    def left_out(self) -> int:
        """How many of those asked for do not get it."""
        return (self.asked or 0) - (self.gets or 0)

    @property
    def tells_arrival(self) -> bool:
        """Whether its carrier reports what arrived."""
        return tells_arrival(self.campaign.sender.account)

    @property
    def delivered(self) -> int | None:
        """How many arrived; None where the carrier does not report it."""
        return self.tally.delivered if self.tells_arrival else None

    @property
    def delivered_note(self) -> str:
        """Why there is no such number; empty where there is one."""
        return "" if self.tells_arrival else NOT_REPORTED


@dataclasses.dataclass(frozen=True, slots=True)
class Chip:
    """One filter of the list."""

    state: str
    label: str
    count: int


@dataclasses.dataclass(frozen=True, slots=True)
class Needs:
    """What must be there before a campaign can be written."""

    purpose: bool
    sender: bool
    people: bool

    @property
    def ready(self) -> bool:
        """Whether a campaign can be written now."""
        return self.purpose and self.sender and self.people


def state_words(state: str) -> dict[str, object]:
    """A state of a campaign or a run as a badge."""
    label, tone = RUN_WORDS[state]
    live = state in ("running", "sending", "planning")
    icon = "" if live else _ICONS.get(state, _RUN_ICONS.get(state, ""))
    return {"label": label, "tone": tone, "icon": icon, "live": live}


def state_chips() -> list[Chip]:
    """The states there are campaigns in, with how many. One query."""
    counts = dict(Campaign.objects.annotate(chip=_chip()).values_list("chip").annotate(number=Count("id")))
    return [Chip(state, RUN_WORDS[state][0], counts[state]) for state in CHIPS if state in counts]


def _chip() -> Case:
    """Under which chip a campaign stands, as an expression on Campaign: the state it is in, or that its run is paused."""
    paused = Run.objects.filter(campaign_id=OuterRef("id"), kind="launch", state="paused")
    held = When(Q(Exists(paused), state="running"), then=Value("paused"))
    return Case(held, default=F("state"), output_field=CharField())


def campaign_page(*, state: str = "", query: str = "", number: str = "1") -> "Page[CampaignRow]":
    """One page of campaigns, newest first, with their numbers. Five queries, however many campaigns and people there are."""
    rows = Campaign.objects.select_related("sender__account").order_by("-created_at", "-id")
    if state in CHIPS:
        rows = rows.annotate(chip=_chip()).filter(chip=state)
    if query:
        rows = rows.filter(name__icontains=query)
    page = Paginator(rows, PAGE_SIZE).get_page(number)
    page.object_list = campaign_rows(list(page.object_list))  # type: ignore[assignment]
    return page  # type: ignore[return-value]


def recent_campaigns(count: int) -> list[CampaignRow]:
    """The newest campaigns. Four queries."""
    return campaign_rows(
        list(Campaign.objects.select_related("sender__account").order_by("-created_at", "-id")[:count])
    )


def campaign_rows(campaigns: Sequence[Campaign]) -> list[CampaignRow]:
    """Campaigns as lines of a list. Three queries."""
    runs = newest_runs(campaigns)
    tallies = tallies_of(run.id for run in runs.values() if run.kind == "launch")
    answers = approval_states([run.id for run in runs.values() if run.kind == "simulation"])
    return [_row(campaign, runs.get(campaign.id), tallies, answers) for campaign in campaigns]


def newest_runs(campaigns: Iterable[Campaign]) -> dict[uuid.UUID, Run]:
    """The run that speaks for each campaign: of a draft its newest check, of any other its newest launch. One query."""
    drafts = {campaign.id for campaign in campaigns if campaign.state == "draft"}
    others = {campaign.id for campaign in campaigns} - drafts
    wanted = Q(campaign_id__in=drafts, kind="simulation") | Q(campaign_id__in=others, kind="launch")
    rows = Run.objects.filter(wanted).order_by("campaign_id", "-created_at").distinct("campaign_id")
    return {run.campaign_id: run for run in rows}


def tallies_of(run_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Tally]:
    """What each run has sent and how much arrived. One query."""
    rows = Message.objects.filter(origin="run", origin_id__in=list(run_ids)).values_list("origin_id")
    accepted = Q(state="accepted")
    counted = rows.annotate(
        sent=Count("id", filter=accepted),
        arrived=Count("id", filter=Q(delivery_rank__gte=RANKS["delivered"])),
        parts=Sum("units", filter=accepted),
    )
    return {run_id: Tally(sent, arrived, parts or 0) for run_id, sent, arrived, parts in counted}


def _row(
    campaign: Campaign, run: Run | None, tallies: Mapping[uuid.UUID, Tally], answers: Mapping[uuid.UUID, str]
) -> CampaignRow:
    known = run is not None and run.state not in ("planning", "waiting")
    when, words = campaign.created_at, "written"
    if campaign.state == "scheduled" and campaign.scheduled_at is not None:
        when, words = campaign.scheduled_at, "leaves"
    elif run is not None and run.kind == "launch":
        when, words = run.started_at or run.created_at, "started" if run.started_at else "launched"
    later = waits_until(run) if run is not None else None
    if later is not None:
        when, words = later, "goes on" if tallies.get(run.id, Tally()).sent else "begins"  # type: ignore[union-attr]
    near = run if run is not None and run.state in _NEARER else campaign
    is_draft = campaign.state == "draft" or run is None
    return CampaignRow(
        campaign=campaign,
        badge=held_badge()
        if run is not None and run.awaits_template and run.state == "sending"
        else waiting_badge()
        if later is not None
        else _approval_badge(campaign, run, answers) or state_words(near.state),
        asked=run.planned_count if run is not None and known else None,
        gets=run.allowed_count if run is not None and known else None,
        tally=tallies.get(run.id, Tally()) if run is not None else Tally(),
        when=when,
        when_words=words,
        url=reverse("campaigns:detail", args=[campaign.id]) if is_draft else reverse("campaigns:run", args=[run.id]),  # type: ignore[union-attr]
    )


def _approval_badge(campaign: Campaign, run: Run | None, answers: Mapping[uuid.UUID, str]) -> dict[str, object] | None:
    """What the second person said about the check of a draft, while it still speaks for what would be sent."""
    if run is None or run.id not in answers or run.created_at < campaign.updated_at:
        return None
    label, tone, icon = APPROVAL_WORDS[answers[run.id]]
    return {"label": label, "tone": tone, "icon": icon, "live": False}


def needs() -> Needs:
    """What is there already. Three queries."""
    return Needs(Purpose.objects.filter(archived_at=None).exists(), Sender.objects.exists(), List.objects.exists())


@dataclasses.dataclass(frozen=True, slots=True)
class CampaignCard:
    """What a campaign says and to whom, as its own page shows it."""

    campaign: Campaign
    badge: Mapping[str, object]
    content: Written
    version: int
    included: Sequence[List]
    excluded: Sequence[List]
    check: Run | None
    runs: Sequence[tuple[Run, Mapping[str, object]]]


def campaign_card(campaign: Campaign) -> CampaignCard:
    """One campaign in full. Three queries."""
    version = campaign.template.versions.order_by("-number").first()
    rows = list(CampaignList.objects.filter(campaign=campaign).select_related("list").order_by("list__name"))
    runs = list(Run.objects.filter(campaign=campaign).order_by("-created_at")[:20])
    return CampaignCard(
        campaign=campaign,
        badge=state_words(campaign.state),
        content=Written(version.body, version.parts) if version else Written(""),
        version=version.number if version else 0,
        included=[row.list for row in rows if not row.excluded],
        excluded=[row.list for row in rows if row.excluded],
        check=next((run for run in runs if run.kind == "simulation"), None),
        runs=[(run, state_words(run.state)) for run in runs if run.kind == "launch"],
    )
