"""What every provider can do, what some can do as well, and the errors they all share. Pure: no Django, no network.

An error is named for what the caller must do, and says whether the message may have left the house.
"""

import dataclasses
import datetime
import urllib.parse
import uuid
from collections.abc import Sequence
from typing import ClassVar, Literal, Protocol, runtime_checkable

from consent.contracts import Channel
from messaging.contracts import Accepted, Inbound, Outbound, Receipt, Unknown

#: what one of a provider's codes asks of us; `unknown` codes are kept and shown, and change nothing else
Action = Literal[
    "opt_out",  # the person said no: write an opt-out
    "bad_address",  # this address will never work on this channel: suppress it
    "risk",  # contacting this person is dangerous: suppress and review
    "route",  # this sender cannot reach this address; neither of them is bad in itself
    "setup",  # account, sender or registration: pause the sender and tell the operator
    "content",  # the text or a parameter is wrong: fail this message
    "later",  # outside a window, a cap or its validity: only a new schedule helps
    "retry",  # may pass by itself
    "ours",  # our own server or request is at fault: tell the operator
    "note",  # information, nothing to do
    "unknown",
]


@dataclasses.dataclass(frozen=True, slots=True)
class CodeMeaning:
    """A provider's code in our words: what it asks of us, and a sentence for people."""

    code: str
    action: Action
    meaning: str


@dataclasses.dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider offers; the documentation's table is made from it.

    Units: `max_text_units` characters of one message; `batch_size` messages in one request.
    """

    channels: frozenset[Channel]
    idempotent_send: bool
    lookup: bool
    receipts: bool
    inbound: bool
    max_text_units: int
    batch_size: int = 1


@dataclasses.dataclass(frozen=True, slots=True)
class WebhookRequest:
    """A request as it came in, before anything is believed.

    Shape: `url` is the public address the provider called, rebuilt from configuration, with its query as sent;
           `headers` are pairs in order, so that a header sent twice stays visible; `body` is raw.
    """

    method: str
    url: str
    headers: Sequence[tuple[str, str]]
    body: bytes = dataclasses.field(default=b"", repr=False)

    @property
    def query(self) -> dict[str, list[str]]:
        """The parameters of the URL. They come from the URL itself, so a signature over it covers them."""
        return urllib.parse.parse_qs(urllib.parse.urlsplit(self.url).query, keep_blank_values=True)

    def header(self, name: str) -> str:
        """One header's value, empty when absent. Errors: BadSignature when it was sent more than once."""
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        if len(found) > 1:
            raise BadSignature(f"the header {name} was sent {len(found)} times")
        return found[0] if found else ""


@dataclasses.dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """What to answer the provider after its webhook was stored."""

    status: int
    content_type: str
    body: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class Listed:
    """A message found in the provider's own list. The text is given as SHA-256 only, enough to recognise ours.

    Units: `created_at` is aware.
    """

    provider_message_id: str
    status: str
    created_at: datetime.datetime
    outbound: bool
    body_digest: bytes


class ProviderError(Exception):
    """Something a provider said or did. Never carries a text, an address or a secret.

    `may_have_left` says whether the message may be on its way to the person.
    """

    may_have_left: ClassVar[bool] = False

    def __init__(self, reason: str, code: str = "") -> None:
        super().__init__(f"{reason} ({code})" if code else reason)
        self.reason = reason
        self.code = code


class Rejected(ProviderError):
    """The provider refused this message. Caller: fail the message.

    `suppress` - the address is unusable on this channel or too risky: suppress it. `opt_out` - the person said no.
    """

    def __init__(self, reason: str, code: str = "", *, suppress: bool = False, opt_out: bool = False) -> None:
        super().__init__(reason, code)
        self.suppress = suppress
        self.opt_out = opt_out


class Throttled(ProviderError):
    """The provider asks to go slower. Caller: put the message back and slow the sender's lane."""

    def __init__(self, retry_after_seconds: float, code: str = "") -> None:
        super().__init__("throttled", code)
        self.retry_after_seconds = retry_after_seconds


class Unavailable(ProviderError):
    """Nothing could be sent: no connection. Caller: put the message back with backoff, count against the provider."""


class Misconfigured(ProviderError):
    """Account, sender or credentials are wrong. Caller: pause the sender and tell the operator."""


class OutcomeUnknown(ProviderError):
    """The message may have left. Caller: mark it uncertain; never send it again on this evidence."""

    may_have_left: ClassVar[bool] = True


class BadSignature(ProviderError):
    """A webhook is not from whom it claims to be. Caller: answer 403 without detail and change nothing."""


class Provider(Protocol):
    """The least a provider does: send one message, and understand the webhooks that follow."""

    name: ClassVar[str]
    capabilities: ClassVar[Capabilities]

    async def send(self, outbound: Outbound) -> Accepted:
        """Let exactly one request leave. Errors: the ProviderError that says what to do."""
        ...

    def verify(self, request: WebhookRequest) -> None:
        """Check who sent a webhook, in constant time, before anything in it is used. Errors: BadSignature."""
        ...

    def parse(self, request: WebhookRequest) -> tuple[Receipt | Inbound | Unknown, ...]:
        """Read a verified webhook. What the tables do not know comes back as Unknown, never dropped."""
        ...


@runtime_checkable
class CredentialCheck(Protocol):
    """A provider that can say whether its credentials work."""

    async def check_credentials(self) -> None:
        """Ask without sending anything. Errors: Misconfigured names the field and the remedy; Unavailable, Throttled."""
        ...


@runtime_checkable
class Lookup(Protocol):
    """A provider that can list what it sent to an address, to settle an unknown outcome."""

    async def list_messages(self, recipient: str, since: datetime.datetime) -> tuple[Listed, ...]:
        """All messages to an address created at or after `since`, newest first.

        Errors: Unavailable also when the list is too long to be read whole: absence must not be concluded from a part.
        """
        ...


@runtime_checkable
class ExplainsCodes(Protocol):
    """A provider whose codes we have words for."""

    def explain(self, code: str) -> CodeMeaning:
        """A code's action and meaning; an unlisted code has the action `unknown`."""
        ...


@runtime_checkable
class ReportsToMarkedAddress(Protocol):
    """A provider that takes an address to report to with each message."""

    def callback_url(self, base: str, account_key: str, attempt_id: uuid.UUID, secret: bytes) -> str:
        """The address of one attempt, in the form this provider wants; see callbacks.py."""
        ...


@runtime_checkable
class AnswersWebhooks(Protocol):
    """A provider that wants its webhooks answered in a form of its own."""

    def answer(self, replies: Sequence[str] = ()) -> WebhookAnswer:
        """The answer that says nothing, or sends these replies to the person."""
        ...
