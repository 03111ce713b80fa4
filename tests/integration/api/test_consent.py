"""Consent over the API: reported with proof, never raised against a no, searched without an address in any log."""

import uuid

import pytest

from accounts.models import ApiRequestLog
from consent.actions.ledger import suppress_points
from consent.actions.purposes import demand_confirmation
from consent.api.reporting import REPORTED
from consent.models import ConsentEvent, ConsentState, Point, Suppression
from consent.selectors.receipts import open_evidence
from consent.states import SOURCES
from consent.values import Provenance
from core.tenancy import tenant_context
from tests.factories.consent import MINA, OMAR, grant, make_claim, make_point, make_purpose, make_wording, record, stop
from tests.integration.api.conftest import application, told
from tests.proofs import proves
from tests.snapshots import changed, rows_of

LOGS = {"accounts_apirequestlog", "accounts_apikey"}


@pytest.fixture
def offers(acme):
    """A purpose of Acme and the words people agree to."""
    with tenant_context(acme.id):
        purpose = make_purpose(acme.actor())
        return purpose, make_wording(acme.actor(), purpose)


@pytest.fixture
def report(offers):
    """A right report about Mina."""
    return {
        "address": "+1 402-555-0142",
        "channel": "sms",
        "purpose": "offers",
        "source": "web_form",
        "wording": str(offers[1].id),
        "occurred_at": "2026-11-20T10:00:00+05:00",
        "evidence": {"page": "https://acme.example/join", "ip": "203.0.113.24"},
    }


def test_an_agreement_with_its_proof_is_taken_once_and_its_event_tells_it_again(acme, rival, app, report):
    others = rows_of(rival.id)

    first, second = app.post("consents/", report), app.post("consents/", report)

    assert (first.status_code, first.json()["outcome"], first.json()["reason"]) == (201, "taken", None)
    assert (second.status_code, second.json()) == (200, first.json() | {"outcome": "unchanged"})
    slip = app.get(f"consents/events/{first.json()['event_id']}/").json()
    assert (slip["status"], slip["source"], slip["channel"], slip["address"]) == ("granted", "web_form", "sms", MINA)
    assert (slip["place"], slip["sender"], slip["standing"]) == (
        "https://acme.example/join",
        "203.0.113.24",
        "In force",
    )
    assert (slip["occurred_at"], slip["recorded_by"]) == ("2026-11-20T05:00:00Z", "An application, by its API key")
    assert rows_of(rival.id) == others
    with tenant_context(acme.id):
        event = ConsentEvent.objects.get()
        assert (event.actor_kind, event.origin, open_evidence(event)) == ("key", "api", report["evidence"])


@pytest.mark.parametrize("kind", ["stop", "complaint", "erased", "withdrawn"])
def test_no_report_outweighs_a_no_however_new_it_is(acme, app, offers, report, kind):
    with tenant_context(acme.id):
        point = make_point(MINA)
        grant(point, offers[0])
        if kind == "stop":
            stop(point)
        elif kind == "withdrawn":
            record(make_claim(point, offers[0], "withdrawn"))
        else:
            suppress_points(
                actor=acme.actor(),
                point_ids=[point.id],
                channel="",
                kind=kind,
                source="provider",
                provenance=Provenance(),
            )
            record(make_claim(point, offers[0], "withdrawn"))
    before = rows_of(acme.id)

    answer = app.post("consents/", report | {"occurred_at": "2026-11-25T00:00:01Z"})

    body = answer.json()
    assert (answer.status_code, body["outcome"], body["event_id"]) == (200, "kept_out", None)
    assert body["reason"]["code"] == {"stop": "opted_out"}.get(kind, kind)
    after = changed(before, rows_of(acme.id))
    assert {table for table in after if table.startswith("consent_")} == set()


@pytest.mark.parametrize(
    ("change", "status", "fields"),
    [
        ({"address": "nobody"}, 400, ["address"]),
        ({"purpose": "unknown"}, 400, ["purpose"]),
        ({"wording": "01890000-0000-7000-8000-000000000000"}, 400, ["wording"]),
        ({"occurred_at": "2026-11-20T10:00:00"}, 400, ["occurred_at"]),
        ({"occurred_at": "2999-01-01T00:00:00Z"}, 422, ["occurred_at"]),
        ({"source": "keyword"}, 400, ["source"]),
        ({"source": "staff"}, 400, ["source"]),
        ({"channel": "email"}, 422, ["channel"]),
        ({"channel": "whatsapp"}, 422, ["wording"]),
        ({"evidence": {"ip": "203.0.113.24"}}, 422, ["evidence"]),
        ({"evidence": {"page": "x", "pgae": "y"}}, 400, ["evidence.pgae"]),
        ({"consent": True}, 400, ["consent"]),
    ],
)
def test_a_report_that_lacks_its_proof_is_refused_by_field_and_nothing_is_kept(
    acme, app, report, change, status, fields
):
    before = rows_of(acme.id)

    answer = app.post("consents/", report | change)

    assert (told(answer)[0], told(answer)[2]) == (status, fields)
    assert changed(before, rows_of(acme.id)).keys() <= LOGS


