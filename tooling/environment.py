"""What the processes of one machine need to know: ports, secrets made once, addresses of each other."""

import base64
import dataclasses
import os
import pathlib
import secrets
from collections.abc import Mapping

from tooling import database, places, ports

DATABASE_NAME = "carillon"
_SECRETS_FILE = places.LOCAL / "dev.env"
#: variable → how a new value is made; each is made once and kept in .local/dev.env
_MAKERS = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "MASTER_KEYS": lambda: f"kek-local-1:{_key()}",
    "PLATFORM_DIGEST_KEY": lambda: _key(),
    "TENANT_TOKEN_KEY": lambda: _key(),
    "SANDBOX_SECRET": lambda: secrets.token_hex(24),
    "DATABASE_OWNER_PASSWORD": lambda: secrets.token_hex(24),
    "DATABASE_WEB_PASSWORD": lambda: secrets.token_hex(24),
    "DATABASE_OPERATOR_PASSWORD": lambda: secrets.token_hex(24),
}


class EnvironmentRefused(Exception):
    """The environment contradicts itself; the text names the variable and the remedy."""


@dataclasses.dataclass(frozen=True, slots=True)
class Ports:
    """Where each part of `bin/dev` listens, all on 127.0.0.1."""

    web: int
    operator: int
    sandbox: int
    smtp: int
    postgres: int
    valkey: int


#: field of Ports → the variable that changes it, its default, what listens there
PORTS = {
    "web": ("CARILLON_PORT", 8000, "the web pages"),
    "operator": ("CARILLON_OPERATOR_PORT", 8001, "the operators' pages"),
    "sandbox": ("CARILLON_SANDBOX_PORT", 8020, "the sandbox carriers"),
    "smtp": ("CARILLON_SMTP_PORT", 8025, "the sandbox mail server"),
    "postgres": ("CARILLON_POSTGRES_PORT", 54320, "PostgreSQL"),
    "valkey": ("CARILLON_VALKEY_PORT", 63790, "Valkey"),
}


def read_ports(source: Mapping[str, str] = os.environ) -> Ports:
    """The ports, from the variables of PORTS or their defaults.

    Errors: EnvironmentRefused when one is no port number or two are the same.
    """
    numbers: dict[str, int] = {}
    for field, (variable, default, _) in PORTS.items():
        value = source.get(variable, str(default))
        if not value.isdigit() or not 0 < int(value) < 65536:
            raise EnvironmentRefused(f"{variable} must be a port between 1 and 65535, for example {variable}={default}")
        for other, number in numbers.items():
            if number == int(value):
                raise EnvironmentRefused(f"{variable} and {PORTS[other][0]} are both {value}. Change one of them.")
        numbers[field] = int(value)
    return Ports(**numbers)


def require_free_ports(chosen: Ports, source: Mapping[str, str] = os.environ) -> None:
    """Refuse to start while another program listens where a part of ours must.

    Errors: ports.PortTaken, naming the port and the variable that changes it.
    """
    needed = {"web", "operator", "sandbox", "smtp"} | embedded(source)
    for field, (variable, _, purpose) in PORTS.items():
        if field in needed:
            ports.require_free(getattr(chosen, field), variable, purpose)


def embedded(source: Mapping[str, str] = os.environ) -> set[str]:
    """Which servers are ours to start: `postgres` unless DATABASE_URL names another, `valkey` unless REDIS_URL does."""
    return {
        name for name, variable in (("postgres", "DATABASE_URL"), ("valkey", "REDIS_URL")) if variable not in source
    }


def own_secrets(path: pathlib.Path = _SECRETS_FILE) -> dict[str, str]:
    """The secrets of this machine, made on first use and kept in a file that only its owner can read."""
    known = _read(path)
    missing = {name: make() for name, make in _MAKERS.items() if name not in known}
    if missing:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "a", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.writelines(f"{name}={value}\n" for name, value in missing.items())
    return known | missing


def local_environment(chosen: Ports, kept: Mapping[str, str], source: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The full environment of every process of `bin/dev`: what is set outside wins over what is made here.

    Errors: EnvironmentRefused when DATABASE_URL comes from outside without its two companions.
    """
    own = {
        "DJANGO_SETTINGS_MODULE": "config.settings.local",
        "PYTHONUNBUFFERED": "1",
        "PUBLIC_URL": _http(chosen.web),
        "WEBHOOK_URL": _http(chosen.web),
        "OPERATOR_URL": _http(chosen.operator),
        "CSRF_TRUSTED_ORIGINS": f"{_http(chosen.web)},{_http(chosen.operator)}",
        "SANDBOX_URL": _http(chosen.sandbox),
        "SANDBOX_SMTP": f"smtp://{ports.LOCALHOST}:{chosen.smtp}",
        "SANDBOX_HOME_URL": _http(chosen.web),
        "SANDBOX_CLOCK_HOOK_URL": f"{_http(chosen.web)}/practice/clock/",
        # a carrier keeps the address for replies beside the number; here it is made from that of the receipts
        "SANDBOX_INBOUND_RULE": r"^(.+)/status/([^/?#]+)/.*$ \1/inbound/\2",
        "SMTP_HOST": ports.LOCALHOST,
        "SMTP_PORT": str(chosen.smtp),
        "MEDIA_ROOT": str(places.LOCAL / "media"),
        "REDIS_URL": f"redis://{ports.LOCALHOST}:{chosen.valkey}/0",
    }
    kept_secrets = {name: value for name, value in kept.items() if not name.endswith("_PASSWORD")}
    return {**own, **kept_secrets, **_database_urls(chosen, kept, source), **source}


def role_passwords(kept: Mapping[str, str]) -> dict[str, str]:
    """Database role → its password on this machine."""
    return {
        database.OWNER: kept["DATABASE_OWNER_PASSWORD"],
        database.WEB: kept["DATABASE_WEB_PASSWORD"],
        database.OPERATOR: kept["DATABASE_OPERATOR_PASSWORD"],
    }


def _database_urls(chosen: Ports, kept: Mapping[str, str], source: Mapping[str, str]) -> dict[str, str]:
    variables = {"DATABASE_OWNER_URL": database.OWNER, "DATABASE_OPERATOR_URL": database.OPERATOR}
    if "DATABASE_URL" in source:
        for variable in variables:
            if variable not in source:
                raise EnvironmentRefused(
                    f"DATABASE_URL is set, so your own PostgreSQL is used, but {variable} is not. Set it too, or unset"
                    " DATABASE_URL to use the embedded server. core/sql/roles.sql makes the roles."
                )
        return {}
    passwords = role_passwords(kept)
    at = f"{ports.LOCALHOST}:{chosen.postgres}/{DATABASE_NAME}"
    variables["DATABASE_URL"] = database.WEB
    return {variable: f"postgresql://{role}:{passwords[role]}@{at}" for variable, role in variables.items()}


def _http(port: int) -> str:
    return f"http://{ports.LOCALHOST}:{port}"


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _read(path: pathlib.Path) -> dict[str, str]:
    if not path.exists():
        return {}
    pairs = (line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, value in pairs}
