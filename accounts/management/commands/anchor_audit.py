"""Sign where every audit chain ends now, and append it to the anchor file outside the database."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts import anchors
from accounts.chain import AnchorBroken, check_anchors, make_anchor, write_anchor
from core import clock


class Command(BaseCommand):
    """`CARILLON_ROLE=operator manage.py anchor_audit`, every ten minutes; AUDIT_ANCHOR_FILE belongs on locked storage."""

    help = "Append one signed anchor to AUDIT_ANCHOR_FILE. Run with CARILLON_ROLE=operator."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if settings.ROLE != "operator":
            raise CommandError("Run this with CARILLON_ROLE=operator: the web role sees one organisation at a time.")
        path = anchors.anchor_file()
        if path is None:
            raise CommandError("AUDIT_ANCHOR_FILE is not set. Name a file on storage that the database cannot write.")
        try:
            key, former = anchors.anchor_key(), anchors.read_anchors(path)
            check_anchors(key, former)
        except (AnchorBroken, anchors.AnchorSettingMissing) as problem:
            raise CommandError(str(problem)) from None
        heads = {name: (head.sequence, head.hash.hex()) for name, head in anchors.all_heads().items()}
        anchors.append_line(path, write_anchor(make_anchor(key, clock.now(), former, heads)))
        self.stdout.write(f"Anchored {len(heads)} chains.")
