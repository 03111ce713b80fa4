"""Whatever people, teams, files and clocks do, in whatever order: the gate lets through exactly who has live evidence.

The truth beside the gate is kept in plain sets, written from what the law and our promises say and not from the ledger's code.
"""

import dataclasses
import datetime
import unittest.mock
import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.contracts import SYSTEM
from consent.actions.ledger import record_claims, stop_point, suppress_points
from consent.actions.lifting import start_point
from consent.actions.points import ensure_points
from consent.actions.preferring import pause_points, record_wishes
from consent.contracts import Allowed, OwnHours
from consent.gate import NoPermit, permit
from consent.models import ConsentEvent, Purpose
from consent.values import Claim, Provenance, Wishes, address_of
from contacts.actions import people
from contacts.models import ContactPoint
from core import clock
from core.ids import new_id
from core.tenancy import tenant_context
from messaging.actions.deciding import judge_point
from messaging.facts import context_for
from privacy.actions.erasing import erase_person
from tests.factories.accounts import Team, make_operator, operator_actor
from tests.factories.campaigns import House, make_house
from tests.factories.consent import make_purpose
from tests.factories.contacts import bring_in, phone

CHANNELS = ("sms", "voice")
PURPOSES = ("offers", "news")
#: noon in Nebraska, so that the law's hours are open and only the person's own can be closed
NOON = datetime.datetime(2026, 11, 25, 18, 0, tzinfo=datetime.UTC)
#: 47 CFR 64.1200(a)(10): from this day on a stop of texts holds for calls as well, and the other way round
ONE_STOP_FOR_ALL = datetime.datetime(2027, 1, 31, tzinfo=datetime.UTC)
MONTHS = 18
OPEN_AT_NOON, CLOSED_AT_NOON = (
    OwnHours(9 * 60, 20 * 60, "America/Chicago"),
    OwnHours(17 * 60, 20 * 60, "America/Chicago"),
)
Key = tuple[str, str]


@dataclasses.dataclass
class Truth:
    """What holds, kept by hand: agreements with their days, what was refused, and what closes a channel."""

    agreed: dict[Key, datetime.datetime] = dataclasses.field(default_factory=dict)
    #: a purpose on a channel that they said no to, and have not said yes to since by themselves
    refused: set[Key] = dataclasses.field(default_factory=set)
    #: of those, refused by themselves one by one
    given_up: set[Key] = dataclasses.field(default_factory=set)
    #: channel → what a stop there ended, while it holds
    stopped: dict[str, dict[Key, datetime.datetime]] = dataclasses.field(default_factory=dict)
    erased: set[str] = dataclasses.field(default_factory=set)
    complained: bool = False
    paused_until: datetime.datetime | None = None
    own_hours_closed: bool = False

    def is_live(self, key: Key, now: datetime.datetime) -> bool:
        """Whether something may be sent about this, there, now."""
        channel = key[1]
        fresh = key in self.agreed and now < _months_after(self.agreed[key])
        closed = channel in self.stopped or channel in self.erased or self.complained or self.own_hours_closed
        paused = self.paused_until is not None and now < self.paused_until
        return fresh and not closed and not paused


