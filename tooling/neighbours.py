"""The people of the check: an untidy contact file, and for each channel what a right product makes of it."""

import collections
import csv
import dataclasses
import datetime
import io
from collections.abc import Iterable, Mapping

CHANNELS = ("sms", "whatsapp", "email", "voice")
_AREA = "531"  # eastern Nebraska; 555-0100 to 555-0199 belongs to nobody
_WINNIPEG = "+1204"  # the same hour, and another country: WhatsApp carries no offers to numbers of the United States
_FORMS = ("+1 {} {}-{}", "({}) {}-{}", "{}.{}.{}", "1-{}-{}-{}", "{}{}{}")
_HEADERS: tuple[str, ...] = (
    "Customer name",
    "Mobile no.",
    "E-mail",
    "Town",
    "SMS opt in",
    "WhatsApp opt in",
    "Email opt in",
)
_HEADERS += ("Call opt in", "Opt in date", "Opt in source", "Unsubscribed")
_SPOILED = ("call me", "12345", "5.31555E+09")
_TWICE = 3
PAGE = "https://corner.example/texts"
#: phones and a mailbox of the sandbox with a will of their own
LANDLINE, FAILS, MACHINE, PRESSES_9 = (f"+140255501{digits}" for digits in ("55", "57", "92", "95"))
BOUNCES = "bounce@people.example"


@dataclasses.dataclass(frozen=True, slots=True)
class Neighbour:
    """One person of the file: how they are reached, on which channels they said yes, with a proof or without."""

    phone: str = ""
    mail: str = ""
    agreed: tuple[str, ...] = ()
    proven: bool = True
    away: bool = False

    def address(self, channel: str) -> str:
        """Where the channel reaches them; empty where it does not."""
        return self.mail if channel == "email" else self.phone

    def obstacle(self, channel: str) -> str:
        """Why they must not be reached on it; empty when they may be."""
        if not self.address(channel):
            return "no_address"
        if self.away:
            return "opted_out"
        if channel not in self.agreed:
            return "no_consent"
        if not self.proven:
            return "unproven"
        return "channel_barred" if channel == "whatsapp" and not self.phone.startswith(_WINNIPEG) else ""


@dataclasses.dataclass(frozen=True, slots=True)
class Share:
    """The truth of one channel: who may be reached, and how many are left out for which reason.

    `turned_away` the carrier does not take; `missed` it takes, and nobody gets it; `lost` protects from a second try.
    """

    may: frozenset[str]
    left_out: Mapping[str, int]
    turned_away: frozenset[str] = frozenset()
    missed: frozenset[str] = frozenset()
    lost: frozenset[str] = frozenset()

    @property
    def planned(self) -> int:
        """Everybody on the list."""
        return len(self.may) + sum(self.left_out.values())


@dataclasses.dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The file, and the truth about it."""

    content: bytes
    usable: int
    rejected: int
    shares: Mapping[str, Share]


def neighbourhood(today: datetime.date) -> Neighbourhood:
    """Forty people who agreed with proof, some on several channels; others who did not; some twice, some spoiled."""
    people = list(_people())
    date = (today - datetime.timedelta(days=20)).isoformat()
    rows = [_row(each, date) for each in people]
    rows += rows[:_TWICE]  # the same people, another hand
    rows += [["Nobody", spoiled, "", "Omaha", "yes", "", "", "", date, PAGE, ""] for spoiled in _SPOILED]
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows([_HEADERS, *rows])
    shares = {channel: _share(channel, people) for channel in CHANNELS}
    return Neighbourhood(text.getvalue().encode("utf-8-sig"), len(people), len(_SPOILED), shares)


def line(number: int) -> str:
    """A phone of the neighbourhood that does what phones do."""
    return f"+1{_AREA}55501{number:02d}"


def winnipeg(number: int) -> str:
    """A phone of a customer who moved north."""
    return f"{_WINNIPEG}55501{number:02d}"


def mailbox(number: int) -> str:
    """The same person's mailbox."""
    return f"neighbour{number:02d}@people.example"


def _people() -> Iterable[Neighbour]:
    for number in range(40):
        writes = 12 <= number < 24
        also = (("whatsapp", number in (26, 27)), ("email", writes), ("voice", 30 <= number < 38))
        agreed = ("sms", *(channel for channel, yes in also if yes))
        yield Neighbour(line(number), mailbox(number) if writes else "", agreed)
    yield from (Neighbour(winnipeg(number), agreed=("whatsapp",)) for number in range(20, 30))
    yield from (Neighbour(LANDLINE, agreed=("sms",)), Neighbour(FAILS, agreed=("sms",)))
    yield from (Neighbour(phone, agreed=("voice",)) for phone in (MACHINE, PRESSES_9))
    yield from (Neighbour(mail=mail, agreed=("email",)) for mail in (mailbox(41), BOUNCES))
    yield from (Neighbour(line(number), agreed=CHANNELS, proven=False) for number in range(50, 55))
    yield from (Neighbour(line(number)) for number in range(60, 64))
    yield from (Neighbour(line(number), away=True) for number in range(70, 73))


def _share(channel: str, people: Iterable[Neighbour]) -> Share:
    may = frozenset(each.address(channel) for each in people if not each.obstacle(channel))
    left_out = collections.Counter(why for each in people if (why := each.obstacle(channel)))
    carriers = {
        # it takes the landline, and says afterwards that no text can arrive there; the other one may be tried again
        "sms": {"missed": frozenset({LANDLINE, FAILS}), "lost": frozenset({LANDLINE})},
        "email": {"turned_away": frozenset({BOUNCES}), "lost": frozenset({BOUNCES})},
        "voice": {"missed": frozenset({MACHINE})},
    }
    return Share(may, left_out, **carriers.get(channel, {}))


def _row(person: Neighbour, date: str) -> list[str]:
    said = ["yes" if channel in person.agreed else "" for channel in CHANNELS]
    proof = [date, PAGE] if person.agreed and person.proven else ["", ""]
    name = f"Neighbour {person.phone[-4:] or person.mail.partition('@')[0]}"
    return [name, _written(person.phone), person.mail, " Omaha ", *said, *proof, "STOP" if person.away else ""]


def _written(number: str) -> str:
    """A number in one of the hands people write numbers in."""
    if not number:
        return ""
    return _FORMS[int(number[-2:]) % len(_FORMS)].format(number[2:5], number[5:8], number[8:])
