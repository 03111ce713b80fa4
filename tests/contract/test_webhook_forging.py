"""Forged webhooks: whatever is changed, added, removed, moved or replayed elsewhere, the provider does not believe it.

Genuine requests are signed by Twilio's official library, so our check is measured against theirs.
"""

import base64
import dataclasses
import hashlib
import hmac
import json
import urllib.parse
from collections.abc import Callable

import pytest
from twilio.request_validator import RequestValidator

from messaging.providers import twilio_signature
from messaging.providers.protocol import BadSignature, WebhookRequest
from messaging.providers.registry import provider
from messaging.providers.twilio_signature import SETTINGS_HEADER, SIGNATURE_HEADER, signature
from tests.contract.kits import KITS, WEBHOOK_BASE, fixtures

KIT = KITS["twilio"]
CREDENTIALS = KIT.credentials | {
    "secondary_auth_token": "next_auth_token",
    "webhook_key_secret": "test_shared_key_secret",
}
FIELDS = dict(fixtures("twilio", "inbound"))["inbound_text"]["fields"]
EMOJI = dict(fixtures("twilio", "inbound"))["inbound_emoji"]["fields"]
URL = f"{WEBHOOK_BASE}/t1?x=1"

Forgery = Callable[[WebhookRequest], WebhookRequest]


def genuine(fields: dict[str, str] | list[tuple[str, str]] = FIELDS, url: str = URL) -> WebhookRequest:
    return KIT.webhook(fields, url)


def pairs_of(request: WebhookRequest) -> list[tuple[str, str]]:
    return urllib.parse.parse_qsl(request.body.decode(), keep_blank_values=True)


def with_pairs(request: WebhookRequest, pairs: list[tuple[str, str]], **codec: str) -> WebhookRequest:
    return dataclasses.replace(request, body=urllib.parse.urlencode(pairs, **codec).encode())


def with_header(request: WebhookRequest, name: str, *values: str) -> WebhookRequest:
    kept = tuple(pair for pair in request.headers if pair[0] != name)
    return dataclasses.replace(request, headers=kept + tuple((name, value) for value in values))


def signed_by(token: str, request: WebhookRequest, url: str = URL, algorithm: str | None = None) -> WebhookRequest:
    made = RequestValidator(token).compute_signature(url, dict(pairs_of(request)), algorithm)
    return with_header(request, SIGNATURE_HEADER, made)


def own(request: WebhookRequest) -> str:
    return request.header(SIGNATURE_HEADER)


def changed(request: WebhookRequest, **fields: str) -> WebhookRequest:
    return with_pairs(request, list((dict(pairs_of(request)) | fields).items()))


def as_json(request: WebhookRequest, url: str, body: bytes = b'{"a":1}') -> WebhookRequest:
    made = with_header(dataclasses.replace(request, url=url, body=body), "Content-Type", "application/json")
    return with_header(made, SIGNATURE_HEADER, signature(CREDENTIALS["auth_token"], url))


def hash_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


