"""Which mail servers a customer may name: complete credentials, a port that takes mail, and never one of our own network."""

import asyncio
import socket
from typing import Any

import pytest

from core.http import Session
from messaging.providers.protocol import Misconfigured, Unavailable
from messaging.providers.smtp import Smtp
from tests.contract.kit_postmark import mail
from tests.contract.test_smtp_contract import CREDENTIALS, QUICK


@pytest.mark.parametrize("field", ["host", "port", "security", "username", "password"])
def test_a_missing_credential_is_named(field: str) -> None:
    with pytest.raises(Misconfigured, match=f"{field} is missing"):
        Smtp(CREDENTIALS | {field: "  "})


@pytest.mark.parametrize(("field", "value"), [("port", "22"), ("port", "8025"), ("security", "none"), ("port", "x")])
def test_what_no_mail_server_offers_is_refused_before_it_is_tried(field: str, value: str) -> None:
    with pytest.raises(Misconfigured, match=field):
        Smtp(CREDENTIALS | {field: value})


def leads_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Let every name lead to these addresses."""

    async def found(_loop: Any, _host: str, port: int, **_more: Any) -> list[Any]:
        families = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(families[":" in each], 0, 0, "", (each, port)) for each in addresses]

    monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", found)


INSIDE = [
    "127.0.0.1", "127.8.8.8", "0.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.100.100.200",
    "100.64.0.1", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1",
    "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "5f00::1", "fc00::1", "fd12::1",
    "fe80::1", "fec0::1", "ff02::1", "not an address",
]  # fmt: skip


@pytest.mark.parametrize("inside", INSIDE)
async def test_a_server_named_by_a_customer_is_never_one_of_our_own_network(
    inside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    leads_to(monkeypatch, inside)

    async with Session() as session:
        with pytest.raises(Misconfigured, match="private address"):
            await Smtp(CREDENTIALS, "", session, QUICK).check_credentials()


async def test_one_private_address_among_public_ones_spoils_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    leads_to(monkeypatch, "192.0.43.8", "2606:2800:220:1::1", "10.0.0.1")

    async with Session() as session:
        with pytest.raises(Misconfigured, match="private address"):
            await Smtp(CREDENTIALS, "", session, QUICK).check_credentials()


async def test_a_name_that_does_not_resolve_means_nothing_left(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nowhere(*_: Any, **__: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", nowhere)

    async with Session() as session:
        with pytest.raises(Unavailable, match="name_not_found"):
            await Smtp(CREDENTIALS, "", session, QUICK).send(mail())
