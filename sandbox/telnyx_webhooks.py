"""How an account that speaks Telnyx is told: signed JSON, three tries for each address."""

import functools
import time

import orjson

from sandbox import telnyx_shapes
from sandbox.accounts import Account
from sandbox.messages import Message
from sandbox.numbers import Step
from sandbox.postman import Noted, Posted, Postman
from sandbox.telnyx_shapes import LIMITS, RULES


async def tell(postman: Postman, account: Account, message: Message, step: Step, noted: Noted) -> Posted:
    """Tell one step of a message to its own address."""
    return await _post(postman, account, message.callback_url, telnyx_shapes.status_event(message, step), noted)


async def deliver(
    postman: Postman, account: Account, message: Message, url: str, understood: str, noted: Noted
) -> Posted:
    """Tell a text from a person to the profile's address."""
    return await _post(postman, account, url, telnyx_shapes.inbound_event(message, understood), noted)


@functools.cache
def _words() -> dict[str, str]:
    return {word: kind for kind, words in RULES["opt_out"].items() for word in words}


def understood(account: Account, phone: str, text: str) -> str:
    """STOP or START when this carrier acts on a text by itself, else empty. Effects: the person is blocked, or let in."""
    kind = _words().get(" ".join(text.split()).upper(), "")
    if kind == "STOP":
        account.opted_out.add(phone)
    if kind == "START":
        account.opted_out.discard(phone)
    return kind


async def _post(postman: Postman, account: Account, url: str, event: dict[str, object], noted: Noted) -> Posted:
    body = orjson.dumps({"data": event, "meta": {"attempt": 1, "delivered_to": url}})
    headers = telnyx_shapes.signed_headers(account.token, int(time.time()), body)
    return await postman.deliver(url, headers, body, noted, LIMITS["webhook_retries"])