FORGERIES: dict[str, Forgery] = {
    "no signature header": lambda r: with_header(r, SIGNATURE_HEADER),
    "an empty signature": lambda r: with_header(r, SIGNATURE_HEADER, ""),
    "the header twice, both genuine": lambda r: with_header(r, SIGNATURE_HEADER, own(r), own(r)),
    "the header twice, first false": lambda r: with_header(r, SIGNATURE_HEADER, "AAAA", own(r)),
    "two signatures joined by a comma": lambda r: with_header(r, SIGNATURE_HEADER, f"AAAA,{own(r)}"),
    "the header twice in different case": lambda r: dataclasses.replace(
        r, headers=(*r.headers, ("x-twilio-signature", own(r)))
    ),
    "a signature with another ending": lambda r: with_header(r, SIGNATURE_HEADER, own(r)[:-2] + "A="),
    "a signature cut short": lambda r: with_header(r, SIGNATURE_HEADER, own(r)[:10]),
    "a signature in other letters": lambda r: with_header(r, SIGNATURE_HEADER, own(r).swapcase()),
    "a signature with a space": lambda r: with_header(r, SIGNATURE_HEADER, own(r) + " "),
    "a signature that is no ASCII": lambda r: with_header(r, SIGNATURE_HEADER, "é" * 28),
    "another account's secret": lambda r: signed_by("another_auth_token", r),
    "an empty secret": lambda r: signed_by("", r),
    "the account's id as the secret": lambda r: signed_by(CREDENTIALS["account_sid"], r),
    "our secret, another account's message": lambda r: signed_by(
        CREDENTIALS["auth_token"], changed(r, AccountSid="AC" + "0" * 31 + "2")
    ),
    "our secret, no account named": lambda r: signed_by(
        CREDENTIALS["auth_token"], with_pairs(r, [pair for pair in pairs_of(r) if pair[0] != "AccountSid"])
    ),
    "a changed body text": lambda r: changed(r, Body="START"),
    "a changed sender": lambda r: changed(r, From="+15550100199"),
    "one letter's case changed": lambda r: changed(r, Body=FIELDS["Body"].capitalize()),
    "a parameter added": lambda r: with_pairs(r, [*pairs_of(r), ("OptOutType", "START")]),
    "an empty parameter added": lambda r: with_pairs(r, [*pairs_of(r), ("Extra", "")]),
    "a second value added": lambda r: with_pairs(r, [*pairs_of(r), ("Body", "START")]),
    "a parameter removed": lambda r: with_pairs(r, [pair for pair in pairs_of(r) if pair[0] != "Body"]),
    "an empty parameter removed": lambda r: with_pairs(r, [pair for pair in pairs_of(r) if pair[0] != "ToZip"]),
    "a parameter renamed": lambda r: with_pairs(r, [("body" if n == "Body" else n, v) for n, v in pairs_of(r)]),
    "two values swapped": lambda r: changed(r, From=FIELDS["To"], To=FIELDS["From"]),
    "the body emptied": lambda r: dataclasses.replace(r, body=b""),
    "the body encoded twice": lambda r: dataclasses.replace(r, body=urllib.parse.quote(r.body).encode()),
    "the body not decoded": lambda r: dataclasses.replace(r, body=r.body.replace(b"%2B", b"+")),
    "raw bytes in the body": lambda r: dataclasses.replace(r, body=r.body + b"&x=\xff"),
    "the body declared as JSON": lambda r: with_header(r, "Content-Type", "application/json"),
    "the body declared as multipart": lambda r: with_header(r, "Content-Type", "multipart/form-data; boundary=x"),
    "no content type": lambda r: with_header(r, "Content-Type"),
    "two content types": lambda r: with_header(
        r, "Content-Type", "application/x-www-form-urlencoded", "application/json"
    ),
    "another method": lambda r: dataclasses.replace(r, method="GET"),
    "a host changed by a proxy": lambda r: dataclasses.replace(r, url=URL.replace("hooks.example.com", "10.0.0.7")),
    "signed for another port": lambda r: signed_by(
        CREDENTIALS["auth_token"], r, URL.replace("example.com", "example.com:8443")
    ),
    "plain http": lambda r: dataclasses.replace(r, url=URL.replace("https:", "http:")),
    "another tenant's address": lambda r: dataclasses.replace(r, url=URL.replace("/t1", "/t2")),
    "a slash added to the path": lambda r: dataclasses.replace(r, url=URL.replace("/t1", "/t1/")),
    "the query dropped": lambda r: dataclasses.replace(r, url=URL.partition("?")[0]),
    "the query extended": lambda r: dataclasses.replace(r, url=URL + "&y=2"),
    "the query in another order": lambda r: dataclasses.replace(
        signed_by(CREDENTIALS["auth_token"], r, URL + "&y=2"), url=f"{WEBHOOK_BASE}/t1?y=2&x=1"
    ),
    "an unknown algorithm": lambda r: with_header(r, SETTINGS_HEADER, "key=k1,algorithm=HMAC_MD5"),
    "no algorithm at all": lambda r: with_header(r, SETTINGS_HEADER, "key=k1,algorithm=none"),
    "SHA-256 claimed for a SHA-1 signature": lambda r: with_header(r, SETTINGS_HEADER, "key=k1,algorithm=HMAC_SHA256"),
    "SHA-256 with the auth token": lambda r: with_header(
        signed_by(CREDENTIALS["auth_token"], r, URL, "HMAC_SHA256"), SETTINGS_HEADER, "key=k1,algorithm=HMAC_SHA256"
    ),
    "SHA-1 with the shared key": lambda r: signed_by(CREDENTIALS["webhook_key_secret"], r),
    "the settings header twice": lambda r: with_header(
        r, SETTINGS_HEADER, "algorithm=HMAC_SHA1", "algorithm=HMAC_SHA1"
    ),
    "JSON without its hash": lambda r: as_json(r, URL),
    "JSON with another body's hash": lambda r: as_json(r, f"{URL}&bodySHA256={hash_of(b'{}')}"),
    "JSON with two hashes": lambda r: as_json(r, f"{URL}&bodySHA256={hash_of(b'{}')}&bodySHA256={hash_of(b'{"a":1}')}"),
    "more fields than anyone sends": lambda r: with_pairs(r, [*pairs_of(r), *((f"f{i}", "") for i in range(600))]),
}


