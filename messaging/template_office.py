"""Going to the network with templates, outside every transaction: handing over, bringing in, deleting."""

import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from accounts.contracts import SYSTEM, Actor, Refused
from core import clock
from core.http import Session, run
from core.tenancy import tenant_context
from messaging.actions import templates
from messaging.actions.credentials import open_credentials
from messaging.channels.whatsapp import last_text_of
from messaging.models import ProviderAccount, ProviderTemplate
from messaging.providers.protocol import Misconfigured, ProviderError
from messaging.providers.registry import provider
from messaging.providers.template_messages import ManagesTemplates, TemplateRefused


def submit_template(*, actor: Actor, organization_id: uuid.UUID, template_id: uuid.UUID) -> None:
    """Hand a template over for review. Talks to the network: never inside a transaction.

    Errors: Refused names the field and the remedy, also for what only the network objects to.
    """
    with tenant_context(organization_id):
        template = _template(template_id)
        text = last_text_of(template)
        draft = templates.check_submission(actor=actor, template=template, text=text)
        ask, asked_at = _asking(template.account), clock.now()
    said = _said(ask(lambda office: office.submit_template(draft, template.provider_template_id)))
    with tenant_context(organization_id):
        templates.record_submission(actor=actor, template=template, text=text, said=said, asked_at=asked_at)


def submit_template_later(organization_id: uuid.UUID, template_id: uuid.UUID) -> None:
    """`submit_template` for a task: a refusal is kept on the template, where people find it."""
    try:
        submit_template(actor=SYSTEM, organization_id=organization_id, template_id=template_id)
    except Refused as refusal:
        with tenant_context(organization_id):
            templates.record_refusal(template_id=template_id, refusal=refusal)


def sync_templates(*, actor: Actor, organization_id: uuid.UUID, account_id: uuid.UUID) -> int:
    """Bring in how the network keeps an account's templates; answer how many were changed or are new.

    Errors: Refused when the network does not answer, or not whole: then nothing changes.
    """
    with tenant_context(organization_id):
        account = ProviderAccount.objects.get(id=account_id)
        ask = _asking(account)
    listed = _said(ask(lambda office: office.list_templates()))
    with tenant_context(organization_id):
        return templates.record_list(actor=actor, account=account, listed=listed)


def delete_template(*, actor: Actor, organization_id: uuid.UUID, template_id: uuid.UUID) -> None:
    """Delete a template at the network and here; a draft is only here. Errors: Refused."""
    with tenant_context(organization_id):
        actor.require("author_campaigns")
        template = _template(template_id)
        is_there = bool(template.provider_template_id) and template.state != "gone"
        ask = _asking(template.account) if is_there else None
    if ask is not None:
        _said(ask(lambda office: office.delete_template(template.name, template.provider_template_id)))
    with tenant_context(organization_id):
        templates.remove_template(actor=actor, template=template)


Errand = Callable[[ManagesTemplates], Awaitable[Any]]


def _template(template_id: uuid.UUID) -> ProviderTemplate:
    return ProviderTemplate.objects.select_related("account").get(id=template_id)


def _asking(account: ProviderAccount) -> Callable[[Errand], Callable[[], Any]]:
    """How to ask this account's network something, with its credentials opened now. Errors: Refused."""
    credentials = open_credentials(account)

    def ask(errand: Errand) -> Callable[[], Any]:
        async def asked(session: Session) -> Any:
            office = provider(account.provider, credentials, account.base_url, session)
            if not isinstance(office, ManagesTemplates):
                raise Misconfigured("this carrier has no templates")
            return await errand(office)

        return lambda: run(asked)

    return ask


def _said(ask: Callable[[], Any]) -> Any:
    """What the network answered. Errors: Refused with what to do."""
    try:
        return ask()
    except TemplateRefused as refused:
        raise Refused(refused.reason, field=refused.field, remedy=refused.remedy) from refused
    except Misconfigured as error:
        remedy = "Connect the account again under Senders."
        wrong = "WhatsApp does not accept the account's credentials."
        raise Refused(wrong, remedy=remedy, code="credentials_refused") from error
    except ProviderError as error:
        remedy = "Try again in a minute."
        wrong = "WhatsApp does not answer now, or not clearly."
        raise Refused(wrong, remedy=remedy, code="carrier_unavailable") from error
