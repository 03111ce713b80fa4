"""How this sandbox was started: command line and environment.

SANDBOX_ACCOUNT_SID, SANDBOX_AUTH_TOKEN  the default account
SANDBOX_SECRET                           bearer secret of the control API; without it only this machine may use it
SANDBOX_INBOUND_URL                      where texts of people go, until an account says otherwise
SANDBOX_INBOUND_RULE                     where they go when neither says: a pattern and a replacement, one space between,
                                         that make it from the status callback of the message a person answers
SANDBOX_CLOCK_HOOK_URL                   told {"offset_seconds": n} when the page moves the clock
SANDBOX_HOME_URL                         the product, for the way back from the page
SANDBOX_ZONE                             the time zone of the phones, America/Chicago by default
"""

import argparse
import dataclasses
import pathlib
import zoneinfo
from collections.abc import Mapping
from typing import Any


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """Where to listen, where to write, and whom to call. Ports of 0 mean any free port."""

    data: pathlib.Path
    host: str = "127.0.0.1"
    port: int = 8020
    smtp_port: int = 8025
    public_css: pathlib.Path | None = None
    public_fonts: pathlib.Path | None = None
    account_sid: str = "AC" + "0" * 31 + "1"
    auth_token: str = "sandbox-token"  # noqa: S105 - the well-known secret of an account that belongs to nobody
    secret: str = ""
    inbound_url: str = ""
    inbound_rule: str = ""
    clock_hook_url: str = ""
    home_url: str = ""
    zone: zoneinfo.ZoneInfo = zoneinfo.ZoneInfo("America/Chicago")


def read(arguments: list[str], environment: Mapping[str, str]) -> Settings:
    """The settings from both sources; what the environment leaves empty keeps its default."""
    parser = argparse.ArgumentParser(prog="sandbox", description="A carrier that belongs to nobody.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8020)
    parser.add_argument("--smtp-port", type=int, default=8025)
    parser.add_argument("--data", type=pathlib.Path, required=True, help="folder of the ledger")
    parser.add_argument("--public-css", type=pathlib.Path, help="the product's stylesheet, for the handset page")
    parser.add_argument("--public-fonts", type=pathlib.Path, help="the folder of the fonts that stylesheet names")
    given: dict[str, Any] = vars(parser.parse_args(arguments))
    for field in ("account_sid", "auth_token", "secret", "inbound_url", "inbound_rule", "clock_hook_url", "home_url"):
        if value := environment.get(f"SANDBOX_{field.upper()}"):
            given[field] = value
    if zone := environment.get("SANDBOX_ZONE"):
        given["zone"] = zoneinfo.ZoneInfo(zone)
    return Settings(**given)
