"""Meta's WhatsApp Cloud API.

Docs: https://developers.facebook.com/docs/whatsapp/cloud-api and Meta's OpenAPI document for v23.0
      (https://github.com/facebook/openapi), read 23 November 2026; what we concluded is in docs/providers/whatsapp_cloud.md.

There is no idempotency key and no list of messages: a lost answer stays unknown until a status brings back the callback
data we sent along. There is no time limit for one message either; a template carries its own.
"""

import pathlib
import re
import tomllib
import urllib.parse
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

import yarl

from core.http import Answer, Session
from messaging.contracts import Accepted, Inbound, Outbound, Receipt, ReceiptStatus, Unknown
from messaging.providers import (
    callbacks,
    http,
    whatsapp_cloud_drafts,
    whatsapp_cloud_guide,
    whatsapp_cloud_listing,
    whatsapp_cloud_requests,
    whatsapp_cloud_signature,
    whatsapp_cloud_templates,
    whatsapp_cloud_uploads,
)
from messaging.providers.credentials import ConnectGuide
from messaging.providers.protocol import (
    Capabilities,
    CodeMeaning,
    Misconfigured,
    OutcomeUnknown,
    ProviderError,
    Rejected,
    Throttled,
    Unavailable,
    WebhookAnswer,
    WebhookRequest,
)
from messaging.providers.template_messages import DraftMedia, DraftTemplate, ListedTemplate, Submitted
from messaging.providers.whatsapp_cloud_webhooks import error_code, read_webhook

BASE_URL: Final = "https://graph.facebook.com"
DEFAULT_VERSION: Final = "v23.0"
_VERSION: Final = re.compile(r"v[0-9]{1,3}\.[0-9]{1,2}")
_PAGE: Final = 200
_MOST_PAGES: Final = 100
_NODE_ID: Final = re.compile(r"[0-9]{5,32}")
_MESSAGE_ID: Final = re.compile(r"wamid\.[A-Za-z0-9+/=_-]{1,250}")

#: what Meta says of a message it has just taken; held back and paused ones wait with Meta
ACCEPTED: Final[dict[str, ReceiptStatus]] = {
    "accepted": "accepted",
    "held_for_quality_assessment": "queued",
    "paused": "queued",
}


def _read_codes(table: Mapping[str, Any]) -> dict[str, CodeMeaning]:
    families = {
        str(code): {key: family[key] for key in ("action", "meaning", "remedy")}
        for family in table["families"]
        for code in range(family["first"], family["last"] + 1)
    }
    return {code: CodeMeaning(code, **entry) for code, entry in (families | table["codes"]).items()}


_TABLE: Final = tomllib.loads(pathlib.Path(__file__).with_name("whatsapp_cloud_codes.toml").read_text())
CODES: Final = _read_codes(_TABLE)


