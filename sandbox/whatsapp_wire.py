"""The doors of the WhatsApp Cloud API: messages, templates, media, and the nodes a client asks about."""

import asyncio
import json
import time
from typing import Any

import orjson
from aiohttp import web

from sandbox.numbers import Answer
from sandbox.postman import Postman
from sandbox.whatsapp_chats import Chats
from sandbox.whatsapp_media import Media, require_token
from sandbox.whatsapp_numbers import chat_code
from sandbox.whatsapp_reviews import as_listed, check_template
from sandbox.whatsapp_shapes import (
    ChatMessage,
    Refused,
    Wanted,
    accepted_json,
    error_json,
    read_send,
)
from sandbox.whatsapp_store import Business, ChatTemplate
from sandbox.whatsapp_templates import links_of
from sandbox.whatsapp_webhooks import ChatWebhooks

_JSON = {"Content-Type": "application/json; charset=UTF-8"}
_AFTER = frozenset({"slow", "lost_after", "hang_after", "error_after", "malformed", "no_id"})
_SAME_NAME = 2388024


class WhatsAppApi:
    """The Graph API as far as WhatsApp needs it, for every business of the carrier."""

    def __init__(self, chats: Chats, webhooks: ChatWebhooks, postman: Postman) -> None:
        self._chats = chats
        self._media = Media(chats.store, postman)
        self._carrier = chats.carrier
        self._webhooks = webhooks

    def routes(self) -> list[web.RouteDef]:
        """The doors and who answers them."""
        node = "/{version:v[0-9]{1,3}\\.[0-9]{1,2}}/{node:[0-9]+}"
        return [
            web.post(f"{node}/messages", self._answering(self.send)),
            web.get(f"{node}/message_templates", self._answering(self.list_templates)),
            web.post(f"{node}/message_templates", self._answering(self.write_template)),
            web.delete(f"{node}/message_templates", self._answering(self.delete_template)),
            web.get(f"{node}/phone_numbers", self._answering(self.phone_numbers)),
            web.post(f"{node}/subscribed_apps", self._answering(self.subscribe)),
            web.post(f"{node}/unpause", self._answering(self.unpause)),
            web.get(node, self._answering(self.show)),
            web.post(node, self._answering(self.edit_template)),
            *self._media.routes(node, self._answering),
        ]

    def _answering(self, handler: Any) -> Any:
        """A door that answers a refusal the way Meta does."""

        async def answered(request: web.Request) -> web.StreamResponse:
            try:
                answer: web.StreamResponse = await handler(request)
                return answer
            except Refused as refused:
                return _error(refused.code, str(refused), refused.subcode)

        return answered

    # -- messages

    async def send(self, request: web.Request) -> web.StreamResponse:
        """Take a message, or say why not. The ledger has its line before anyone is answered."""
        business = self._owner(request, self._chats.store.of_phone(request.match_info["node"]))
        content = await _object(request)
        if content.get("status") == "read":
            return _json({"success": True})
        wanted = read_send(content)
        outcome = self._chats.numbers.outcome_of(wanted.phone)
        answer = self._carrier.numbers.answer_of(f"whatsapp:{wanted.phone}", outcome)
        if answer == "ok":
            answer = self._carrier.faults.answer(int(time.time()))
        if answer == "refused":
            self._chats.refuse(business, wanted, "refused", outcome.code)
            return _error(outcome.code)
        if answer not in _AFTER and answer != "ok":
            self._chats.refuse(business, wanted, answer)
            return await self._turn_away(request, answer)
        return await self._answered(request, answer, await self._take(business, wanted))

    async def _take(self, business: Business, wanted: Wanted) -> ChatMessage:
        try:
            shown = self._chats.show(business, wanted)
        except Refused as refused:
            self._chats.refuse(business, wanted, "refused", refused.code)
            raise
        there = [await self._media.fetch(link) for link in links_of(shown)]
        message = self._chats.accept(business, wanted, shown, lacks=not all(there))
        self._webhooks.begin(message)
        return message

    async def _turn_away(self, request: web.Request, answer: Answer) -> web.StreamResponse:
        """Answers of a carrier that has taken nothing."""
        if answer in ("rate_limited", "error_before"):
            return _error(chat_code(20429 if answer == "rate_limited" else 20500))
        if answer == "hang_before":
            await asyncio.sleep(self._carrier.faults.hang_seconds)
        return _cut(request)

    async def _answered(self, request: web.Request, answer: Answer, message: ChatMessage) -> web.StreamResponse:
        """Answers of a carrier that has taken the message."""
        body = accepted_json(message)
        if answer == "slow":
            await asyncio.sleep(self._carrier.faults.slow_seconds)
        if answer == "hang_after":
            await asyncio.sleep(self._carrier.faults.hang_seconds)
        if answer in ("lost_after", "hang_after"):
            return _cut(request)
        if answer == "error_after":
            return _error(131000)
        if answer == "malformed":
            return web.Response(body=orjson.dumps(body)[:40], headers=_JSON)
        if answer == "no_id":
            del body["messages"]
        return _json(body)

    # -- templates

    async def list_templates(self, request: web.Request) -> web.Response:
        """The templates of a business, newest first; `name` and `limit` narrow them."""
        business = self._owner(request, self._chats.store.get(request.match_info["node"]))
        limit, after = _whole(request.query.get("limit", ""), 25), _whole(request.query.get("after", ""), 0)
        found = list(self._chats.store.templates(business.id, request.query.get("name", "")))
        page: dict[str, Any] = {"data": [one.as_json() for one in found[after : after + limit]]}
        if after + limit < len(found):
            page["paging"] = {"cursors": {"after": str(after + limit)}, "next": str(request.url)}
        return _json(page)

    async def write_template(self, request: web.Request) -> web.Response:
        """Take a new template and let it be reviewed."""
        business = self._owner(request, self._chats.store.get(request.match_info["node"]))
        fields = await _object(request)
        check_template(fields, self._chats.store.handles.__contains__)
        language = str(fields.get("language", ""))
        if self._chats.store.named(business.id, fields["name"], language):
            raise Refused(100, "there is one already; write another language or choose another name", _SAME_NAME)
        template = ChatTemplate(
            id=self._chats.store.new_id(),
            business=business.id,
            name=fields["name"],
            language=language,
            category=str(fields["category"]).upper(),
            components=as_listed(fields),
            parameter_format=str(fields.get("parameter_format", "POSITIONAL")).upper(),
            moment=self._carrier.clock.seconds(business.id),
        )
        self._chats.store.add(template)
        self._note(business, template, "written")
        self._webhooks.review(business, template)
        return _json({"id": template.id, "status": template.status, "category": template.category})

    async def edit_template(self, request: web.Request) -> web.Response:
        """Replace a template's components; it is reviewed again."""
        business, template = self._template(request)
        fields = await _object(request)
        if template.status not in ("APPROVED", "REJECTED", "PAUSED"):
            raise Refused(100, "only approved, rejected and paused templates can be changed")
        fields = {"name": template.name, "category": template.category} | fields
        check_template(fields, self._chats.store.handles.__contains__)
        if template.status == "APPROVED" and fields.get("category", template.category) != template.category:
            raise Refused(100, "the category of an approved template is fixed")
        if template.status == "APPROVED":
            self._count_change(template, self._carrier.clock.seconds(business.id))
        template.components, template.status = as_listed(fields), "PENDING"
        template.category = str(fields.get("category", template.category)).upper()
        self._chats.store.add(template)
        self._note(business, template, "changed")
        self._webhooks.review(business, template)
        return _json({"success": True, "id": template.id, "category": template.category})

    def _count_change(self, template: ChatTemplate, moment: float) -> None:
        """Errors: Refused when an approved template is changed more often than Meta takes it: once a day, ten times in 30."""
        day = 86_400.0
        template.changes = [each for each in template.changes if each > moment - 30 * day]
        if len(template.changes) >= 10 or any(each > moment - day for each in template.changes):
            raise Refused(100, "an approved template can be changed once a day and ten times in 30 days")
        template.changes.append(moment)

    async def delete_template(self, request: web.Request) -> web.Response:
        """Delete a template: of all languages by its name, of one by its id beside the name."""
        business = self._owner(request, self._chats.store.get(request.match_info["node"]))
        name, one = request.query.get("name", ""), request.query.get("hsm_id", "")
        found = [each for each in self._chats.store.templates(business.id, name) if one in ("", each.id)]
        if not name or not found:
            raise Refused(100, "name: no such template")
        for template in found:
            self._chats.store.remove(template)
            self._note(business, template, "deleted")
        return _json({"success": True})

    async def unpause(self, request: web.Request) -> web.Response:
        """Let a paused template be used again."""
        business, template = self._template(request)
        if template.status != "PAUSED":
            raise Refused(100, "the template is not paused")
        await self._webhooks.say_status(business, template, "APPROVED")
        return _json({"success": True})

    def _note(self, business: Business, template: ChatTemplate, what: str) -> None:
        facts = {"account": business.id, "from": business.id, "to": template.name, "sid": template.id}
        self._carrier.ledger.append("chat_template", accepted=True, status=what, body="", **facts)

    def _template(self, request: web.Request) -> tuple[Business, ChatTemplate]:
        template = self._chats.store.template(request.match_info["node"])
        business = self._owner(request, self._chats.store.get(template.business) if template else None)
        assert template is not None
        return business, template

    # -- nodes

    async def show(self, request: web.Request) -> web.Response:
        """A business, a phone number, a template or a medium."""
        node, store = request.match_info["node"], self._chats.store
        if business := store.get(node):
            self._owner(request, business)
            return _json({"id": business.id, "name": "Sandbox business"})
        if business := store.of_phone(node):
            self._owner(request, business)
            return _json(_phone_json(business))
        if node in store.media:
            return self._media.show(request, node)
        _, template = self._template(request)
        return _json(template.as_json())

    async def phone_numbers(self, request: web.Request) -> web.Response:
        """The numbers of a business: one."""
        business = self._owner(request, self._chats.store.get(request.match_info["node"]))
        return _json({"data": [_phone_json(business)]})

    async def subscribe(self, request: web.Request) -> web.Response:
        """Use an address for the webhooks of this business, after it has proven itself."""
        business = self._owner(request, self._chats.store.get(request.match_info["node"]))
        fields = await _object(request)
        url, token = str(fields.get("override_callback_uri", "")), str(fields.get("verify_token", ""))
        if url and not await self._webhooks.handshake(business, url, token):
            raise Refused(100, "the address did not repeat the challenge")
        return _json({"success": True})

    def _owner(self, request: web.Request, business: Business | None) -> Business:
        """The business of a node, for whoever bears its token. Errors: Refused."""
        require_token(request)
        if business is None:
            raise Refused(33, "it does not exist, or this token may not see it")
        if request.headers.get("Authorization", "") != business.authorization:
            raise Refused(190)
        return business


def _phone_json(business: Business) -> dict[str, Any]:
    return {
        "id": business.phone_number_id,
        "display_phone_number": business.display_number,
        "verified_name": "Sandbox business",
        "quality_rating": "GREEN",
        "whatsapp_business_manager_messaging_limit": "TIER_250",
    }


async def _object(request: web.Request) -> dict[str, Any]:
    try:
        content = json.loads(await request.read() or b"{}")
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise Refused(100, "send a JSON object")
    return content


def _whole(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() else otherwise


def _json(content: dict[str, Any], status: int = 200) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(content), headers=_JSON)


def _error(code: int, details: str = "", subcode: int = 0) -> web.Response:
    status, body = error_json(code, details, subcode)
    return _json(body, status)


def _cut(request: web.Request) -> web.StreamResponse:
    """End the connection without an answer, so that the caller cannot know what happened."""
    if request.transport:
        request.transport.abort()
    return web.Response(status=500)
