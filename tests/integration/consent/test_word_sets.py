"""An organisation's own keywords and answers: what may change, what law keeps, which held on a day, and what a text would do."""

import datetime

import pytest

from accounts.contracts import Refused
from accounts.models import Organization
from accounts.roles import GRANTS, Role
from consent.actions.word_sets import save_word_set
from consent.models import Preference, WordSet
from consent.selectors.keyword_pages import tried
from consent.selectors.word_sets import our_words, sets_for, sets_in_force
from consent.vocabulary import default_vocabulary
from contacts.models import Contact, ContactPoint
from core import clock
from core.tenancy import tenant_context
from messaging.actions.receiving import means_start, receive_inbound
from messaging.contracts import Inbound
from messaging.models import InboundMessage
from messaging.selectors.listening import listener_of
from tests.factories.accounts import make_key, make_team
from tests.factories.consent import MINA, make_point, stop
from tests.factories.messaging import NUMBER, hear, make_account
from tests.integration.accounts.chain import last_deed
from tests.proofs import proves
from tests.snapshots import changed, rows_of

HELP = "{name} speaking. Write to {contact}. {rates} Text STOP and we are silent."


def save(acme, language="en", country="", *, add=(), drop=(), kind="stop", replies=None, frequency=""):
    words = our_words(language)
    words[kind] = [word for word in [*words[kind], *add] if word not in drop]
    return save_word_set(
        actor=acme.actor(), country=country, language=language, words=words, replies=replies or {}, frequency=frequency
    )


def refusal(acme, **values):
    """What is said to a change that is refused; nothing is written by it."""
    before = rows_of(acme.id)
    with tenant_context(acme.id), pytest.raises(Refused) as found:
        save(acme, **values)
    assert rows_of(acme.id) == before
    return found.value


@proves("C9")
def test_a_word_of_their_own_stops_from_the_next_message_on(acme, rival):
    others = rows_of(rival.id)
    with tenant_context(acme.id):
        account = make_account(acme.actor())
        assert hear(account, "glocke aus").kind == "text"
    before = rows_of(acme.id)

    with tenant_context(acme.id):
        row = save(acme, "de", add=["Glocke aus"])
    assert changed(before, rows_of(acme.id)) == {
        "consent_wordset": 1, "accounts_auditevent": 1, "accounts_audithead": 0
    }  # fmt: skip

    with tenant_context(acme.id):
        assert hear(account, "GLOCKE AUS!").kind == "stop"
        assert (row.number, last_deed(acme.id).data) == (1, {"language": "de", "country": "all", "version": 1})
    assert rows_of(rival.id) == others


@proves("C9")
@pytest.mark.parametrize(
    ("language", "kind", "word", "law"),
    [
        *[
            ("en", "stop", word, "47 CFR 64.1200(a)(10)")
            for word in ("stop", "quit", "end", "revoke", "opt out", "cancel", "unsubscribe", "stopall", "optout")
        ],
        ("en", "start", "unstop", "default keyword lists"),
        ("en", "help", "info", "CTIA Messaging Principles"),
        ("fr", "stop", "arret", "Canadian Common Short Code"),
    ],
)
def test_a_word_that_law_or_carriers_name_stays_and_the_refusal_says_which_law(acme, language, kind, word, law):
    found = refusal(acme, language=language, kind=kind, drop=[word])

    assert found.message == f"{word.upper()} cannot be taken off this list."
    assert law in found.remedy
    assert found.field == f"{kind}_words"


@pytest.mark.parametrize(
    ("kind", "word", "said"),
    [
        ("start", "Halt!", "“HALT!” asks to stop already."),
        ("help", "start", "“START” asks to start again already."),
        ("stop", "help", "“HELP” asks for help already."),
        ("stop", "Ayuda", "“AYUDA” asks for help already."),
        ("stop", "unstop", "“UNSTOP” asks to start again already."),
        ("start", "leave me alone", "“LEAVE ME ALONE” asks to stop already."),
        ("start", "not interested", "“NOT INTERESTED” asks to stop already."),
        ("stop", "ok thanks", "People say “ok thanks” in passing."),
        ("stop", "!!!", "This is no word people can write."),
        ("stop", "x" * 41, "This is no word people can write."),
    ],
)
def test_one_word_means_one_thing(acme, kind, word, said):
    found = refusal(acme, kind=kind, add=[word])

    assert found.message == said
    assert found.remedy


@pytest.mark.parametrize(
    ("language", "word"),
    [("en", "great"), ("en", "no"), ("en", "sure"), ("de", "gerne"), ("zh", "好"), ("en", "upstart")],
)
def test_an_everyday_answer_is_no_word_that_starts_again(acme, language, word):
    found = refusal(acme, language=language, kind="start", add=[word])

    assert (found.field, found.message) == ("start_words", f"“{word}” does not say that somebody wants to start again.")
    assert found.remedy == "Use a word that does, such as START BELL or JOIN BELL with a name of yours for BELL."


