"""A no that only the carrier heard flows back into our ledger, however it tells: by a refusal, or with the STOP itself (C15)."""

import datetime

from consent.actions.ledger import record_claims
from consent.actions.points import ensure_points
from consent.models import ConsentEvent, ConsentState, Suppression
from consent.selectors.receipts import open_evidence
from consent.values import Claim, Provenance, address_of
from core import clock
from core.phone import PhoneNumber, parse_phone
from core.tenancy import tenant_context
from messaging.actions.connecting import add_sender
from messaging.models import InboundMessage
from tests.factories.accounts import make_team
from tests.factories.campaigns import ACCOUNT_SID, TOKEN
from tests.faults.scene import Street
from tests.proofs import proves
from tests.snapshots import rows_of
from tests.support import workers

#: the carrier knows that they stopped, and refuses with 21610
STOPPED_THERE, MINA = "+14025550122", "+14025550142"
TOLL_FREE = "+18335550100"


def agree(street: Street, number: str) -> object:
    """Somebody said yes to us with proof; the id of their address."""
    parsed = parse_phone(number)
    assert isinstance(parsed, PhoneNumber)
    with tenant_context(street.id):
        (point_id,) = ensure_points([address_of(parsed)]).values()
        said = Claim(point_id, street.purpose.id, "sms", "granted", "web_form", clock.now(), evidence={"page": "/join"})
        record_claims(actor=street.actor, claims=[said], provenance=Provenance("form"))
    return point_id


def drain(street: Street) -> None:
    workers.start(street.place(), workers.drain, street.id, street.sender.id).join()


@proves("C15")
def test_a_refusal_because_they_stopped_at_the_carrier_is_a_stop_of_ours_and_nothing_is_tried_again(
    street: Street,
) -> None:
    rival = make_team("Rival")
    others = rows_of(rival.id)
    mina = agree(street, STOPPED_THERE)
    (message_id,) = street.queue([mina]).values()  # type: ignore[list-item]

    drain(street)

    with tenant_context(street.id):
        event = ConsentEvent.objects.get(status="withdrawn")
        assert (event.point_id, event.channel, event.source) == (mina, "sms", "provider")
        assert (event.origin, event.origin_id, open_evidence(event)) == ("message", message_id, {"code": "21610"})
        held = Suppression.objects.values_list("point_id", "kind", "channel", "lifted_at")
        assert list(held) == [(mina, "opted_out", "sms", None)]
        assert ConsentState.objects.get(point_id=mina).status == "withdrawn"
    assert street.reasons() == {("rejected", "21610"): 1}

    street.queue([mina])  # type: ignore[list-item]
    drain(street)

    asked = [entry for entry in street.sandbox.ledger("kind=message") if entry["to"] == STOPPED_THERE]
    assert [entry["accepted"] for entry in asked] == [False]
    assert street.reasons() == {("rejected", "21610"): 1, ("suppressed", "opted_out"): 1}
    assert rows_of(rival.id) == others


@proves("C15")
def test_a_stop_to_a_toll_free_number_that_the_network_answers_by_itself_is_a_stop_of_ours_and_we_stay_silent(
    street: Street,
) -> None:
    mina = agree(street, MINA)
    with tenant_context(street.id):
        add_sender(
            actor=street.actor,
            account=street.account,
            channel="sms",
            address=TOLL_FREE,
            label="Free",
            rate_per_second=3,
        )
    inbound = f"{street.webhook_url}/webhooks/twilio/inbound/{street.account.token}"
    told = {"sid": ACCOUNT_SID, "token": TOKEN, "inbound_url": inbound, "sender": TOLL_FREE, "advanced_opt_out": True}
    street.sandbox.post("accounts", told)

    street.sandbox.post(f"phones/{MINA}/reply", {"text": "STOP", "to": TOLL_FREE, "account": ACCOUNT_SID})
    street.sandbox.settle()

    with tenant_context(street.id):
        heard = InboundMessage.objects.get()
        assert (heard.kind, heard.sender.address) == ("stop", TOLL_FREE)
        assert (heard.received_at - clock.now()) < datetime.timedelta(seconds=5)
        assert list(Suppression.objects.values_list("point_id", "kind", "channel")) == [(mina, "opted_out", "sms")]
        assert ConsentState.objects.get(point_id=mina).status == "withdrawn"
    assert street.messages() == []
    street.queue([mina])  # type: ignore[list-item]
    drain(street)
    assert street.reasons() == {("suppressed", "opted_out"): 1}
    assert street.handed_over()[MINA] <= 1  # the network's own confirmation, none of ours
