"""An approved template is changed: the approved text goes on being sent until the network has the change."""

import time

import pytest

from core.tenancy import tenant_context
from messaging.channels.whatsapp_texts import text_of
from messaging.models import ProviderTemplate
from tests.factories.accounts import make_team
from tests.integration.accounts.chain import last_deed
from tests.integration.api.conftest import app, application  # noqa: F401  an application with its key
from tests.integration.messaging.test_whatsapp_templates import account, typed  # noqa: F401  the account is a fixture
from tests.proofs import proves
from tests.snapshots import changed, rows_of

_BEFORE = "Hello {{first_name}}, your visit is on {{day}} at our office."
_AFTER = "Dear {{first_name}}, we expect you on {{day}} at our office."


@pytest.fixture
def approved(acme, account, sandbox):  # noqa: F811
    """A template the sandbox has approved, as the pages wrote and submitted it."""
    acme.client().post("/templates/new/", typed(account))
    row = the_template(acme)
    acme.client().post(f"/templates/{row.id}/submit/")
    row = reviewed(acme, account)
    assert row.changed == {}
    return row


def reviewed(team, account):  # noqa: F811
    """The template once the carrier has approved it: its review takes a moment."""
    for _ in range(100):
        team.client().post("/templates/bring-in/", {"account": str(account.id)})
        row = the_template(team)
        if row.state == "approved":
            return row
        time.sleep(0.1)
    raise AssertionError("the review takes longer than ten seconds")


def the_template(team):
    with tenant_context(team.id):
        return ProviderTemplate.objects.get()


@proves("D2")
def test_a_change_of_an_approved_template_waits_beside_it_until_it_is_submitted(acme, account, approved, sandbox):  # noqa: F811
    before = rows_of(acme.id)

    answer = acme.client().post(f"/templates/{approved.id}/change/", typed(account, body=_AFTER))

    row = the_template(acme)
    page = acme.client().get(f"/templates/{row.id}/").content.decode()
    assert answer.status_code == 302
    assert (row.state, text_of(row.content).body, text_of(row.changed).body) == ("approved", _BEFORE, _AFTER)
    assert changed(before, rows_of(acme.id)) == {
        "messaging_providertemplate": 0, "accounts_auditevent": 1, "accounts_audithead": 0,
    }  # fmt: skip
    assert "A change waits to be submitted." in page
    assert "we expect you on" in page
    assert "your visit is on" in page
    assert _AFTER in acme.client().get(f"/templates/{row.id}/change/").content.decode()


@proves("D2")
def test_a_submitted_change_takes_the_place_of_the_text_and_is_reviewed(acme, account, approved, sandbox):  # noqa: F811
    acme.client().post(f"/templates/{approved.id}/change/", typed(account, body=_AFTER))

    acme.client().post(f"/templates/{approved.id}/submit/")

    row = the_template(acme)
    assert (text_of(row.content).body, row.changed) == (_AFTER, {})
    assert last_deed(acme.id).action in ("template.submitted", "template.reported")
    assert text_of(reviewed(acme, account).content).body == _AFTER


def test_a_second_change_within_a_day_is_refused_by_the_network_and_nothing_is_lost(acme, account, approved, sandbox):  # noqa: F811
    acme.client().post(f"/templates/{approved.id}/change/", typed(account, body=_AFTER))
    acme.client().post(f"/templates/{approved.id}/submit/")
    reviewed(acme, account)
    acme.client().post(f"/templates/{approved.id}/change/", typed(account, body=_BEFORE))

    answer = acme.client().post(f"/templates/{approved.id}/submit/")

    row = the_template(acme)
    assert answer.status_code == 422
    assert "once a day" in answer.content.decode()
    assert (row.state, text_of(row.content).body, text_of(row.changed).body) == ("approved", _AFTER, _BEFORE)


def test_a_change_is_dropped_by_a_press_and_by_writing_the_approved_text_again(acme, account, approved, sandbox):  # noqa: F811
    client = acme.client()
    client.post(f"/templates/{approved.id}/change/", typed(account, body=_AFTER))

    dropped = client.post(f"/templates/{approved.id}/drop-change/")
    after_drop = the_template(acme).changed
    deed = last_deed(acme.id).action
    client.post(f"/templates/{approved.id}/drop-change/")
    client.post(f"/templates/{approved.id}/change/", typed(account, body=_AFTER))
    client.post(f"/templates/{approved.id}/change/", typed(account))

    row = the_template(acme)
    assert (dropped.status_code, after_drop, deed) == (302, {}, "template.change_dropped")
    assert (row.changed, text_of(row.content).body, row.state) == ({}, _BEFORE, "approved")


@pytest.mark.parametrize("others", [{"use_case": "promotional"}, {"name": "another_name"}])
def test_the_use_and_the_name_of_an_approved_template_stay(acme, account, approved, others):  # noqa: F811
    before = rows_of(acme.id)

    acme.client().post(f"/templates/{approved.id}/change/", typed(account, body=_AFTER, **others))

    row = the_template(acme)
    if "use_case" in others:
        assert rows_of(acme.id) == before
    assert (row.name, row.use_case, text_of(row.content).body) == ("visit_reminder", "transactional", _BEFORE)


def test_an_approved_template_without_a_change_is_not_submitted_again(acme, approved, sandbox):
    before, asked = rows_of(acme.id), len(sandbox.ledger("kind=chat_template"))

    answer = acme.client().post(f"/templates/{approved.id}/submit/")

    assert answer.status_code == 422
    assert "Change it first." in answer.content.decode()
    assert (rows_of(acme.id), len(sandbox.ledger("kind=chat_template"))) == (before, asked)


def test_another_organisation_neither_changes_nor_drops_it(acme, account, approved):  # noqa: F811
    rival = make_team("Rival")
    acme.client().post(f"/templates/{approved.id}/change/", typed(account, body=_AFTER))

    answers = [rival.client().post(f"/templates/{approved.id}/{verb}/", {}) for verb in ("change", "drop-change")]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert text_of(the_template(acme).changed).body == _AFTER


def test_the_api_says_that_a_change_waits_and_submits_it(acme, account, approved, app):  # noqa: F811
    asked = app.get(f"templates/{approved.id}/")
    assert asked.status_code == 200, asked.json()
    before = asked.json()["changed"]
    acme.client().post(f"/templates/{approved.id}/change/", typed(account, body=_AFTER))

    after = app.get(f"templates/{approved.id}/").json()

    assert (before, after["changed"], after["body"], after["choosable"]) == (False, True, _BEFORE, True)
