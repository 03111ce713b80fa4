"""What a file may say about consent: proof counts, claims wait, and nobody is raised."""

import datetime
import json
import zoneinfo

import pytest

from accounts.contracts import Refused
from accounts.models import Organization
from consent.models import ConsentEvent, ConsentState
from contacts.forms.imports import PeopleDeclareForm
from contacts.selectors.imports import import_rows
from core import vault
from core.tenancy import tenant_context
from tests.factories.contacts import bring_in, declare, make_purpose, receive, run
from tests.factories.imports import DAY, file, notes, states
from tests.proofs import proves
from tests.snapshots import rows_of


@proves("B12", "C2")
def test_a_yes_with_place_and_date_is_proof_and_keeps_both(acme, offers):
    job = bring_in(acme, file("yes", "no", "2024-01-02", "till 7"), purpose="offers", consent_wording="Yes, text me.")

    assert states(acme) == {"sms": "granted"}
    assert notes(acme, job) == {1: "granted"}
    with tenant_context(acme.id):
        event = ConsentEvent.objects.get()
        proof = json.loads(
            vault.unseal_text(acme.id, "consent_consentevent", "evidence_sealed", event.id, event.evidence_sealed)
        )
    assert (event.source, event.occurred_at, event.origin, event.origin_id) == ("import", DAY, "import", job.id)
    assert (event.actor_kind, event.actor_id) == ("user", acme.people["owner"].id)
    assert proof == {
        "page": "till 7", "wording": "Yes, text me.", "ip": "198.51.100.7", "import": str(job.id), "row": "2"
    }  # fmt: skip


@proves("B12")
def test_a_day_without_a_time_is_that_day_where_the_organisation_is(acme, offers):
    with tenant_context(acme.id):
        Organization.objects.update(time_zone="America/Chicago")

    bring_in(acme, file("yes", "no", "2026-03-14", "till 7"), purpose="offers")

    with tenant_context(acme.id):
        event = ConsentEvent.objects.get()
    assert event.occurred_at == datetime.datetime(2026, 3, 14, 5, tzinfo=datetime.UTC)


@proves("B12")
@pytest.mark.parametrize("told", [{"consent_at": DAY}, {}])
def test_days_are_not_read_before_somebody_said_the_time_zone_and_then_they_stay_the_days_they_were(acme, offers, told):
    undated = "Phone,SMS opt in\n+14025550142,yes\n"
    job = receive(acme, undated if told else file("yes", "no", "2026-03-14", "till 7"))
    before = rows_of(acme.id)

    with pytest.raises(Refused, match="Nobody has said your time zone yet") as refused:
        declare(acme, job, purpose="offers", days_in_utc=False, **told)
    unchanged = rows_of(acme.id)
    with tenant_context(acme.id):
        Organization.objects.update(time_zone="Asia/Karachi")
    declare(acme, job, purpose="offers", days_in_utc=False)
    run(acme, job)

    assert (refused.value.field, unchanged) == ("days_in_utc", before)
    if not told:
        with tenant_context(acme.id):
            event = ConsentEvent.objects.get()
        assert (
            event.occurred_at.astimezone(zoneinfo.ZoneInfo("Asia/Karachi")).isoformat() == "2026-03-14T00:00:00+05:00"
        )


def test_the_page_asks_for_the_time_zone_of_days_only_while_there_is_none(acme, offers):
    job = receive(acme, file("yes", "no", "2026-03-14", "till 7"))
    path, typed = f"/contacts/imports/{job.id}/", {"purpose": "offers", "attested": "on"}
    browser = acme.client()
    columns = {field.html_name: field.value() or "" for field in browser.get(path).context["columns_form"]}

    refused = browser.post(path, columns | typed)
    with tenant_context(acme.id):
        Organization.objects.update(time_zone="Asia/Karachi")
    taken = browser.post(path, columns | typed)

    assert refused.status_code == 422
    assert "Choose it under Settings and come back, or tick that they are days of UTC." in refused.content.decode()
    assert 'name="days_in_utc"' in refused.content.decode()
    assert taken.status_code == 302


def test_a_day_declared_for_the_whole_file_is_that_day_where_the_organisation_is(acme, offers):
    typed = {"purpose": "offers", "consent_on": "2026-03-14", "consent_source": "till 7", "attested": "on"}

    with tenant_context(acme.id):
        Organization.objects.update(time_zone="America/Chicago")
        form = PeopleDeclareForm(typed)
        assert form.is_valid(), form.errors
        declared = form.declaration()["consent_at"]

    assert declared.isoformat() == "2026-03-14T00:00:00-05:00"


