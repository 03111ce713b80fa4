"""Who an application is: its key, checked before anything else, and the answer to one that has none."""

import hmac
import ipaddress
import uuid
from typing import Any

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.actions.keys import checksum, key_digest
from accounts.contracts import Actor
from accounts.models import ApiKey
from accounts.selectors import organization_of_api_key
from core import clock
from core.middleware import client_address, request_id
from core.tenancy import tenant_context


def authenticate(request: HttpRequest) -> tuple[uuid.UUID, Actor] | None:
    """Whose key came in `Authorization: Bearer …`, or None for anything but a live key.

    A key used from outside its networks is no live key. An unknown id costs the same work as a wrong secret. There is no
    cache, so a revoked key is dead at once.
    """
    public_id, secret = read_key(request.headers.get("Authorization", ""))
    offered = key_digest(public_id, secret)
    organization_id = organization_of_api_key(public_id) if public_id else None
    if organization_id is None:
        hmac.compare_digest(offered, b"\0" * 32)
        return None
    with tenant_context(organization_id):
        key = ApiKey.objects.filter(public_id=public_id, revoked_at=None, expires_at__gt=clock.now()).first()
        if key is None or not hmac.compare_digest(bytes(key.digest), offered) or not _may_come_from(key, request):
            return None
        today = clock.now().date()
        if key.last_used_on != today:
            ApiKey.objects.filter(id=key.id).update(last_used_on=today)
    agent = request.headers.get("User-Agent", "")[:200]
    return organization_id, Actor(
        "key",
        key.id,
        frozenset(key.scopes),
        client_address(request),
        agent,
        request_id(request),
        practice_only=key.is_test,
        issuer=key.issued_by,
    )


def _may_come_from(key: ApiKey, request: HttpRequest) -> bool:
    """Whether the request came from a network the key may be used from. An unknown address is in no network."""
    if not key.networks:
        return True
    address = client_address(request)
    return bool(address) and any(ipaddress.ip_address(address) in ipaddress.ip_network(each) for each in key.networks)


def read_key(header: str) -> tuple[str, str]:
    """Split `Bearer crl_live_<id>_<secret>_<checksum>` into id and secret; two empty strings when it is not one."""
    scheme, _, text = header.partition(" ")
    parts = text.strip().split("_")
    if scheme.lower() != "bearer" or len(parts) != 5 or parts[0] != "crl" or parts[1] not in ("live", "test"):
        return "", ""
    body = text.strip().rpartition("_")[0]
    return (parts[2], parts[3]) if hmac.compare_digest(checksum(body), parts[4]) else ("", "")


class ApiKeyAuthentication(BaseAuthentication):
    """Hands the REST framework what the tenant middleware has already established."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        actor = getattr(request._request, "actor", None)
        return (KeyUser(), actor) if actor and actor.kind == "key" else None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class KeyUser:
    """Stands where the framework expects a user: an application is authenticated, and is nobody in particular."""

    is_authenticated = True
