"""After migrating: install the tenant token's key, say whether the clock may move, give the operator role its rights."""

import hashlib
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection


class Command(BaseCommand):
    """`CARILLON_ROLE=owner manage.py prepare_database`; safe to run again at any time."""

    help = "Install keys and rights that depend on the environment. Run as the owner after every migrate."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if settings.ROLE != "owner":
            raise CommandError("Run this with CARILLON_ROLE=owner: it changes what only the owner may change.")
        with connection.cursor() as cursor:
            inner, outer = padded_blocks(settings.TENANT_TOKEN_KEY)
            cursor.execute(
                "insert into core_token_key (id, inner_pad, outer_pad) values (1, %s, %s)"
                " on conflict (id) do update set inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad",
                [inner, outer],
            )
            cursor.execute(
                "update core_clock set movable = %s, moved_by = case when %s then moved_by else '0' end",
                [settings.CLOCK_MAY_MOVE, settings.CLOCK_MAY_MOVE],
            )
            for config in apps.get_app_configs():
                for statement in getattr(config, "operator_grants", ()):
                    cursor.execute(statement)


def padded_blocks(key: bytes) -> tuple[bytes, bytes]:
    """The two padded key blocks of HMAC-SHA-256 (RFC 2104): the server has sha256() but no HMAC."""
    if len(key) > 64:
        key = hashlib.sha256(key).digest()
    block = key.ljust(64, b"\0")
    return bytes(b ^ 0x36 for b in block), bytes(b ^ 0x5C for b in block)
