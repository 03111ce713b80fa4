"""What must be true before a launch, each with its state and the way to the remedy; and the message as one person gets it."""

import dataclasses
import datetime
from collections.abc import Sequence
from typing import Final, Literal

from django.urls import reverse

from accounts.contracts import Actor
from accounts.models import Organization
from billing.contracts import units_text
from campaigns.models import Recipient, Run
from campaigns.personal_values import message_for
from campaigns.selectors.checks import Check
from campaigns.selectors.holding import holds_for_template, template_id_of
from campaigns.selectors.preview import Preview, reader_of, with_lines, with_message
from campaigns.selectors.quotes import Quote
from campaigns.selectors.reports import Wave
from consent.models import Wording
from contacts.models import Contact
from core.wording import counted_text
from messaging.channels.registry import channel as channel_of
from messaging.channels.stop_words import LABEL, stop_words
from messaging.line_book import line_book

State = Literal["yes", "wait", "no"]
_ICONS: Final[dict[State, str]] = {"yes": "check-circle", "wait": "alert", "no": "x-circle"}
_SPOKEN: Final[dict[State, str]] = {"yes": "Ready", "wait": "Look at this", "no": "Stands against it"}


@dataclasses.dataclass(frozen=True, slots=True)
class Need:
    """One thing a launch needs. `page` leads to the remedy, with `deed` as the words of the link; empty where all is well."""

    label: str
    state: State
    words: str
    page: str = ""
    deed: str = ""
    at: datetime.datetime | None = None
    #: what one needs to open the page
    right: str = "change_settings"

    def seen_by(self, actor: Actor) -> "Need":
        """The same for whoever looks: a page that is not theirs is not offered."""
        return self if actor.may(self.right) else dataclasses.replace(self, page="", deed="")

    @property
    def icon(self) -> str:
        """The state as a shape."""
        return _ICONS[self.state]

    @property
    def spoken(self) -> str:
        """The state as a word."""
        return _SPOKEN[self.state]


def readiness(check: Check) -> list[Need]:
    """Everything a launch of this check needs, always in the same order (E27). Two queries; four for a template."""
    run = check.run
    return [
        _organization(Organization.objects.current()),
        _sender(run),
        _purpose(run),
        _text(run),
        *_template(run),
        _people(check),
        _units(check.quote),
        _hours(check.waves),
        _promise(check),
    ]


def first_message(check: Check) -> Preview | None:
    """What the first person of those who get it would read, made as it will be at the launch; None when nobody gets it.

    Two queries, and four where any place wants lines in it.
    """
    run = check.run
    first = Recipient.objects.filter(run=run, outcome="allowed", reason="").order_by("id").first()
    contact = Contact.objects.filter(id=first.contact_id).first() if first is not None else None
    if contact is None:
        return None
    made = message_for(channel_of(run.sender.channel), run.template_version, contact)
    if made is None:
        return None
    book, around = line_book(run.sender, run.purpose), Preview(run.sender.channel, contact)
    if not book.is_open:
        return with_message(around, made)
    return with_lines(around, made, book, reader_of(contact, run.purpose, run.sender.channel))


def _organization(organization: Organization) -> Need:
    label, page = "Sending is on", reverse("accounts:settings")
    if organization.sending_stopped_at is not None:
        return Need(label, "no", "Somebody stopped all sending; it goes on from the bar above.")
    if organization.state == "trial":
        return Need(label, "wait", "A trial reaches your guests only.", reverse("accounts:guests"), "Guests")
    if organization.state != "live":
        return Need(label, "no", "This organisation may not send now.", page, "Settings")
    return Need(label, "yes", "Your organisation may send.")


def _sender(run: Run) -> Need:
    label, page = "Sender connected", reverse("messaging:senders")
    if run.sender.paused_at is not None:
        return Need(label, "no", f"{run.sender.label} is paused.", page, "Let it go on", right="change_senders")
    if run.sender.account.state != "connected":
        return Need(label, "no", "Its account with the carrier does not work.", page, "Senders", right="change_senders")
    return Need(label, "yes", f"{run.sender.label} can send.")


