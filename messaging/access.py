"""Fetching one thing of messaging for someone. Absent and not yours are the same 404."""

import uuid
from typing import cast

from accounts.access import found
from accounts.contracts import Actor, Refused
from consent.models import Point
from contacts.models import Contact
from messaging.models import (
    AnnouncementAudio,
    Call,
    InboundMessage,
    Message,
    ProviderAccount,
    ProviderTemplate,
    Registration,
    Sender,
    TemplateFile,
    TextOverride,
)
from messaging.providers.registry import PROVIDERS
from messaging.providers.template_messages import ManagesTemplates


def access_sender(actor: Actor, sender_id: uuid.UUID) -> Sender:
    """A sender of the actor's organisation, for somebody who may change senders."""
    actor.require("change_senders")
    return cast(Sender, found(Sender.objects.all(), sender_id))


def access_reply(actor: Actor, reply_id: uuid.UUID) -> InboundMessage:
    """What somebody wrote to the actor's organisation, for somebody who may read replies."""
    actor.require("see_replies")
    return cast(InboundMessage, found(InboundMessage.objects.all(), reply_id))


def access_template(actor: Actor, provider_template_id: uuid.UUID) -> ProviderTemplate:
    """A network's template of the actor's organisation with its account, for somebody who may write campaigns."""
    actor.require("author_campaigns")
    rows = ProviderTemplate.objects.select_related("account").defer("account__credentials_sealed")
    return cast(ProviderTemplate, found(rows, provider_template_id))


def access_template_account(actor: Actor, account_id: uuid.UUID) -> ProviderAccount:
    """An account of the actor's organisation, for somebody who may write campaigns.

    Errors: Refused when its network has no templates.
    """
    actor.require("author_campaigns")
    account = cast(ProviderAccount, found(ProviderAccount.objects.defer("credentials_sealed"), account_id))
    if not issubclass(PROVIDERS[account.provider], ManagesTemplates):
        raise Refused("This account has no templates.", field="account", remedy="Choose a WhatsApp account.")
    return account


def access_audio(actor: Actor, audio_id: uuid.UUID) -> AnnouncementAudio:
    """A recording that calls of the actor's organisation play, for somebody who may see campaigns."""
    actor.require("see_campaigns")
    return cast(AnnouncementAudio, found(AnnouncementAudio.objects.all(), audio_id))


def access_template_file(actor: Actor, file_id: uuid.UUID) -> TemplateFile:
    """A file that templates of the actor's organisation show, for somebody who may see campaigns."""
    actor.require("see_campaigns")
    return cast(TemplateFile, found(TemplateFile.objects.all(), file_id))


def access_conversation(actor: Actor, point_id: uuid.UUID) -> Point:
    """An address of the actor's organisation, for somebody who may read what it wrote."""
    actor.require("see_replies")
    return cast(Point, found(Point.objects.all(), point_id))


def access_people(actor: Actor, contact_id: uuid.UUID) -> Contact:
    """A person of the actor's organisation, for somebody who may read what they wrote."""
    actor.require("see_replies")
    return cast(Contact, found(Contact.objects.all(), contact_id))


def access_message(actor: Actor, message_id: uuid.UUID) -> Message:
    """A message of the actor's organisation with its sender and purpose, for somebody who may see contacts."""
    actor.require("see_contacts")
    rows = Message.objects.select_related("sender__account", "purpose", "template_version")
    return cast(Message, found(rows, message_id))


def access_call(actor: Actor, call_id: uuid.UUID) -> Call:
    """A call of the actor's organisation with its message, for somebody who may see contacts."""
    actor.require("see_contacts")
    rows = Call.objects.select_related(
        "message__point", "message__sender", "message__purpose", "message__template_version"
    )
    return cast(Call, found(rows, call_id))


def access_registration(actor: Actor, registration_id: uuid.UUID) -> Registration:
    """A registration of the actor's organisation with its sender, for somebody who may change senders."""
    actor.require("change_senders")
    return cast(Registration, found(Registration.objects.select_related("sender"), registration_id))


def access_override(actor: Actor, override_id: uuid.UUID) -> TextOverride:
    """What was asked about a text of the actor's organisation, for somebody who may see campaigns."""
    actor.require("see_campaigns")
    return cast(TextOverride, found(TextOverride.objects.all(), override_id))


def read_registration(actor: Actor, registration_id: uuid.UUID) -> Registration:
    """A registration of the actor's organisation, to read it, for somebody who may see campaigns."""
    actor.require("see_campaigns")
    return cast(Registration, found(Registration.objects.all(), registration_id))


def access_carrier_account(actor: Actor, account_id: uuid.UUID) -> ProviderAccount:
    """An account of the actor's organisation, for somebody who may record opt-outs."""
    actor.require("change_consent")
    return cast(ProviderAccount, found(ProviderAccount.objects.defer("credentials_sealed"), account_id))
