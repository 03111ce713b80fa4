"""The report of a run: its parts add up, every number opens its people, and the file says the same."""

import collections
import csv
import io

import pytest

from accounts.actions.guests import add_guest
from campaigns.models import Campaign, Recipient, Run
from campaigns.outcomes import BY_KEY
from campaigns.selectors.reports import run_report
from contacts.models import Contact
from core import clock
from core.tenancy import tenant_context
from messaging.models import InboundMessage, Message, MessageEvent, SendGate
from messaging.states import STATES, display
from tests.counts import Statements, say
from tests.factories.accounts import operator_actor
from tests.factories.campaigns import add_people, make_campaign, make_house, number
from tests.factories.emails import add_mailboxes, make_letter, make_mail_house
from tests.factories.messaging import hear
from tests.integration.accounts.chain import last_deed
from tests.integration.campaigns.conftest import check, launch, send
from tests.proofs import proves
from tests.snapshots import changed, rows_of

#: what messaging says of a message → what a report counts it as
WORDS = {
    "queued": "waiting", "sending": "on_way", "unknown, we will not send twice": "unclear", "sent": "on_way",
    "failed": "failed", "not sent": "refused", "cancelled": "stopped", "expired": "expired",
    "needs attention": "held", "delivered": "delivered", "read": "delivered",
}  # fmt: skip
#: every end and every stage a message can have: state, rank of its receipts, reason
ENDS = [
    ("ready", 0, ""), ("uncertain", 0, "timeout"), ("accepted", 10, ""), ("accepted", 30, ""),
    ("accepted", 35, "30005"), ("accepted", 40, ""), ("accepted", 50, ""), ("rejected", 0, "21610"),
    ("rejected", 0, "gave_up"), ("suppressed", 0, "opted_out"), ("suppressed", 0, "no_evidence"),
    ("cancelled", 0, "cancelled"), ("expired", 0, "expired"), ("expired", 40, ""), ("quarantined", 0, ""),
]  # fmt: skip


def running(house, people, agreed):
    """A run that is sending: every message is queued, nothing has left."""
    add_people(house, people, agreed)
    campaign = make_campaign(house)
    check(house, campaign)
    return send(house, launch(house, campaign, agreed))


def settle(house, run, ends):
    """Let the run's messages have come to these ends, whatever way they took."""
    with tenant_context(house.id):
        for message, (state, rank, reason) in zip(
            Message.objects.filter(origin_id=run.id).order_by("id"), ends, strict=False
        ):
            kept = message.id
            message.delete()
            message.id, message.state, message.delivery_rank, message.reason, message.next_at = (
                kept,
                state,
                rank,
                reason,
                None,
            )
            message.save(force_insert=True)


def rows(answer):
    return list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))


@pytest.fixture
def mixed(acme, house):
    """A run of twenty people: five never agreed, the others' messages came to every end there is."""
    run = running(house, 20, 15)
    settle(house, run, ENDS)
    return run


def test_a_report_counts_every_message_as_messaging_names_it(acme, house):
    run = running(house, 15, 15)
    pairs = [(state, rank) for state in STATES for rank in (0, 10, 35, 40)]

    wrong = []
    for state, rank in pairs:
        if state in ("claimed", "attempting") or (rank and state not in ("accepted", "expired")):
            continue  # a lease, or a receipt of something that never left
        settle(house, run, [(state, rank, "")])
        with tenant_context(acme.id):
            people = run_report(run).people
        expected = WORDS[display(state, rank)]
        if rank == 10 and state == "expired":
            expected = "expired"  # the carrier had it and never said what became of it
        if people[expected] - (14 if expected == "waiting" else 0) != 1:
            wrong.append((state, rank, people))

    assert wrong == []


