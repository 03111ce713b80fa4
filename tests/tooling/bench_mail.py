"""What the mail benchmark asks of the product, by its own objects: a letter made and handed over for many people."""

import asyncio
import datetime
import email.headerregistry
import email.message
import email.policy
import smtplib
import uuid
from collections.abc import Sequence

import aiosmtplib

from accounts.models import Organization
from consent.contracts import Permit
from core.http import Session
from core.tenancy import tenant_context
from messaging.channels.email import EMAIL
from messaging.channels.protocol import Common, Written
from messaging.providers.email_message import EmailOutbound, mail_bytes
from messaging.providers.smtp import Smtp
from tests.factories.accounts import Team, make_team

SENDER = "news@acme.example"
_ROW = "<tr><td style='padding:8px'>{}</td><td style='padding:8px'>One more line of a letter, as letters have them.</td></tr>"
LETTER = Written(
    "<h1>Hello {{ contact.first_name }}</h1><p>News for you in {{ contact.city }}:</p><table>"
    + "".join(_ROW.format(number) for number in range(12))
    + "</table><p><a href='https://shop.example/?who={{ contact.first_name }}'>See them all</a></p>",
    {"subject": "{{ contact.first_name }}, news from Acme"},
)
_CREDENTIALS = {
    "host": "mail.example.com",
    "port": "587",
    "security": "starttls",
    "username": "u",
    "password": "secret",
}


def open_team(name: str = "Acme") -> Team:
    """An organisation with a postal address."""
    team = make_team(name)
    with tenant_context(team.id):
        Organization.objects.update(postal_address="1 Main Street, Omaha NE 68102, USA")
    return team


def values(index: int) -> dict[str, dict[str, str]]:
    """One person."""
    return {"contact": {"first_name": f"Person {index}", "city": "Omaha"}}


def outbounds(team: Team, count: int) -> list[EmailOutbound]:
    """The letter rendered for so many people, with imprint and unsubscribe link: all that is made before it leaves."""
    now = datetime.datetime(2026, 11, 25, 12, tzinfo=datetime.UTC)
    with tenant_context(team.id):
        return [
            EMAIL.outbound(
                Common(
                    Permit(uuid.uuid4(), uuid.uuid4(), uuid.uuid4(), now), SENDER, f"person{index}@people.example", "",
                    900, str(index),
                ),
                EMAIL.render(LETTER, values(index)),
            )
            for index in range(count)
        ]  # fmt: skip


async def _hand_over(port: int, mails: Sequence[EmailOutbound]) -> int:
    async with Session() as session:
        provider = Smtp(_CREDENTIALS, f"smtp://127.0.0.1:{port}", session)
        return len(await asyncio.gather(*(provider.send(mail) for mail in mails)))


def send_ours(team: Team, port: int, count: int) -> int:
    """The product's way: made for each person, then handed over on kept connections."""
    return asyncio.run(_hand_over(port, outbounds(team, count)))


def made_before(team: Team, count: int) -> list[tuple[str, bytes]]:
    """Recipients and finished mails, for the loop that does nothing but send."""
    return [(mail.recipient, mail_bytes(mail)) for mail in outbounds(team, count)]


def send_bare(port: int, mails: Sequence[tuple[str, bytes]], connections: int = 10) -> int:
    """The limit: the same library on as many connections, sending what is finished."""

    async def work() -> int:
        waiting = iter(mails)

        async def one() -> int:
            client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False, local_hostname="bench")
            await client.connect()
            sent = 0
            for recipient, content in waiting:
                await client.mail(SENDER)
                await client.rcpt(recipient)
                await client.data(content)
                sent += 1
            await client.quit()
            return sent

        return sum(await asyncio.gather(*(one() for _ in range(connections))))

    return asyncio.run(work())


def send_slowly(team: Team, port: int, count: int) -> int:
    """The usual way: an EmailMessage for each person, and the standard library's client on one kept connection."""
    with smtplib.SMTP("127.0.0.1", port) as client:
        for mail in outbounds(team, count):
            made = email.message.EmailMessage(policy=email.policy.SMTP)
            made["From"] = email.headerregistry.Address(mail.from_name, addr_spec=mail.sender)
            made["To"], made["Subject"], made["Date"] = mail.recipient, mail.subject, mail.permit.decided_at
            made["List-Unsubscribe"] = f"<{mail.unsubscribe_url}>"
            made.set_content(mail.body)
            made.add_alternative(mail.html, subtype="html")
            client.sendmail(mail.sender, [mail.recipient], made.as_bytes())
    return count


def taken(port: int) -> int:
    """How many mails the sink has taken so far."""
    with smtplib.SMTP("127.0.0.1", port) as client:
        return int(client.noop()[1])