@proves("B12")
@pytest.mark.parametrize(
    ("date", "source"), [("", "till 7"), ("2024-01-02", ""), ("02/03/2024", "till"), ("2999-01-01", "till")]
)
def test_a_yes_without_proof_is_kept_as_a_claim(acme, offers, date, source):
    job = bring_in(acme, file("yes", "", date, source), purpose="offers")

    assert states(acme) == {"sms": "unproven"}
    assert notes(acme, job) == {1: "unproven"}


@proves("B12")
def test_a_file_that_says_nothing_about_consent_gives_none(acme, offers):
    job = bring_in(acme, "Phone,First name\n+14025550142,Mina\n", purpose="offers")

    assert states(acme) == {}
    assert job.counts["said"] == {"nothing": 1}


@proves("B12")
def test_a_declaration_for_the_whole_file_counts_for_its_channels_and_only_where_somebody_has_the_address(acme, offers):
    job = bring_in(
        acme,
        "Phone,Email,First name\n+14025550142,,Mina\n,omar@example.com,Omar\n",
        purpose="offers",
        channels=("sms", "email"),
        consent_source="Paper form at the expo",
        consent_at=DAY,
    )

    assert states(acme) == {"sms": "granted", "email": "granted"}
    assert job.counts["by_sms"] == {"granted": 1}
    with tenant_context(acme.id):
        assert ConsentEvent.objects.count() == 2


def test_a_declaration_says_nothing_for_a_file_with_words_of_its_own(acme, offers):
    bring_in(acme, file("no"), purpose="offers", channels=("sms",), consent_source="expo", consent_at=DAY)

    assert states(acme) == {}


def test_importing_again_writes_nothing_to_the_ledger(acme, offers):
    text = file("yes", "STOP", "2024-01-02", "till")
    bring_in(acme, text, purpose="offers")
    with tenant_context(acme.id):
        before = list(ConsentEvent.objects.order_by("id").values_list("id", flat=True))

    job = bring_in(acme, text, purpose="offers")

    with tenant_context(acme.id):
        assert list(ConsentEvent.objects.order_by("id").values_list("id", flat=True)) == before
    assert job.counts["said"] == {"unchanged": 1}


def test_proof_turns_a_claim_into_an_agreement(acme, offers):
    bring_in(acme, file("yes"), purpose="offers")

    bring_in(acme, file("yes", "", "2024-01-02", "till"), purpose="offers")

    assert states(acme) == {"sms": "granted"}


def test_a_file_may_name_purposes_by_name_key_or_kind_and_an_unknown_one_proves_nothing(acme, offers):
    make_purpose(acme, "Order updates", "transactional")
    rows = ("offers", "ORDER UPDATES", "transactional", "world domination")
    text = "Phone,SMS opt in,Opt in date,Opt in source,Purpose\n" + "".join(
        f"+1402555014{number},yes,2024-01-02,till,{word}\n" for number, word in enumerate(rows)
    )

    job = bring_in(acme, text, purpose="offers")

    with tenant_context(acme.id):
        found = sorted(ConsentState.objects.values_list("purpose__key", "status"))
    assert found == [
        ("offers", "granted"), ("offers", "unproven"), ("order-updates", "granted"), ("order-updates", "granted")
    ]  # fmt: skip
    assert job.counts["reasons"] == {"consent_purpose.unknown": 1}


@proves("B12")
def test_nobody_imports_without_answering_for_it_or_consent_without_a_purpose(acme, offers):
    job = receive(acme, file("yes"))
    before = rows_of(acme.id)

    with pytest.raises(Refused) as purposeless:
        declare(acme, job)
    with pytest.raises(Refused) as future:
        declare(acme, job, purpose="offers", consent_at=datetime.datetime(2999, 1, 1, tzinfo=datetime.UTC))

    assert (purposeless.value.field, future.value.field) == ("purpose", "consent_at")
    assert rows_of(acme.id) == before


def proofs(team):
    """Address row → what stands in the ledger: its state, day, place and wording."""
    with tenant_context(team.id):
        found = {}
        for event in ConsentEvent.objects.all():
            sealed = event.evidence_sealed
            told = json.loads(vault.unseal_text(team.id, "consent_consentevent", "evidence_sealed", event.id, sealed))
            day = event.occurred_at.date().isoformat() if event.status == "granted" else ""
            found[int(told["row"])] = (event.status, day, told.get("page", ""), told.get("wording", ""))
        return found


