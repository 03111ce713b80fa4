"""What only Twilio does on the wire: senders of two kinds, and forms that can say a thing twice."""

from collections.abc import AsyncIterator

import pytest

from core.http import Session
from messaging.contracts import Unknown
from tests.contract import carrier as wire
from tests.contract.carrier import Carrier
from tests.contract.kits import KITS, QUICK, adapter, fixtures, good_answer
from tests.contract.messages import require_schema


@pytest.fixture
async def carrier() -> AsyncIterator[Carrier]:
    async with wire.carrier() as running:
        yield running


async def test_a_plain_number_is_sent_from_that_number(carrier: Carrier) -> None:
    carrier.answers(wire.status(201, good_answer("twilio")))

    async with Session(QUICK) as session:
        made = adapter("twilio", base_url=carrier.base_url, session=session)
        await made.send(KITS["twilio"].outbound(sender="+15550100000"))

    assert carrier.seen[0].form["From"] == "+15550100000"
    assert "MessagingServiceSid" not in carrier.seen[0].form
    require_schema("twilio", carrier.seen[0].form)


def test_a_field_sent_twice_with_two_values_is_kept_for_a_person_to_look_at() -> None:
    made = adapter("twilio")
    fields = [*fixtures("twilio", "receipt")[0][1]["fields"].items(), ("MessageStatus", "delivered")]

    events = made.parse(KITS["twilio"].webhook(fields))

    assert [type(event) for event in events] == [Unknown]
