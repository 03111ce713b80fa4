"""What home says about the organisation in scope: what went out, whom one may reach, what waits for somebody, what is missing."""

import dataclasses
from collections.abc import Sequence

from django.db.models import Count, Exists, OuterRef, Q

from accounts.contracts import Actor
from accounts.models import Guest, Organization
from campaigns.models import Campaign, Run
from campaigns.selectors.approvals import approvals_answered_for, approvals_waiting_for
from campaigns.selectors.campaigns import CampaignRow, recent_campaigns
from campaigns.selectors.waiting import waiting_badge
from campaigns.states import RUN_WORDS
from consent.expiry import too_old
from consent.models import ConsentState, Purpose, Suppression
from consent.selectors.stop_lists import unreached
from consent.selectors.stop_requests import overdue_or_soon
from contacts.models import Contact, ContactPoint
from core import clock
from core.wording import counted_text
from messaging.models import Sender
from messaging.selectors.frequency import open_alerts
from messaging.selectors.registrations import ending_registrations
from messaging.selectors.replies import waiting_replies
from messaging.selectors.template_alarms import alarm_words, alarming_templates

_RECENT = 5
#: of so many campaigns that wait for one person's approval the names are shown
_MOST_ASKED = 20


@dataclasses.dataclass(frozen=True, slots=True)
class FirstStep:
    """One thing a new organisation needs, and whether it is there. `page` is a URL name."""

    title: str
    text: str
    page: str
    done: bool
    allowed: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for a person. `page` is a URL name, `key` the id it takes, if any; `links` are names with such
    keys where there are several."""

    icon: str
    title: str
    text: str
    deed: str
    page: str
    key: object = None
    links: Sequence[tuple[str, object]] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Home:
    """Everything the first page says. Numbers a role may not see are None."""

    campaigns: Sequence[CampaignRow] | None
    people: int | None
    reachable: int | None
    replies: int | None
    next_campaign: Campaign | None
    scheduled: int
    tasks: Sequence[Task]
    steps: Sequence[FirstStep]

    @property
    def heading(self) -> str:
        """The answer of the page."""
        if self.first_steps and not self.campaigns:
            return "Welcome. A few steps to your first campaign."
        waiting = len(self.tasks)
        return (
            f"{waiting} thing{'' if waiting == 1 else 's'} for somebody here." if waiting else "Nothing waits for you."
        )

    @property
    def lead(self) -> str:
        """One sentence of context."""
        running = sum(row.badge["label"] == RUN_WORDS["sending"][0] for row in self.campaigns or ())
        waiting = [row.when for row in self.campaigns or () if row.badge["label"] == waiting_badge()["label"]]
        said = [counted_text(running, "campaign is", "campaigns are") + " sending."] if running else []
        paused = sum(row.badge["label"] == RUN_WORDS["paused"][0] for row in self.campaigns or ())
        if paused:
            said.append(counted_text(paused, "campaign is", "campaigns are") + " paused.")
        if waiting:
            said.append(counted_text(len(waiting), "campaign waits", "campaigns wait") + f" for {self._what_opens}.")
        if said:
            return " ".join(said)
        return "No campaign is running. What needs somebody appears here first."

    @property
    def _what_opens(self) -> str:
        """What waiting campaigns wait for: hours, and where calls are among them a further try as well."""
        waiting = [row for row in self.campaigns or () if row.badge["label"] == waiting_badge()["label"]]
        calls = any(row.campaign.channel == "voice" for row in waiting)
        return "people's hours to open" + (" or for a further try" if calls else "")

    @property
    def first_steps(self) -> bool:
        """Whether something is still missing before the first campaign."""
        return any(not step.done for step in self.steps)

    @property
    def done(self) -> int:
        """How many of the first steps are done."""
        return sum(step.done for step in self.steps)


def home(actor: Actor) -> Home:
    """The first page for this actor. A constant number of queries, at most twenty."""
    sees_campaigns, sees_people = actor.may("see_campaigns"), actor.may("see_contacts")
    scheduled = Campaign.objects.filter(state="scheduled", scheduled_at__isnull=False).order_by("scheduled_at")
    ahead = list(scheduled) if sees_campaigns else []
    replies = waiting_replies() if actor.may("see_replies") else None
    return Home(
        campaigns=recent_campaigns(_RECENT) if sees_campaigns else None,
        people=Contact.objects.count() if sees_people else None,
        reachable=reachable_people() if sees_people else None,
        replies=replies,
        next_campaign=ahead[0] if ahead else None,
        scheduled=len(ahead),
        tasks=_tasks(actor, replies or 0),
        steps=first_steps(actor),
    )


def reachable_people() -> int:
    """How many people agreed to some purpose on some channel, have not said stop there, and are on no list that stops them.

    Two queries. Domains and beginnings of numbers on lists are left to the gate: nothing but the addresses tells them.
    """
    here = Q(channel="") | Q(channel=OuterRef("channel"))
    stopped = Suppression.objects.filter(here, point_id=OuterRef("point_id"), lifted_at=None)
    agreed = ConsentState.objects.filter(
        ~Exists(stopped), unreached(clock.now()), ~too_old(clock.now()), status="granted", purpose__archived_at=None
    )
    links = ContactPoint.objects.filter(point_id__in=agreed.values("point_id"))
    return int(links.aggregate(people=Count("contact_id", distinct=True))["people"])


def first_steps(actor: Actor) -> list[FirstStep]:
    """What a new organisation does first, in this order, and what of it is done. At most seven queries."""
    launched = Run.objects.filter(kind="launch").exclude(state="cancelled").exists()
    steps = [
        FirstStep(
            "Say what you write about",
            "A purpose is what people say yes to, such as order updates.",
            "consent:purposes",
            Purpose.objects.filter(archived_at=None).exists(),
            actor.may("change_consent"),
        ),
        FirstStep(
            "Connect a carrier and add a sender",
            "The number people will see.",
            "messaging:senders",
            Sender.objects.exists(),
            actor.may("change_senders"),
        ),
        FirstStep(
            "Bring your contacts",
            "A file with where and when they agreed, or one by hand.",
            "contacts:imports",
            Contact.objects.exists(),
            actor.may("change_contacts"),
        ),
        FirstStep(
            "Send your first campaign",
            "Check it first: you see who gets it, and who does not and why.",
            "campaigns:list",
            launched,
            actor.may("author_campaigns"),
        ),
    ]
    if Organization.objects.current().state == "trial":
        guest = FirstStep(
            "Add your own phone as a guest",
            "A trial reaches only the people you name.",
            "accounts:guests",
            Guest.objects.exists(),
            actor.may("change_settings"),
        )
        steps.insert(2, guest)
    return steps


def _tasks(actor: Actor, replies: int) -> list[Task]:
    found = []
    if replies:
        title = "1 reply waits for somebody" if replies == 1 else f"{replies:,} replies wait for somebody"
        found.append(Task("inbox", title, "Read them, and act on a wish to stop.", "Read", "messaging:replies"))
    found += _stop_requests(actor)
    found += _frequency(actor)
    found += _approvals(actor)
    if actor.may("see_campaigns"):
        found += [_task_of_run(run) for run in _held_runs()]
    if actor.may("author_campaigns"):
        found += _templates()
    if actor.may("change_senders"):
        for sender in Sender.objects.exclude(paused_at=None).order_by("paused_at")[:3]:
            text = "Its messages wait until it goes on."
            found.append(Task("send", f"{sender.label} is paused", text, "Look", "messaging:senders"))
        found += _registrations()
    return found


def _registrations() -> list[Task]:
    """What registers of countries want renewed. One query."""
    found = []
    for card in ending_registrations()[:_RECENT]:
        title = f"{card.title}: {card.badge['label'].lower()}"
        text = f"Its last day is {card.row.valid_until:%-d %B %Y}; after it nothing that needs it is sent."
        found.append(Task("calendar", title, text, "Look", "messaging:registration", card.row.id))
    return found


def _stop_requests(actor: Actor) -> list[Task]:
    """What somebody asked, and a person must decide before a day of law. One query, for who may decide."""
    waiting, overdue = overdue_or_soon() if actor.may("change_consent") else (0, 0)
    if not waiting:
        return []
    what = counted_text(waiting, "request to stop waits", "requests to stop wait")
    text = (
        f"{overdue:,} past the day of the law. Decide now."
        if overdue
        else "Say what it was, before the day of the law."
    )
    return [Task("hand", f"{what} for a decision", text, "Decide", "consent:stop_requests")]


def _frequency(actor: Actor) -> list[Task]:
    """Programmes that write more often than their words promise. One query, for who may see people."""
    alerts = open_alerts() if actor.may("see_contacts") else []
    return [
        Task(
            "alert",
            f"“{alert.purpose.name}” writes more often than promised",
            f"{counted_text(alert.people, 'person', 'people')} got more by {alert.get_channel_display()} than the words say.",
            "Look",
            "messaging:frequency",
        )
        for alert in alerts[:_RECENT]
    ]


def _approvals(actor: Actor) -> list[Task]:
    """What this actor is asked to approve, and what became of what they asked for. Two queries."""
    found = []
    asked = list(approvals_waiting_for(actor)[:_MOST_ASKED])
    if asked:
        more = f"{_MOST_ASKED} or more campaigns wait"
        count = more if len(asked) == _MOST_ASKED else counted_text(len(asked), "campaign waits", "campaigns wait")
        links = [(each.campaign.name, each.campaign_id) for each in asked]
        text = "Look at who would get it, then approve or decline."
        first = asked[0].campaign_id
        found.append(Task("shield", f"{count} for your approval", text, "Look", "campaigns:check", first, links))
    for each in approvals_answered_for(actor)[:_RECENT]:
        good = each.state == "approved"
        text = "Launch it while the check is fresh." if good else "Read why, change it and check it again."
        title, icon = f"“{each.campaign.name}” was {each.state}", "check-circle" if good else "x-circle"
        found.append(Task(icon, title, text, "Launch" if good else "Read", "campaigns:check", each.campaign_id))
    return found


def _held_runs() -> list[Run]:
    """Launches that somebody has to look at: paused, held, unclear, or taken back and not checked since. One query."""
    since = Run.objects.filter(
        campaign_id=OuterRef("campaign_id"), kind="simulation", created_at__gt=OuterRef("finished_at")
    )
    taken_back = Q(~Exists(since), held_reason="recategorised", state="cancelled", campaign__state="draft")
    held = Q(state__in=["attention", "paused"]) | Q(state="sending", held_reason="template") | taken_back
    rows = Run.objects.filter(held, kind="launch").select_related("campaign")
    return list(rows.order_by("created_at")[:_RECENT])


def _templates() -> list[Task]:
    """What the network said of templates and somebody should know. One query."""
    found = []
    for row in alarming_templates(_RECENT):
        title, text = alarm_words(row)
        found.append(Task("template", title, text, "Look", "messaging:template", row.id))
    return found


def _task_of_run(run: Run) -> Task:
    name = run.campaign.name
    if run.recategorised:
        text = "WhatsApp gave its template another category. Look at the new price and check it again."
        return Task("alert", f"“{name}” was taken back", text, "Open", "campaigns:detail", run.campaign_id)
    if run.state == "sending":
        text = "It goes on by itself when WhatsApp lets its template be used."
        return Task("pause", f"“{name}” is held", text, "Open", "campaigns:run", run.id)
    if run.state == "paused":
        return Task("pause", f"“{name}” is paused", "Nobody gets it until it goes on.", "Open", "campaigns:run", run.id)
    text = "Some messages have no clear end; none of them is sent twice."
    return Task("alert", f"“{name}” needs a look", text, "Open", "campaigns:run", run.id)
