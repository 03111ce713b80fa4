"""Webhooks as a carrier writes them, byte by byte, over a plain connection: genuine ones, and forgeries of them."""

import base64
import dataclasses
import hashlib
import hmac
import http.client
import itertools
import urllib.parse
from collections.abc import Callable, Mapping
from typing import Any

from tests.factories.campaigns import ACCOUNT_SID, TOKEN

SIGNATURE = "X-Twilio-Signature"
_FORM = "application/x-www-form-urlencoded; charset=UTF-8"
_numbers = itertools.count(1)

Pairs = tuple[tuple[str, str], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Webhook:
    """One request: where to, which headers, which bytes."""

    url: str
    pairs: Pairs
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    method: str = "POST"

    def signed(self, token: str = TOKEN, url: str = "") -> "Webhook":
        """With the one signature that `token` gives it."""
        return self.with_header(SIGNATURE, sign(token, url or self.url, self.pairs))

    def with_header(self, name: str, *values: str) -> "Webhook":
        """With this header so many times, and no other of the name."""
        kept = tuple(pair for pair in self.headers if pair[0] != name)
        return dataclasses.replace(self, headers=(*kept, *((name, value) for value in values)))

    def changed(self, **fields: str) -> "Webhook":
        """With other values, the signature as it was."""
        return dataclasses.replace(self, pairs=tuple((dict(self.pairs) | fields).items()))

    @property
    def signature(self) -> str:
        """What it is signed with."""
        return dict(self.headers)[SIGNATURE]

    def post(self) -> tuple[int, bytes]:
        """Send it; the status and the body of the answer."""
        parts = urllib.parse.urlsplit(self.url)
        body = urllib.parse.urlencode(self.pairs).encode() if self.body is None else self.body
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        try:
            connection.putrequest(self.method, f"{parts.path}?{parts.query}" if parts.query else parts.path)
            given = {name.lower() for name, _ in self.headers}
            for name, value in self.headers:
                connection.putheader(name, value.encode("utf-8"))
            if "content-type" not in given:
                connection.putheader("Content-Type", _FORM)
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


def sign(token: str, url: str, pairs: Pairs) -> str:
    """The carrier's signature: HMAC-SHA1 over the address and the sorted fields.

    Source: Twilio documentation, "Webhooks security"; read 2026-11-23.
    """
    text = url + "".join(name + value for name, value in sorted(set(pairs)))
    return base64.b64encode(hmac.digest(token.encode(), text.encode(), "sha1")).decode()


def new_sid() -> str:
    """A message id of a carrier's own making."""
    return f"SM{next(_numbers):032x}"


def inbound(url: str, sender: str, text: str, sid: str = "") -> Webhook:
    """A text from a person."""
    fields = {"AccountSid": ACCOUNT_SID, "From": sender, "To": "+14025550100", "Body": text, "NumMedia": "0"}
    sid = sid or new_sid()
    fields |= {"MessageSid": sid, "SmsSid": sid, "SmsStatus": "received", "ApiVersion": "2010-04-01", "ToZip": ""}
    return Webhook(url, tuple(fields.items())).signed()


def receipt(entry: Mapping[str, Any], status: str, code: str = "") -> Webhook:
    """News about a message of ours, by its line in the ledger, to the address we gave with it."""
    url, sid = entry["callback_url"].partition("#")[0], entry["sid"]
    fields = {"AccountSid": ACCOUNT_SID, "MessageSid": sid, "MessageStatus": status, "SmsStatus": status}
    return Webhook(url, tuple((fields | ({"ErrorCode": code} if code else {})).items())).signed()


Forgery = Callable[[Webhook], Webhook]

#: what nobody may get past the door with; each takes a genuine webhook
FORGERIES: dict[str, Forgery] = {
    "no signature": lambda w: w.with_header(SIGNATURE),
    "an empty signature": lambda w: w.with_header(SIGNATURE, ""),
    "the header twice": lambda w: w.with_header(SIGNATURE, w.signature, w.signature),
    "the header twice, first false": lambda w: w.with_header(SIGNATURE, "AAAA", w.signature),
    "two signatures in one header": lambda w: w.with_header(SIGNATURE, f"AAAA,{w.signature}"),
    "a signature cut short": lambda w: w.with_header(SIGNATURE, w.signature[:12]),
    "a signature in other letters": lambda w: w.with_header(SIGNATURE, w.signature.swapcase()),
    "a signature that is no ASCII": lambda w: w.with_header(SIGNATURE, "é" * 20),
    "another account's secret": lambda w: w.signed("another-token"),
    "an empty secret": lambda w: w.signed(""),
    "the account's id as the secret": lambda w: w.signed(ACCOUNT_SID),
    "our secret, another account": lambda w: w.changed(AccountSid="AC" + "0" * 31 + "2").signed(),
    "our secret, no account": lambda w: dataclasses.replace(w, pairs=w.pairs[1:]).signed(),
    "another message": lambda w: w.changed(MessageSid="SM" + "f" * 32),
    "a field added": lambda w: w.changed(OptOutType="START"),
    "a second value added": lambda w: dataclasses.replace(w, pairs=(*w.pairs, ("MessageSid", "SM" + "e" * 32))),
    "a field removed": lambda w: dataclasses.replace(w, pairs=w.pairs[:-1]),
    "the body emptied": lambda w: dataclasses.replace(w, body=b""),
    "an emoji added to the body": lambda w: dataclasses.replace(w, pairs=(*w.pairs, ("Note", "🛑"))),
    "the body in UTF-16": lambda w: dataclasses.replace(w, body=urllib.parse.urlencode(w.pairs).encode("utf-16")),
    "the body encoded twice": lambda w: dataclasses.replace(
        w, body=urllib.parse.quote(urllib.parse.urlencode(w.pairs)).encode()
    ),
    "the body as JSON": lambda w: w.with_header("Content-Type", "application/json"),
    "the body as multipart": lambda w: w.with_header("Content-Type", "multipart/form-data; boundary=x"),
    "signed for another host": lambda w: w.signed(url=w.url.replace("127.0.0.1", "hooks.example.com")),
    "signed for https": lambda w: w.signed(url=w.url.replace("http:", "https:")),
    "signed for another query": lambda w: w.signed(url=w.url + ("&" if "?" in w.url else "?") + "x=1"),
    "signed with the body's hash alone": lambda w: w.with_header(
        SIGNATURE,
        hashlib.sha1(urllib.parse.urlencode(w.pairs).encode()).hexdigest(),  # noqa: S324 - a forger's choice
    ),
}
