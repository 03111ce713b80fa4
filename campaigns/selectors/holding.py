"""Why a campaign holds for its template's sake, and what a new category of it would do to those that are planned."""

import dataclasses
import uuid
from collections.abc import Sequence
from typing import Final

from campaigns.models import Campaign, Run
from campaigns.selectors.quotes import Quote, quote_in, quote_run
from campaigns.selectors.reports import Report
from campaigns.states import LIVE
from core.wording import counted_text
from messaging.channels.standing import standings
from messaging.models import ProviderTemplate, TemplateVersion

#: what happened to the template, and when it goes on, by its state
_STATES: Final = {
    "paused": ("WhatsApp paused its template", "people did not like it"),
    "rejected": ("WhatsApp rejected its template", "it has to be corrected and submitted again"),
    "disabled": ("WhatsApp disabled its template", "only an appeal at WhatsApp brings it back"),
    "submitted": ("WhatsApp reviews its template again", "most reviews take minutes, some a day"),
    "appealed": ("WhatsApp has not answered the appeal for its template", "it decides"),
}
_FLAGGED: Final = ("People do not like its template", "WhatsApp calls its quality bad and may take it away")
_MISUSED: Final = ("WhatsApp changed what its template is", "it does not fit the campaign's purpose any more")
#: before its first message a launch can be taken back whole
NOT_BEGUN: Final = ("waiting", "planning", "breath")


@dataclasses.dataclass(frozen=True, slots=True)
class Hold:
    """Why nothing of a campaign leaves: what happened, and why it did."""

    happened: str
    because: str

    @property
    def sentence(self) -> str:
        """Both, with what becomes of it."""
        return f"{self.happened}: {self.because}. It goes on by itself when WhatsApp lets it."


def template_id_of(version: TemplateVersion) -> str:
    """The template a text was made of; empty for one that was written freely."""
    return str(version.parts.get("template", {}).get("id", ""))


def holds_for_template(run: Run) -> bool:
    """Whether nothing of a run may leave for its template's sake. No query for one without a template, else two."""
    if run.sender.channel != "whatsapp" or not template_id_of(run.template_version):
        return False
    standing = standings("whatsapp", [run.template_version_id])[run.template_version_id]
    return standing.waits or standing.flagged or (standing.ready and not standing.serves(run.purpose.tier))


def hold_of(run: Run) -> Hold | None:
    """Why a run that is held for its template holds; None for any other. One query."""
    if not run.awaits_template or run.state != "sending":
        return None
    row = ProviderTemplate.objects.filter(id=template_id_of(run.template_version)).first()
    if row is not None and row.state in _STATES:
        return Hold(*_STATES[row.state])
    return Hold(*(_FLAGGED if row is not None and row.quality == "red" else _MISUSED))


def held_badge() -> dict[str, object]:
    """The state of such a run as a badge."""
    return {"label": "Held", "tone": "wait", "icon": "pause", "live": False}


def held_heading(report: Report) -> tuple[str, str] | None:
    """What a held run comes to, and why; None for one that is not held. One query."""
    hold = hold_of(report.run)
    if hold is None:
        return None
    people = counted_text(report.people["waiting"], "person waits", "people wait")
    return f"Held. {people}.", hold.sentence


def launches_with(template_id: uuid.UUID) -> list[Run]:
    """The launches whose text was made of this template and that are not over, oldest first. One query."""
    rows = Run.objects.filter(kind="launch", state__in=LIVE, template_version__parts__template__id=str(template_id))
    return list(
        rows.select_related("campaign", "sender__account", "purpose", "template_version").order_by("created_at")
    )


def drafts_with(template_id: uuid.UUID, most: int = 20) -> list[Campaign]:
    """Drafts whose text was made of this template, newest first. One query."""
    texts = TemplateVersion.objects.filter(parts__template__id=str(template_id))
    rows = Campaign.objects.filter(state="draft", channel="whatsapp", template__in=texts.values("template"))
    return list(rows.order_by("-created_at")[:most])


@dataclasses.dataclass(frozen=True, slots=True)
class NewPrice:
    """A planned campaign, what it was quoted, and what it would cost in another category."""

    run: Run
    before: Quote
    after: Quote


def new_prices(runs: Sequence[Run], category: str) -> list[NewPrice]:
    """What planned launches would cost in another category, by their newest check. Four queries for each."""
    found = []
    for run in runs:
        checks = Run.objects.filter(campaign_id=run.campaign_id, kind="simulation", parts_by_country__isnull=False)
        check = checks.select_related("sender__account", "purpose", "template_version").order_by("-created_at").first()
        before, after = (quote_run(check), quote_in(check, category)) if check is not None else (None, None)
        if before is not None and after is not None:
            found.append(NewPrice(run, before, after))
    return found


@dataclasses.dataclass(frozen=True, slots=True)
class ComingPrice:
    """What an announced category would make of a planned campaign."""

    template: ProviderTemplate
    price: NewPrice


def coming_price(run: Run) -> ComingPrice | None:
    """What the category announced for its template would make of a planned launch; None where none is. Five queries at most."""
    name = template_id_of(run.template_version)
    if run.state not in NOT_BEGUN or not name:
        return None
    row = ProviderTemplate.objects.filter(id=name).exclude(next_category="").first()
    found = new_prices([run], row.next_category) if row is not None else []
    return ComingPrice(row, found[0]) if row is not None and found else None
