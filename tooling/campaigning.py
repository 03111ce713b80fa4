"""The second half of the newcomer's day: a campaign on each channel, one message by the API, and what people answer."""

from collections.abc import Mapping

from tooling.lines import CAMPAIGN, LINES, Line
from tooling.newcomer import ZONE, Newcomer, reasons_of, see
from tooling.visitor import Page, UnexpectedPage

_OPENS, _CLOSES = 9, 20


def write(newcomer: Newcomer) -> None:
    """A campaign on each channel to everybody on the list."""
    if not _OPENS <= newcomer.business_time().astimezone(ZONE).hour < _CLOSES:
        newcomer.move_clock("09:00")  # offers wait for the morning, and so would the check
    for line in LINES:
        address = f"/campaigns/new/{line.channel}/"
        page = newcomer.browser.get(address)
        chosen = {
            "name": f"{CAMPAIGN}, {line.title}",
            "purpose": page.find(r'<option value="([0-9a-f-]{36})"[^>]*>\s*Offers'),
            "sender": page.find(r'<select[^>]*name="sender".*?<option value="([0-9a-f-]{36})"'),
            "included": page.find(r'<input(?=[^>]*name="included")[^>]*value="([0-9a-f-]{36})"'),
        }
        chosen |= {"template": newcomer.template} if line.channel == "whatsapp" else {}
        page = newcomer.browser.fill(page, {**chosen, **line.written}, address)
        newcomer.campaigns[line.channel] = page.find(r"/campaigns/([0-9a-f-]{36})/")


def check(newcomer: Newcomer) -> None:
    """Who would get each, who would not, and why."""
    for line in LINES:
        _begin_check(newcomer, newcomer.campaigns[line.channel])
    for line in LINES:
        share = newcomer.neighbours.shares[line.channel]
        _demand_check(newcomer, newcomer.campaigns[line.channel], len(share.may), share.left_out)


def launch(newcomer: Newcomer) -> None:
    """The number typed; a minute's breath, passed by the sandbox's clock; then everything leaves."""
    shares = newcomer.neighbours.shares
    for line in LINES:
        page = newcomer.browser.get(f"/campaigns/{newcomer.campaigns[line.channel]}/check/")
        typed = {"confirmed": str(len(shares[line.channel].may)), "at": ""}
        page = newcomer.browser.fill(page, typed, "launch")
        newcomer.runs[line.channel] = page.path.rstrip("/").rpartition("/")[2]
    for line in LINES:
        newcomer.until(lambda line=line: "planning" not in newcomer.state(line.channel), "a planned run")  # type: ignore[misc]
    newcomer.move_clock("90")
    for line in LINES:
        share = shares[line.channel]
        newcomer.until_number(line.channel, "sent", len(share.may) - len(share.turned_away))
    for line in LINES:
        share = shares[line.channel]
        if line.reports_arrival:
            newcomer.until_number(line.channel, "delivered", len(share.may) - len(share.missed))
        else:
            newcomer.page_with(f"/campaigns/runs/{newcomer.runs[line.channel]}/", "not reported")


def send_alone(newcomer: Newcomer) -> None:
    """An application tells one person something on each channel: first it asks what would become of it, then it sends."""
    senders = {each["channel"]: each["id"] for each in newcomer.application.demand(200, "GET", "senders/")["data"]}
    for line in LINES:
        asked = _letter(newcomer, line, line.alone_to, senders[line.channel])
        dry = newcomer.application.demand(200, "POST", "messages/", asked | {"dry_run": True})
        if dry["decision"]["outcome"] != "allowed" or dry["message"] is not None:
            raise UnexpectedPage(f"a dry run on {line.channel} says {dry['decision']['outcome']}")
        sent = newcomer.application.demand(201, "POST", "messages/", asked)
        newcomer.alone[line.channel] = sent["message"]["id"]
    for line in LINES:
        newcomer.until(lambda line=line: taken_alone(newcomer, line), f"the {line.title} to one person")  # type: ignore[misc]


def _letter(newcomer: Newcomer, line: Line, to: str, sender: str) -> dict[str, object]:
    told = {"to": to, "sender": sender, "purpose": "offers", **line.alone}
    if line.channel == "whatsapp":
        told["content"] = {"template": newcomer.template, **line.alone["content"]}
    return told


def taken_alone(newcomer: Newcomer, line: Line) -> int:
    """How often the product says that the carrier took what the application sent on a channel: once or not at all."""
    message = newcomer.application.demand(200, "GET", f"messages/{newcomer.alone[line.channel]}/")
    return int(message["state"] == "accepted")


def hear(newcomer: Newcomer) -> None:
    """Two replies, and one stop on each channel: a text, WhatsApp's settings, one click, and a key during the call."""
    for line in LINES:
        if line.writer:
            door = "reply" if line.channel == "sms" else "chat"
            newcomer.hands.use(door, phone=line.writer, text=f"Are you open on Sundays? By {line.title}.")
            see(newcomer.browser.get("/replies/"), f"By {line.title}.")
        if line.stop:
            line.stop(newcomer.hands)
    for line in LINES:
        newcomer.until_number(line.channel, "opted_out", 1)


def check_again(newcomer: Newcomer) -> None:
    """The same again: whoever said stop is left out, with the evidence, and the API refuses them as well."""
    copies = {}
    for line in LINES:
        page = newcomer.browser.get(f"/campaigns/{newcomer.campaigns[line.channel]}/")
        copies[line.channel] = newcomer.browser.fill(page, {}, "copy").path.split("/")[2]
        _begin_check(newcomer, copies[line.channel])
    senders = {each["channel"]: each["id"] for each in newcomer.application.demand(200, "GET", "senders/")["data"]}
    for line in LINES:
        share = newcomer.neighbours.shares[line.channel]
        left_out = dict(share.left_out) | {"opted_out": share.left_out.get("opted_out", 0) + 1}
        left_out |= {"bounced": len(share.lost)} if share.lost else {}
        page = _demand_check(newcomer, copies[line.channel], len(share.may) - 1 - len(share.lost), left_out)
        _demand_evidence(newcomer, line, page)
        asked = _letter(newcomer, line, line.stopper, senders[line.channel])
        newcomer.application.demand(422, "POST", "messages/", asked)


def _demand_evidence(newcomer: Newcomer, line: Line, page: Page) -> None:
    """Whoever said stop stands among those who are left out, and what they did is what the entry shows."""
    people = page.find(r'href="(/campaigns/runs/[0-9a-f-]{36}/people/)\?') + "?show=left_out&reason=opted_out"
    known = line.stopper[-4:] if line.channel != "email" else line.stopper[0]
    evidence = newcomer.browser.get(people).find(rf'{known}.*?href="(/consent/events/[0-9a-f-]{{36}}/)"')
    see(newcomer.browser.get(evidence), line.proof)


def _begin_check(newcomer: Newcomer, campaign: str) -> None:
    newcomer.browser.fill(newcomer.browser.get(f"/campaigns/{campaign}/check/"), {}, f"{campaign}/check")


def _demand_check(newcomer: Newcomer, campaign: str, gets: int, left_out: Mapping[str, int]) -> Page:
    page = newcomer.page_with(f"/campaigns/{campaign}/check/", "would get this.")
    told, words = reasons_of(page), f"{gets} people would get this. {sum(left_out.values())} would not."
    if told != left_out or words not in page.words:
        raise UnexpectedPage(f"left out {told} instead of {dict(left_out)}, and {gets} get it")
    return page
