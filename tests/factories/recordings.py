"""Organisations that call, and recordings they keep."""

import io

from core.tenancy import tenant_context
from messaging.actions.announcing import keep_audio
from messaging.models import AnnouncementAudio
from tests.factories.accounts import Team, make_operator, operator_actor
from tests.factories.calls import make_caller
from tests.factories.campaigns import House, make_house
from tests.factories.sounds import wav

SAID = "We are open again from Monday."


def house_of(team: Team) -> House:
    """An organisation that calls."""
    return make_caller(make_house(team.id, team.actor(), operator_actor(make_operator(f"Olga of {team.name}")), ""))


def keep(house: House, raw: bytes = b"") -> AnnouncementAudio:
    """A recording of this organisation: this sound, or any."""
    with tenant_context(house.id):
        return keep_audio(actor=house.actor, raw=raw or wav())


def written(house: House, **changes: object) -> dict[str, object]:
    """A filled form of an announcement."""
    typed = {
        "channel": "voice", "name": "Open again", "purpose": str(house.purpose.id), "sender": str(house.sender.id),
        "included": [str(house.people.id)], "body": SAID, "language": "en", "phone": "+1 800 555 0123",
        "machine": "hang_up",
    }  # fmt: skip
    return typed | changes


def a_file(raw: bytes, name: str = "hello.mp3") -> io.BytesIO:
    """A file as a browser sends it."""
    file = io.BytesIO(raw)
    file.name = name
    return file