def test_words_and_purposes_of_another_organisation_are_unknown(acme, rival, other, offers, report):
    before = rows_of(acme.id), rows_of(rival.id)
    with tenant_context(rival.id):
        make_purpose(rival.actor())

    by_purpose = other.post("consents/", report | {"purpose": str(offers[0].id)})
    by_wording = other.post("consents/", report)

    assert [told(answer)[2] for answer in (by_purpose, by_wording)] == [["purpose"], ["wording"]]
    assert rows_of(acme.id) == before[0]
    with tenant_context(rival.id):
        assert Point.objects.count() == 0


def test_an_application_may_report_only_what_it_can_have_seen_and_proves():
    assert {SOURCES[source].grants for source in REPORTED} == {True}
    assert not set(REPORTED) & {"keyword", "free_text", "preference_page", "provider", "complaint", "policy", "import"}


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(("channel", "kept"), [("all", ""), ("sms", "sms")])
def test_a_stop_protects_at_once_whether_the_address_was_known_or_not(acme, rival, app, offers, known, channel, kept):
    if known:
        with tenant_context(acme.id):
            grant(make_point(MINA), offers[0])
    others = rows_of(rival.id)

    answer = app.post("stops/", {"address": MINA, "channel": channel, "note": "Said so at the till."})

    assert (answer.status_code, answer.json()["channel"]) == (201, channel)
    assert rows_of(rival.id) == others
    with tenant_context(acme.id):
        row = Suppression.objects.get()
        assert (row.kind, row.channel, row.source, str(row.event_id)) == (
            "opted_out", kept, "api", answer.json()["event_id"]
        )  # fmt: skip
        assert list(ConsentState.objects.values_list("status", flat=True)) == ["withdrawn"] * known


@proves("C29")
def test_a_stop_keeps_who_heard_it_and_when_and_no_moment_to_come(acme, app):
    heard = {"heard_by": "Sara at the till", "heard_at": "2026-11-20T10:00:00Z", "note": "Loudly."}

    answer = app.post("stops/", {"address": MINA, "channel": "all"} | heard)
    before = rows_of(acme.id)
    early = app.post("stops/", {"address": MINA, "channel": "all", "heard_at": "2199-01-01T00:00:00Z"})

    with tenant_context(acme.id):
        event = ConsentEvent.objects.get(id=answer.json()["event_id"])
        assert open_evidence(event) == {
            "note": "Loudly.", "heard_by": "Sara at the till", "asked_at": "2026-11-20T10:00:00+00:00"
        }  # fmt: skip
    assert told(early) == (422, "unfit", ["heard_at"])
    assert changed(before, rows_of(acme.id)).keys() <= LOGS


def test_a_stop_on_a_channel_the_address_does_not_have_is_refused_and_keeps_nothing(acme, app):
    before = rows_of(acme.id)

    answer = app.post("stops/", {"address": "mina@people.example", "channel": "sms"})

    assert told(answer) == (422, "unfit", ["channel"])
    assert changed(before, rows_of(acme.id)).keys() <= LOGS


def test_a_search_tells_every_purpose_on_every_channel_with_its_event(acme, app, other, offers):
    with tenant_context(acme.id):
        point = make_point(MINA)
        grant(point, offers[0])
        grant(point, offers[0], "whatsapp")
        event = stop(point, "whatsapp")
        before = ConsentState.objects.get(channel="sms")

    found = app.post("consents/search/", {"address": MINA}).json()
    elsewhere = other.post("consents/search/", {"address": MINA}).json()

    assert found["known"] is True
    assert [(row["purpose"], row["channel"], row["status"], row["event_id"]) for row in found["states"]] == [
        ("offers", "sms", "granted", str(before.event_id)),
        ("offers", "whatsapp", "withdrawn", str(event.id)),
        ("offers", "voice", "none", None),
    ]
    assert [(row["kind"], row["channel"], row["event_id"]) for row in found["protections"]] == [
        ("opted_out", "whatsapp", str(event.id))
    ]
    assert elsewhere == {"known": False, "states": [], "protections": []}


def test_a_search_for_somebody_unknown_keeps_nothing_and_no_log_has_the_address(acme, app, offers):
    app.get("organization/")
    before = rows_of(acme.id)

    found = app.post("consents/search/", {"address": OMAR}).json()

    assert (found["known"], {row["status"] for row in found["states"]}) == (False, {"none"})
    assert changed(before, rows_of(acme.id)) == {"accounts_apirequestlog": 1}
    with tenant_context(acme.id):
        logged = str(list(ApiRequestLog.objects.values()))
    assert "4025550143" not in logged


