"""Many agreements in one request: each as the same report alone, with its own proof, and no bad one loses the others."""

import pytest

from accounts.models import AuditEvent
from accounts.roles import API_SCOPES
from consent.actions.attachments import keep_upload
from consent.models import Attachment, ConsentEvent, ConsentState, Point
from consent.selectors.receipts import open_evidence
from core.tenancy import tenant_context
from tests.counts import Statements
from tests.factories.consent import MINA, OMAR, grant, make_point, make_purpose, make_wording, stop
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
def item(offers):
    """A right report about Mina, as one of a batch."""
    return {
        "reference": "form-1",
        "address": MINA,
        "channel": "sms",
        "purpose": "offers",
        "source": "web_form",
        "wording": str(offers[1].id),
        "occurred_at": "2026-11-20T10:00:00Z",
        "evidence": {"page": "https://acme.example/join", "ip": "203.0.113.24"},
    }


def numbers(first, count):
    return [f"+1402555{number:04d}" for number in range(first, first + count)]


@proves("M6")
def test_each_report_has_its_own_outcome_and_a_bad_one_never_loses_the_others(acme, app, offers, item):
    with tenant_context(acme.id):
        stop(make_point(OMAR))
        grant(make_point("+14025550144"), offers[0])
    items = [
        item,
        item | {"reference": "form-2", "address": OMAR, "occurred_at": "2026-11-25T00:00:01Z"},
        item | {"reference": "form-3", "address": "+14025550144"},
        item | {"reference": "form-4", "address": "nobody"},
        item | {"reference": "form-5", "evidence": {"ip": "203.0.113.24"}},
        item | {"reference": "form-6", "evidence": {"page": "\0"}},
        [],
        item | {"reference": "form-8", "address": "+14025550145"},
    ]

    answer = app.post("consents/batch/", {"consents": items})

    body = answer.json()
    assert answer.status_code == 200
    assert [body[name] for name in ("taken", "unchanged", "kept_out", "refused")] == [2, 1, 1, 4]
    found = [
        (each["reference"], each["outcome"], ((each["reason"] or each["problem"] or {}).get("code", "")))
        for each in body["results"]
    ]
    assert found == [
        ("form-1", "taken", ""),
        ("form-2", "kept_out", "opted_out"),
        ("form-3", "unchanged", ""),
        ("form-4", "refused", "invalid"),
        ("form-5", "refused", "unfit"),
        ("form-6", "refused", "invalid"),
        ("", "refused", "invalid"),
        ("form-8", "taken", ""),
    ]
    with tenant_context(acme.id):
        event = ConsentEvent.objects.get(id=body["results"][0]["event_id"])
        assert (event.actor_kind, event.origin, open_evidence(event)) == ("key", "api", item["evidence"])
        assert ConsentState.objects.filter(point=make_point(OMAR), status="granted").count() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "nobody"},
        {"purpose": "unknown"},
        {"wording": "01890000-0000-7000-8000-000000000000"},
        {"occurred_at": "2999-01-01T00:00:00Z"},
        {"source": "keyword"},
        {"channel": "email"},
        {"evidence": {"ip": "203.0.113.24"}},
        {"evidence": {"attachment": "01890000-0000-7000-8000-000000000000"}},
        {"consent": True},
    ],
)
def test_a_report_is_refused_in_the_words_in_which_it_alone_would_be(acme, app, item, wrong):
    alone = {name: value for name, value in (item | wrong).items() if name != "reference"}
    single = app.post("consents/", alone).json()
    before = rows_of(acme.id)

    (result,) = app.post("consents/batch/", {"consents": [item | wrong]}).json()["results"]

    assert result["outcome"] == "refused"
    assert result["problem"] == {name: single[name] for name in ("status", "code", "detail", "remedy", "errors")}
    assert changed(before, rows_of(acme.id)).keys() <= LOGS


def test_about_one_person_the_later_report_builds_on_the_earlier(acme, app, item):
    answer = app.post("consents/batch/", {"consents": [item, item | {"address": "402-555-0142"}]}).json()

    first, second = answer["results"]
    assert (first["outcome"], second["outcome"]) == ("taken", "unchanged")
    assert first["event_id"] == second["event_id"]
    with tenant_context(acme.id):
        assert (Point.objects.count(), ConsentEvent.objects.count()) == (1, 1)


def test_a_file_goes_with_the_one_agreement_that_names_it(acme, app, item):
    with tenant_context(acme.id):
        row = keep_upload(actor=acme.actor(), content=b"%PDF-1.7 signed")
    with_file = item | {"evidence": {"attachment": str(row.id)}}

    answer = app.post("consents/batch/", {"consents": [with_file, with_file | {"address": OMAR}]}).json()

    first, second = answer["results"]
    assert (first["outcome"], second["outcome"]) == ("taken", "refused")
    assert [error["field"] for error in second["problem"]["errors"]] == ["evidence.attachment"]
    with tenant_context(acme.id):
        assert str(Attachment.objects.get(id=row.id).event_id) == first["event_id"]


@proves("M3")
def test_the_same_batch_with_the_same_key_is_done_once(acme, app, item):
    first, second = (
        app.post("consents/batch/", {"consents": [item, {}]}, **{"Idempotency-Key": "night-1"}) for _ in range(2)
    )

    assert (second.status_code, second["Idempotent-Replayed"], second.json()) == (200, "true", first.json())
    with tenant_context(acme.id):
        assert ConsentEvent.objects.count() == 1


def test_a_failure_in_the_middle_leaves_nothing_behind(acme, app, item, monkeypatch):
    def fail(**_more):
        raise RuntimeError("the machine went away")

    before = rows_of(acme.id)
    monkeypatch.setattr("consent.api.reporting_many.record_audits", fail)

    answer = app.post("consents/batch/", {"consents": [item]})

    assert answer.status_code == 500
    assert changed(before, rows_of(acme.id)).keys() <= LOGS


def test_a_batch_of_many_takes_as_many_statements_as_a_batch_of_few_and_each_is_audited(acme, app, item):
    app.post("consents/batch/", {"consents": [item]})

    counts = []
    for group in (numbers(200, 2), numbers(300, 60)):
        with Statements() as asked:
            answer = app.post("consents/batch/", {"consents": [item | {"address": each} for each in group]})
        assert answer.json()["taken"] == len(group)
        counts.append(len(asked))

    assert counts[0] == counts[1] <= 40
    with tenant_context(acme.id):
        rows = list(AuditEvent.objects.order_by("sequence"))
        assert sum(row.action == "consent.recorded" for row in rows) == 63
        assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))
        assert all(bytes(row.previous) == bytes(before.hash) for before, row in zip(rows, rows[1:], strict=False))


@pytest.mark.parametrize("body", [{}, {"consents": []}, {"consents": [{}] * 501}, {"consents": "all"}])
def test_what_is_no_batch_is_refused_as_a_whole(acme, app, body):
    answer = app.post("consents/batch/", body)

    assert told(answer) == (400, "invalid", ["consents"])


@pytest.mark.parametrize("scope", API_SCOPES)
def test_it_takes_the_scope_to_change_consent(acme, item, scope):
    answer = application(acme, scope).post("consents/batch/", {"consents": [item]})

    assert answer.status_code == (200 if scope == "change_consent" else 403)