@proves("B12")
def test_what_a_row_says_of_its_own_consent_wins_over_the_declaration_for_everybody(acme, offers):
    rows = (
        "Phone,Date of consent,Where consent was given\n"
        "+14025550141,2025-05-06,Booth 12\n"
        "+14025550142,,\n"
        "+14025550143,2025-05-07,\n"
        "+14025550144,,Booth 13\n"
        "+14025550145,2027-01-01,Booth 14\n"
        "+14025550146,1899-13-45,Booth 15\n"
    )

    job = bring_in(
        acme,
        rows,
        purpose="offers",
        channels=("sms",),
        consent_source="Paper form",
        consent_at=DAY,
        consent_wording="Yes, text me.",
    )

    assert proofs(acme) == {
        2: ("granted", "2025-05-06", "Booth 12", "Yes, text me."),
        3: ("granted", "2024-01-02", "Paper form", "Yes, text me."),
        4: ("granted", "2025-05-07", "Paper form", "Yes, text me."),
        5: ("granted", "2024-01-02", "Booth 13", "Yes, text me."),
        6: ("unproven", "", "Booth 14", "Yes, text me."),
        7: ("unproven", "", "Booth 15", "Yes, text me."),
    }
    assert job.counts["by_sms"] == {"granted": 4, "unproven": 2}
    with tenant_context(acme.id):
        listed = [(line.number, line.column, line.reason) for line in import_rows(job).object_list]
    assert listed == [
        (6, "Date of consent", "The date of consent lies in the future, so the consent is kept as a claim without proof."),
        (7, "Date of consent", "The date of consent could not be read, so the consent is kept as a claim without proof."),
    ]  # fmt: skip


@proves("B12")
def test_a_rows_own_date_and_place_are_proof_when_the_declaration_names_neither(acme, offers):
    rows = "Phone,Date of consent,Where consent was given\n+14025550141,2025-05-06,Booth 12\n+14025550142,2025-05-06,\n"

    bring_in(acme, rows, purpose="offers", channels=("sms",))

    assert proofs(acme) == {2: ("granted", "2025-05-06", "Booth 12", ""), 3: ("unproven", "", "", "")}


CONFIRMED = "Email,Country,Email opt in,Opt in date,Opt in source,Confirmed at,Confirmed via\n"


@pytest.mark.parametrize(
    ("country", "confirmed", "state", "note"),
    [
        ("DE", ",", "pending", "pending"),
        ("DE", "2024-01-03,link in a mail", "granted", "granted"),
        ("DE", "2023-12-31,link in a mail", "pending", "pending"),
        ("DE", "soon,link in a mail", "pending", "pending"),
        ("US", ",", "granted", "granted"),
    ],
)
def test_a_yes_that_has_to_be_confirmed_waits_unless_the_file_proves_that_it_was(
    acme, offers, country, confirmed, state, note
):
    row = f"mina@example.com,{country},yes,2024-01-02,till 7,{confirmed}\n"
    job = receive(acme, CONFIRMED + row)
    checked = declare(acme, job, purpose="offers")
    foreseen = checked.checked_counts["said"]

    done = run(acme, job)

    assert (foreseen, done.counts["said"], states(acme)) == ({note: 1}, {note: 1}, {"email": state})
    assert notes(acme, done) == {1: note}
    with tenant_context(acme.id):
        event = ConsentEvent.objects.get()
        proof = json.loads(
            vault.unseal_text(acme.id, "consent_consentevent", "evidence_sealed", event.id, event.evidence_sealed)
        )
    told = (
        {"confirmed_at": "2024-01-03T00:00:00+00:00", "confirmed_by": "link in a mail"}
        if confirmed[:7] == "2024-01"
        else {}
    )
    assert {name: proof[name] for name in proof if name.startswith("confirmed")} == told
    assert (event.occurred_at, event.status) == (DAY, state)


def test_who_confirmed_and_says_no_other_date_agreed_by_then(acme, offers):
    head = "Email,Country,Email opt in,Opt in source,CONFIRM_TIME\n"

    bring_in(acme, f"{head}mina@example.com,AT,yes,till 7,2024-01-02\n", purpose="offers")

    assert states(acme) == {"email": "granted"}
    with tenant_context(acme.id):
        assert ConsentEvent.objects.get().occurred_at == DAY
