"""A crowd written to the database at once: a handful of inserts, however many people there are."""

import dataclasses
import datetime
import itertools
import uuid
from collections.abc import Iterator, Sequence

from accounts.models import Guest
from consent.models import ConsentEvent, ConsentState, Point, Preference, StopListEntry, Suppression
from consent.rulebook import rulebook
from consent.values import Address
from contacts.models import Contact, ContactPoint, ListMember
from core import vault
from core.ids import new_id
from core.tenancy import tenant_context
from messaging.models import InboundMessage, Message
from tests.gates.people import DOMAIN, PREFIX, Behind, Sent, Stop, Who, ago
from tests.gates.reckoning import said_at
from tests.gates.stage import Set, Stage

_numbers = itertools.count(1)
_BATCH = 2_000
_LONG_BEFORE = 400 * 24 * 3600


@dataclasses.dataclass(frozen=True, slots=True)
class Member:
    """One person of the crowd, where they stand in the database, and the message that waits for them."""

    who: Who
    contact_id: uuid.UUID
    point_id: uuid.UUID | None
    address: Address | None
    message_id: uuid.UUID | None


def write(stage: Stage, at: Set, crowd: Sequence[Who]) -> list[Member]:
    """Everybody on the list of the scene, with all that was made up about them."""
    with tenant_context(stage.team.id):
        members = [_member(who) for who in crowd]
        _write_addresses(stage, members)
        _write_people(at, members)
        _write_consent(at, members)
        _write_lists(stage, at, members)
        _write_wishes(at, members)
        _write_traffic(stage, at, members)
    return members


def _member(who: Who) -> Member:
    if not who.kind:
        return Member(who, new_id(), None, None, None)
    number = next(_numbers)
    domain, prefix = (f"mail.{DOMAIN}", PREFIX) if who.shares_pattern else ("example.com", "+1402100")
    key = {"phone": f"{prefix}{number:04d}", "whatsapp": f"wa{number}", "email": f"person{number}@{domain}"}[who.kind]
    region, zones = who.place
    address = Address(who.kind, key, key, "…", region, zones, who.number_type)
    if not who.met:
        return Member(who, new_id(), None, address, None)
    return Member(who, new_id(), new_id(), address, new_id())


def _met(members: Sequence[Member]) -> Iterator[tuple[Who, uuid.UUID, Address]]:
    for each in members:
        if each.point_id is not None and each.address is not None:
            yield each.who, each.point_id, each.address


def _write_addresses(stage: Stage, members: Sequence[Member]) -> None:
    digest = vault.digest
    Point.objects.bulk_create(
        [
            Point(
                id=point_id, kind=who.kind, digest=digest(stage.team.id, who.kind, address.key),
                platform_digest=vault.platform_digest(who.kind, address.key),
                address_sealed=_sealed(stage, point_id, address) if who.sealed else b"",
                hint="…", region=who.place[0], zones=who.place[1], number_type=who.number_type,
            )
            for who, point_id, address in _met(members)
        ],
        _BATCH,
    )  # fmt: skip
    known = [(each.who, each.address) for each in members if each.address is not None]
    Guest.objects.bulk_create(
        [
            Guest(
                kind=who.kind,
                label="Guest",
                digest=digest(stage.team.id, who.kind, told.key),
                address_sealed=b"",
                hint="",
            )
            for who, told in known
            if who.guest and who.kind in ("phone", "email")
        ],
        _BATCH,
    )
    listed = [vault.platform_digest(who.kind, told.key).hex() for who, told in known if who.on_platform]
    if listed:
        rows = ", ".join(f"('\\x{digest}', 'abuse', now())" for digest in listed)
        stage.database.run_sql(f"insert into consent_platformsuppression (digest, reason, created_at) values {rows}")


def _sealed(stage: Stage, point_id: uuid.UUID, address: Address) -> bytes:
    return vault.seal(stage.team.id, "consent_point", "address_sealed", point_id, address.text)


def _write_lists(stage: Stage, at: Set, members: Sequence[Member]) -> None:
    """Entries on the scene's lists, also of addresses nobody has met."""
    moment = at.scene.at
    entries = {
        (on.list, on.channel, each.address.key): StopListEntry(
            list=at.lists[on.list], form=each.address.kind, channel=on.channel, created_at=moment,
            digest=vault.digest(stage.team.id, each.address.kind, each.address.key),
            expires_at=None if on.ends is None else ago(moment, -on.ends), removed_at=moment if on.removed else None,
        )
        for each in members if each.address is not None
        for on in each.who.on if on.list < len(at.lists)
    }  # fmt: skip
    StopListEntry.objects.bulk_create(entries.values(), _BATCH)


def _write_people(at: Set, members: Sequence[Member]) -> None:
    contacts, links = [], []
    for each in members:
        for index, behind in enumerate(each.who.people or (Behind(),)):
            contact = Contact(
                id=each.contact_id if index == 0 else new_id(), first_name="Person", country=behind.country,
                time_zone=behind.time_zone, is_minor=behind.minor,
            )  # fmt: skip
            contacts.append(contact)
            if each.point_id is not None:
                links.append(ContactPoint(contact=contact, point_id=each.point_id, label=each.who.kind))
    Contact.objects.bulk_create(contacts, _BATCH)
    ContactPoint.objects.bulk_create(links, _BATCH)
    ListMember.objects.bulk_create(
        [
            ListMember(list=at.people, contact_id=each.contact_id)
            for each in members
            if each.point_id or not each.address
        ],
        _BATCH,
    )


