"""Forged WhatsApp webhooks and handshakes: nothing but the app's own secret over the raw bytes is believed."""

import dataclasses
import hashlib
import hmac
import json
import urllib.parse
from collections.abc import Callable

import pytest

from messaging.contracts import Unknown
from messaging.providers import protocol, whatsapp_cloud_signature
from messaging.providers.protocol import BadSignature, WebhookRequest
from messaging.providers.whatsapp_cloud_signature import SIGNATURE_HEADER, signature
from tests.contract.kit_whatsapp_cloud import WEBHOOKS, signed
from tests.contract.kits import KITS, adapter, fixtures

KIT = KITS["whatsapp_cloud"]
SECRET = KIT.credentials["app_secret"]
INBOUND = dict(fixtures("whatsapp_cloud", "inbound"))
TEXT, EMOJI = INBOUND["inbound_text"]["webhook"], INBOUND["inbound_emoji"]["webhook"]

Forgery = Callable[[WebhookRequest], WebhookRequest]


def with_header(request: WebhookRequest, *values: str) -> WebhookRequest:
    kept = tuple(pair for pair in request.headers if pair[0] != SIGNATURE_HEADER)
    return dataclasses.replace(request, headers=kept + tuple((SIGNATURE_HEADER, value) for value in values))


def with_body(request: WebhookRequest, body: bytes) -> WebhookRequest:
    return dataclasses.replace(request, body=body)


def own(request: WebhookRequest) -> str:
    return request.header(SIGNATURE_HEADER)


def digest(key: str, message: bytes, algorithm: str = "sha256") -> str:
    return hmac.new(key.encode(), message, algorithm).hexdigest()


FORGERIES: dict[str, Forgery] = {
    "no signature header": lambda r: with_header(r),
    "an empty signature": lambda r: with_header(r, ""),
    "the name of the algorithm alone": lambda r: with_header(r, "sha256="),
    "the header twice, both genuine": lambda r: with_header(r, own(r), own(r)),
    "the header twice, first false": lambda r: with_header(r, "sha256=" + "0" * 64, own(r)),
    "the header twice in different case": lambda r: dataclasses.replace(
        r, headers=(*r.headers, ("x-hub-signature-256", own(r)))
    ),
    "two signatures joined by a comma": lambda r: with_header(r, f"{own(r)},{own(r)}"),
    "a signature without its algorithm": lambda r: with_header(r, own(r).removeprefix("sha256=")),
    "a signature in capitals": lambda r: with_header(r, "sha256=" + own(r)[7:].upper()),
    "the algorithm in capitals": lambda r: with_header(r, own(r).replace("sha256", "SHA256")),
    "a signature cut short": lambda r: with_header(r, own(r)[:-1]),
    "a signature with a space": lambda r: with_header(r, own(r) + " "),
    "a signature with a line break": lambda r: with_header(r, own(r) + "\n"),
    "a signature that is no ASCII": lambda r: with_header(r, "sha256=" + "é" * 64),
    "a signature of noughts": lambda r: with_header(r, "sha256=" + "0" * 64),
    "the old signature with SHA-1": lambda r: with_header(r, "sha1=" + digest(SECRET, r.body, "sha1")),
    "SHA-1 under the new name": lambda r: with_header(r, "sha256=" + digest(SECRET, r.body, "sha1")),
    "a bare hash, no secret": lambda r: with_header(r, "sha256=" + hashlib.sha256(r.body).hexdigest()),
    "the secret in front of the body, hashed": lambda r: with_header(
        r, "sha256=" + hashlib.sha256(SECRET.encode() + r.body).hexdigest()
    ),
    "another app's secret": lambda r: signed(r.body, "another-app-secret"),
    "an empty secret": lambda r: signed(r.body, ""),
    "the verify token as the secret": lambda r: signed(r.body, KIT.credentials["verify_token"]),
    "the account's id as the secret": lambda r: signed(r.body, KIT.credentials["business_account_id"]),
    "the address signed as well": lambda r: with_header(r, "sha256=" + digest(SECRET, r.url.encode() + r.body)),
    "a changed text": lambda r: with_body(r, r.body.replace(b'"body":"', b'"body":"START ')),
    "a changed sender": lambda r: with_body(r, r.body.replace(b"15550100123", b"15550100199")),
    "a space added": lambda r: with_body(r, r.body + b" "),
    "the JSON written again": lambda r: with_body(r, json.dumps(json.loads(r.body)).encode()),
    "the keys in another order": lambda r: with_body(
        r, json.dumps(json.loads(r.body), sort_keys=True, separators=(",", ":")).encode()
    ),
    "slashes escaped": lambda r: with_body(r, r.body.replace(b'"text"', b'"te\\u0078t"')),
    "a mark at the beginning": lambda r: with_body(r, b"\xef\xbb\xbf" + r.body),
    "the body in another encoding": lambda r: with_body(r, r.body.decode().encode("utf-16")),
    "the body emptied": lambda r: with_body(r, b""),
    "another method": lambda r: dataclasses.replace(r, method="GET"),
}


