"""When the first and the last message of a checked campaign would leave. Pure: no database, no clock."""

import dataclasses
import datetime
from collections.abc import Sequence

from campaigns.selectors.reports import Wave


@dataclasses.dataclass(frozen=True, slots=True)
class Span:
    """The moments at which the first and the last message leave, as far as the speed of the sender alone decides."""

    first: datetime.datetime
    last: datetime.datetime


def delivery_span(waves: Sequence[Wave], *, rate: int, opens_at: datetime.datetime) -> Span | None:
    """From the first message to the last one; None for nobody.

    Shape: every wave, in order; those of one moment leave one after the other at `rate` a second, and who comes later waits
           for them. Nothing leaves before `opens_at`.
    """
    if not waves:
        return None
    starts, at = [], opens_at
    for wave in waves:
        begins = max(at, opens_at if wave.at_once else wave.at)
        starts.append(begins)
        at = begins + datetime.timedelta(seconds=wave.people / rate)
    return Span(starts[0], at)
