"""Writing texts: templates and their versions."""

from accounts.actions.audit import record_audit
from accounts.contracts import Actor, Refused
from consent.models import Purpose
from messaging.content import precompile
from messaging.content_rules import ContentError
from messaging.models import Template, TemplateVersion


def save_text(
    *, actor: Actor, template: Template | None, name: str, channel: str, purpose: Purpose, body: str
) -> TemplateVersion:
    """Keep a text as the next version of a template; the same text again is the same version.

    Errors: Refused with the place and the remedy when the text cannot be understood.
    """
    actor.require("author_campaigns")
    try:
        precompile(body)
    except ContentError as error:
        raise Refused(str(error), field="body") from error
    if template is None:
        template = Template.objects.create(name=name, channel=channel, purpose=purpose)
    else:
        template = Template.objects.select_for_update().get(id=template.id)
    last = template.versions.order_by("-number").first()
    if last is not None and last.body == body:
        return last
    number = last.number + 1 if last else 1
    version = TemplateVersion.objects.create(template=template, number=number, body=body)
    record_audit(actor=actor, action="text.saved", on=("template", template.id), data={"version": number})
    return version
