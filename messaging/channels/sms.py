"""Texts to phones: nothing but words, priced by the parts the phone network cuts them into."""

from collections.abc import Mapping
from typing import Any, Final

from accounts.contracts import Refused
from consent.contracts import Channel
from messaging.channels.protocol import Common, Content, Rendered
from messaging.content import precompile
from messaging.content_rules import ContentError
from messaging.contracts import Outbound
from messaging.segments import count_segments


class _Sms:
    """The channel of texts."""

    name: Channel = "sms"
    point_kinds: tuple[str, ...] = ("phone",)

    def texts(self, content: Content) -> Mapping[str, str]:
        """The text is all there is."""
        return {"body": content.body}

    def check(self, body: str, parts: Mapping[str, Any]) -> None:
        """Errors: Refused when nothing was written, the text cannot be understood, or something stands beside it."""
        if parts:
            raise Refused(f"A text has no {min(parts)}.", field=min(parts), remedy="Leave it out.")
        if not body.strip():
            raise Refused("There is no text.", field="body", remedy="Write what people shall read.")
        try:
            precompile(body)
        except ContentError as error:
            raise Refused(error.problem, field="body", remedy=error.remedy) from error

    def render(self, version: Content, values: Mapping[str, Any]) -> Rendered:
        """The finished text."""
        return Rendered(precompile(version.body).render(values).strip())

    def with_lines(self, rendered: Rendered, before: str, after: str) -> Rendered:
        """The text with words before it, and words in a line of their own after it."""
        body = f"{before} {rendered.body}" if before else rendered.body
        return Rendered(f"{body}\n{after}" if after else body, rendered.parts)

    def outbound(self, common: Common, rendered: Rendered) -> Outbound:
        """The text on its way out."""
        return Outbound(
            permit=common.permit,
            channel=self.name,
            sender=common.sender,
            recipient=common.recipient,
            body=rendered.body,
            callback_url=common.callback_url,
            validity_seconds=common.validity_seconds,
            idempotency_key=common.idempotency_key,
        )

    def units_of(self, rendered: Rendered) -> int:
        """The parts of the text as carriers bill them."""
        return count_segments(rendered.body).parts


SMS: Final = _Sms()
