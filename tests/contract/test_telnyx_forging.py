"""Forged Telnyx webhooks: whatever is changed, re-signed, aged or moved, the provider does not believe it."""

import base64
import dataclasses
import json
import string
import time
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from messaging.contracts import Inbound
from messaging.providers import telnyx_signature
from messaging.providers.protocol import BadSignature, Misconfigured, WebhookRequest
from messaging.providers.telnyx_signature import SIGNATURE_HEADER, TIMESTAMP_HEADER
from tests.contract.kit_telnyx import PRIVATE_KEY, PUBLIC_KEY, WEBHOOKS, signed_headers
from tests.contract.kits import KITS, adapter, fixtures

KIT = KITS["telnyx"]
TEXT = dict(fixtures("telnyx", "inbound"))["inbound_text"]["webhook"]
EMOJI = dict(fixtures("telnyx", "inbound"))["inbound_emoji"]["webhook"]
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))

Forgery = Callable[[WebhookRequest], WebhookRequest]


def with_header(request: WebhookRequest, name: str, *values: str) -> WebhookRequest:
    kept = tuple(pair for pair in request.headers if pair[0] != name)
    return dataclasses.replace(request, headers=kept + tuple((name, value) for value in values))


def with_body(request: WebhookRequest, body: bytes) -> WebhookRequest:
    return dataclasses.replace(request, body=body)


def signed(request: WebhookRequest, stamp: str, key: Ed25519PrivateKey = PRIVATE_KEY) -> WebhookRequest:
    return dataclasses.replace(request, headers=signed_headers(stamp, request.body, key))


def own(request: WebhookRequest) -> str:
    return request.header(SIGNATURE_HEADER)


def second_spelling(text: str) -> str:
    """Base64 of the same bytes: the last letter of 64 bytes has four bits that nobody reads."""
    letters = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
    other = f"{text[:-3]}{letters[letters.index(text[-3]) + 1]}=="
    assert base64.b64decode(other) == base64.b64decode(text)
    return other


def ago(seconds: int) -> str:
    return str(int(time.time()) - seconds)


def signed_without(request: WebhookRequest, separator: bytes) -> WebhookRequest:
    made = PRIVATE_KEY.sign(request.header(TIMESTAMP_HEADER).encode() + separator + request.body)
    return with_header(request, SIGNATURE_HEADER, base64.b64encode(made).decode())