def test_there_are_at_least_twenty_kinds_of_forgery() -> None:
    assert len(FORGERIES) >= 20


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
@pytest.mark.parametrize("content", [TEXT, EMOJI], ids=["text", "emoji"])
def test_a_forged_webhook_is_refused(forge: Forgery, content: dict[str, object]) -> None:
    ours = adapter("whatsapp_cloud")
    request = KIT.webhook(content)
    ours.verify(request)

    forged = forge(request)

    assert forged != request
    with pytest.raises(BadSignature) as refused:
        ours.verify(forged)
    assert not [secret for secret in KIT.credentials.values() if secret in str(refused.value)]


def test_an_emoji_read_and_written_again_is_no_longer_what_was_signed() -> None:
    ours = adapter("whatsapp_cloud")
    request = KIT.webhook(EMOJI)
    ours.verify(request)

    written_again = json.dumps(json.loads(request.body), separators=(",", ":"), ensure_ascii=False).encode()

    assert b"\\ud83d" in request.body
    with pytest.raises(BadSignature):
        ours.verify(with_body(request, written_again))


def test_our_secret_and_another_accounts_message_change_nothing() -> None:
    """Meta sends one request for all accounts of an app, so it is not refused; nothing in it is read."""
    ours = adapter("whatsapp_cloud")
    foreign = json.loads(json.dumps(TEXT))
    foreign["entry"][0]["id"] = "100000000000002"
    request = KIT.webhook(foreign)

    ours.verify(request)

    assert [type(event) for event in ours.parse(request)] == [Unknown]


def test_the_second_secret_of_a_rotation_is_believed() -> None:
    rotating = adapter("whatsapp_cloud", KIT.credentials | {"secondary_app_secret": "next-app-secret"})

    request = signed(KIT.webhook(TEXT).body, "next-app-secret")

    rotating.verify(request)


