"""Templates a network approves: writing them, and what becomes of them there. Nothing here talks to a network."""

import datetime
import uuid
from collections.abc import Sequence
from typing import Any

from accounts.actions.audit import record_audit
from accounts.contracts import SYSTEM, Actor, Refused
from core import clock
from messaging.actions.practice import demand_practice
from messaging.actions.template_alarms import raise_alarms, stand_of
from messaging.actions.template_drafts import draft_of, text_of_draft
from messaging.actions.template_files import demand_files, open_template_files
from messaging.channels.whatsapp import CHANGEABLE, STANDING
from messaging.channels.whatsapp_checks import category_for, check_name, check_text
from messaging.channels.whatsapp_rules import whatsapp_rules
from messaging.channels.whatsapp_texts import TemplateText, text_of
from messaging.lines import refuse_words
from messaging.models import ProviderAccount, ProviderTemplate
from messaging.providers.template_messages import DraftTemplate, ListedTemplate, Submitted, TemplateNews


def write_template(
    *,
    actor: Actor,
    account: ProviderAccount,
    name: str,
    language: str,
    use_case: str,
    text: TemplateText,
    template: ProviderTemplate | None = None,
) -> ProviderTemplate:
    """Keep a template as it was written, a new one or one that may be changed; nothing is handed over yet.

    Effects: the change of one the network approved stands beside its text, which goes on being sent until the change is
             handed over.
    Errors: Refused names the field: a name, a language or a use that cannot be, a file that is not there, another template of
            that name in that language, one that may not be changed now, words nobody takes.
    """
    actor.require("author_campaigns")
    category = category_for(text, check_name(name, language, use_case))
    demand_files(text)
    for tier in whatsapp_rules().use_cases[use_case].tiers:
        words = "\n".join((text.header, text.body, text.footer))
        refuse_words(words, channel="whatsapp", tier=tier, places=(), to_send=False)
    if template is None:
        if ProviderTemplate.objects.filter(account=account, name=name, language=language).exists():
            remedy = "Choose another name, or change that one."
            wrong = "There is a template of this name in this language."
            raise Refused(wrong, field="name", remedy=remedy, code="template_exists")
        template = ProviderTemplate(account=account, name=name, language=language)
    elif template.state not in CHANGEABLE:
        remedy = "Write a new one under another name."
        raise Refused("This template cannot be changed now.", remedy=remedy, code="template_fixed")
    elif (template.name, template.language) != (name, language):
        raise Refused("Name and language stay as they were.", field="name", remedy="Write a new template.")
    if template.state in STANDING:
        _keep_change(template, use_case, category, text)
    else:
        template.use_case, template.content = use_case, text.as_content()
    if template.state == "draft":
        template.category = category
    template.save()
    record_audit(actor=actor, action="template.written", on=("provider_template", template.id), data={"name": name})
    return template


def _keep_change(template: ProviderTemplate, use_case: str, category: str, text: TemplateText) -> None:
    """Put a text beside the one that was approved. Errors: Refused for another use: the network keeps the category."""
    if use_case != template.use_case or category != template.category:
        wrong = "What an approved template is for stays as it was."
        raise Refused(
            wrong, field="use_case", remedy="Write a new template for another use.", code="template_use_fixed"
        )
    template.changed = text.as_content() if text != text_of(template.content) else {}


def drop_change(*, actor: Actor, template: ProviderTemplate) -> None:
    """Forget a change that was not handed over; the approved text stays as it is. Nothing happens when there is none."""
    actor.require("author_campaigns")
    if ProviderTemplate.objects.filter(id=template.id).exclude(changed={}).update(changed={}, reason="", advice=""):
        record_audit(actor=actor, action="template.change_dropped", on=("provider_template", template.id), data={})


def check_submission(*, actor: Actor, template: ProviderTemplate, text: TemplateText) -> DraftTemplate:
    """What to hand over, once the template keeps every rule. Errors: Refused names the field and the remedy."""
    actor.require("author_campaigns")
    demand_practice(actor, template.account, "account")
    if template.state not in CHANGEABLE:
        raise Refused("This template was handed over already.", remedy="Wait for the review.", code="template_fixed")
    if template.state == "approved" and not template.changed:
        raise Refused("WhatsApp approved this template as it is.", remedy="Change it first.", code="template_fixed")
    category = category_for(text, check_name(template.name, template.language, template.use_case))
    check_text(text)
    demand_files(text)
    return draft_of(template.name, template.language, category, text, open_template_files(text))


def record_submission(
    *, actor: Actor, template: ProviderTemplate, text: TemplateText, said: Submitted, asked_at: datetime.datetime
) -> None:
    """What the network said to a template it took, and the text it took; `asked_at` is when it was asked."""
    row = ProviderTemplate.objects.select_for_update().get(id=template.id)
    row.content = text.as_content()
    if row.changed == row.content:  # else somebody wrote on meanwhile
        row.changed = {}
    row.provider_template_id, row.submitted_at = said.provider_template_id, asked_at
    # the news of a quick review may have come before this answer
    if row.news_at is None or row.news_at < whole_second(asked_at):
        row.state, row.reason, row.advice = said.state, "", ""
    row.category = said.category or row.category
    row.save()
    record_audit(actor=actor, action="template.submitted", on=("provider_template", row.id), data={"name": row.name})


def check_sync(*, actor: Actor, account: ProviderAccount) -> None:
    """Errors: Refused to a test key, unless the templates are the practice carrier's."""
    actor.require("author_campaigns")
    demand_practice(actor, account, "account")


def record_refusal(*, template_id: uuid.UUID, refusal: Refused) -> None:
    """What the network objected to before it even took a template."""
    rows = ProviderTemplate.objects.filter(id=template_id, state__in=CHANGEABLE)
    rows.update(reason="NOT_TAKEN", advice=str(refusal)[:500])


