"""Walk every organisation's audit chain and compare it with its head and with the anchors outside the database."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts import anchors
from accounts.chain import Anchor, AnchorBroken, check_anchors, check_chain


class Command(BaseCommand):
    """`CARILLON_ROLE=operator manage.py verify_audit`: ends with 1 and names the first broken link of each chain."""

    help = "Verify the audit chains of all organisations. Run with CARILLON_ROLE=operator, which may read them."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if settings.ROLE != "operator":
            raise CommandError("Run this with CARILLON_ROLE=operator: the web role sees one organisation at a time.")
        try:
            known = self._anchors()
        except (AnchorBroken, anchors.AnchorSettingMissing) as problem:
            raise CommandError(str(problem)) from None
        seen: dict[str, dict[int, str]] = {}
        for anchor in known:
            for name, (sequence, value) in anchor.heads.items():
                seen.setdefault(name, {})[sequence] = value
        heads, total, broken = anchors.all_heads(), 0, []
        names = sorted({*anchors.all_organizations(), *seen})
        for name in names:
            count, fault = check_chain(anchors.links_of(name), heads.get(name), seen.get(name, {}))
            total += count
            if fault:
                broken.append(f"organisation {name}, {fault}")
        self.stdout.write(f"{len(names)} chains, {total} links, {len(known)} anchors checked.")
        if broken:
            raise CommandError("\n".join(broken))
        self.stdout.write("Every chain is whole.")

    def _anchors(self) -> list[Anchor]:
        known = anchors.read_anchors(anchors.anchor_file())
        if known:
            check_anchors(anchors.anchor_key(), known)
        return known