def test_there_are_at_least_twenty_kinds_of_forgery() -> None:
    assert len(FORGERIES) >= 20


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
@pytest.mark.parametrize("fields", [FIELDS, EMOJI], ids=["text", "emoji"])
def test_a_forged_webhook_is_refused(forge: Forgery, fields: dict[str, str]) -> None:
    ours = provider("twilio", CREDENTIALS)
    request = genuine(fields)
    ours.verify(request)

    forged = forge(request)

    assert forged != request
    with pytest.raises(BadSignature) as refused:
        ours.verify(forged)
    assert not [secret for secret in CREDENTIALS.values() if secret in str(refused.value)]


@pytest.mark.parametrize("codec", ["latin-1", "utf-16-le", "utf-7"])
def test_an_emoji_body_in_another_encoding_is_refused(codec: str) -> None:
    ours = provider("twilio", CREDENTIALS)
    request = genuine(FIELDS | {"Body": "café ’ ñ" if codec != "latin-1" else "café ñ"})
    ours.verify(request)

    forged = with_pairs(request, pairs_of(request), encoding=codec)

    with pytest.raises(BadSignature):
        ours.verify(forged)


HARMLESS: dict[str, Forgery] = {
    "as sent": lambda r: r,
    "fields in another order": lambda r: with_pairs(r, pairs_of(r)[::-1]),
    "spaces written as %20": lambda r: dataclasses.replace(r, body=r.body.replace(b"+", b"%20")),
    "the header in small letters": lambda r: dataclasses.replace(
        r, headers=tuple((name.lower(), value) for name, value in r.headers)
    ),
    "a port that the carrier leaves out": lambda r: dataclasses.replace(
        r, url=URL.replace("example.com", "example.com:8443")
    ),
    "the usual port named": lambda r: dataclasses.replace(r, url=URL.replace("example.com", "example.com:443")),
    "the second token during rotation": lambda r: signed_by("next_auth_token", r),
    "SHA-256 with the shared key": lambda r: with_header(
        signed_by("test_shared_key_secret", r, URL, "HMAC_SHA256"), SETTINGS_HEADER, "key=k1,algorithm=HMAC_SHA256"
    ),
    "SHA-1 named": lambda r: with_header(r, SETTINGS_HEADER, "algorithm=HMAC_SHA1"),
    "a JSON body with its hash": lambda r: as_json(r, f"{URL}&bodySHA256={hash_of(b'{"a":1}')}"),
}


@pytest.mark.parametrize("same", HARMLESS.values(), ids=HARMLESS)
def test_a_genuine_webhook_is_believed_however_it_is_spelled(same: Forgery) -> None:
    ours = provider("twilio", CREDENTIALS)

    request = same(genuine())

    ours.verify(request)


def test_a_webhook_signed_for_the_usual_port_is_believed_without_it() -> None:
    ours = provider("twilio", CREDENTIALS)

    request = signed_by(CREDENTIALS["auth_token"], genuine(), URL.replace("example.com", "example.com:443"))

    ours.verify(request)


