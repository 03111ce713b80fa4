"""However somebody opts out, by each of eight ways: one kind of fact in the ledger, one answer of the gate."""

import dataclasses
import datetime
import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Organization
from consent.models import ConsentEvent, ConsentState, Point, Purpose, Suppression
from consent.states import SOURCES
from core import clock
from core.tenancy import tenant_context
from messaging.actions.deciding import Answer, decide_point
from messaging.actions.receiving import receive_inbound
from messaging.contracts import Inbound
from messaging.facts import context_for
from messaging.models import ProviderAccount, Sender
from messaging.preference_links import preference_url
from messaging.unsubscribe_links import unsubscribe_url
from tests.factories.accounts import Team, make_operator, operator_actor
from tests.factories.calls import Line, dial, make_caller, next_address
from tests.factories.campaigns import House, make_house
from tests.factories.consent import grant, make_point, make_purpose
from tests.factories.messaging import hear, make_account
from tests.integration.api.conftest import application
from tests.proofs import proves
from tests.snapshots import changed, rows_of

PHONE, MAIL = "+14025550142", "ana@people.example"
FROM = {"sms": "+14025550100", "voice": "+14025550100", "email": "news@acme.example"}
CHANNELS = {"sms": "phone", "voice": "phone", "email": "mail"}


@dataclasses.dataclass(frozen=True, slots=True)
class Ana:
    """Somebody who agreed to two things on three channels, in one organisation, and is on the phone with it."""

    team: Team
    house: House
    line: Line
    phone: Point
    mail: Point
    purposes: tuple[Purpose, ...]

    def gate(self) -> dict[tuple[str, str], Answer]:
        """What the gate says now of each purpose on each channel."""
        with tenant_context(self.team.id):
            account = ProviderAccount.objects.get(id=self.house.account.id)
            lines = [Sender(account=account, channel=channel, address=FROM[channel]) for channel in CHANNELS]
            return {
                (purpose.name, line.channel): decide_point(
                    context_for(sender=line, purpose=purpose), getattr(self, CHANNELS[line.channel]).id
                )
                for purpose in self.purposes
                for line in lines
            }


def ana_of(team: Team) -> Ana:
    house = make_caller(make_house(team.id, team.actor(), operator_actor(make_operator(f"Olga of {team.name}")), ""))
    line = Line(house, dial(house, PHONE))
    with tenant_context(team.id):
        Organization.objects.update(postal_address="1 Main Street, Omaha")
        # registers of the United States are asked about real numbers alone
        ProviderAccount.objects.update(practice=True)
        phone, mail = make_point(PHONE), make_point(MAIL)
        receipts = make_purpose(team.actor(), "Receipts", "transactional")
        for channel, where in CHANNELS.items():
            for purpose in (house.purpose, receipts):
                if (purpose, channel) != (house.purpose, "voice"):
                    grant({"phone": phone, "mail": mail}[where], purpose, channel)
    line.asks(AnsweredBy="human")
    return Ana(team, house, line, phone, mail, (house.purpose, receipts))


@pytest.fixture
def ana(acme: Team) -> Ana:
    return ana_of(acme)


@pytest.fixture
def namesake(rival: Team) -> Ana:
    """The same person, who agreed to the same with another organisation."""
    return ana_of(rival)


def by_web_link(ana: Ana) -> None:
    assert Client().post(_link(ana), {"stop": "yes"}).status_code == 200


