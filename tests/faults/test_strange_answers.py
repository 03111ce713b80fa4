"""F34: whatever a carrier answers to a message, we know whether it may be sent again, and can write down what was said.

Nothing but a refusal that the carrier itself has numbered lets a message leave a second time.
"""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.http import Answer
from messaging.contracts import Accepted
from messaging.providers.protocol import OutcomeUnknown, ProviderError, Rejected, Throttled
from messaging.states import RANKS
from tests.contract.kits import KITS, NAMES, adapter, fixtures
from tests.proofs import proves
from tests.support.strange import strange_documents

LONGEST_CODE, LONGEST_ID, LONGEST_WAIT = 40, 255, 3600.0
STATUSES = st.sampled_from([200, 201, 202, 301, 400, 401, 403, 404, 408, 409, 422, 429, 500, 502, 503]) | st.integers(
    100, 599
)
#: how long to wait, said in every way that is none
WAITS = st.text(max_size=12) | st.sampled_from(
    ["", "30", "-1", "9" * 400, "1e999", "nan", "Mon, 01 Jan 0001 00:00:00 GMT", f"Mon, 01 Jan {'9' * 30} 00:00:00 GMT"]
)


class Carrier:
    """Answers one request with what was put into it."""

    def __init__(self, answer: Answer) -> None:
        self.answer, self.asked = answer, 0

    async def request(self, *_: Any, **__: Any) -> Answer:
        """The answer."""
        self.asked += 1
        return self.answer


@st.composite
def answers(draw: st.DrawFn, name: str) -> Answer:
    """An answer of any status, whose body is almost one this carrier gives, or no such thing."""
    recorded = [each["body"] for _, each in fixtures(name, "answer")]
    body = draw(strange_documents(recorded) | st.binary(max_size=40) | st.sampled_from(recorded).map(_as_json))
    headers = {"retry-after": draw(WAITS), "date": draw(WAITS)}
    return Answer(draw(STATUSES), headers, body)


def _as_json(document: Any) -> bytes:
    return json.dumps(document).encode()


def end_of(name: str, answer: Answer) -> Accepted | ProviderError:
    """What a message comes to whose one request is answered like this."""
    carrier = Carrier(answer)
    sender: Any = adapter(name, session=carrier)  # type: ignore[arg-type]
    try:
        end: Accepted | ProviderError = asyncio.run(sender.send(KITS[name].outbound()))
    except ProviderError as error:
        end = error
    assert carrier.asked == 1
    return end


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=300, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
@proves("fault-34")
def test_an_answer_of_any_shape_is_accepted_refused_or_unclear_and_can_be_kept(name: str, data: st.DataObject) -> None:
    answer = data.draw(answers(name))

    end = end_of(name, answer)

    assert isinstance(end, Accepted | OutcomeUnknown) or 400 <= answer.status < 500
    if isinstance(end, Accepted):
        assert 200 <= answer.status < 300
        assert end.provider_message_id
        assert can_be_kept(end.provider_message_id, LONGEST_ID)
        assert end.status in RANKS
        assert end.units is None or end.units > 0
    else:
        assert can_be_kept(end.code, LONGEST_CODE)
    if isinstance(end, Throttled):
        assert 0 < end.retry_after_seconds <= LONGEST_WAIT


def can_be_kept(text: str, longest: int) -> bool:
    """Whether the database takes it: short enough, whole characters, and no zero byte."""
    return len(text) <= longest and "\x00" not in text and text == text.encode(errors="replace").decode()


def test_a_moment_too_far_off_to_be_one_waits_as_long_as_when_nothing_was_said() -> None:
    never = f"Mon, 01 Jan {'9' * 30} 00:00:00 GMT"

    end = end_of("twilio", Answer(429, {"retry-after": never, "date": never}, b"{}"))

    assert isinstance(end, Throttled)
    assert end.retry_after_seconds == 5


def test_a_code_of_sixty_digits_is_cut_to_what_can_be_kept() -> None:
    end = end_of("postmark", Answer(422, {}, _as_json({"ErrorCode": 10**60})))

    assert isinstance(end, Rejected)
    assert end.code == "1" + "0" * 39


def test_a_message_that_was_taken_keeps_its_id_when_its_parts_are_counted_in_nonsense() -> None:
    sid = "SM" + "0" * 32

    end = end_of("twilio", Answer(201, {}, _as_json({"sid": sid, "status": "queued", "num_segments": "9" * 5000})))

    assert end == Accepted(sid, "queued", None)