def _purpose(run: Run) -> Need:
    label = "Words people agreed to"
    if Wording.objects.filter(purpose=run.purpose, channel=run.sender.channel).exists():
        return Need(label, "yes", f"{run.purpose.name} has words in force.")
    page = reverse("consent:purpose", args=[run.purpose_id])
    return Need(
        label,
        "wait",
        f"{run.purpose.name} shows no words for this channel.",
        page,
        "Publish them",
        right="change_consent",
    )


def _text(run: Run) -> Need:
    version = run.template_version
    found = stop_words(run.sender.channel, run.purpose.tier, version.body, version.parts)
    if not found.missing:
        return Need(LABEL, "yes", found.words)
    book = line_book(run.sender, run.purpose)
    if run.parts_by_country and all(book.adds("stop", country) for country in run.parts_by_country):
        return Need(LABEL, "yes", "It is added to each text, in the language of whoever reads it.")
    page = reverse("campaigns:change", args=[run.campaign_id])
    deed = "Choose another" if "template" in version.parts else "Change the text"
    return Need(LABEL, "wait", found.words, page, deed, right="author_campaigns")


def _template(run: Run) -> list[Need]:
    """One line about a template that cannot be used now, or that people do not like; none where all is well."""
    if not holds_for_template(run):
        return []
    words = "WhatsApp does not let it be used now, or people do not like it."
    page = reverse("messaging:template", args=[template_id_of(run.template_version)])
    return [Need("Template in good standing", "no", words, page, "Look at it", right="author_campaigns")]


def _people(check: Check) -> Need:
    label = "People to reach"
    if check.gets:
        return Need(label, "yes", f"{counted_text(check.gets, 'person', 'people')} would get it.")
    return Need(label, "no", "Nobody would get it; the reasons stand below.", "#who", "Reasons", right="see_campaigns")


def _units(quote: Quote | None) -> Need:
    label, page = "Enough units", reverse("billing:units")
    if quote is None:
        return Need(label, "wait", "Not counted in this check; check again.")
    if quote.free:
        return Need(label, "yes", "The practice carrier costs nothing.")
    if not quote.enough:
        return Need(label, "no", f"{units_text(quote.missing)} are missing.", page, "Add units", right="see_units")
    if quote.tight:
        return Need(label, "wait", _why_tight(quote), page, "Add units", right="see_units")
    promised = f", and campaigns launched before need {units_text(quote.promised)}" if quote.promised else ""
    return Need(label, "yes", f"You have {units_text(quote.available)}{promised}.")


def _why_tight(quote: Quote) -> str:
    if not quote.promised:
        return "Long names may need more than you have; then some wait."
    promised, short = units_text(quote.promised), units_text(quote.short)
    return f"Campaigns launched before need {promised} of your {units_text(quote.available)}; without {short} more some wait."


def _promise(check: Check) -> Need:
    """How often they were told they would be written to: a warning, since no law of ours refuses it."""
    label, name = "Promised frequency", check.run.purpose.name
    if check.over_promise is None:
        return Need(label, "yes", f"The words of {name} promise no number.")
    if not check.over_promise:
        return Need(label, "yes", "Nobody gets more than they were promised.")
    people = counted_text(check.over_promise, "person gets", "people get")
    return Need(
        label,
        "wait",
        f"{people} more than the words they agreed to promise.",
        reverse("messaging:frequency"),
        "Look",
        right="see_contacts",
    )


def _hours(waves: Sequence[Wave]) -> Need:
    label = "Quiet hours"
    later = [wave for wave in waves if not wave.at_once]
    if not later:
        return Need(label, "yes", "It is a good hour for everybody.")
    people = counted_text(sum(wave.people for wave in later), "person waits", "people wait")
    return Need(label, "wait", f"{people} until their hours open, the first at", at=later[0].at)
