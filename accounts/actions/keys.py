"""API keys: `crl_live_<12 id>_<43 base62>_<6 checksum>`; the secret is shown once and stored as a keyed digest."""

import binascii
import datetime
import hmac
import ipaddress
import secrets
from collections.abc import Iterable

from django.conf import settings

from accounts.actions.audit import record_audit
from accounts.contracts import Actor, Refused
from accounts.models import ApiKey, Organization
from accounts.roles import API_SCOPES, PERMISSIONS
from accounts.states import OrganizationState
from core import clock

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LONGEST_DAYS = 365
MOST_NETWORKS = 20


def issue_api_key(
    *,
    actor: Actor,
    name: str,
    scopes: list[str],
    days: int,
    networks: Iterable[str] = (),
    is_test: bool | None = None,
) -> tuple[ApiKey, str]:
    """Make a key for an application; answer the row and the whole key, which exists nowhere else.

    Shape:  networks such as "203.0.113.0/24" or single addresses; none lets the key be used from anywhere. A test key sends
            through the practice carrier alone; left open, it is one as long as the organisation is not live.
    Units:  days of life, 1 to 365.
    Errors: Refused for an unknown or empty scope, a life outside those days, or what is no network.
    """
    actor.require("change_keys")
    if not scopes or not set(scopes) <= set(API_SCOPES):
        raise Refused(
            "A key needs at least one of the rights listed.", field="scopes", remedy="Tick what the application does."
        )
    beyond = sorted(set(scopes) - actor.permissions)
    if beyond:
        words = ", ".join(PERMISSIONS[scope] for scope in beyond)
        raise Refused(
            f"You cannot give a key what you may not do yourself: {words}.",
            field="scopes",
            remedy="Leave it out, or ask somebody who may.",
        )
    if not 1 <= days <= LONGEST_DAYS:
        raise Refused("A key lives between 1 and 365 days.", field="days", remedy="Choose a number in between.")
    public_id, secret = _random(12), _random(43)
    if is_test is None:
        is_test = Organization.objects.current().state != OrganizationState.LIVE
    key = ApiKey.objects.create(
        name=name.strip(),
        public_id=public_id,
        digest=key_digest(public_id, secret),
        last_four=secret[-4:],
        scopes=sorted(scopes),
        is_test=is_test,
        issued_by=actor.person,
        networks=_networks(networks),
        expires_at=clock.now() + datetime.timedelta(days=days),
    )
    record_audit(
        actor=actor,
        action="api_key.issued",
        on=("api_key", key.id),
        data={"scopes": key.scopes, "days": days, "test": is_test, "networks": key.networks},
    )
    body = f"crl_{'test' if is_test else 'live'}_{public_id}_{secret}"
    return key, f"{body}_{checksum(body)}"


def _networks(texts: Iterable[str]) -> list[str]:
    """Networks in their usual form, each once. Errors: Refused naming what is none."""
    found = []
    for text in texts:
        try:
            found.append(str(ipaddress.ip_network(text.strip())))
        except ValueError as error:
            raise Refused(
                f"{text.strip()[:43]} is no network.",
                field="networks",
                remedy="Write an address or a network, such as 203.0.113.7 or 203.0.113.0/24.",
            ) from error
    if len(found) > MOST_NETWORKS:
        raise Refused(f"A key has at most {MOST_NETWORKS} networks.", field="networks", remedy="Join some into one.")
    return sorted(set(found))


def revoke_api_key(*, actor: Actor, key: ApiKey) -> None:
    """End a key at once; the next request with it is refused. Doing it twice changes nothing."""
    actor.require("change_keys")
    if ApiKey.objects.filter(id=key.id, revoked_at=None).update(revoked_at=clock.now()):
        record_audit(actor=actor, action="api_key.revoked", on=("api_key", key.id))


def key_digest(public_id: str, secret: str) -> bytes:
    """What is stored of a key: HMAC-SHA-256 under the installation's secret, bound to the key's id."""
    return hmac.digest(settings.SECRET_KEY.encode(), f"api-key|{public_id}|{secret}".encode(), "sha256")


def checksum(body: str) -> str:
    """Six letters that let secret scanners know a key without asking us (CRC-32 in base 62)."""
    value, letters = binascii.crc32(body.encode()), ""
    for _ in range(6):
        value, digit = divmod(value, 62)
        letters = _ALPHABET[digit] + letters
    return letters


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