@pytest.mark.parametrize(
    ("language", "word"), [("en", "Join"), ("en", "bell start"), ("de", "wieder anmelden"), ("fr", "abonnez")]
)
def test_a_word_that_says_start_may_start_again(acme, language, word):
    with tenant_context(acme.id):
        assert word.casefold() in save(acme, language, kind="start", add=[word]).start_words


def test_a_word_of_another_language_of_theirs_is_taken_too(acme):
    with tenant_context(acme.id):
        save(acme, "de", kind="help", add=["rundbrief"])

    found = refusal(acme, language="en", kind="stop", add=["Rundbrief"])

    assert found.message == "“RUNDBRIEF” asks for help already."


def test_a_stop_word_of_ours_that_is_left_out_is_held_for_a_person_and_not_ignored(acme):
    with tenant_context(acme.id):
        account = make_account(acme.actor())
        assert hear(account, "halt").kind == "stop"
        save(acme, "de", drop=["halt"])

        heard = hear(account, "Halt!")

        assert (heard.kind, InboundMessage.objects.get(id=heard.id).verdict) == ("doubt", "asked")


@proves("C9")
def test_words_of_a_country_hold_there_and_those_for_every_country_elsewhere(acme):
    with tenant_context(acme.id):
        save(acme, "es", add=["fuera"])
        save(acme, "es", "MX", add=["ya estuvo"])
        account = make_account(acme.actor())

        said = [
            hear(account, text, number).kind for number in (MINA, "+525512345678") for text in ("fuera", "ya estuvo")
        ]

    assert said == ["stop", "text", "text", "stop"]


def test_every_version_stays_and_the_one_of_a_day_is_found_again(acme, monkeypatch):
    days = [datetime.datetime(2026, 11, day, 12, tzinfo=datetime.UTC) for day in (2, 9)]
    with tenant_context(acme.id):
        first, again, second = save(acme, add=["alpha"]), save(acme, add=["alpha"]), save(acme, add=["beta"])
        assert (first.id, first.number, second.number) == (again.id, 1, 2)
        now = clock.now()

        assert [row.number for row in sets_in_force()] == [2]
        assert [row.number for row in sets_in_force(first.created_at)] == [1]
        assert sets_in_force(days[0]) == []
        assert tried(text="alpha", at=first.created_at).outcome == "certain"
        assert tried(text="alpha", at=now).outcome == "not"


def test_a_version_is_never_changed(acme):
    with tenant_context(acme.id):
        row = save(acme, add=["alpha"])

    with tenant_context(acme.id), pytest.raises(Exception, match="append-only|permission denied"):
        WordSet.objects.filter(id=row.id).update(number=9)


@proves("C9")
def test_the_answer_to_help_is_theirs_with_everything_law_wants_in_it(acme):
    with tenant_context(acme.id):
        Organization.objects.update(name="Acme", support_contact="help@acme.example")
        save(acme, replies={"help": HELP})

        told = tried(text="help")

    assert told.answer == (
        "Acme speaking. Write to help@acme.example. Msg & data rates may apply. Text STOP and we are silent."
    )


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        *[("help", HELP.replace(part, ""), part) for part in ("{name}", "{contact}", "{rates}", "STOP")],
        ("start", "{name}: back again. {rates} STOP", "HELP"),
        ("stop", "{name}: done.", "{closed}"),
        ("stop", "{name}: no {closed}. Offers at https://acme.example", "Leave the link out"),
        ("help", HELP + " {name.__class__} {secret}", "Use {name}, {contact}, {frequency}, {rates} alone"),
        ("help", HELP + " {closed}", "Use {name}, {contact}, {frequency}, {rates} alone"),
    ],
)
def test_an_answer_without_what_must_stand_in_it_is_refused(acme, kind, text, said):
    found = refusal(acme, replies={kind: text})

    assert found.field == f"{kind}_reply"
    assert said in found.remedy


@proves("C7")
@pytest.mark.parametrize(
    ("preference", "language", "country", "number", "default", "answered"),
    [
        ("pt", "es", "FR", MINA, "de", "pt"),
        ("", "es", "FR", MINA, "de", "es"),
        ("", "", "FR", MINA, "de", "fr"),
        ("", "", "", "+525512345678", "de", "es"),
        ("", "", "", "+923012345678", "de", "ur"),
        ("", "fi", "FI", MINA, "de", "de"),
        ("", "fi", "FI", MINA, "fi", "en"),
    ],
)
def test_help_is_answered_in_the_language_of_the_person_then_of_their_country_then_of_the_organisation(
    acme, preference, language, country, number, default, answered
):
    with tenant_context(acme.id):
        Organization.objects.update(default_language=default)
        point = make_point(number)
        person = Contact.objects.create(first_name="Mina", language=language, country=country)
        ContactPoint.objects.create(contact=person, point=point, label="phone")
        if preference:
            Preference.objects.create(
                point=point, language=preference, event=stop(point, "email"), changed_at=clock.now()
            )

        assert listener_of(point.id).language == answered