@proves("J2")
def test_a_carrier_that_reports_no_deliveries_has_no_number_and_no_rate_of_them(db, acme):
    mail = make_mail_house(acme, "smtp://127.0.0.1:9")
    add_mailboxes(mail, "ann@shop.example", "ben@shop.example")
    campaign = make_letter(mail)
    check(mail, campaign)
    run = send(mail, launch(mail, campaign, 2))
    settle(mail, run, [("accepted", 10, "")] * 2)
    with tenant_context(acme.id):
        Run.objects.filter(id=run.id).update(state="finished", next_at=None)
        Campaign.objects.update(state="finished")
    browser = acme.client()

    pages = [browser.get(url).content.decode() for url in (f"/campaigns/runs/{run.id}/", "/campaigns/", "/")]
    people = browser.get(f"/campaigns/runs/{run.id}/people/?show=on_way")

    assert ["not reported" in page for page in pages] == [True] * 3
    assert not any("0.0" in page for page in pages[1:])
    assert "On the way" not in pages[0]
    assert "Handed over" in pages[0]
    assert "arrival not reported" in pages[1]
    assert "message part" not in pages[0]
    assert people.context["title"] == "Handed over"
    assert {person.words for person in people.context["page"].people} == {
        "The carrier took it; it does not say what arrived"
    }


def test_every_number_opens_exactly_its_people_and_all_of_them_are_the_plan(acme, house, mixed):
    browser = acme.client()

    report = browser.get(f"/campaigns/runs/{mixed.id}/").context["report"]
    opened = {}
    for key in BY_KEY:
        page = browser.get(f"/campaigns/runs/{mixed.id}/people/?show={key}").context
        assert {person.outcome.key for person in page["page"].people} <= {key}
        assert page["total"] == len(page["page"].people)
        opened[key] = page["total"]

    assert opened == report.people
    assert report.people == {
        "delivered": 3, "on_way": 2, "unclear": 1, "failed": 3, "refused": 2, "held": 1, "expired": 1, "stopped": 1,
        "waiting": 1, "left_out": 5,
    }  # fmt: skip
    assert (report.planned, report.allowed, report.sent) == (20, 15, 5)
    assert sum(part.people for part in report.of_allowed) == 15


def test_what_went_wrong_is_said_in_plain_words_and_opens_its_people(acme, house, mixed):
    browser = acme.client()

    page = browser.get(f"/campaigns/runs/{mixed.id}/")
    troubles = {(row.view, row.code): (row.label, row.people) for row in page.context["report"].troubles}

    assert troubles[("failed", "30005")] == ("The number is not in use", 1)
    assert troubles[("failed", "21610")] == ("The person has opted out of messages from this sender", 1)
    assert troubles[("failed", "gave_up")] == ("The carrier would not take it", 1)
    assert troubles[("refused", "opted_out")] == ("They said stop", 1)
    assert len(troubles) == 8
    for view, code in troubles:
        found = browser.get(f"/campaigns/runs/{mixed.id}/people/", {"show": view, "reason": code}).context["page"]
        assert {person.code for person in found.people if code} <= {code}
        assert found.people


@proves("J2")
def test_the_file_has_the_reports_numbers_one_row_for_each_person(acme, house, mixed):
    browser = acme.client()
    report = browser.get(f"/campaigns/runs/{mixed.id}/").context["report"]

    everybody = rows(browser.post(f"/campaigns/runs/{mixed.id}/people.csv", {"show": "all"}))
    failed = rows(browser.post(f"/campaigns/runs/{mixed.id}/people.csv", {"show": "failed", "reason": "30005"}))

    counted = collections.Counter(row["Outcome"] for row in everybody)
    assert counted == {part.outcome.label: part.people for part in report.parts if part.people}
    assert [(row["Outcome"], row["Reason code"], row["Reason"]) for row in failed] == [
        ("Failed", "30005", "The number is not in use")
    ]
    deed = last_deed(acme.id)
    assert (deed.action, deed.object_id, deed.data) == ("run.exported", mixed.id, {"view": "failed", "rows": 1})


def test_a_name_that_is_a_formula_leaves_as_text(acme, house, mixed):
    with tenant_context(acme.id):
        Contact.objects.update(first_name='=HYPERLINK("http://evil.example")', last_name="")

    names = {row["Name"] for row in rows(acme.client().post(f"/campaigns/runs/{mixed.id}/people.csv", {}))}

    assert names == {'\'=HYPERLINK("http://evil.example")'}


def test_numbers_of_people_are_masked_for_those_who_may_not_see_them(db, operator, acme, house, mixed):
    path = f"/campaigns/runs/{mixed.id}/people/?show=all"

    owner, viewer = (acme.client(role).get(path).context["page"].people for role in ("owner", "viewer"))

    assert {person.address[:8] for person in owner} == {"+1402556"}
    assert {person.address[:4] for person in viewer} == {"+1 …"}
    assert {person.evidence_id for person in viewer} == {None}
    assert acme.client("viewer").post(f"/campaigns/runs/{mixed.id}/people.csv").status_code == 403