def record_list(*, actor: Actor, account: ProviderAccount, listed: Sequence[ListedTemplate]) -> int:
    """Take over how the network keeps an account's templates; answer how many were changed or are new.

    Effects: one that was made elsewhere is kept as well, and waits for somebody to say what it is for. One that the network
             has no more is gone. Drafts are ours alone.
    """
    rows = {(row.name, row.language): row for row in ProviderTemplate.objects.filter(account=account)}
    changed = 0
    for one in listed:
        row = rows.pop((one.draft.name, one.draft.language), None)
        row = row or ProviderTemplate(account=account, name=one.draft.name, language=one.draft.language)
        changed += _take_over(row, one)
    for row in rows.values():
        if row.state not in ("draft", "gone"):
            before = stand_of(row)
            row.state, row.news_at = "gone", whole_second(clock.now())
            row.save()
            raise_alarms(row, before)
            changed += 1
    record_audit(actor=actor, action="template.synced", on=("provider_account", account.id), data={"changed": changed})
    return changed


def whole_second(moment: datetime.datetime) -> datetime.datetime:
    """News name no more than the second, so what we saw ourselves must not be later than news of the same second."""
    return moment.replace(microsecond=0)


def _take_over(row: ProviderTemplate, one: ListedTemplate) -> bool:
    told: dict[str, Any] = {
        "provider_template_id": one.provider_template_id,
        "category": one.draft.category,
        "content": text_of_draft(one.draft, text_of(row.content)).as_content(),
        "state": one.state,
        "quality": one.quality,
        "unfit": one.unfit,
    }
    if one.state == "rejected":
        told["reason"] = one.reason
    if not row.use_case:
        told["use_case"] = _only_use_case(one.draft.category)
    is_new, before = row.created_at is None, stand_of(row)
    changed = is_new or any(getattr(row, name) != value for name, value in told.items())
    for name, value in told.items():
        setattr(row, name, value)
    if row.category in (row.next_category, ""):
        row.next_category, row.next_category_at = "", None
    if row.category != before.category:
        _rethink_use(row)
    row.news_at = whole_second(clock.now())
    row.save()
    if not is_new:
        raise_alarms(row, before)
    return changed


def _only_use_case(category: str) -> str:
    """The use case of a category that has only one; where there are several, somebody has to say it."""
    cases = [case.name for case in whatsapp_rules().use_cases.values() if case.fits(category)]
    return cases[0] if len(cases) == 1 else ""


def say_use_case(*, actor: Actor, template: ProviderTemplate, use_case: str) -> None:
    """Say what a template made elsewhere is for. Errors: Refused when its category is not for that use."""
    actor.require("author_campaigns")
    case = whatsapp_rules().use_cases.get(use_case)
    if case is None or not case.fits(template.category):
        remedy = "Choose a use that WhatsApp's category allows."
        raise Refused("This template's category is not for that.", field="use_case", remedy=remedy)
    ProviderTemplate.objects.filter(id=template.id).update(use_case=use_case)
    record_audit(actor=actor, action="template.used_for", on=("provider_template", template.id), data={"use": use_case})


def remove_template(*, actor: Actor, template: ProviderTemplate) -> None:
    """A template the network has deleted, or a draft it never saw: a draft disappears, the others are kept as gone."""
    actor.require("author_campaigns")
    if template.state == "draft":
        ProviderTemplate.objects.filter(id=template.id).delete()
    else:
        ProviderTemplate.objects.filter(id=template.id).update(state="gone", news_at=whole_second(clock.now()))
    record_audit(actor=actor, action="template.deleted", on=("provider_template", template.id), data={})


def heed_news(*, account: ProviderAccount, news: TemplateNews) -> bool:
    """Let news about a template change what it tells; answer whether a template was found.

    Effects: state, quality and category follow; news older than what was heeded last changes nothing. A template that stops
             being approved holds its messages back from the next intent on. A category that will change is kept with its day.
             Whoever wants to know of such things is rung.
    """
    rows = ProviderTemplate.objects.filter(account=account).select_for_update()
    by_id = rows.filter(provider_template_id=news.provider_template_id) if news.provider_template_id else rows.none()
    row = by_id.first() or rows.filter(name=news.name, language=news.language).first()
    if row is None:
        return False
    moment = news.occurred_at or whole_second(clock.now())
    if row.news_at is not None and moment < row.news_at:
        return True
    row.provider_template_id = row.provider_template_id or news.provider_template_id
    before = stand_of(row)
    _apply(row, news)
    row.news_at = moment
    row.save()
    raise_alarms(row, before)
    if before != stand_of(row):
        data = {"state": row.state, "quality": row.quality, "category": row.category}
        record_audit(actor=SYSTEM, action="template.reported", on=("provider_template", row.id), data=data)
    return True


def _apply(row: ProviderTemplate, news: TemplateNews) -> None:
    if news.state is not None:
        row.state, row.reason, row.advice = news.state, news.reason, news.advice
    if news.quality is not None:
        row.quality = news.quality
    elif news.flagged is not None and (news.flagged or row.quality == "red"):
        row.quality = "red" if news.flagged else ""
    if news.next_category:
        row.next_category, row.next_category_at = news.next_category, news.next_category_at
    if news.category:
        row.category, row.next_category, row.next_category_at = news.category, "", None
        _rethink_use(row)


def _rethink_use(row: ProviderTemplate) -> None:
    """A use that the new category does not allow is nobody's word any more: marketing stays marketing."""
    case = whatsapp_rules().use_cases.get(row.use_case)
    if case is not None and not case.fits(row.category):
        row.use_case = _only_use_case(row.category)
