"""The check's newcomer: signs up, asks to go live, imports an untidy file, launches, and hears what people answer.

Everything goes through the doors that people and carriers use; nothing here knows a table or a verb of the product.
"""

import dataclasses
import datetime
import re
import time
import urllib.parse
import zoneinfo
from collections.abc import Callable, Mapping

from tooling.carrier import Carrier
from tooling.neighbours import PAGE, neighbourhood
from tooling.operator_visit import operator_with_second_factor
from tooling.visitor import File, Page, UnexpectedPage, Visitor

ACCOUNT, TOKEN = "AC" + "0" * 31 + "1", "sandbox-token"
_PASSWORD = "a quiet corner with cloth"  # noqa: S105 - of an account that lives a minute
_OWNER = "nadia@corner.example"
_SHOP, _LIST, _SENDER = "Corner Cloth", "Neighbours", "+14025550100"
_WORDS = "Yes, text me offers from Corner Cloth, up to four a month. Reply STOP to end."
_ZONE = zoneinfo.ZoneInfo("America/Chicago")
_PATIENCE_SECONDS = 45.0
_PAUSE_SECONDS = 0.4
_WRITER, _STOPPER = "+15315550104", "+15315550107"


class Newcomer:
    """One person with two browsers: their own, and for a moment the operator's. What they learn on the way is kept here."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables
        self.carrier = Carrier(variables)
        self.browser = Visitor(variables["PUBLIC_URL"])
        self.neighbours = neighbourhood(datetime.datetime.now(datetime.UTC).date())
        self.campaign = self.run = ""

    def sign_up(self) -> None:
        """An account, its code from the mail that the sandbox caught, and an organisation."""
        typed = {"full_name": "Nadia Corner", "organization": _SHOP, "email": _OWNER, "password1": _PASSWORD}
        page = self.browser.fill(self.browser.get("/account/signup/"), typed | {"agree": "on"}, "signup")
        code = self._until(lambda: next(iter(self._codes()), ""), "a mail with a code")
        self.browser.fill(page, {"code": code})
        self._see(self.browser.get("/"), _SHOP)

    def go_live(self) -> None:
        """Settings and the request on one side; the operator with a second factor on the other."""
        page = self.browser.get("/settings/")
        typed = {
            "legal_name": "Corner Cloth LLC",
            "use_case": "Offers to neighbours who asked.",
            "time_zone": _ZONE.key,
        }
        page = self.browser.fill(page, typed | {"default_country": "US", "consent_page_url": PAGE}, "/settings/")
        self.browser.fill(self.browser.get("/settings/"), {}, "review")
        operator = operator_with_second_factor(self.variables, _PASSWORD)
        organization = operator.get("/accounts/organization/").find(r'href="(/accounts/organization/[0-9a-f-]{36}/)')
        deed = operator.get(f"{organization}do/go-live/")
        answer = operator.fill(deed, {"reason": "Register and page agree."}, "do/go-live")
        self._see(answer, "Done: End the trial.")

    def open_purpose(self) -> None:
        """What people can say yes to, and the words."""
        typed = {"name": "Offers", "tier": "marketing", "description": "New cloth and sales."}
        page = self.browser.fill(self.browser.get("/consent/purposes/add/"), typed)
        page = self.browser.fill(page, {"channel": "sms", "language": "en", "text": _WORDS}, "publish")
        self._see(page, _WORDS)

    def connect(self) -> None:
        """The practice carrier, its credentials checked, and a number."""
        page = self.browser.get("/senders/?carrier=practice")
        typed = {"label": "Practice", "account_sid": ACCOUNT, "auth_token": TOKEN}
        self.browser.fill(page, typed, "connect")
        page = self.browser.get("/senders/?channel=sms")
        typed = {"label": "Shop line", "address": _SENDER, "rate_per_second": "50"}
        self._see(self.browser.fill(page, typed, "senders/add"), "Shop line")

    def import_people(self) -> None:
        """An untidy file: uploaded, declared, tried, brought in."""
        file = File("neighbours.csv", self.neighbours.content)
        page = self.browser.fill(self.browser.get("/contacts/imports/upload/"), {"kind": "people"}, file=file)
        job = page.path
        typed = {"purpose": "offers", "new_list": _LIST, "default_country": "US", "attested": "on"}
        self.browser.fill(page, typed, job)
        words = f"{self.neighbours.usable} rows can come in. {self.neighbours.rejected} cannot."
        page = self._await(job, words)
        self.browser.fill(page, {}, "start")
        self._await(job, f"{self.neighbours.rejected} could not come in")

    def write(self) -> None:
        """A campaign to everybody on the list."""
        if not 9 <= self._business_time().astimezone(_ZONE).hour < 20:
            self._move_clock("09:00")  # offers wait for the morning, and so would the check
        page = self.browser.get("/campaigns/new/sms/")
        chosen = {
            "name": "Autumn cloth",
            "purpose": page.find(r'<option value="([0-9a-f-]{36})"[^>]*>\s*Offers'),
            "sender": page.find(r'<option value="([0-9a-f-]{36})"[^>]*>\s*[^<]*Shop line'),
            "included": page.find(r'<input(?=[^>]*name="included")[^>]*value="([0-9a-f-]{36})"'),
            "body": "Autumn cloth is in, {{ contact.first_name }}. Corner Cloth. Reply STOP to end.",
        }
        page = self.browser.fill(page, chosen, "/campaigns/new/sms/")
        self.campaign = page.find(r"/campaigns/([0-9a-f-]{36})/")

    def check(self) -> None:
        """Who would get it, who would not, and why."""
        self._demand_check(self.campaign, len(self.neighbours.may), self.neighbours.left_out)

    def launch(self) -> None:
        """The number typed; a minute's breath, passed by the sandbox's clock; then everything leaves."""
        page = self.browser.get(f"/campaigns/{self.campaign}/check/")
        page = self.browser.fill(page, {"confirmed": str(len(self.neighbours.may)), "at": ""}, "launch")
        self.run = page.path.rstrip("/").rpartition("/")[2]
        self._until(lambda: "planning" not in self._state(), "a planned run")
        self._move_clock("90")
        self._until_number("sent", len(self.neighbours.may))
        self._until_number("delivered", len(self.neighbours.may) - len(self.neighbours.failing))

    def hear(self) -> None:
        """A reply and a STOP, typed on the handset."""
        self._type(_WRITER, "Are you open on Sundays?")
        self._type(_STOPPER, "Stop please")
        self._see(self.browser.get("/replies/"), "Are you open on Sundays?")
        self._until_number("opted_out", 1)

    def check_again(self) -> None:
        """The same again: whoever said stop is left out, with the evidence."""
        page = self.browser.fill(self.browser.get(f"/campaigns/{self.campaign}/"), {}, "copy")
        copy = page.path.split("/")[2]
        stopped = self.neighbours.left_out["opted_out"] + 1
        left_out = self.neighbours.left_out | {"opted_out": stopped, "bounced": len(self.neighbours.landlines)}
        page = self._demand_check(copy, len(self.neighbours.may) - 1 - len(self.neighbours.landlines), left_out)
        people = self.browser.get(
            page.find(r'href="(/campaigns/runs/[0-9a-f-]{36}/people/)\?') + "?show=left_out&reason=opted_out"
        )
        evidence = people.find(rf'{_STOPPER[-4:]}.*?href="(/consent/events/[0-9a-f-]{{36}}/)"')
        self._see(self.browser.get(evidence), "Stop please")

    def _until_number(self, view: str, expected: int) -> None:
        try:
            self._until(lambda: self.number(view) == expected, "")
        except TimeoutError:
            raise UnexpectedPage(f"the report says {self.number(view)} {view}, not {expected}") from None

    def number(self, view: str) -> int:
        """A number of the report, by the name of the people behind it."""
        funnel = self.browser.get(f"/campaigns/runs/{self.run}/").text.partition('id="funnel"')[2]
        found = re.search(rf'show={view}"[^>]*>[^<]*</a>.*?class="strong">(.*?)</span>\s*</dt>', funnel, re.DOTALL)
        return _digits(found[1]) if found else -1

    def _demand_check(self, campaign: str, gets: int, left_out: Mapping[str, int]) -> Page:
        page = self.browser.get(f"/campaigns/{campaign}/check/")
        self.browser.fill(page, {}, f"{campaign}/check")
        words = f"{gets} people would get this. {sum(left_out.values())} would not."
        page = self._await(f"/campaigns/{campaign}/check/", words)
        told = reasons_of(page)
        if told != left_out:
            raise UnexpectedPage(f"left out {told} instead of {dict(left_out)}")
        return page

    def report(self) -> tuple[int, dict[str, int]]:
        """What the report says about the plan: how many were asked for, and who was left out by reason."""
        page = self.browser.get(f"/campaigns/runs/{self.run}/")
        return _digits(page.find(r'id="plan".*?class="meta end num">(.*?)asked for')), reasons_of(page)

    def _codes(self) -> list[str]:
        mails = self.carrier.get("mail?" + urllib.parse.urlencode({"to": _OWNER}))
        return [code for mail in mails for code in mail["codes"]]

    def _type(self, phone: str, text: str) -> None:
        problem = Visitor(self.variables["SANDBOX_URL"]).send("/handset/reply", {"phone": phone, "text": text})
        if problem:
            raise UnexpectedPage(f"the handset says: {problem}")

    def _move_clock(self, move: str) -> None:
        """The handset's own clock; it tells the product."""
        problem = Visitor(self.variables["SANDBOX_URL"]).send("/handset/clock", {"phone": _WRITER, "move": move})
        if problem:
            raise UnexpectedPage(f"the handset says: {problem}")

    def _business_time(self) -> datetime.datetime:
        return datetime.datetime.fromisoformat(self.carrier.get("clock")["now"])

    def _state(self) -> str:
        return self.browser.get(f"/campaigns/runs/{self.run}/").words.lower()

    def _await(self, path: str, words: str) -> Page:
        """The page, once it says the words. Errors: UnexpectedPage with what it said at last."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while words not in (page := self.browser.get(path)).words:
            if time.monotonic() > deadline:
                self._see(page, words)
            time.sleep(_PAUSE_SECONDS)
        return page

    def _see(self, page: Page, words: str) -> None:
        if words not in page.words:
            raise UnexpectedPage(f"{page.path} ({page.status}) does not say {words!r}: {page.main[:600]}")

    def _until[Found](self, look: Callable[[], Found], expected: str) -> Found:
        """Look again and again until there is something.

        Errors: TimeoutError naming what did not come.
        """
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not (found := look()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"not within {_PATIENCE_SECONDS:.0f} s: {expected}")
            time.sleep(_PAUSE_SECONDS)
        return found


def reasons_of(page: Page) -> dict[str, int]:
    """Reason → people, from the table of a check or a report."""
    row = r'show=left_out&amp;reason=(\w+)"(?:(?!</tr>).)*?class="r strong">(.*?)</td>'
    rows = re.findall(row, page.text, re.DOTALL)
    return {reason: _digits(number) for reason, number in rows}


def _digits(marks: str) -> int:
    """The number a page shows, without marks and separators; -1 for none."""
    digits = re.sub(r"<[^>]*>|\D", "", marks)
    return int(digits) if digits else -1


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One step of the story: its name, what must come of it, and the deed."""

    name: str
    expected: str
    deed: Callable[[Newcomer], None]


STEPS = (
    Step("sign up", "the code of the caught mail opens an organisation", Newcomer.sign_up),
    Step("go live", "the operator, with a second factor, ends the trial", Newcomer.go_live),
    Step("purpose", "the words people agree to are in force", Newcomer.open_purpose),
    Step("sender", "the practice carrier takes the credentials and the number", Newcomer.connect),
    Step("import", "spoiled rows stay out, all others come in, their consent with them", Newcomer.import_people),
    Step("write a campaign", "it is saved with its purpose, sender and list", Newcomer.write),
    Step("check", "only people with proof get it; each other one is left out with the reason", Newcomer.check),
    Step("launch", "after the breath everybody gets it once, and the receipts come in", Newcomer.launch),
    Step("a reply and a STOP", "both reach the product from the handset", Newcomer.hear),
    Step("check again", "whoever said stop is left out, and their own words are the evidence", Newcomer.check_again),
)