def _months_after(day: datetime.datetime) -> datetime.datetime:
    months = day.month - 1 + MONTHS
    return day.replace(year=day.year + months // 12, month=months % 12 + 1)


class Person(RuleBasedStateMachine):
    """One number, two purposes, two channels; every step takes a minute at least."""

    house: House
    team: Team
    purposes: dict[str, uuid.UUID]
    counter = 0

    @initialize()
    def meet(self) -> None:
        type(self).counter += 1
        self.number = phone(f"+1402556{self.counter:04d}")
        self.now, self.truth = NOON, Truth()
        with tenant_context(self.team.id):
            (self.point,) = ensure_points([address_of(self.number)]).values()
        self.contact = self._add()

    def _add(self) -> uuid.UUID | None:
        with self._at(), tenant_context(self.team.id):
            made = people.create_contact(
                actor=self.team.actor(), points=[people.NewPoint("phone", self.number)], first_name="Mina"
            )
        return uuid.UUID(str(made.id))

    def _at(self) -> Any:
        return unittest.mock.patch.object(clock, "now", return_value=self.now)

    def _step(self) -> Any:
        self.now += datetime.timedelta(minutes=1)
        return self._at()

    def _claim(self, key: Key, status: str, source: str, may_raise: bool) -> str:
        evidence = {"page": "/join"} if status == "granted" else None
        claim = Claim(self.point, self.purposes[key[0]], key[1], status, source, self.now, evidence=evidence)
        origin = Provenance("form" if may_raise else "import", new_id(), may_raise)
        with self._step(), tenant_context(self.team.id):
            claim = dataclasses.replace(claim, occurred_at=self.now)
            (outcome,) = record_claims(actor=SYSTEM, claims=[claim], provenance=origin)
        return outcome

    @rule(purpose=st.sampled_from(PURPOSES), channel=st.sampled_from(CHANNELS))
    def agree_by_themselves(self, purpose: str, channel: str) -> None:
        """A form we saw them fill: it brings back this purpose, whatever they said before, except after a complaint."""
        key, truth = (purpose, channel), self.truth
        outcome = self._claim(key, "granted", "web_form", may_raise=True)
        if truth.complained:
            assert outcome == "kept_out"
            return
        raised = key in truth.refused
        if raised or key not in truth.agreed or self.now >= _months_after(truth.agreed[key]):
            truth.agreed[key] = self.now
        if raised:
            truth.stopped.pop(channel, None)
            truth.erased.discard(channel)
        truth.refused.discard(key)
        truth.given_up.discard(key)

    @rule(
        purpose=st.sampled_from(PURPOSES), channel=st.sampled_from(CHANNELS), source=st.sampled_from(["import", "api"])
    )
    def somebody_brings_proof(self, purpose: str, channel: str, source: str) -> None:
        """A file or a system says they agreed, with proof: it counts where nobody has said no, and raises nothing."""
        key, truth = (purpose, channel), self.truth
        outcome = self._claim(key, "granted", source, may_raise=False)
        if key in truth.refused or truth.complained:
            assert outcome == "kept_out"
        elif key not in truth.agreed or self.now >= _months_after(truth.agreed[key]):
            truth.agreed[key] = self.now

    @rule(purpose=st.sampled_from(PURPOSES), channel=st.sampled_from(CHANNELS))
    def somebody_claims_without_proof(self, purpose: str, channel: str) -> None:
        self._claim((purpose, channel), "unproven", "staff", may_raise=False)

    @rule(purpose=st.sampled_from(PURPOSES), channel=st.sampled_from(CHANNELS))
    def give_up_a_purpose(self, purpose: str, channel: str) -> None:
        key = (purpose, channel)
        outcome = self._claim(key, "withdrawn", "preference_page", may_raise=True)
        self.truth.agreed.pop(key, None)
        self.truth.refused.add(key)
        if outcome == "taken":
            self.truth.given_up.add(key)

    @rule(channel=st.sampled_from(("", *CHANNELS)))
    def say_stop(self, channel: str) -> None:
        with self._step(), tenant_context(self.team.id):
            stop_point(
                actor=SYSTEM, point_id=self.point, channel=channel, source="keyword",
                provenance=Provenance("inbound", new_id()), evidence={"said": "STOP"},
            )  # fmt: skip
        everywhere = not channel or self.now >= ONE_STOP_FOR_ALL
        for closed in CHANNELS if everywhere else (channel,):
            self._close(closed)

    def _close(self, channel: str) -> None:
        truth = self.truth
        ended = {key: truth.agreed.pop(key) for key in list(truth.agreed) if key[1] == channel}
        truth.stopped[channel] = truth.stopped.get(channel, {}) | ended
        truth.refused |= {(purpose, channel) for purpose in PURPOSES}

    @rule(channel=st.sampled_from(CHANNELS))
    def say_start(self, channel: str) -> None:
        """START takes back the stop there, and what it ended; after an erasure it opens the channel and brings nothing back."""
        with self._step(), tenant_context(self.team.id):
            start_point(
                actor=SYSTEM, point_id=self.point, channel=channel, source="keyword",
                provenance=Provenance("inbound", new_id()), evidence={"said": "START"},
            )  # fmt: skip
        truth = self.truth
        if channel not in truth.stopped and channel not in truth.erased:
            return
        for key in truth.stopped.pop(channel, {}):
            truth.agreed[key] = self.now
        truth.erased.discard(channel)
        truth.refused = {key for key in truth.refused if key[1] != channel or key in truth.given_up}

    @rule()
    def complain(self) -> None:
        with self._step(), tenant_context(self.team.id):
            suppress_points(
                actor=SYSTEM, point_ids=[self.point], channel="", kind="complaint", source="complaint",
                provenance=Provenance("message"),
            )  # fmt: skip
        self.truth.complained = True

    @rule(days=st.integers(1, 60))
    def ask_for_a_pause(self, days: int) -> None:
        with self._step(), tenant_context(self.team.id):
            until = self.now + datetime.timedelta(days=days)
            pause_points(
                actor=SYSTEM, point_ids=[self.point], until=until, provenance=Provenance("preferences"), evidence={}
            )
        self.truth.paused_until = until

    @rule(hours=st.sampled_from([None, OPEN_AT_NOON, CLOSED_AT_NOON]))
    def choose_hours(self, hours: OwnHours | None) -> None:
        with self._step(), tenant_context(self.team.id):
            record_wishes(
                actor=SYSTEM, point_ids=[self.point], wishes=Wishes(hours=hours),
                provenance=Provenance("preferences"), evidence={},
            )  # fmt: skip
        self.truth.own_hours_closed = hours is CLOSED_AT_NOON

    @rule(agreed=st.booleans())
    def bring_in_a_file(self, agreed: bool) -> None:
        """A file without proof: nobody gains anything by it, and who was erased is not made again."""
        told, other = "yes" if agreed else "", f"+1402557{self.counter:04d}"
        rows = f"Phone,First name,SMS opt in\n{self.number.e164},Mina,{told}\n{other},Omar,\n"
        with self._step():
            bring_in(self.team, rows, purpose="offers")
        with tenant_context(self.team.id):
            link = ContactPoint.objects.filter(point_id=self.point).first()
        assert link is None or self.truth.erased != set(CHANNELS)
        self.contact = link.contact_id if link else None

    @precondition(lambda self: self.contact is not None)
    @rule()
    def erase(self) -> None:
        assert self.contact is not None
        with self._step(), tenant_context(self.team.id):
            erase_person(actor=self.team.actor(), contact_id=self.contact)
        truth, self.contact = self.truth, None
        truth.agreed, truth.given_up, truth.own_hours_closed = {}, set(), False
        truth.erased = set(CHANNELS)
        truth.stopped = {channel: {} for channel in truth.stopped}
        truth.refused = {(purpose, channel) for purpose in PURPOSES for channel in CHANNELS}

    @rule(days=st.sampled_from([1, 30, 100, 300, 550]))
    def time_goes_by(self, days: int) -> None:
        self.now += datetime.timedelta(days=days)

    @invariant()
    def a_permit_is_made_for_live_evidence_and_for_nothing_else(self) -> None:
        if not hasattr(self, "point"):
            return
        self.now = self.now.replace(hour=NOON.hour)
        with self._at(), tenant_context(self.team.id):
            ensure_points([address_of(self.number)])
            for purpose in PURPOSES:
                self._judge((purpose, "sms"))

    def _judge(self, key: Key) -> None:
        context = context_for(sender=self.house.sender, purpose=Purpose.objects.get(id=self.purposes[key[0]]))
        evidence_id, verdict = judge_point(context, self.point)
        live = self.truth.is_live(key, self.now)
        assert (verdict.outcome == "allowed") == live, (key, verdict.reason, self.truth, self.now)
        ids: dict[str, Any] = {"message_id": new_id(), "attempt_id": new_id(), "evidence_id": evidence_id}
        if isinstance(verdict.decision, Allowed):
            proof = ConsentEvent.objects.get(id=evidence_id)
            assert (proof.status, str(proof.purpose_id)) == ("granted", str(context.purpose.id))
            assert permit(**ids, decision=verdict.decision, decided_at=self.now).evidence_id == proof.id
        else:
            with pytest.raises(NoPermit):
                permit(**ids, decision=verdict.decision, decided_at=self.now)


def test_no_permit_is_made_without_live_evidence_whatever_happens_in_whatever_order(db: None, acme: Team) -> None:
    house = make_house(acme.id, acme.actor(), operator_actor(make_operator()), "http://127.0.0.1:9")
    with tenant_context(acme.id):
        purposes = {name: make_purpose(acme.actor(), name.capitalize()).id for name in PURPOSES}
    machine = type("OnePerson", (Person,), {"house": house, "team": acme, "purposes": purposes})
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=8,
            stateful_step_count=15,
            phases=[Phase.explicit, Phase.generate],
            deadline=None,
            suppress_health_check=checks,
        ),
    )