def by_mail_program(ana: Ana) -> None:
    answer = Client().post(_link(ana), "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200


def _link(ana: Ana) -> str:
    with tenant_context(ana.team.id):
        return "/u/" + unsubscribe_url(ana.team.id, MAIL, uuid.uuid4()).rpartition("/")[2]


def by_answering_a_mail(ana: Ana) -> None:
    words = "Please take me off your mailing list.\n\nAna"
    with tenant_context(ana.team.id):
        receive_inbound(account=ana.house.account, inbound=Inbound("PM1", "email", MAIL, "news@acme.example", words))


def by_keypress(ana: Ana) -> None:
    assert ana.line.asks(Digits="9").status_code == 200


def by_speech(ana: Ana) -> None:
    address = next_address(ana.line.asks(AnsweredBy="human"))
    assert ana.line.asks(address, SpeechResult="Please do not call me any more", Confidence="0.9").status_code == 200


def by_agent_button(ana: Ana) -> None:
    with tenant_context(ana.team.id):
        row = hear(ana.house.account, "I told your shop that I have enough")
    assert ana.team.client().post(f"/replies/{row.id}/stop/").status_code == 302


def by_api(ana: Ana) -> None:
    answer = application(ana.team).post("stops/", {"address": PHONE, "channel": "sms", "note": "at the till"})
    assert answer.status_code == 201


def by_post(ana: Ana) -> None:
    arrived = clock.now() - datetime.timedelta(days=2)
    sent = {"way": "letter", "addresses": PHONE, "channel": "sms", "requested_at": f"{arrived:%Y-%m-%dT%H:%M}"}
    sent |= {"note": "Shop folder 12", "owner": str(ana.team.people["owner"].id)}
    assert ana.team.client().post("/consent/requests/enter/", sent).status_code == 302


#: way → what it does, the source in the ledger, the channel it was said on ("" for all)
WAYS: dict[str, tuple[Callable[[Ana], None], str, str]] = {
    "web link": (by_web_link, "unsubscribe_link", "email"),
    "List-Unsubscribe": (by_mail_program, "one_click", "email"),
    "email reply": (by_answering_a_mail, "email_reply", "email"),
    "keypress": (by_keypress, "keypress", "voice"),
    "spoken in a call": (by_speech, "spoken", "voice"),
    "agent button": (by_agent_button, "staff", ""),
    "API": (by_api, "api", "sms"),
    "postal entry": (by_post, "paper", "sms"),
}


@proves("C12")
@pytest.mark.parametrize("way", WAYS)
def test_each_way_of_opting_out_is_the_same_fact_and_has_the_same_effect(ana: Ana, namesake: Ana, way: str) -> None:
    opt_out, source, channel = WAYS[way]
    agreed = namesake.gate()
    assert {(answer.outcome, answer.reason) for answer in ana.gate().values()} == {("allowed", None)}
    before, others = rows_of(ana.team.id), rows_of(namesake.team.id)

    opt_out(ana)

    point = ana.mail if channel == "email" else ana.phone
    closed = {name for name, where in CHANNELS.items() if name == channel or (not channel and where == "phone")}
    with tenant_context(ana.team.id):
        event = ConsentEvent.objects.get(status="withdrawn")
        shape = (event.point_id, event.channel, event.purpose_id, event.source)
        live = Suppression.objects.filter(lifted_at=None)
        stopped = [(row.point_id, row.channel, row.kind, row.source, row.event_id) for row in live]
        states = ConsentState.objects.filter(status="withdrawn").values_list("point_id", "channel", "event_id")
        assert set(states) == {(point.id, name, event.id) for name in closed}
        assert states.count() == len(closed) * len(ana.purposes)
    assert source in SOURCES
    assert shape == (point.id, channel, None, source)
    assert stopped == [(point.id, channel, "opted_out", source, event.id)]
    assert (event.origin != "", event.occurred_at <= event.recorded_at) == (True, True)
    for (_, heard_on), answer in ana.gate().items():
        said = (answer.outcome, answer.reason.code if answer.reason else "")
        assert said == (("denied", "opted_out") if heard_on in closed else ("allowed", "")), (heard_on, way)
    written = changed(before, rows_of(ana.team.id))
    assert (written["consent_consentevent"], written["consent_suppression"]) == (1, 1)
    assert rows_of(namesake.team.id) == others
    assert {key: answer.outcome for key, answer in namesake.gate().items()} == {
        key: answer.outcome for key, answer in agreed.items()
    }


@proves("C11")
@pytest.mark.parametrize("words", ["leave me alone", "no mas", "\N{OCTAGONAL SIGN}"])
@pytest.mark.parametrize("channel", ["sms", "whatsapp", "email"])
def test_free_words_and_signs_are_a_stop_in_messages_and_in_mails(acme: Team, channel: str, words: str) -> None:
    address = MAIL if channel == "email" else PHONE
    with tenant_context(acme.id):
        point, account = make_point(address), make_account(acme.actor())
        grant(point, make_purpose(acme.actor()), channel)

        receive_inbound(account=account, inbound=Inbound("X1", channel, address, "+14025550100", words))  # type: ignore[arg-type]

        event = ConsentEvent.objects.get(status="withdrawn")
        assert (event.point_id, event.channel) == (point.id, channel)
        assert ConsentState.objects.get().status == "withdrawn"
        assert (channel, "opted_out") in Suppression.objects.values_list("channel", "kind")


#: a line in Argentina, which is written with a 9 and without
LINE, SPELLED = "+5491123456789", "+541123456789"


def told_to_the_team(team: Team, point: Point) -> None:
    sent = {"channel": "sms", "source": "paper", "note": "a letter"}
    assert team.client().post(f"/consent/points/{point.id}/stop/", sent).status_code == 302


def told_by_a_program(team: Team, point: Point) -> None:
    assert application(team).post("stops/", {"address": LINE, "channel": "sms"}).status_code == 201


def pressed_by_the_team(team: Team, point: Point) -> None:
    with tenant_context(team.id):
        row = hear(make_account(team.actor()), "I have enough", sender=LINE)
    assert team.client().post(f"/replies/{row.id}/stop/").status_code == 302


def chosen_on_the_page(team: Team, point: Point) -> None:
    with tenant_context(team.id):
        url = preference_url(team.id, point.digest)
    answer = Client().post(f"/p/{url.rpartition('/')[2]}", {"do": "stop"})
    assert answer.status_code == 303


@proves("C12")
@pytest.mark.parametrize("way", [told_to_the_team, told_by_a_program, pressed_by_the_team, chosen_on_the_page])
def test_a_stop_by_hand_holds_for_every_spelling_of_the_line_as_their_own_word_does(
    acme: Team, way: Callable[[Team, Point], None]
) -> None:
    with tenant_context(acme.id):
        point = make_point(LINE)
        grant(point, make_purpose(acme.actor()), "sms")

    way(acme, point)

    with tenant_context(acme.id):
        stopped = Suppression.objects.filter(lifted_at=None, channel__in=["", "sms"], kind="opted_out")
        assert set(stopped.values_list("point_id", flat=True)) == {point.id, make_point(SPELLED).id}


def test_the_eight_ways_are_those_of_the_feature() -> None:
    assert list(WAYS) == [
        "web link", "List-Unsubscribe", "email reply", "keypress", "spoken in a call", "agent button", "API",
        "postal entry",
    ]  # fmt: skip
