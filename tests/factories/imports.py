"""A file about one person that says something of her consent, and what the ledger holds after it."""

import datetime

from consent.models import ConsentState
from contacts.models import ImportRow
from core.tenancy import tenant_context

HEAD = "Phone,Email,First name,SMS opt in,Email opt in,Opt in date,Opt in source,Opt in IP\n"
MINA = "+14025550142,mina@example.com,Mina,{sms},{email},{date},{source},198.51.100.7\n"
DAY = datetime.datetime(2024, 1, 2, tzinfo=datetime.UTC)


def file(sms="", email="", date="", source=""):
    """One row about Mina."""
    return HEAD + MINA.format(sms=sms, email=email, date=date, source=source)


def states(team):
    """Channel → status of everybody."""
    with tenant_context(team.id):
        return dict(ConsentState.objects.values_list("channel", "status"))


def notes(team, job):
    """Row → the word about its consent."""
    with tenant_context(team.id):
        return dict(ImportRow.objects.filter(job=job).values_list("number", "consent_note"))
