"""Writing texts: templates and their versions."""

from collections.abc import Mapping
from typing import Any

from accounts.actions.audit import record_audit
from accounts.contracts import Actor
from consent.models import Purpose
from messaging.channels.registry import channel as channel_of
from messaging.models import Template, TemplateVersion


def save_text(
    *,
    actor: Actor,
    template: Template | None,
    name: str,
    channel: str,
    purpose: Purpose,
    body: str,
    parts: Mapping[str, Any] | None = None,
) -> TemplateVersion:
    """Keep a text, and what its channel needs beside it, as the next version of a template; the same again is the same one.

    Errors: Refused with the field and the remedy when it cannot be understood, or is not fit for its channel.
    """
    actor.require("author_campaigns")
    beside = dict(parts or {})
    channel_of(channel).check(body, beside)
    if template is None:
        template = Template.objects.create(name=name, channel=channel, purpose=purpose)
    else:
        template = Template.objects.select_for_update().get(id=template.id)
    last = template.versions.order_by("-number").first()
    if last is not None and (last.body, last.parts) == (body, beside):
        return last
    number = last.number + 1 if last else 1
    version = TemplateVersion.objects.create(template=template, number=number, body=body, parts=beside)
    record_audit(actor=actor, action="text.saved", on=("template", template.id), data={"version": number})
    return version
