"""What every provider can do, what some can do as well, and the errors they all share. Pure: no Django, no network.

An error is named for what the caller must do, and says whether the message may have left the house.
"""

import dataclasses
import datetime
import urllib.parse
import uuid
from collections.abc import Sequence
from typing import ClassVar, Final, Literal, Protocol, runtime_checkable

from consent.contracts import Channel
from messaging.contracts import Accepted, Inbound, Outbound, Receipt, Unknown

_LONGEST_CODE: Final = 40
#: the forms a message can take; all but `text` exist on chat channels only
Form = Literal["text", "template", "buttons"]
#: what one of a provider's codes asks of us; `unknown` codes are kept and shown, and change nothing else
Action = Literal[
    "opt_out",  # the person said no: write an opt-out
    "bad_address",  # this address will never work on this channel: suppress it
    "soft_bounce",  # this address did not work now and may work later: count it, suppress it for a while when it stays so
    "complaint",  # the person marked it as spam: an opt-out they did not even want to write to us
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
    """A provider's code in our words: what it asks of us, a sentence for people, and what they can do about it."""

    code: str
    action: Action
    meaning: str
    remedy: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider offers; the documentation's table is made from it.

    Shape: `idempotent_send` - sending the very same Outbound again cannot make a second message, for `key_seconds` after the
           first time; `validity` - the provider takes `validity_seconds` and drops what is older.
    Units: `max_text_units` characters of one message; `batch_size` messages in one request; `key_seconds` the shortest life
           of a key that the provider's documentation names; `webhook_bytes` the largest webhook it sends.
    """

    channels: frozenset[Channel]
    idempotent_send: bool
    lookup: bool
    receipts: bool
    inbound: bool
    max_text_units: int
    batch_size: int = 1
    forms: frozenset[Form] = frozenset({"text"})
    validity: bool = True
    key_seconds: int = 0
    webhook_bytes: int = 256_000


@dataclasses.dataclass(frozen=True, slots=True)
class TemplateValue:
    """One person's value for one variable of a template. `name` is empty where variables are counted, not named."""

    text: str = dataclasses.field(repr=False)
    name: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class TemplateMedia:
    """A picture, film or document at a head: by the id the provider gave it when it was uploaded, or by where it lies."""

    kind: Literal["image", "video", "document"]
    media_id: str = ""
    link: str = dataclasses.field(default="", repr=False)
    filename: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class TemplateButton:
    """What one button of a template carries for this person. Shape: `index` counts the template's buttons from nought."""

    kind: Literal["quick_reply", "url", "copy_code", "flow"]
    index: int
    value: str = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class TemplateCard:
    """One card of a template, filled for one person."""

    header: TemplateMedia
    body: tuple[TemplateValue, ...] = ()
    buttons: tuple[TemplateButton, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class ApprovedTemplate:
    """A template the provider has approved, filled for one person. Parts without a variable are left empty."""

    name: str
    language: str
    body: tuple[TemplateValue, ...] = ()
    header: tuple[TemplateValue, ...] | TemplateMedia = ()
    buttons: tuple[TemplateButton, ...] = ()
    cards: tuple[TemplateCard, ...] = ()
    category: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class TemplateOutbound(Outbound):
    """A template on its way out; `body` is what the person will read, and is kept, but only the values leave."""

    template: ApprovedTemplate

    def __post_init__(self) -> None:
        _require_chat(self)


@dataclasses.dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: what it says, and the word that comes back when it is pressed."""

    reply_id: str
    title: str


@dataclasses.dataclass(frozen=True, slots=True)
class ButtonsOutbound(Outbound):
    """A text with buttons to answer it by; `footer` stands small under the text."""

    buttons: tuple[Button, ...]
    footer: str = ""

    def __post_init__(self) -> None:
        _require_chat(self)


def _require_chat(outbound: Outbound) -> None:
    """Keep the rule of every Outbound, and chat forms off the channels whose providers would send the text alone."""
    Outbound.__post_init__(outbound)
    if outbound.channel != "whatsapp":
        raise ValueError(f"templates and buttons do not exist on {outbound.channel}; send the text as an Outbound")


@dataclasses.dataclass(frozen=True, slots=True)
class ChatInbound(Inbound):
    """A message from a person on a chat channel.

    Shape: `sender` is a phone number when the provider tells it, else its own id of the person; `person_id` is that id
           whenever it is told. `payload` is the word of a pressed button, `answers` the id of the message it answers.
           `form` says what they sent: text, button, choice, filled_in, image, video, audio, document, sticker, reaction,
           location, contacts, order, preference, number_changed, unsupported.
    """

    person_id: str = dataclasses.field(default="", repr=False)
    display_name: str = dataclasses.field(default="", repr=False)
    payload: str = dataclasses.field(default="", repr=False)
    answers: str = ""
    occurred_at: datetime.datetime | None = None
    form: str = "text"


@dataclasses.dataclass(frozen=True, slots=True)
class Preference(ChatInbound):
    """A choice a person made in the provider's own settings: no more of a category, or again.

    A `stop` is also an `opt_out_type` of STOP, so that a reader who knows no categories stops too much, never too little.
    A `resume` is none: it lifts what the person had set there, and gives no consent.
    """

    category: str = ""
    choice: Literal["stop", "resume"] = "stop"


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

    `may_have_left` says whether the message may be on its way to the person. `code` is at most 40 characters that can be
    kept, whatever the provider called a code.
    """

    may_have_left: ClassVar[bool] = False

    def __init__(self, reason: str, code: str = "") -> None:
        self.reason = reason
        self.code = code.encode(errors="replace").decode().replace("\x00", "?")[:_LONGEST_CODE]
        super().__init__(f"{reason} ({self.code})" if code else reason)


class Rejected(ProviderError):
    """The provider refused this message. Caller: fail the message.

    `suppress` - the address is unusable on this channel or too risky: suppress it. `opt_out` - the person said no.
    `soft` - the address did not work this time: count it.
    """

    def __init__(
        self, reason: str, code: str = "", *, suppress: bool = False, opt_out: bool = False, soft: bool = False
    ) -> None:
        super().__init__(reason, code)
        self.suppress = suppress
        self.opt_out = opt_out
        self.soft = soft


class Throttled(ProviderError):
    """The provider asks to go slower. Caller: put the message back and slow the sender's lane.

    `one_recipient` - only this person got too much at once: put the message back, the sender's others may go on.
    """

    def __init__(self, retry_after_seconds: float, code: str = "", *, one_recipient: bool = False) -> None:
        super().__init__("throttled", code)
        self.retry_after_seconds = retry_after_seconds
        self.one_recipient = one_recipient


class Unavailable(ProviderError):
    """Nothing could be sent: no connection. Caller: put the message back with backoff, count against the provider."""


class NotBegun(Unavailable):
    """It waited until the moment after which nothing may begin, and nothing left. Caller: as if it had never been called."""


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
class ConfirmsInbound(Protocol):
    """A provider that can be asked whether it really took a message from a person.

    A webhook proves no more than that somebody holds the account's secret, and its owner does. What the provider keeps in
    its own books the owner cannot write.
    """

    async def has_received(self, inbound: Inbound) -> bool:
        """Whether the provider has this very message: same id, person, number of ours and text, on its way in.

        Errors: ProviderError when it cannot say; that is no confirmation.
        """
        ...


@runtime_checkable
class ExplainsCodes(Protocol):
    """A provider whose codes we have words for."""

    def explain(self, code: str) -> CodeMeaning:
        """A code's action and meaning; an unlisted code has the action `unknown`."""
        ...


@runtime_checkable
class WaitsItsTurn(Protocol):
    """A provider that gives a message a connection only when one is free, which may be long after it was asked to send."""

    def begin_until(self, moment: float) -> None:
        """From now on no message begins after this moment; one that waits longer is NotBegun. Units: the boot clock."""
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


@runtime_checkable
class AnswersHandshake(Protocol):
    """A provider that asks our address to prove itself before it reports there."""

    def handshake(self, request: WebhookRequest) -> WebhookAnswer:
        """The answer that proves it. Errors: BadSignature when the provider did not show the word we agreed on."""
        ...
