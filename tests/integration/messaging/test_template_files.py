"""Files of templates, brought a second time after they have waited too long, and fetched by the network."""

import datetime

import pytest
import time_machine

from core import clock
from core.tenancy import tenant_context
from messaging.actions.template_files import forget_template_files, keep_template_file
from messaging.channels.whatsapp_texts import Head, TemplateText
from messaging.models import TemplateFile
from messaging.template_file_links import template_file_url
from tests.factories import pictures
from tests.factories.whatsapp import make_template, make_whatsapp


@pytest.fixture
def kept(acme):
    """A file that no template names."""
    with tenant_context(acme.id):
        return keep_template_file(actor=acme.actor(), raw=pictures.PDF)


def later(**span):
    """So much later."""
    return time_machine.travel(clock.now() + datetime.timedelta(**span))


def test_a_file_brought_again_after_its_day_waits_another_day(acme, kept):
    with later(days=1, minutes=1), tenant_context(acme.id):
        again = keep_template_file(actor=acme.actor(), raw=pictures.PDF)
        forgotten = forget_template_files()

        assert forgotten == 0
        assert again.id != kept.id
        assert TemplateFile.objects.get() == again


def test_a_file_that_a_template_names_is_the_same_whenever_it_is_brought_again(acme, kept):
    text = TemplateText(body="Our menu of the week for you.", head=Head("document", file=str(kept.id)))
    with tenant_context(acme.id):
        make_template(make_whatsapp(acme.actor()), text=text)

    with later(days=2), tenant_context(acme.id):
        again = keep_template_file(actor=acme.actor(), raw=pictures.PDF)

        assert again.id == kept.id
        assert TemplateFile.objects.count() == 1


def test_the_network_may_keep_a_file_for_some_minutes_and_a_browser_keeps_none(acme, kept):
    address = template_file_url(acme.id, str(kept.id))
    client = acme.client()

    fetched = client.get(address[address.index("/webhooks/") :])
    shown = client.get(f"/templates/files/{kept.id}/")

    assert fetched["Cache-Control"] == "private, max-age=600"
    assert shown["Cache-Control"] == "private, no-store"
