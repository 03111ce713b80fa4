"""J7, J8: the compliance report and whose agreements end, on the page, as a file and through the API: one set of numbers."""

import csv
import io

from campaigns.selectors.compliance import compliance_report
from campaigns.selectors.ending import endings
from core import clock
from core.tenancy import tenant_context
from tests.counts import Statements
from tests.factories.consent import MINA, OMAR, grant, make_claim, make_point, make_purpose, record, stop
from tests.integration.api.conftest import application
from tests.integration.campaigns.test_asking_again import soon
from tests.integration.messaging.test_promised_frequency import DAYS, programme, write

__all__ = ["programme", "soon"]


def rows_in(answer):
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def test_the_file_and_the_api_say_what_the_page_says(programme, rival):
    acme, offers, sender, mina, omar = programme
    with tenant_context(acme.id):
        write(sender, mina, 3)
        stop(omar)
        record(make_claim(make_point("+14025550144"), offers, "unproven"))
    browser = acme.client()

    page = browser.get("/consent/report/?days=7").content.decode()
    rows = rows_in(browser.get("/consent/report/compliance.csv?days=7"))
    told = application(acme, "see_contacts", "see_campaigns").get("reports/compliance/?days=7").json()
    others = application(rival, "see_contacts", "see_campaigns").get("reports/compliance/").json()

    assert rows[0] == ["Part", "About", "Detail", "Measure", "Number"]
    assert ["Growth and loss", "Keyword in a message", "", "Stopped", "1"] in rows
    assert ["Promised frequency", "Offers", "SMS", "Over the promise (at most 3 a week)", "1"] in rows
    assert (told["days"], told["gained"], told["lost"], told["agreed"], told["all"]) == (7, 2, 1, 1, 2)
    assert told["sources"][0] == {"label": "Form on a page", "agreed": 2, "claimed": 0, "stopped": 0}
    assert told["frequency"] == [
        {
            "purpose_id": str(offers.id), "channel": "sms", "promise": "at most 3 a week", "people": 1, "most": 3,
            "over": 1,
        }
    ]  # fmt: skip
    assert told["stops"]["in_messages"] == 0
    assert "1 of 2" in page
    assert "at most 3 a week" in page
    assert (others["days"], others["gained"], others["sources"], others["frequency"]) == (30, 0, [], [])


def test_a_name_that_begins_like_a_formula_is_text_in_the_file(acme):
    with tenant_context(acme.id):
        odd = make_purpose(acme.actor(), "=1+1 Offers")
        grant(make_point(MINA), odd, occurred_at=clock.now() - 500 * DAYS)
    browser = acme.client()

    names = [row[1] for row in rows_in(browser.get("/consent/report/compliance.csv")) if row[0] == "How it stands now"]
    ending = rows_in(browser.get("/consent/report/ending.csv"))

    assert set(names) == {"'=1+1 Offers"}
    assert [row[0] for row in ending[1:]] == ["'=1+1 Offers"]


def test_whose_agreements_end_is_told_alike_on_the_page_in_the_file_and_by_the_api(acme, soon, rival):
    house, _ = soon
    begun = clock.now().date()
    told = application(acme, "see_contacts", "see_campaigns").get("reports/ending/").json()
    rows = rows_in(acme.client().get("/consent/report/ending.csv"))

    assert begun.isoformat() <= told.pop("reckoned_on") <= clock.now().date().isoformat()
    assert told == {
        "data": [
            {
                "purpose_id": str(house.purpose.id), "channel": "sms", "reachable": 3, "asked": 0, "answered": 0,
                "campaign_id": None,
                "sources": [{"source": "Form on a page", "holds": 4, "in_30": 1, "in_60": 2, "in_90": 3}],
            }
        ]
    }  # fmt: skip
    assert rows[1:] == [["Orders", "SMS", "Form on a page", "4", "1", "2", "3"]]
    assert application(rival, "see_contacts", "see_campaigns").get("reports/ending/").json()["data"] == []


def test_the_reports_want_the_right_to_see_campaigns(acme):
    asker = application(acme, "see_contacts")
    assert [asker.get(path).status_code for path in ("reports/compliance/", "reports/ending/")] == [403, 403]


def test_the_report_asks_no_more_of_the_database_when_more_people_agreed(acme):
    with tenant_context(acme.id):
        offers, counts = make_purpose(acme.actor()), []
        for numbers in ([MINA, OMAR], [f"+1402555{each:04d}" for each in range(150, 180)]):
            for number in numbers:
                grant(make_point(number), offers)
            with Statements() as asked:
                compliance_report(30)
                endings()
            counts.append(len(asked))

    assert counts[0] == counts[1] <= 16
