"""The check's newcomer: a person with two browsers and all the phones, who learns things on the way and waits for others.

What they do is in `settling` and `campaigning`. Everything goes through the doors that people, applications and carriers
use; nothing here knows a table or a verb of the product.
"""

import concurrent.futures
import datetime
import re
import time
import urllib.parse
import zoneinfo
from collections.abc import Callable, Mapping

from tooling.application import Application
from tooling.carrier import Carrier
from tooling.lines import Hands
from tooling.neighbours import neighbourhood
from tooling.operator_visit import operator_with_second_factor
from tooling.visitor import Page, UnexpectedPage, Visitor

PASSWORD = "a quiet corner with cloth"  # noqa: S105 - of an account that lives a minute
OWNER = "nadia@corner.example"
ZONE = zoneinfo.ZoneInfo("America/Chicago")
_ANY_PHONE = "+15315550104"
#: what a report says of what it has no number for
UNTOLD = -1
_PATIENCE_SECONDS = 45.0
_PAUSE_SECONDS = 0.3


class Newcomer:
    """One person with two browsers: their own, and for a moment the operator's. What they learn on the way is kept here.

    `campaigns` and `runs` by channel; `alone` the messages an application sent to one person, by channel.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables
        self.carrier = Carrier(variables)
        self.browser = Visitor(variables["PUBLIC_URL"])
        self.hands = Hands(variables["SANDBOX_URL"], self.carrier)
        self.neighbours = neighbourhood(datetime.datetime.now(datetime.UTC).date())
        self.campaigns: dict[str, str] = {}
        self.runs: dict[str, str] = {}
        self.alone: dict[str, str] = {}
        self.template = ""
        self.application = Application(variables["PUBLIC_URL"], "")
        self._operator: concurrent.futures.Future[Visitor] | None = None

    def call_operator(self) -> None:
        """Let the operator come while the newcomer signs up: both take seconds, and neither waits for the other."""
        pool = concurrent.futures.ThreadPoolExecutor(1, "operator")
        self._operator = pool.submit(operator_with_second_factor, self.variables, PASSWORD)
        pool.shutdown(wait=False)

    def operator(self) -> Visitor:
        """The operator's browser, logged in with a second factor. Errors: whatever went wrong on their way."""
        assert self._operator is not None, "somebody has called the operator"
        return self._operator.result()

    def code(self) -> str:
        """The code of the product's own mail, from the mail that the sandbox caught."""
        return self.until(lambda: next(iter(self._codes()), ""), "a mail with a code")

    def _codes(self) -> list[str]:
        mails = self.carrier.get("mail?" + urllib.parse.urlencode({"to": OWNER}))
        return [code for mail in mails for code in mail["codes"]]

    def move_clock(self, move: str) -> None:
        """The handset's own clock; it tells the product."""
        self.hands.use("clock", phone=_ANY_PHONE, move=move)

    def business_time(self) -> datetime.datetime:
        """What the sandbox and the product take for now."""
        return datetime.datetime.fromisoformat(self.carrier.get("clock")["now"])

    def state(self, channel: str) -> str:
        """The page of a run, in small letters."""
        return self.browser.get(f"/campaigns/runs/{self.runs[channel]}/").words.lower()

    def number(self, channel: str, view: str) -> int:
        """A number of a report, by the name of the people behind it; UNTOLD while there is none."""
        funnel = self.browser.get(f"/campaigns/runs/{self.runs[channel]}/").text.partition('id="funnel"')[2]
        found = re.search(rf'show={view}"[^>]*>[^<]*</a>.*?class="strong">(.*?)</span>\s*</dt>', funnel, re.DOTALL)
        return digits(found[1]) if found else UNTOLD

    def report(self, channel: str) -> tuple[int, dict[str, int]]:
        """What a report says about the plan: how many were asked for, and who was left out by reason."""
        page = self.browser.get(f"/campaigns/runs/{self.runs[channel]}/")
        return digits(page.find(r'id="plan".*?class="meta end num">(.*?)asked for')), reasons_of(page)

    def until_number(self, channel: str, view: str, expected: int) -> None:
        """Wait for a number of a report. Errors: UnexpectedPage with the one it shows instead."""
        try:
            self.until(lambda: self.number(channel, view) == expected, "")
        except TimeoutError:
            found = self.number(channel, view)
            raise UnexpectedPage(f"the {channel} report says {found} {view}, not {expected}") from None

    def page_with(self, path: str, words: str) -> Page:
        """The page, once it says the words. Errors: UnexpectedPage with what it said at last."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while words not in (page := self.browser.get(path)).words:
            if time.monotonic() > deadline:
                see(page, words)
            time.sleep(_PAUSE_SECONDS)
        return page

    def until[Found](self, look: Callable[[], Found], expected: str) -> Found:
        """Look again and again until there is something.

        Errors: TimeoutError naming what did not come.
        """
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not (found := look()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"not within {_PATIENCE_SECONDS:.0f} s: {expected}")
            time.sleep(_PAUSE_SECONDS)
        return found


def see(page: Page, words: str) -> None:
    """Errors: UnexpectedPage when the page does not say the words."""
    if words not in page.words:
        raise UnexpectedPage(f"{page.path} ({page.status}) does not say {words!r}: {page.main[:600]}")


def reasons_of(page: Page) -> dict[str, int]:
    """Reason → people, from the table of a check or a report."""
    row = r'show=left_out&amp;reason=(\w+)"(?:(?!</tr>).)*?class="r strong">(.*?)</td>'
    rows = re.findall(row, page.text, re.DOTALL)
    return {reason: digits(number) for reason, number in rows}


def digits(marks: str) -> int:
    """The number a page shows, without marks and separators; -1 for none."""
    found = re.sub(r"<[^>]*>|\D", "", marks)
    return int(found) if found else -1