FORGERIES: dict[str, Forgery] = {
    "no signature header": lambda r: with_header(r, SIGNATURE_HEADER),
    "an empty signature": lambda r: with_header(r, SIGNATURE_HEADER, ""),
    "the signature twice, both genuine": lambda r: with_header(r, SIGNATURE_HEADER, own(r), own(r)),
    "the signature twice, first false": lambda r: with_header(r, SIGNATURE_HEADER, "AAAA", own(r)),
    "the signature twice in different case": lambda r: dataclasses.replace(
        r, headers=(*r.headers, ("Telnyx-Signature-Ed25519", own(r)))
    ),
    "two signatures joined by a comma": lambda r: with_header(r, SIGNATURE_HEADER, f"{own(r)},{own(r)}"),
    "a signature cut short": lambda r: with_header(r, SIGNATURE_HEADER, own(r)[:-4]),
    "a signature with a space": lambda r: with_header(r, SIGNATURE_HEADER, own(r) + " "),
    "a signature with a line break inside": lambda r: with_header(
        r, SIGNATURE_HEADER, own(r)[:40] + "\n" + own(r)[40:]
    ),
    "a signature in other letters": lambda r: with_header(r, SIGNATURE_HEADER, own(r).swapcase()),
    "a signature in hex": lambda r: with_header(r, SIGNATURE_HEADER, base64.b64decode(own(r)).hex()),
    "a signature that is no ASCII": lambda r: with_header(r, SIGNATURE_HEADER, "é" * 88),
    "a signature of noughts": lambda r: with_header(r, SIGNATURE_HEADER, base64.b64encode(bytes(64)).decode()),
    "the same signature in a second spelling": lambda r: with_header(r, SIGNATURE_HEADER, second_spelling(own(r))),
    "another account's key": lambda r: signed(r, r.header(TIMESTAMP_HEADER), OTHER_KEY),
    "no time": lambda r: with_header(r, TIMESTAMP_HEADER),
    "an empty time": lambda r: signed(r, ""),
    "the time twice": lambda r: with_header(r, TIMESTAMP_HEADER, ago(0), ago(0)),
    "a newer time than the signed one": lambda r: with_header(r, TIMESTAMP_HEADER, str(int(time.time()) + 7)),
    "signed more than five minutes ago": lambda r: signed(r, ago(302)),
    "signed long ago": lambda r: signed(r, "1700000000"),
    "signed five minutes ahead": lambda r: signed(r, ago(-302)),
    "a time in milliseconds": lambda r: signed(r, str(int(time.time() * 1000))),
    "a time with a fraction": lambda r: signed(r, ago(0) + ".5"),
    "a time with a sign": lambda r: signed(r, "+" + ago(0)),
    "a time in other digits": lambda r: with_header(r, TIMESTAMP_HEADER, "١٧٩٥٤٤٦٠٠٣"),
    "a time of many digits": lambda r: signed(r, "9" * 5000),
    "signed without the time": lambda r: with_header(
        r, SIGNATURE_HEADER, base64.b64encode(PRIVATE_KEY.sign(r.body)).decode()
    ),
    "signed without the bar": lambda r: signed_without(r, b""),
    "signed with a dot": lambda r: signed_without(r, b"."),
    "a changed text": lambda r: with_body(r, r.body.replace(b'"text":"', b'"text":"START ')),
    "a changed sender": lambda r: with_body(r, r.body.replace(b"+15550100123", b"+15550100199")),
    "a space added": lambda r: with_body(r, r.body + b" "),
    "the JSON written again": lambda r: with_body(r, json.dumps(json.loads(r.body)).encode()),
    "the keys in another order": lambda r: with_body(
        r, json.dumps(json.loads(r.body), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    ),
    "a mark at the beginning": lambda r: with_body(r, b"\xef\xbb\xbf" + r.body),
    "the body emptied": lambda r: with_body(r, b""),
    "the time moved into the body": lambda r: with_body(
        with_header(r, TIMESTAMP_HEADER, ago(0)[:-1]), ago(0)[-1].encode() + b"|" + r.body
    ),
}


def test_there_are_at_least_twenty_kinds_of_forgery() -> None:
    assert len(FORGERIES) >= 20


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
@pytest.mark.parametrize("content", [TEXT, EMOJI], ids=["text", "emoji"])
def test_a_forged_webhook_is_refused(forge: Forgery, content: dict[str, object]) -> None:
    ours = adapter("telnyx")
    request = KIT.webhook(content)
    ours.verify(request)

    forged = forge(request)

    assert forged != request
    with pytest.raises(BadSignature) as refused:
        ours.verify(forged)
    assert not [secret for secret in KIT.credentials.values() if secret in str(refused.value)]


HARMLESS: dict[str, Forgery] = {
    "as sent": lambda r: r,
    "the headers in capitals": lambda r: dataclasses.replace(
        r, headers=tuple((name.upper(), value) for name, value in r.headers)
    ),
    "four minutes on the way": lambda r: signed(r, ago(240)),
    "a clock four minutes ahead": lambda r: signed(r, ago(-240)),
    "another address, which is not signed": lambda r: dataclasses.replace(r, url=WEBHOOKS + "?x=1"),
}


@pytest.mark.parametrize("same", HARMLESS.values(), ids=HARMLESS)
def test_a_genuine_webhook_is_believed(same: Forgery) -> None:
    ours = adapter("telnyx")

    request = same(KIT.webhook(TEXT))

    ours.verify(request)


def test_the_second_key_of_a_rotation_is_believed_and_a_third_is_not() -> None:
    request = KIT.webhook(TEXT)
    other = base64.b64encode(OTHER_KEY.public_key().public_bytes_raw()).decode()
    rotating = adapter("telnyx", KIT.credentials | {"public_key": other, "secondary_public_key": PUBLIC_KEY})
    moved_on = adapter("telnyx", KIT.credentials | {"public_key": other})

    rotating.verify(request)

    with pytest.raises(BadSignature):
        moved_on.verify(request)


def test_the_vector_of_the_official_library_is_believed_in_its_time_only(monkeypatch: pytest.MonkeyPatch) -> None:
    body = b'{"data":{"event_type":"message.received","id":"00000000-0000-4000-8000-000000000001"}}'
    signature = "ZUQfIX4CSRnGtChGaMcK7QOqcgdkyK1vDnFr4x3IFWGP7E5Jl8OvyV3oDQrx1gBlvPpvgKfkjfVuz7GpVB2iBA=="
    request = WebhookRequest("POST", WEBHOOKS, ((TIMESTAMP_HEADER, "1700000000"), (SIGNATURE_HEADER, signature)), body)
    now = [1_700_000_300.0]
    monkeypatch.setattr(telnyx_signature.time, "time", lambda: now[0])

    adapter("telnyx").verify(request)

    assert dict(signed_headers("1700000000", body))[SIGNATURE_HEADER] == signature
    now[0] += 1
    with pytest.raises(BadSignature, match="too old"):
        adapter("telnyx").verify(request)


@pytest.mark.parametrize(
    "key", ["", " ", "no base64", PUBLIC_KEY[:-4], PUBLIC_KEY + "AAAA", PUBLIC_KEY.swapcase() + "="]
)
def test_a_key_that_is_none_is_named_when_it_is_entered(key: str) -> None:
    with pytest.raises(Misconfigured, match="public_key"):
        adapter("telnyx", KIT.credentials | {"public_key": key})


def test_a_webhook_that_comes_twice_has_the_same_event_key_so_it_is_stored_once() -> None:
    ours = adapter("telnyx")
    repeated = json.loads(json.dumps(TEXT)) | {"meta": {"attempt": 2, "delivered_to": WEBHOOKS}}

    (first,), (second,) = ours.parse(KIT.webhook(TEXT)), ours.parse(KIT.webhook(repeated))

    assert isinstance(first, Inbound)
    assert first.event_key == second.event_key == "80000000-0000-4000-8000-000000000021"