class WhatsAppCloud:
    """One WhatsApp business account at Meta.

    Shape: credentials `access_token` (of a system user), `app_secret` and `business_account_id`; optional `verify_token`
           (ours, for the handshake), `secondary_app_secret` (during a rotation), `graph_version` and `callback_secret`
           (ours: without it a receipt names no attempt). A sender is a phone number's id, not the number.
    """

    name: ClassVar[str] = "whatsapp_cloud"
    guide: ClassVar[ConnectGuide] = whatsapp_cloud_guide.GUIDE
    capabilities: ClassVar[Capabilities] = Capabilities(
        channels=frozenset({"whatsapp"}),
        idempotent_send=False,
        lookup=False,
        receipts=True,
        inbound=True,
        max_text_units=whatsapp_cloud_requests.LIMITS["text"],
        forms=frozenset({"text", "template", "buttons"}),
        validity=False,
        webhook_bytes=3_000_000,
    )

    def __init__(self, credentials: Mapping[str, str], base_url: str = "", session: Session | None = None) -> None:
        self._account = http.required_credential(credentials, "business_account_id")
        version = credentials.get("graph_version", "") or DEFAULT_VERSION
        if not _NODE_ID.fullmatch(self._account):
            raise Misconfigured(
                "business_account_id is not an id: copy the WhatsApp account's id from Business Manager"
            )
        if not _VERSION.fullmatch(version):
            raise Misconfigured("graph_version must look like v23.0: correct it, or leave it empty")
        secret = http.required_credential(credentials, "app_secret")
        self._secrets = tuple(filter(None, (secret, credentials.get("secondary_app_secret", ""))))
        self._verify_token = credentials.get("verify_token", "")
        self._callback_secret = credentials.get("callback_secret", "").encode()
        self._session = session
        self._root = str(yarl.URL(base_url or BASE_URL)).rstrip("/") + f"/{version}"
        self._headers = {
            "Authorization": f"Bearer {http.required_credential(credentials, 'access_token')}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }

    # -- sending

    async def send(self, outbound: Outbound) -> Accepted:
        """Send one message: a template, a text with buttons, or a text. The last two need the person's open window.

        Errors: the family of protocol.py; a lost or unclear answer is OutcomeUnknown.
        """
        body = whatsapp_cloud_requests.request_body(outbound)
        url = self._url(f"/{whatsapp_cloud_requests.phone_number_id(outbound)}/messages")
        answer = await http.call(self.name, self._session, "POST", url, self._headers, body)
        if 200 <= answer.status < 300:
            return _accepted(http.json_object(answer))
        raise refusal(answer)

    async def check_credentials(self) -> None:
        """Read the business account. Errors: Misconfigured when Meta refuses the token, or it belongs elsewhere."""
        url = self._url(f"/{self._account}?fields=id")
        try:
            answer = await http.call(self.name, self._session, "GET", url, self._headers)
        except OutcomeUnknown as error:
            raise Unavailable(error.reason) from None
        if answer.status != 200:
            refused = refusal(answer)
            raise Unavailable(refused.reason, refused.code) if isinstance(refused, OutcomeUnknown) else refused
        if http.json_object(answer).get("id") != self._account:
            raise Misconfigured("business_account_id is another account's: copy it from Business Manager again")

    # -- templates

    async def submit_template(self, draft: DraftTemplate, provider_template_id: str = "") -> Submitted:
        """Hand a template over for review; with an id, one Meta has already. Errors: TemplateRefused names the field.

        Effects: what stands at its heads is uploaded first, each time anew: a handle is good for one review.
        """
        handles = [await self._upload(media) for media in draft.files]
        change = bool(provider_template_id)
        path = f"/{provider_template_id}" if change else f"/{self._account}/message_templates"
        body = whatsapp_cloud_drafts.template_body(draft, change=change, handles=handles)
        answer = await http.call(self.name, self._session, "POST", self._url(path), self._headers, body)
        if 200 <= answer.status < 300:
            return whatsapp_cloud_templates.submitted(answer, provider_template_id)
        raise whatsapp_cloud_templates.template_refusal(answer) or refusal(answer)

    async def _upload(self, media: DraftMedia) -> str:
        """What names a file for a review, after it was uploaded. Errors: TemplateRefused when Meta does not take it."""
        uploads = whatsapp_cloud_uploads
        url = self._url(uploads.begin_path(media))
        begun = await http.call(self.name, self._session, "POST", url, self._headers)
        if not 200 <= begun.status < 300:
            raise whatsapp_cloud_templates.file_refusal(begun) or refusal(begun)
        url, headers = self._url(uploads.session_path(begun)), uploads.upload_headers(self._headers, media)
        answer = await http.call(self.name, self._session, "POST", url, headers, media.raw)
        if 200 <= answer.status < 300:
            return uploads.handle(answer)
        raise whatsapp_cloud_templates.file_refusal(answer) or refusal(answer)

    async def list_templates(self) -> Sequence[ListedTemplate]:
        """All templates of the account, page by page. Errors: Unavailable when a page is missing: absence proves nothing then."""
        found: list[ListedTemplate] = []
        after = ""
        for _ in range(_MOST_PAGES):
            page = await self._page(f"/{self._account}/message_templates?limit={_PAGE}{after and '&after=' + after}")
            templates, cursor = whatsapp_cloud_listing.listed(page)
            found += templates
            if not cursor:
                return found
            after = urllib.parse.quote(cursor, safe="")
        raise Unavailable("the list of templates has no end")

    async def _page(self, path: str) -> Mapping[str, Any]:
        try:
            answer = await http.call(self.name, self._session, "GET", self._url(path), self._headers)
        except OutcomeUnknown as error:
            raise Unavailable(error.reason) from None
        if answer.status != 200:
            refused = refusal(answer)
            raise Unavailable(refused.reason, refused.code) if isinstance(refused, OutcomeUnknown) else refused
        return http.json_object(answer)

    async def delete_template(self, name: str, provider_template_id: str) -> None:
        """Delete one template in one language."""
        query = urllib.parse.urlencode({"name": name, "hsm_id": provider_template_id})
        url = self._url(f"/{self._account}/message_templates?{query}")
        answer = await http.call(self.name, self._session, "DELETE", url, self._headers)
        if answer.status != 200:
            raise whatsapp_cloud_templates.template_refusal(answer) or refusal(answer)

    def _url(self, path: str) -> yarl.URL:
        return yarl.URL(self._root + path, encoded=True)

    # -- webhooks

    def verify(self, request: WebhookRequest) -> None:
        """Check Meta's signature over the raw body. Errors: BadSignature.

        What speaks of another account is not refused here: Meta sends one request for several accounts, and stops calling
        an address that refuses. `parse` keeps those parts apart.
        """
        whatsapp_cloud_signature.require_signature(request, self._secrets)

    def parse(self, request: WebhookRequest) -> tuple[Receipt | Inbound | Unknown, ...]:
        """Read a verified webhook: all its receipts, messages and preferences, and what is unknown."""
        return read_webhook(request.body, self._account, self._callback_secret)

    def handshake(self, request: WebhookRequest) -> WebhookAnswer:
        """Meta's question before it uses our address. Errors: BadSignature when it does not know our verify token."""
        return whatsapp_cloud_signature.answer_handshake(request, self._verify_token)

    def callback_url(self, base: str, account_key: str, attempt_id: uuid.UUID, secret: bytes) -> str:
        """What Meta shall give back with each status: account, attempt and mark, without the address they stand in."""
        return callbacks.callback_url("", account_key, attempt_id, secret).lstrip("/")

    def explain(self, code: str) -> CodeMeaning:
        """What one of Meta's codes means, what it asks of us and what people can do."""
        return CODES.get(code) or CodeMeaning(code, "unknown", "WhatsApp reported a code that is not in our table.")


def _accepted(found: Mapping[str, Any]) -> Accepted:
    messages = found.get("messages")
    message = messages[0] if isinstance(messages, list) and messages and isinstance(messages[0], dict) else {}
    identifier = message.get("id")
    if not isinstance(identifier, str) or not _MESSAGE_ID.fullmatch(identifier):
        raise OutcomeUnknown("the answer has no message id")
    return Accepted(identifier, ACCEPTED.get(str(message.get("message_status")), "accepted"))


def refusal(answer: Answer) -> ProviderError:
    """Sort an answer that is no success: only a code of Meta's own proves that a 4xx was not accepted."""
    code = error_code(http.json_object(answer).get("error"))
    if answer.status == 429:
        return Throttled(http.retry_after_seconds(answer), code)
    if not 400 <= answer.status < 500 or code in _TABLE["unproven"]["codes"]:
        return OutcomeUnknown(f"status {answer.status}", code)
    if not code:
        known = answer.status in (401, 403)
        return (
            Misconfigured("credentials refused") if known else OutcomeUnknown(f"status {answer.status} without a code")
        )
    meaning = CODES.get(code)
    action = meaning.action if meaning else "setup" if answer.status in (401, 403) else "unknown"
    if action in ("setup", "ours"):
        return Misconfigured(meaning.meaning if meaning else "refused", code)
    if action == "retry":
        wait = _TABLE["waits"].get(code, {})
        seconds = wait.get("seconds") or http.retry_after_seconds(answer)
        return Throttled(seconds, code, one_recipient=wait.get("one_recipient", False))
    return Rejected(action, code, suppress=action in ("bad_address", "risk"), opt_out=action == "opt_out")