@pytest.mark.parametrize(
    ("path", "scope"),
    [("consents/", "change_consent"), ("stops/", "change_consent"), ("consents/search/", "see_addresses")],
)
def test_each_door_of_consent_wants_its_scope(acme, path, scope):
    others = [each for each in ("see_contacts", "see_addresses", "change_consent", "see_campaigns") if each != scope]
    before = rows_of(acme.id)

    refused, let_in = application(acme, *others).post(path), application(acme, scope).post(path)

    assert (told(refused)[:2], told(let_in)[:2]) == ((403, "not_allowed"), (400, "invalid"))
    assert {table for table in changed(before, rows_of(acme.id)) if table.startswith("consent_")} == set()


def test_an_event_of_another_organisation_is_nothing_here(acme, other, app, report):
    event_id = app.post("consents/", report).json()["event_id"]

    answers = [other.get(f"consents/events/{each}/") for each in (event_id, uuid.uuid4())]

    assert [told(answer) for answer in answers] == [(404, "not_found", [])] * 2
    assert told(application(acme, "see_contacts").get(f"consents/events/{event_id}/"))[0] == 403


def test_purposes_come_with_the_words_in_force(acme, app, other, offers):
    with tenant_context(acme.id):
        newer = make_wording(acme.actor(), offers[0], text="Yes to offers, twice a month. Stop any time.")

    (row,) = app.get("purposes/").json()["data"]

    assert (row["key"], row["tier"]) == ("offers", "marketing")
    assert [(each["id"], each["version"], each["channel"]) for each in row["wordings"]] == [(str(newer.id), 2, "sms")]
    assert other.get("purposes/").json()["data"] == []


def test_an_agreement_that_has_to_be_confirmed_is_pending_for_every_question(acme, rival, app, offers, report, house):
    others = rows_of(rival.id)
    with tenant_context(acme.id):
        demand_confirmation(actor=acme.actor(), purpose=offers[0], channels=["sms"])

    first, again = app.post("consents/", report), app.post("consents/", report)

    assert (first.status_code, first.json()["outcome"], first.json()["reason"]) == (201, "pending", None)
    assert (again.status_code, again.json()) == (200, first.json() | {"outcome": "unchanged"})
    many = app.post("consents/batch/", {"consents": [report | {"address": OMAR}]}).json()
    assert (many["pending"], many["taken"], many["results"][0]["outcome"]) == (1, 0, "pending")
    held = app.post("consents/search/", {"address": MINA}).json()["states"]
    states = {(each["purpose"], each["channel"]): (each["status"], each["event_id"]) for each in held}
    assert states["offers", "sms"] == ("pending", first.json()["event_id"])
    slip = app.get(f"consents/events/{first.json()['event_id']}/").json()
    assert (slip["status"], slip["number"][:2], slip["standing"]) == ("pending", "CP", "Waits to be confirmed")
    purposes = {each["key"]: each["confirmed_on"] for each in app.get("purposes/").json()["data"]}
    assert purposes["offers"] == ["sms"]
    assert rows_of(rival.id) == others


def test_one_that_the_application_got_confirmed_itself_counts_with_the_proof_of_it(acme, app, offers, report):
    with tenant_context(acme.id):
        demand_confirmation(actor=acme.actor(), purpose=offers[0], channels=["sms"])
    confirmation = {"confirmed_at": "2026-11-20T06:00:00Z", "method": "answer to a text", "note": "YES, SM42"}
    early = report | {"confirmation": confirmation | {"confirmed_at": "2026-11-20T04:00:00Z"}}
    before = rows_of(acme.id)

    assert told(app.post("consents/", early)) == (422, "unfit", ["confirmation.confirmed_at"])
    assert set(changed(before, rows_of(acme.id))) <= LOGS
    done = app.post("consents/", report | {"confirmation": confirmation})

    assert (done.status_code, done.json()["outcome"]) == (201, "taken")
    with tenant_context(acme.id):
        event = ConsentEvent.objects.get()
        assert open_evidence(event) == report["evidence"] | {
            "confirmed_at": "2026-11-20T06:00:00+00:00", "confirmed_by": "answer to a text", "confirmation": "YES, SM42"
        }  # fmt: skip


def test_where_the_person_lives_decides_for_a_mailbox(acme, app, offers, report):
    with tenant_context(acme.id):
        words = make_wording(acme.actor(), offers[0], channel="email")
    mail = report | {"address": "mina@people.example", "channel": "email", "wording": str(words.id)}

    assert app.post("consents/", mail | {"country": "DE"}).json()["outcome"] == "pending"
    assert (
        app.post("consents/", mail | {"address": "omar@people.example", "country": "US"}).json()["outcome"] == "taken"
    )
    assert told(app.post("consents/", mail | {"country": "Germany"}))[2] == ["country"]
