"""The sandbox's business time: the world's time plus an offset that the panel or a test moves."""

import datetime
import time

_FARTHEST = 50 * 365 * 86400.0  # seconds this clock may stand from the world's


class Clock:
    """Time as the phones see it. Delays of the carrier run in the world's time; dates and schedules in this one."""

    def __init__(self) -> None:
        self.offset = 0.0

    def seconds(self) -> float:
        """Units: seconds since 1970, offset included."""
        return time.time() + self.offset

    def now(self) -> datetime.datetime:
        """The moment, aware UTC, offset included."""
        return datetime.datetime.fromtimestamp(self.seconds(), datetime.UTC)

    def set(self, offset: float) -> None:
        """Stand this many seconds from the world's time. Errors: ValueError, nothing changed."""
        if not abs(offset) <= _FARTHEST:
            raise ValueError("offset_seconds: give a number of seconds, 50 years at most")
        self.offset = offset

    def moved(self, move: str, zone: datetime.tzinfo) -> float:
        """The offset after a move: `+3600` adds seconds, `09:00` goes to that wall time next, `reset` goes back to now.

        Units:  seconds.
        Errors: ValueError naming the field; nothing changed.
        """
        if move == "reset":
            return 0.0
        if ":" in move:
            return self.offset + self._until(move, zone)
        try:
            return self.offset + int(move)
        except ValueError:
            raise ValueError("move: write +seconds, HH:MM or reset") from None

    def _until(self, wall: str, zone: datetime.tzinfo) -> float:
        try:
            target_time = datetime.time.fromisoformat(wall)
        except ValueError:
            raise ValueError("move: write the wall time as HH:MM") from None
        here = self.now().astimezone(zone)
        target = datetime.datetime.combine(here.date(), target_time, tzinfo=zone)
        if target <= here:
            target = datetime.datetime.combine(here.date() + datetime.timedelta(days=1), target_time, tzinfo=zone)
        return target.timestamp() - here.timestamp()