def test_somebody_who_was_forgotten_still_counts_and_has_no_name(acme, house, mixed):
    with tenant_context(acme.id):
        gone = Recipient.objects.filter(run=mixed, outcome="left_out").first()
        Contact.objects.filter(id=gone.contact_id).delete()

    page = acme.client().get(f"/campaigns/runs/{mixed.id}/people/?show=left_out").context

    assert page["total"] == 5
    assert [person.contact_id for person in page["page"].people if person.name == "Forgotten person"] == [None]


def test_each_person_shows_their_messages_own_story(acme, house):
    run = running(house, 1, 1)
    with tenant_context(acme.id):
        message = Message.objects.get()
        for kind, code in (("accepted", ""), ("failed", "30005")):
            MessageEvent.objects.create(message_id=message.id, kind=kind, code=code, occurred_at=clock.now())
    settle(house, run, [("accepted", 35, "30005")])

    page = acme.client().get(f"/campaigns/runs/{run.id}/people/?show=failed")

    (person,) = page.context["page"].people
    assert [(step.words, step.code) for step in person.steps] == [
        ("Its turn came", ""),
        ("The carrier took it", ""),
        ("The carrier says it failed: the number is not in use", "30005"),
    ]


def test_answers_and_stops_count_people_once_and_open_them(acme, house):
    run = running(house, 4, 4)
    settle(house, run, [("accepted", 40, "")] * 4)
    with tenant_context(acme.id):
        for text, index in (("Is it in stock?", 0), ("And the blue one?", 0), ("STOP", 1), ("STOP", 1)):
            hear(house.account, text, f"+1402556{index:04d}")
        assert InboundMessage.objects.filter(origin="run", origin_id=run.id).count() == 4
    browser = acme.client()

    report = browser.get(f"/campaigns/runs/{run.id}/").context["report"]
    names = {
        view: [p.name for p in browser.get(f"/campaigns/runs/{run.id}/people/?show={view}").context["page"].people]
        for view in ("replied", "opted_out")
    }

    assert report.answers == {"replied": 1, "opted_out": 1}
    assert names == {"replied": ["Person 0"], "opted_out": ["Person 1"]}


@proves("D15")
def test_a_test_to_the_guests_is_in_no_report_and_the_gate_decides_about_each(acme, house):
    run = running(house, 2, 2)
    with tenant_context(acme.id):
        add_guest(actor=house.actor, label="Hina", address=number(0))
        add_guest(actor=house.actor, label="Bilal", address=number(900))
        before = run_report(run)

    answer = acme.client().post(f"/campaigns/{run.campaign_id}/test/")

    with tenant_context(acme.id):
        tests = Message.objects.filter(origin="test")
        assert {(row.origin_id, row.state) for row in tests} == {(run.campaign_id, "ready")}
        assert run_report(run).people == before.people
    assert answer["Location"] == f"/campaigns/{run.campaign_id}/"
    lines = acme.client().get(answer["Location"]).context["lines"]
    assert sorted(line.name for line in lines) == ["Bilal", "Hina"]
    assert last_deed(acme.id).data == {"messages": 2}


def test_a_test_without_guests_is_refused_with_the_remedy(acme, house):
    campaign = make_campaign(house)
    before = rows_of(acme.id)

    answer = acme.client().post(f"/campaigns/{campaign.id}/test/")

    assert answer.status_code == 422
    assert "No guest has a phone yet.</strong> Add your own under Settings, Guests." in answer.content.decode()
    assert rows_of(acme.id) == before


def test_pause_go_on_and_stop_are_buttons_of_the_states_that_allow_them(acme, house):
    run, browser, seen = running(house, 2, 2), acme.client(), []

    for deed in ("pause", "resume", "cancel"):
        assert browser.post(f"/campaigns/runs/{run.id}/{deed}/").status_code == 302
        page = browser.get(f"/campaigns/runs/{run.id}/").content.decode()
        seen.append([word for word in ("Pause<", "Go on<", "Stop for good<", "Copy<") if word in page])

    assert seen == [["Go on<", "Stop for good<"], ["Pause<", "Stop for good<"], ["Copy<"]]
    with tenant_context(acme.id):
        assert (Run.objects.get(id=run.id).state, SendGate.objects.get(origin_id=run.id).state) == (
            "cancelled",
            "cancelled",
        )
        assert run_report(Run.objects.get(id=run.id)).people["stopped"] == 2


