"""Letters to mailboxes: a subject, a line beside it, HTML with its text; name, postal address and the way out at the end.

Beside the letter itself stand `subject` and `preheader`, the line many mailboxes show after the subject.
"""

import html
import re
from collections.abc import Mapping
from typing import Any, Final

from accounts.contracts import Refused
from accounts.models import Organization
from consent.contracts import Channel
from core.tenancy import require_organization_id
from messaging.channels.email_html import letter_of
from messaging.channels.email_imprint import imprint
from messaging.channels.protocol import Common, Content, Rendered
from messaging.content import precompile
from messaging.content_rules import ContentError
from messaging.preference_links import preference_url
from messaging.providers.email_message import EmailOutbound
from messaging.unsubscribe_links import mailbox_digest, unsubscribe_url

PARTS: Final = frozenset({"subject", "preheader"})
_LONGEST_LINE: Final = 200
_LONGEST_LETTER: Final = 100_000
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]+")
_PAGE: Final = (
    '<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
    "<title>{subject}</title></head>"
    '<body style="margin:0;padding:0"><div style="display:none;max-height:0;overflow:hidden">{preheader}</div>'
    '<div style="max-width:600px;margin:0 auto;padding:16px;font-family:Arial,Helvetica,sans-serif;font-size:16px;'
    'line-height:24px">{letter}{end}</div></body></html>'
)


class _Email:
    """The channel of letters."""

    name: Channel = "email"
    point_kinds: tuple[str, ...] = ("email",)

    def texts(self, content: Content) -> Mapping[str, str]:
        """The letter, its subject and the line beside it."""
        beside = {name: str(content.parts[name]) for name in sorted(PARTS) if content.parts.get(name)}
        return {"body": content.body, **beside}

    def check(self, body: str, parts: Mapping[str, Any]) -> None:
        """Errors: Refused, with the field and the remedy, when a mail program or the law would not take it."""
        unknown = sorted(set(parts) - PARTS)
        if unknown:
            raise Refused(f"A mail has no {unknown[0]}.", field=unknown[0], remedy="Leave it out.")
        _check_line("subject", parts.get("subject", ""))
        if not str(parts.get("subject", "")).strip():
            raise Refused("There is no subject.", field="subject", remedy="Write what stands above it in mailboxes.")
        _check_line("preheader", parts.get("preheader", ""))
        if len(body) > _LONGEST_LETTER:
            problem = f"The letter is longer than {_LONGEST_LETTER:,} characters."
            raise Refused(problem, field="body", remedy="Shorten it: mail programs cut long letters off.")
        try:
            letter = letter_of(body)
        except ContentError as error:
            raise Refused(error.problem, field="body", remedy=error.remedy) from error
        if not letter.has_words:
            raise Refused("There is no text.", field="body", remedy="Write what people shall read.")

    def render(self, version: Content, values: Mapping[str, Any]) -> Rendered:
        """One person's subject, text and page; the end of both is put under them when they leave."""
        page, text = letter_of(version.body).fill(values)
        subject = _line(precompile(str(version.parts["subject"])).render(values))
        preheader = precompile(str(version.parts.get("preheader", ""))).render(values)
        if not text.strip() or not subject:
            return Rendered("")
        return Rendered(text.strip(), {"subject": subject, "html": page, "preheader": preheader})

    def outbound(self, common: Common, rendered: Rendered) -> EmailOutbound:
        """The mail on its way out, with the organisation's imprint and this person's own way out."""
        own, parts = imprint(), rendered.parts
        organization_id, message_id = require_organization_id(), common.permit.message_id
        url = unsubscribe_url(organization_id, common.recipient, message_id)
        choose = preference_url(organization_id, mailbox_digest(organization_id, common.recipient), message_id)
        return EmailOutbound(
            permit=common.permit,
            channel=self.name,
            sender=common.sender,
            recipient=common.recipient,
            body=rendered.body + own.text_end(url, choose),
            callback_url=common.callback_url,
            validity_seconds=common.validity_seconds,
            idempotency_key=common.idempotency_key,
            subject=parts["subject"],
            html=page_of(parts, own.html_end(url, choose), own.language),
            from_name=_line(own.name),
            unsubscribe_url=url,
        )

    def units_of(self, rendered: Rendered) -> int:
        """One mail; nothing for one that would say nothing."""
        return 1 if rendered.body else 0

    def lack_of(self, organization: Organization) -> Refused | None:
        """What the organisation has to give before a mail may leave: its postal address (15 U.S.C. 7704(a)(5))."""
        if organization.postal_address.strip():
            return None
        remedy = "Write it under Settings; it stands at the end of every mail."
        wrong = "A mail must carry your postal address, and there is none."
        return Refused(wrong, field="postal_address", remedy=remedy, code="postal_address_missing")


EMAIL: Final = _Email()


def page_of(parts: Mapping[str, Any], end: str, language: str) -> str:
    """The whole page of one person's letter."""
    beside = {name: html.escape(parts.get(name, "")) for name in ("subject", "preheader")}
    return _PAGE.format(language=html.escape(language), letter=parts["html"], end=end, **beside)


def refuse_line(field: str, value: Any) -> None:
    """Errors: Refused when this cannot stand above a letter: it is no text, or not one short line."""
    if not isinstance(value, str) or len(value) > _LONGEST_LINE or _CONTROL.search(value):
        remedy = f"Write one line of at most {_LONGEST_LINE} characters."
        raise Refused(f"The {field} is not one short line.", field=field, remedy=remedy)


def _check_line(field: str, value: Any) -> None:
    refuse_line(field, value)
    try:
        precompile(value)
    except ContentError as error:
        raise Refused(error.problem, field=field, remedy=error.remedy) from error


def _line(text: str) -> str:
    """One line, whatever a person's values hold: nothing in it can begin another header."""
    return " ".join(_CONTROL.sub(" ", text).split())