@proves("C7")
def test_somebody_who_has_stopped_is_helped_in_their_language(acme):
    with tenant_context(acme.id):
        Organization.objects.update(support_contact="help@acme.example")
        account = make_account(acme.actor())
        hear(account, "STOP", "+525512345678")

        heard = receive_inbound(account=account, inbound=Inbound("SM9", "sms", "+525512345678", NUMBER, "Ayuda"))

    assert (heard.message.kind, heard.replies) == (
        "help",
        ("Acme: si necesita ayuda, contacte con help@acme.example. La frecuencia de los mensajes varía. "
         "Pueden aplicarse tarifas de mensajes y datos. Responda STOP para parar.",),
    )  # fmt: skip


def test_a_start_word_of_their_own_is_asked_about_at_the_carrier(acme):
    with tenant_context(acme.id):
        save(acme, "de", "DE", kind="start", add=["glocke start"])

        assert means_start(Inbound("SM1", "sms", MINA, NUMBER, "Glocke Start")) is True
        assert means_start(Inbound("SM2", "sms", MINA, NUMBER, "Glocke")) is False


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("STOP", "certain"),
        ("Cancel my order", "likely"),
        ("START", "start"),
        ("INFO", "help"),
        ("see you at five", "not"),
    ],
)
def test_the_box_says_what_a_text_would_do_and_keeps_nothing(acme, text, outcome):
    before = rows_of(acme.id)

    page = acme.client().post("/consent/keywords/try/", {"text": text, "language": "", "country": ""})

    assert (page.status_code, page.context["tried"].outcome) == (200, outcome)
    assert rows_of(acme.id) == before


def test_the_answer_of_the_box_is_where_the_page_opens_and_its_address_leads_back_to_it(acme):
    browser = acme.client()

    page = browser.get("/consent/keywords/").content.decode()
    back = browser.get("/consent/keywords/try/")

    assert ('action="/consent/keywords/try/#try"' in page, 'id="try"' in page) == (True, True)
    assert (back.status_code, back.headers["Location"]) == (302, "/consent/keywords/#try")


def test_what_no_native_speaker_has_read_says_so_and_our_words_stand_as_they_are_spelled(acme):
    page = acme.client().get("/consent/keywords/")

    assert "مساعدة" in page.content.decode()
    assert (
        page.content.decode().count('aria-label="not yet read by a native speaker"')
        == len(page.context["rows"]) - 1
        == 12
    )


def test_words_are_changed_on_their_page_and_what_is_refused_is_said_beside_the_field(acme):
    browser, address = acme.client(), "/consent/keywords/words/?language=de&country="
    words = "\n".join([*our_words("de")["stop"], "Glocke aus"])

    saved = browser.post(address, {"stop_words": words, "start_words": "anmelden", "help_words": "hilfe"})
    refused = browser.post(address, {"stop_words": words, "start_words": "glocke aus", "help_words": "hilfe"})

    assert saved.status_code == 302
    assert refused.status_code == 422
    assert "“GLOCKE AUS” asks to st" in refused.content.decode()
    assert "Version 1" in browser.get(address).content.decode()
    assert browser.get("/consent/keywords/words/?language=xx").status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_each_role_reads_and_changes_words_as_its_rights_allow(db, role):
    browser = make_team("Acme", tuple(Role)).client(role)
    sees, changes = "see_contacts" in GRANTS[role], "change_consent" in GRANTS[role]

    assert browser.get("/consent/keywords/").status_code == (200 if sees else 403)
    assert browser.get("/consent/keywords/words/?language=en").status_code == (200 if changes else 403)


@pytest.mark.parametrize("language", sorted(default_vocabulary().languages))
def test_our_own_words_of_every_language_can_be_saved_as_they_are(acme, language):
    with tenant_context(acme.id):
        assert save(acme, language).number == 1


def test_the_set_of_a_country_goes_before_the_one_for_all(acme):
    with tenant_context(acme.id):
        sets = [WordSet(country="MX", language="es", number=1), WordSet(country="", language="es", number=4)]

    assert {country: sets_for([country], sets)["es"].number for country in ("", "MX", "US")} == {
        "": 4,
        "MX": 1,
        "US": 4,
    }


def test_an_application_reads_the_words_of_a_day_and_tries_a_text(acme, client):
    with tenant_context(acme.id):
        save(acme, "de", add=["glocke aus"])
        _, key = make_key(acme, ["see_contacts"])
    headers = {"Authorization": f"Bearer {key}"}

    listed = client.get("/api/v1/keywords/", headers=headers).json()["data"]
    before = client.get("/api/v1/keywords/?on=2026-01-01", headers=headers).json()["data"]
    asked = client.post(
        "/api/v1/keywords/readings/", {"text": "glocke aus"}, content_type="application/json", headers=headers
    )

    assert [(row["version"], "glocke aus" in row["words"]["stop"]) for row in listed if row["language"] == "de"] == [
        (1, True)
    ]
    assert [row["version"] for row in before if row["language"] == "de"] == [None]
    assert (asked.status_code, asked.json()["outcome"]) == (200, "certain")