@pytest.mark.parametrize(
    ("deed", "words"),
    [("resume", "This run is not paused."), ("undo", "It is too late to undo: messages are leaving.")],
)
def test_what_a_state_does_not_allow_is_refused_and_changes_nothing(acme, house, deed, words):
    run = running(house, 1, 1)
    before = rows_of(acme.id)

    answer = acme.client().post(f"/campaigns/runs/{run.id}/{deed}/")

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert changed(before, rows_of(acme.id)) == {}


def test_the_asking_goes_on_while_it_runs_brings_the_page_when_it_changes_and_ends_with_it(acme, house):
    run, browser = running(house, 1, 1), acme.client()
    path = f"/campaigns/runs/{run.id}/progress/"

    same, other = browser.get(f"{path}?state=sending"), browser.get(f"{path}?state=breath")
    browser.post(f"/campaigns/runs/{run.id}/cancel/")
    over = browser.get(f"{path}?state=sending")

    assert [(each.status_code, each.headers.get("HX-Refresh")) for each in (same, other, over)] == [
        (200, None),
        (200, "true"),
        (286, "true"),
    ]


def test_a_run_that_cannot_send_says_why(acme, house):
    run = running(house, 1, 1)
    with tenant_context(acme.id):
        type(house.sender).objects.update(paused_at=clock.now())

    page = acme.client().get(f"/campaigns/runs/{run.id}/").content.decode()

    assert "The sender Main is paused, so nothing leaves." in page


def asked(team, run):
    """How many queries each page of a run takes, once the browser is warm."""
    browser, found = team.client(), {}
    browser.get("/campaigns/")
    for path in ("", "runs/RUN/", "runs/RUN/progress/", "runs/RUN/people/?show=delivered", "runs/RUN/people/"):
        with Statements() as queries:
            assert browser.get(f"/campaigns/{path.replace('RUN', str(run.id))}").status_code == 200
        # a clock that may move, as it may only in tests, is asked once a second
        found[path] = sum("app_clock_offset" not in query["sql"] for query in queries)
    return found


def test_lists_reports_and_people_ask_the_database_as_often_for_many_as_for_few(acme, rival, house, operator):
    other = make_house(rival.id, rival.actor(), operator_actor(operator), "http://127.0.0.1:9")
    few, many = running(house, 3, 3), running(other, 70, 70)
    settle(house, few, ENDS[5:6] * 3)
    settle(other, many, ENDS[5:6] * 70)
    for _ in range(8):
        make_campaign(other)

    of_few, of_many = asked(acme, few), asked(rival, many)

    assert of_few == of_many
    assert max(of_many.values()) <= 27
    say(f"queries by page: {of_many}")


def test_a_page_of_people_leads_to_the_next_until_everybody_was_there_once(acme, house):
    run, browser = running(house, 120, 110), acme.client()
    path, seen = f"/campaigns/runs/{run.id}/people/", []

    address = f"{path}?show=all"
    while address:
        context = browser.get(address).context
        seen += [person.id for person in context["page"].people]
        address = context["next_url"] and path + context["next_url"]

    assert len(seen) == len(set(seen)) == 120


def test_the_list_of_campaigns_is_filtered_by_state_and_name(acme, house):
    with tenant_context(acme.id):
        made = [make_campaign(house) for _ in range(27)]
        Campaign.objects.filter(id=made[0].id).update(name="Winter sale", state="finished")
    browser = acme.client()

    first, second = browser.get("/campaigns/").context["page"], browser.get("/campaigns/?page=2").context["page"]
    finished = browser.get("/campaigns/?state=finished").context["page"].object_list
    named = browser.get("/campaigns/?q=winter").context["page"].object_list

    assert (len(first.object_list), len(second.object_list)) == (25, 2)
    assert [row.campaign.name for row in finished] == [row.campaign.name for row in named] == ["Winter sale"]
    assert [(chip.state, chip.count) for chip in browser.get("/campaigns/").context["chips"]] == [
        ("draft", 26),
        ("finished", 1),
    ]
