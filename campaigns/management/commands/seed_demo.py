"""Make the demo organisation, once: six weeks of a fabric shop at the practice carrier."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.contracts import Refused
from campaigns.management.demo.arrivals import DemoFailed
from campaigns.management.demo.opening import password
from campaigns.management.demo.stage import CarrierRefused
from campaigns.management.demo.telling import is_told, is_whole, owner_address, read_story, tell
from core.http import HttpFailure

_HALF = " It was interrupted while it was made; with an empty database it is made anew."


class Command(BaseCommand):
    """`manage.py seed_demo`; a second run changes nothing and says again how to log in."""

    help = (
        "Make the demo organisation, if it is not there. Only where the clock may move and the practice carrier runs."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not (settings.CLOCK_MAY_MOVE and settings.SANDBOX_URL and settings.SANDBOX_SECRET):
            raise CommandError("The demo is made of invented people. It belongs on a developer's machine: use bin/dev.")
        story = read_story()
        name = story["organization"]["name"]
        if is_told(story):
            whole = is_whole(story)
            self.stdout.write(f"The demo organisation {name} is there." + ("" if whole else _HALF))
        else:
            began = time.monotonic()
            self.stdout.write(f"Making the demo organisation {name}: six weeks of history.")
            self._tell(story)
            self.stdout.write(f"{name} is ready, after {time.monotonic() - began:.0f} s.")
        self.stdout.write(f"Demo login {owner_address(story)} with the password {password()}")

    def _tell(self, story: dict[str, Any]) -> None:
        try:
            tell(story)
        except (DemoFailed, CarrierRefused, HttpFailure, Refused) as problem:
            raise CommandError(f"The demo stopped halfway: {problem}") from problem
