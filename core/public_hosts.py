"""Servers a customer names: where their name leads, and whether that is a public place.

A name that leads into our own house, or to no place at all, is refused before a connection is tried. Every address of a
name must be public, and the connection goes to one of exactly these, so a name that answers differently a moment later
changes nothing.
"""

import asyncio
import dataclasses
import functools
import ipaddress
import pathlib
import socket
import tomllib
from typing import Final

_TABLE: Final = pathlib.Path(__file__).parent / "data" / "special_networks.toml"

type Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class NotPublic(Exception):
    """The name leads to an address that is not public. The text says so in one word, never the address."""


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """One address to connect to, with its family as the socket library counts them."""

    family: int
    address: str


async def find_public(host: str, port: int) -> tuple[Place, ...]:
    """The addresses of a server that a customer has named; all of them are public.

    Errors: NotPublic when one is not; OSError when the name is not found.
    """
    places = await find_any(host, port)
    if not places or not all(is_public(place.address) for place in places):
        raise NotPublic("private_address")
    return places


async def find_any(host: str, port: int) -> tuple[Place, ...]:
    """The addresses of a server our own settings name, wherever they lead. Errors: OSError when it is not found."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(Place(int(family), str(where[0])) for family, _, _, _, where in found))


def is_public(address: str) -> bool:
    """Whether an address belongs to the public Internet; what cannot be read does not.

    Source: the registries named in data/special_networks.toml. IPv6 is public inside 2000::/3 alone, so addresses that wrap
            an IPv4 one (mapped, translated) are not; tunnels inside it (6to4, Teredo) are in the table.
    """
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return False
    inside, outside = _networks()
    within = any(read in network for network in inside if network.version == read.version)
    return within and not any(read in network for network in outside if network.version == read.version)


@functools.cache
def _networks() -> tuple[tuple[Network, ...], tuple[Network, ...]]:
    table = tomllib.loads(_TABLE.read_text())
    public = tuple(ipaddress.ip_network(each) for each in table["public"])
    special = tuple(ipaddress.ip_network(each["network"]) for each in table["special"])
    return public, special
