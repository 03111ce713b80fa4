"""The answer to STOP, START and HELP as a message of its own, over real HTTP, for carriers that take none in their webhook."""

import dataclasses
import datetime
import urllib.parse
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.actions import organizations
from accounts.models import Organization
from billing.models import LedgerEntry
from consent.models import ConsentEvent, ConsentState, Suppression
from core import clock
from core.tenancy import tenant_context
from messaging.actions.connecting import add_sender, connect_account
from messaging.models import InboundMessage, Message, SendAttempt, Sender
from tests.carriers import Sandbox
from tests.databases import Database
from tests.factories.accounts import Team, make_operator, make_team, operator_actor
from tests.factories.billing import make_paid
from tests.factories.consent import MINA
from tests.proofs import proves
from tests.support import web_thread
from tooling import ports

CLOSED = {"telnyx": "texts", "whatsapp": "WhatsApp messages"}
PLEA = "please stop texting me"


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """An organisation's line at a carrier of the sandbox, and a person's phone at the other end."""

    team: Team
    sandbox: Sandbox
    sender: Sender
    account: str
    carrier: str

    def write(self, text: str) -> str:
        """The person writes; the carrier's id of it."""
        if self.carrier == "telnyx":
            heard = self.sandbox.post(
                f"phones/{MINA}/reply", {"account": self.account, "to": self.sender.address, "text": text}
            )
        else:
            heard = self.sandbox.post(f"whatsapp/phones/{MINA}/say", {"business": self.account, "text": text})
        assert heard["status"] == 200
        self.sandbox.settle()
        return str(heard["sid"])

    def replay(self, sid: str) -> None:
        """The carrier tells it again."""
        way = "messages" if self.carrier == "telnyx" else "whatsapp/messages"
        assert self.sandbox.post(f"{way}/{urllib.parse.quote(sid, safe='')}/replay")["heard"] == 1
        self.sandbox.settle()

    def told(self) -> list[str]:
        """What the carrier took from this line for this person, oldest first."""
        kind = "message" if self.carrier == "telnyx" else "chat"
        entries = self.sandbox.ledger(f"kind={kind}")
        return [entry["body"] for entry in entries if entry["accepted"] and entry["account"] == self.account]


def telnyx_line(team: Team, sandbox: Sandbox, base: str, place: int) -> Line:
    profile, key, number = f"7000000{place}-0000-4000-8000-000000000001", f"KEY-{place}", f"+1402555010{place}"
    wanted = {"speaks": "telnyx", "sid": profile, "token": key, "sender": number, "inbound_url": ""}
    known = sandbox.post("accounts", wanted)
    credentials = {"messaging_profile_id": profile, "api_key": key, "public_key": known["public_key"]}
    with tenant_context(team.id):
        account = connect_account(
            actor=team.actor(), name="telnyx", label="Texts", credentials=credentials, base_url=sandbox.url
        )
        sender = add_sender(
            actor=team.actor(), account=account, channel="sms", address=number, label="Line", rate_per_second=50
        )
    sandbox.post("accounts", wanted | {"inbound_url": f"{base}/webhooks/telnyx/inbound/{account.token}"})
    return Line(team, sandbox, sender, profile, "telnyx")


def whatsapp_line(team: Team, sandbox: Sandbox, base: str, place: int) -> Line:
    business, phone = f"10000000000008{place}", f"20000000000008{place}"
    credentials = {
        "business_account_id": business,
        "access_token": f"token-of-these-tests-{place}",
        "app_secret": f"{place}" * 32,
    }
    with tenant_context(team.id):
        account = connect_account(
            actor=team.actor(), name="whatsapp_cloud", label="Chats", credentials=credentials, base_url=sandbox.url
        )
        sender = add_sender(
            actor=team.actor(), account=account, channel="whatsapp", address=phone, label="Line",
            rate_per_second=50, shown_as=f"+1402555010{place}",
        )  # fmt: skip
    sandbox.post(
        "whatsapp/businesses",
        {
            "id": business, "phone_number_id": phone, "display_number": f"+1402555010{place}",
            "access_token": f"token-of-these-tests-{place}", "app_secret": f"{place}" * 32, "verify_token": account.token,
            "webhook_url": f"{base}/webhooks/whatsapp_cloud/inbound/{account.token}",
        },
    )  # fmt: skip
    return Line(team, sandbox, sender, business, "whatsapp")


MAKERS: dict[str, Callable[..., Line]] = {"telnyx": telnyx_line, "whatsapp": whatsapp_line}


@pytest.fixture
def base(committed_db: Database, settings: Any) -> Iterator[str]:
    """The product's web process, where webhooks arrive."""
    with web_thread.serving(ports.free_port()) as address:
        settings.WEBHOOK_URL = address
        yield address


@pytest.fixture(params=sorted(MAKERS))
def lines(request: pytest.FixtureRequest, base: str, sandbox: Sandbox) -> tuple[Line, Line]:
    """Two organisations gone live, each with a line of its own at the same carrier."""
    found = []
    for place, name in enumerate(("Acme", "Beta"), 1):
        team = make_team(name)
        with tenant_context(team.id):
            organizations.go_live(actor=operator_actor(make_operator(f"Olga {place}")), note="reviewed")
        found.append(MAKERS[request.param](team, sandbox, base, place))
    return found[0], found[1]


@pytest.fixture
def line(lines: tuple[Line, Line]) -> Line:
    return lines[0]


def confirmed(line: Line, name: str = "Acme") -> str:
    """What a stop on this line is answered with: it names the channel that is closed, and no other."""
    return f"{name}: you are unsubscribed and will get no more {CLOSED[line.carrier]} from us."


