"""Whoever asks why somebody did not get a campaign is told which one left them out, and why."""

from campaigns.actions.launching import pause_run
from campaigns.models import Run
from campaigns.selectors.reports import run_report
from consent.models import Purpose
from contacts.models import ContactPoint
from core.tenancy import tenant_context
from messaging.models import Message
from tests.factories.campaigns import add_people, make_campaign, number
from tests.factories.channels import make_content, make_line
from tests.factories.left_out import enter
from tests.integration.campaigns.conftest import check, launch, send
from tests.snapshots import rows_of


def test_the_search_names_the_campaigns_that_left_somebody_out_with_their_reasons(acme, rival, house):
    add_people(house, 2, 1)
    campaign = make_campaign(house)
    check(house, campaign)
    run = send(house, launch(house, campaign, 1))
    before = rows_of(acme.id)
    asked = {"q": number(1).e164}

    page = acme.client().get("/messages/", asked)

    (told,) = page.context["left_out"]
    assert (told.name, told.label) == ("Orders ready", "They never agreed to this")
    assert told.page == f"/campaigns/runs/{run.id}/people/?show=left_out&reason=no_consent"
    assert "Nothing was sent there. These campaigns left them out:" in page.content.decode()
    assert acme.client().get(told.page).context["page"].people[0].code == "no_consent"
    assert [acme.client("viewer").get("/messages/", asked).context["left_out"]] == [[]]
    assert rival.client().get("/messages/", asked).context["left_out"] == []
    assert acme.client().get("/messages/", {"q": number(0).e164}).context["left_out"] == []
    assert rows_of(acme.id) == before


def test_the_link_to_the_reasons_says_got_only_of_what_left_and_did_not_fail(acme, house):
    add_people(house, 1, 1)
    campaign = make_campaign(house)
    check(house, campaign)
    run = send(house, launch(house, campaign, 1))
    here, browser = f"/campaigns/runs/{run.id}/people/", acme.client()
    search = ("/messages/", {"q": number(0).e164})

    waiting = [browser.get(here).content.decode(), browser.get(*search).content.decode()]
    with tenant_context(acme.id):
        Message.objects.update(state="claimed", lease_token=run.id, next_at=None)
        Message.objects.update(state="attempting")
        Message.objects.update(state="accepted", lease_token=None, delivery_rank=35, reason="30005")
    failed = [browser.get(here).content.decode(), browser.get(*search).content.decode()]
    with tenant_context(acme.id):
        Message.objects.update(delivery_rank=40, reason="")
    arrived = [browser.get(here).content.decode(), browser.get(*search).content.decode()]

    words = ("Why they may get it", "Why they did not get it", "Why they got it")
    told = [[[each in page for each in words] for page in pages] for pages in (waiting, failed, arrived)]
    assert told == [[[True, False, False]] * 2, [[False, True, False]] * 2, [[False, False, True]] * 2]


def test_a_check_counts_parts_as_the_report_will(acme, house):
    add_people(house, 3, 3)
    campaign = make_campaign(house, "Hello {{ contact.first_name }}, " + "your order is ready. " * 8)
    checked = check(house, campaign)
    with tenant_context(acme.id):
        assert Run.objects.get(id=checked.id).parts_by_country == {"US": [3, 6, 6]}

    page = acme.client().get(f"/campaigns/{campaign.id}/check/").content.decode()

    assert "6 message parts <span" in page
    assert "2 message parts for them" in page
    assert "messages each" not in page
    assert "GSM-7 " not in page


def test_a_check_names_the_country_and_the_rule_that_close_the_channel(acme, house):
    with tenant_context(acme.id):
        line, content = make_line(house, "whatsapp"), make_content(house, "whatsapp")
        enter(house, "whatsapp", 1, "agreed")
    campaign = make_campaign(house, sender=line, content=content)
    with tenant_context(acme.id):
        Purpose.objects.filter(id=house.purpose.id).update(tier="marketing")
    run = check(house, campaign)

    with tenant_context(acme.id):
        run = Run.objects.select_related("sender__account", "purpose").get(id=run.id)
        (row,) = [row for group in run_report(run).left_out for row in group.rows]
    page = acme.client().get(f"/campaigns/{campaign.id}/check/").content.decode()

    (rule,) = row.rules
    assert (row.code, rule.places, rule.page) == (
        "channel_barred",
        "United States",
        "/consent/rules/us-whatsapp-offers/",
    )
    assert all(words in page for words in ("United States:", rule.page, "The rule and its source"))
    assert acme.client().get(rule.page).status_code == 200


def test_a_paused_campaign_is_called_paused_by_the_list_and_by_home(acme, house):
    add_people(house, 1, 1)
    campaign = make_campaign(house)
    check(house, campaign)
    run = send(house, launch(house, campaign, 1))
    browser = acme.client()
    sending = [(chip.state, chip.label, chip.count) for chip in browser.get("/campaigns/").context["chips"]]
    with tenant_context(acme.id):
        pause_run(actor=house.actor, run=run)

    chips = browser.get("/campaigns/").context["chips"]
    home = browser.get("/").context["home"]

    assert sending == [("running", "Sending", 1)]
    assert [(chip.state, chip.label, chip.count) for chip in chips] == [("paused", "Paused", 1)]
    assert len(browser.get("/campaigns/?state=paused").context["page"].object_list) == 1
    assert len(browser.get("/campaigns/?state=running").context["page"].object_list) == 0
    assert home.lead == "1 campaign is paused."


def test_a_missing_proof_leads_to_the_address_where_it_is_recorded(acme, house):
    with tenant_context(acme.id):
        contact = enter(house, "sms", 1, "unproven")
        point = ContactPoint.objects.get(contact=contact).point_id
    run = check(house, make_campaign(house))
    browser = acme.client()

    card = browser.get(f"/contacts/{contact.id}/").content.decode()
    (person,) = browser.get(f"/campaigns/runs/{run.id}/people/?show=left_out").context["page"].people
    here = f"/consent/points/{point}/"

    assert f'<a href="{here}">claimed, without proof</a>' in card
    assert (person.code, person.point_id) == ("unproven", point)
    assert "record" in browser.get(here).content.decode().casefold()