def _write_consent(at: Set, members: Sequence[Member]) -> None:
    events, states, stops = [], [], []
    for who, point_id, _ in _met(members):
        said = [(at.scene.channel, who.consent)] if who.consent != "none" else []
        said += [(channel, status) for channel, status in who.elsewhere if channel != at.scene.channel]
        moment = said_at(who, at.scene, rulebook())
        # every other agreement was given long before, and used then
        used = who.agreed_days % 2 == 1
        for channel, status in said:
            event = _event(point_id, at, channel, status, moment)
            events.append(event)
            states.append(
                ConsentState(
                    point_id=point_id, purpose=at.purpose, channel=channel, status=status, event_id=event.id,
                    changed_at=ago(moment, _LONG_BEFORE) if used else moment, engaged_at=moment if used else None,
                )
            )  # fmt: skip
        stops += [_stop(point_id, at, each) for each in who.stops]
    ConsentEvent.objects.bulk_create(events, _BATCH)
    ConsentState.objects.bulk_create(states, _BATCH)
    Suppression.objects.bulk_create(stops, _BATCH)


def _event(point_id: uuid.UUID, at: Set, channel: str, status: str, moment: datetime.datetime) -> ConsentEvent:
    return ConsentEvent(
        id=new_id(), point_id=point_id, purpose=at.purpose, channel=channel, status=status, source="web_form",
        occurred_at=moment, recorded_at=moment, actor_kind="system",
    )  # fmt: skip


def _stop(point_id: uuid.UUID, at: Set, stop: Stop) -> Suppression:
    moment = at.scene.at
    return Suppression(
        point_id=point_id, channel=stop.channel, kind=stop.kind, source="keyword", created_at=ago(moment, 3600),
        expires_at=None if stop.ends is None else ago(moment, -stop.ends), lifted_at=ago(moment, 60) if stop.lifted else None,
    )  # fmt: skip


def _write_wishes(at: Set, members: Sequence[Member]) -> None:
    events, wishes = [], []
    for who, point_id, _ in _met(members):
        if who.weekly_cap is None and who.own is None:
            continue
        event = _event(point_id, at, "", "preferred", at.scene.at)
        start, end, zone = who.own or (None, None, "")
        events.append(event)
        wishes.append(
            Preference(
                point_id=point_id, weekly_cap=who.weekly_cap, hours_from=start, hours_until=end, hours_zone=zone,
                event_id=event.id, changed_at=at.scene.at,
            )
        )  # fmt: skip
    ConsentEvent.objects.bulk_create(events, _BATCH)
    Preference.objects.bulk_create(wishes, _BATCH)


def _write_traffic(stage: Stage, at: Set, members: Sequence[Member]) -> None:
    messages, heard = [], []
    beside = _write_other_addresses(stage, members)
    for each in members:
        if each.point_id is None or each.message_id is None:
            continue
        messages.append(_message(stage, at, each.point_id, each.message_id, Sent(0, "ready", at.scene.tier)))
        for sent in each.who.sent:
            point_id = beside[each.contact_id] if sent.beside else each.point_id
            messages.append(_message(stage, at, point_id, new_id(), sent))
        for news in each.who.heard:
            heard.append(
                InboundMessage(
                    account=at.sender.account, sender=at.sender if news.ours else stage.other, channel=at.scene.channel,
                    point_id=each.point_id, body_sealed=b"", form=news.form, kind="text", provider_message_id=str(new_id()),
                    said_at=None if news.said is None else ago(at.scene.at, news.said), received_at=ago(at.scene.at, news.age),
                )
            )  # fmt: skip
    Message.objects.bulk_create(messages, _BATCH)
    InboundMessage.objects.bulk_create(heard, _BATCH)


def _write_other_addresses(stage: Stage, members: Sequence[Member]) -> dict[uuid.UUID, uuid.UUID]:
    """One more address for the first person of those who got something there, of a kind the channel does not reach."""
    points, links, found = [], [], {}
    for each in members:
        if each.point_id is None or not any(sent.beside for sent in each.who.sent):
            continue
        kind, number = "phone" if each.who.kind == "email" else "email", next(_numbers)
        key = f"+1402{number:07d}" if kind == "phone" else f"person{number}@example.com"
        point = Point(
            id=new_id(), kind=kind, digest=vault.digest(stage.team.id, kind, key), address_sealed=b"sealed", hint="…",
            platform_digest=vault.platform_digest(kind, key), region="", zones="", number_type="mobile",
        )  # fmt: skip
        points.append(point)
        links.append(ContactPoint(contact_id=each.contact_id, point_id=point.id, label=kind))
        found[each.contact_id] = point.id
    Point.objects.bulk_create(points, _BATCH)
    ContactPoint.objects.bulk_create(links, _BATCH)
    return found


def _message(stage: Stage, at: Set, point_id: uuid.UUID, message_id: uuid.UUID, sent: Sent) -> Message:
    sealed = b""
    if sent.state == "ready":
        sealed = vault.seal(stage.team.id, "messaging_message", "body_sealed", message_id, at.scene.body)
    return Message(
        id=message_id, channel=sent.channel or at.scene.channel, origin="run", origin_id=at.run.id,
        point_id=point_id, sender=at.sender,
        purpose=stage.purposes[sent.tier], template_version=at.version, body_sealed=sealed, state=sent.state,  # type: ignore[index]
        expires_at=at.scene.at, created_at=ago(at.scene.at, sent.age),
        sent_at=None if sent.left is None else ago(at.scene.at, sent.left),
    )  # fmt: skip