def rows(line: Line) -> list[tuple[str, str]]:
    with tenant_context(line.team.id):
        return list(Message.objects.order_by("created_at").values_list("origin", "state"))


@proves("C10")
def test_a_stop_is_confirmed_once_however_often_it_is_said_and_told(lines: tuple[Line, Line]) -> None:
    acme, beta = lines

    first = acme.write(PLEA)
    acme.replay(first)
    acme.write(PLEA)
    acme.write("REVOKE")

    assert acme.told() == [confirmed(acme)]
    assert beta.told() == []
    with tenant_context(acme.team.id):
        message, attempt = Message.objects.get(), SendAttempt.objects.get()
        heard = InboundMessage.objects.order_by("received_at").first()
        assert heard is not None
        assert (message.origin, message.origin_id, message.state) == ("said_stop", heard.id, "accepted")
        assert message.expires_at - message.created_at <= datetime.timedelta(minutes=5)
        assert attempt.consent_event_id == heard.consent_event_id
        assert (attempt.consent_event.status, attempt.consent_event.origin_id) == ("withdrawn", heard.id)
        assert (attempt.decision.outcome, attempt.decision.facts["answers"]) == ("allowed", "stop")
        assert InboundMessage.objects.count() == 3
    with tenant_context(beta.team.id):
        assert not Suppression.objects.exists()
        assert not Message.objects.exists()


def test_the_same_person_is_confirmed_by_each_organisation_in_its_own_name(lines: tuple[Line, Line]) -> None:
    for each in lines:
        each.write(PLEA)

    assert [each.told() for each in lines] == [
        [confirmed(each, name)] for each, name in zip(lines, ("Acme", "Beta"), strict=True)
    ]


def test_a_stop_the_carrier_has_answered_itself_gets_no_second_answer(base: str, sandbox: Sandbox) -> None:
    team = make_team("Acme")
    with tenant_context(team.id):
        organizations.go_live(actor=operator_actor(make_operator()), note="reviewed")
    line = telnyx_line(team, sandbox, base, 1)

    line.write("STOP")

    assert len(sandbox.ledger("kind=carrier_reply")) == 1
    assert (line.told(), rows(line)) == ([], [])
    with tenant_context(team.id):
        assert Suppression.objects.get(lifted_at=None).kind == "opted_out"


@proves("001-16")
def test_help_is_answered_to_a_stranger_and_to_who_said_stop_and_rests_on_their_own_words(line: Line) -> None:
    with tenant_context(line.team.id):
        Organization.objects.update(support_contact="help@acme.example")

    line.write("HELP")
    line.write(PLEA)
    line.write("HELP")

    told = line.told()
    assert [text.startswith("Acme: for help contact help@acme.example.") for text in told] == [True, False, True]
    with tenant_context(line.team.id):
        proofs = SendAttempt.objects.order_by("intent_at").values_list("consent_event__status", flat=True)
        assert list(proofs) == ["requested", "withdrawn", "requested"]
        heard = InboundMessage.objects.filter(kind="help").order_by("received_at")
        asked = ConsentEvent.objects.filter(status="requested").order_by("recorded_at")
        assert [event.origin_id for event in asked] == [row.id for row in heard]
        assert not ConsentState.objects.exists()
        assert Suppression.objects.filter(lifted_at=None).exists()


def test_help_is_answered_five_times_a_day_and_no_more_and_a_stop_is_confirmed_all_the_same(line: Line) -> None:
    for _ in range(7):
        line.write("HELP")
    line.write(PLEA)

    told = line.told()
    assert [text.startswith("Acme: for help contact") for text in told] == [True] * 5 + [False]
    assert rows(line) == [("said_help", "accepted")] * 5 + [("said_stop", "accepted")]


@pytest.mark.parametrize(("legal_name", "named"), [("Acme Incorporated", "Acme Incorporated"), ("", "Acme")])
def test_without_a_support_contact_help_names_the_organisation(line: Line, legal_name: str, named: str) -> None:
    with tenant_context(line.team.id):
        Organization.objects.update(support_contact="", legal_name=legal_name)

    line.write("HELP")

    (told,) = line.told()
    assert told.startswith(f"Acme: for help contact {named}.")


@proves("I8")
def test_stop_and_help_are_answered_without_a_unit_and_cost_none(line: Line) -> None:
    make_paid(line.sender)

    line.write("HELP")
    line.write(PLEA)

    assert rows(line) == [("said_help", "accepted"), ("said_stop", "accepted")]
    assert len(line.told()) == 2
    with tenant_context(line.team.id):
        assert not LedgerEntry.objects.exists()
        assert not SendAttempt.objects.filter(units_held=True).exists()


@proves("C10")
@pytest.mark.parametrize("how", ["suspended", "emergency stop", "paused line", "trial"])
def test_a_stop_is_confirmed_whatever_holds_us_back(line: Line, how: str) -> None:
    with tenant_context(line.team.id):
        if how == "suspended":
            organizations.suspend_organization(actor=operator_actor(make_operator("Otto")), reason="looks odd")
        elif how == "emergency stop":
            organizations.stop_sending(actor=line.team.actor())
        elif how == "paused line":
            Sender.objects.update(paused_at=clock.now(), paused_reason="by hand")
        elif how == "trial":
            Organization.objects.update(state="trial")

    line.write(PLEA)

    assert line.told() == [confirmed(line)]


def test_a_closed_organisation_keeps_the_stop_and_says_nothing(line: Line) -> None:
    with tenant_context(line.team.id):
        Organization.objects.update(state="closed")

    line.write(PLEA)

    assert (line.told(), rows(line)) == ([], [])
    with tenant_context(line.team.id):
        assert set(Suppression.objects.values_list("kind", "lifted_at")) == {("opted_out", None)}