def test_a_replayed_webhook_has_the_same_event_key_so_it_is_stored_once() -> None:
    ours = provider("twilio", CREDENTIALS)
    request = genuine()

    first, replayed = ours.parse(request), ours.parse(with_pairs(request, pairs_of(request)[::-1]))

    assert (
        [event.event_key for event in first]
        == [event.event_key for event in replayed]
        == [f"{FIELDS['MessageSid']}:received"]
    )


def test_every_secret_is_compared_whichever_matches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Constant time across the list: no comparison is skipped once one has matched."""
    compared: list[bool] = []

    def counted(left: bytes, right: bytes) -> bool:
        compared.append(hmac.compare_digest(left, right))
        return compared[-1]

    class Watched:
        digest, compare_digest = staticmethod(hmac.digest), staticmethod(counted)

    monkeypatch.setattr(twilio_signature, "hmac", Watched)

    provider("twilio", CREDENTIALS).verify(genuine())

    assert compared == [True, False, False, False]


VECTORS = [
    (
        "12345",
        "https://mycompany.com/myapp.php?foo=1&bar=2",
        {
            "CallSid": "CA1234567890ABCDE",
            "Caller": "+14158675309",
            "Digits": "1234",
            "From": "+14158675309",
            "To": "+18005551212",
        },
        "sha1",
        "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
    ),
    (
        "test_auth_token",
        "https://example.test/hooks/twilio/t1?x=1",
        {
            "Body": "Stop",
            "From": "+15005550006",
            "MessageSid": "SM00000000000000000000000000000001",
            "NumMedia": "0",
            "SmsStatus": "received",
            "To": "+15005550001",
        },
        "sha1",
        "dP0j9gR3ftqsxSyOgl5irvFq/tA=",
    ),
    (
        "test_auth_token",
        "https://example.test/hook?bodySHA256=015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862",
        {},
        "sha1",
        "dHO68DnPMLu5RheujTHUXTwaFTI=",
    ),
    (
        "test_shared_key_secret",
        "https://example.test/hooks/twilio/t1",
        {"MessageSid": "SM00000000000000000000000000000002", "MessageStatus": "delivered"},
        "sha256",
        "vpGnxwEWAOHfbVmmIb8Xwc/vY1Fpn0L8TspwjBy2hlo=",
    ),
    ("test_auth_token", "wss://example.test/relay/c1", {}, "sha1", "JkpRrCjyDjbwoTHK9K+SV45nO5g="),
]


@pytest.mark.parametrize(("secret", "url", "fields", "algorithm", "expected"), VECTORS, ids=range(len(VECTORS)))
def test_signatures_agree_with_the_official_library(
    secret: str, url: str, fields: dict[str, str], algorithm: str, expected: str
) -> None:
    theirs = RequestValidator(secret).compute_signature(url, fields, f"HMAC_{algorithm.upper()}")

    made = signature(secret, url, list(fields.items()), algorithm)

    assert made == theirs == expected


class _ManyValues(dict[str, list[str]]):
    """A form as the official library wants one in which a name comes more than once."""

    def getlist(self, name: str) -> list[str]:
        return self[name]


def test_repeated_and_empty_fields_are_signed_as_the_official_library_does() -> None:
    repeated = [("MediaUrl", "b"), ("MediaUrl", "a"), ("MediaUrl", "a"), ("Z", "")]
    theirs = RequestValidator("test_auth_token").compute_signature(
        "https://example.test/h", _ManyValues(MediaUrl=["b", "a", "a"], Z=[""])
    )

    made = signature("test_auth_token", "https://example.test/h", repeated)

    assert made == theirs == "FgM3JKjlwmmnHadDRdHn1v+HHds="
    assert base64.b64decode(made)


def test_the_vector_of_a_json_body_is_believed_whole() -> None:
    body = json.dumps({"a": 1}, separators=(",", ":")).encode()
    url = VECTORS[2][1]
    headers = (("Content-Type", "application/json"), (SIGNATURE_HEADER, VECTORS[2][4]))

    provider("twilio", CREDENTIALS).verify(WebhookRequest("POST", url, headers, body))

    assert RequestValidator("test_auth_token").validate(url, body.decode(), VECTORS[2][4])
