"""The sandbox's business time: the world's time plus an offset that the panel or a test moves."""

import datetime
import time

_FARTHEST = 50 * 365 * 86400.0  # seconds this clock may stand from the world's


class Clock:
    """Time as the phones see it. Delays of the carrier run in the world's time; dates and schedules in this one."""

    def __init__(self) -> None:
        self.offset = 0.0
        self._apart: dict[str, float] = {}

    def offset_of(self, account: str = "") -> float:
        """How far the time of an account, or of everybody, stands from the world's. Units: seconds."""
        return self.offset + self._apart.get(account, 0.0)

    def seconds(self, account: str = "") -> float:
        """Units: seconds since 1970, offset included."""
        return time.time() + self.offset_of(account)

    def now(self, account: str = "") -> datetime.datetime:
        """The moment, aware UTC, offset included."""
        return datetime.datetime.fromtimestamp(self.seconds(account), datetime.UTC)

    def set(self, offset: float, account: str = "") -> None:
        """Stand this many seconds from the world's time; with an account, let it alone stand so far from the others.

        A history is written for one account while the phones of the others stay in their present.
        Errors: ValueError, nothing changed.
        """
        if not abs(offset) <= _FARTHEST:
            raise ValueError("offset_seconds: give a number of seconds, 50 years at most")
        if account:
            self._apart[account] = offset
        else:
            self.offset = offset

    def reset(self) -> None:
        """Go back to the world's time, with every account."""
        self.offset = 0.0
        self._apart.clear()

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