def test_every_secret_is_compared_whichever_matches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Constant time across the list: no comparison is skipped once one has matched."""
    compared: list[bool] = []

    def counted(left: str, right: str) -> bool:
        compared.append(hmac.compare_digest(left, right))
        return compared[-1]

    class Watched:
        digest, compare_digest = staticmethod(hmac.digest), staticmethod(counted)

    monkeypatch.setattr(whatsapp_cloud_signature, "hmac", Watched)

    adapter("whatsapp_cloud", KIT.credentials | {"secondary_app_secret": "next"}).verify(KIT.webhook(TEXT))

    assert compared == [True, False]


VECTORS = [
    (
        b'{"object":"whatsapp_business_account","entry":[{"id":"1","changes":'
        b'[{"field":"messages","value":{"t":"caf\\u00e9"}}]}]}',
        "sha256=5831ba11fb8d06e884cee85b9f191ddea54797092f108d76abab58d0413bcad6",
    ),
    (
        b'{"object":"whatsapp_business_account","entry":[]}',
        "sha256=c236c758c9b2bd40b388a550eeca09eaca72384dd0aa5e7c31d19cddac5bba46",
    ),
]


@pytest.mark.parametrize(("body", "expected"), VECTORS, ids=range(len(VECTORS)))
def test_the_recorded_vectors_are_made_and_believed(body: bytes, expected: str) -> None:
    ours = adapter("whatsapp_cloud", KIT.credentials | {"app_secret": "app_secret"})

    made = signature("app_secret", body)

    assert made == expected
    ours.verify(WebhookRequest("POST", WEBHOOKS, ((SIGNATURE_HEADER, expected),), body))


def test_a_webhook_that_comes_twice_has_the_same_event_keys_in_whatever_company() -> None:
    """Meta repeats single elements of a batch in other batches."""
    ours = adapter("whatsapp_cloud")
    batch = dict(fixtures("whatsapp_cloud", "unknown"))["unknown_among_others"]["webhook"]
    alone = json.loads(json.dumps(batch)) | {"entry": batch["entry"][2:]}

    (last,) = ours.parse(KIT.webhook(alone))

    assert last.event_key == ours.parse(KIT.webhook(batch))[-1].event_key == "wamid.IN01:received"


# -- the handshake


def asked(method: str = "GET", /, *more: tuple[str, str], **changes: str) -> WebhookRequest:
    values = {"mode": "subscribe", "verify_token": KIT.credentials["verify_token"], "challenge": "1158201444"}
    pairs = [(f"hub.{name}", value) for name, value in (values | changes).items()] + list(more)
    return WebhookRequest(method, f"{WEBHOOKS}?{urllib.parse.urlencode(pairs)}", ())


def test_who_knows_the_verify_token_gets_the_bare_challenge_back() -> None:
    ours = adapter("whatsapp_cloud")
    assert isinstance(ours, protocol.AnswersHandshake)

    answer = ours.handshake(asked())

    assert (answer.status, answer.content_type, answer.body) == (200, "text/plain", b"1158201444")


REFUSED_HANDSHAKES = {
    "another token": asked(verify_token="another"),
    "an empty token": asked(verify_token=""),
    "a token that is no ASCII": asked(verify_token="é"),
    "the app secret as the token": asked(verify_token=SECRET),
    "the token twice": asked("GET", ("hub.verify_token", KIT.credentials["verify_token"])),
    "another mode": asked(mode="unsubscribe"),
    "no question at all": WebhookRequest("GET", WEBHOOKS, ()),
    "another method": asked("POST"),
    "a challenge that is markup": asked(challenge="<script>"),
    "a challenge with a line break": asked(challenge="1\r\nSet-Cookie: a=b"),
    "an empty challenge": asked(challenge=""),
    "a long challenge": asked(challenge="1" * 129),
    "the challenge twice": asked("GET", ("hub.challenge", "1158201444")),
}


@pytest.mark.parametrize("request_", REFUSED_HANDSHAKES.values(), ids=REFUSED_HANDSHAKES)
def test_a_handshake_of_anybody_else_is_refused(request_: WebhookRequest) -> None:
    ours = adapter("whatsapp_cloud")
    assert isinstance(ours, protocol.AnswersHandshake)

    with pytest.raises(BadSignature) as refused:
        ours.handshake(request_)

    assert not [secret for secret in KIT.credentials.values() if secret in str(refused.value)]


@pytest.mark.parametrize("token", ["", None])
def test_without_a_verify_token_no_handshake_succeeds(token: str | None) -> None:
    credentials = {key: value for key, value in KIT.credentials.items() if key != "verify_token"}
    ours = adapter("whatsapp_cloud", credentials if token is None else credentials | {"verify_token": token})
    assert isinstance(ours, protocol.AnswersHandshake)

    with pytest.raises(BadSignature):
        ours.handshake(asked(verify_token=""))
