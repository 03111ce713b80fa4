"""What may be a stop: protected first, judged by a person, and taken back only where nothing else holds."""

import pytest

from accounts.roles import GRANTS, Role
from consent.models import ConsentEvent, ConsentState, Suppression
from consent.selectors.receipts import open_evidence
from core.tenancy import tenant_context
from messaging.actions.receiving import receive_inbound
from messaging.contracts import Inbound
from messaging.models import InboundMessage
from tests.factories.accounts import make_team
from tests.factories.consent import MINA, grant, make_claim, make_point, make_purpose, record
from tests.factories.messaging import NUMBER, hear, make_account, make_sender, reach
from tests.integration.accounts.chain import last_deed
from tests.integration.consent.test_stops import protect, refused
from tests.proofs import proves
from tests.snapshots import changed, rows_of

DOUBTFUL = [
    "Cancel my 3pm appointment",
    "STOPPED by yesterday, loved it",
    "Don't stop the offers",
    "End of the month?",
    "Please don't call me, but when do you open?",
]


@pytest.fixture
def mina(acme):
    """Mina agreed to offers by text and by WhatsApp, and claimed, without proof, to want news."""
    with tenant_context(acme.id):
        offers, news, point = make_purpose(acme.actor()), make_purpose(acme.actor(), "News"), make_point(MINA)
        grant(point, offers)
        grant(point, offers, "whatsapp")
        record(make_claim(point, news, "unproven"))
        return point, make_account(acme.actor())


def standing(point):
    """Every consent of the address: status, the event it stands on and since when."""
    rows = ConsentState.objects.filter(point=point)
    return {(row.purpose_id, row.channel): (row.status, row.event_id, row.changed_at) for row in rows}


def judge(acme, row, how, role=Role.OWNER):
    return acme.client(role).post(f"/replies/{row.id}/{how}/", {"show": "judge"})


def shown(acme, view="judge"):
    return acme.client().get(f"/replies/?show={view}").context["page"].replies


def verdict(acme, row):
    with tenant_context(acme.id):
        return InboundMessage.objects.values_list("verdict", flat=True).get(id=row.id)


@proves("C11")
@pytest.mark.parametrize("words", DOUBTFUL)
def test_what_may_be_a_stop_protects_at_once_is_answered_with_silence_and_waits_for_a_judgement(acme, mina, words):
    point, account = mina

    with tenant_context(acme.id):
        heard = receive_inbound(account=account, inbound=Inbound("SM1", "sms", MINA, NUMBER, words))
        event = ConsentEvent.objects.get(status="withdrawn")
        assert (heard.replies, refused(point), refused(point, "whatsapp")) == ((), {"opted_out"}, {"channel_barred"})
        assert (event.source, event.origin_id) == ("free_text", heard.message.id)
        assert open_evidence(event)["said"] == words

    (reply,) = shown(acme)
    assert (reply.text, reply.badge["label"], reply.is_waiting) == (words, "Needs your judgement", True)
    page = acme.client().get("/replies/?show=judge").content.decode()
    assert f"/replies/{reply.id}/confirm-stop/" in page
    assert f"/replies/{reply.id}/not-a-stop/" in page


def test_a_wrong_number_is_a_stop_that_is_answered_once_and_waits_for_a_judgement(acme, mina):
    point, account = mina

    with tenant_context(acme.id):
        heard = receive_inbound(account=account, inbound=Inbound("SM1", "sms", MINA, NUMBER, "Sorry, wrong number"))
        assert (heard.message.kind, len(heard.replies), refused(point)) == ("stop", 1, {"opted_out"})

    assert [(reply.text, reply.needs_judgement) for reply in shown(acme)] == [("Sorry, wrong number", True)]


def test_a_plain_stop_is_nobody_s_to_judge(acme, mina):
    with tenant_context(acme.id):
        row = hear(mina[1], "STOP")
    before = rows_of(acme.id)

    assert judge(acme, row, "not-a-stop").status_code == 302

    assert shown(acme) == ()
    assert rows_of(acme.id) == before


def test_confirming_keeps_the_person_protected_and_is_on_the_record(acme, rival, mina):
    point, account = mina
    with tenant_context(acme.id):
        row = hear(account, DOUBTFUL[0])
    before, others = rows_of(acme.id), rows_of(rival.id)

    assert judge(acme, row, "confirm-stop").headers["Location"] == "/replies/?show=judge"

    assert changed(before, rows_of(acme.id)) == {
        "messaging_inboundmessage": 0, "consent_stoprequest": 0, "accounts_auditevent": 1, "accounts_audithead": 0
    }  # fmt: skip
    assert rows_of(rival.id) == others
    assert (last_deed(acme.id).action, last_deed(acme.id).data) == ("reply.judged", {"verdict": "stop"})
    with tenant_context(acme.id):
        assert refused(point) == {"opted_out"}
    (reply,) = shown(acme, "stop")
    assert (reply.badge["label"], reply.is_stopped, reply.is_waiting) == ("It was a stop", True, False)


@pytest.mark.parametrize("words", [DOUBTFUL[0], "is this the wrong number?"])
def test_what_was_no_stop_is_taken_back_and_consent_stands_on_its_own_proof_again(acme, rival, mina, words):
    point, account = mina
    with tenant_context(acme.id):
        agreed = standing(point)
        row = hear(account, words)
        assert standing(point) != agreed
    before, others = rows_of(acme.id), rows_of(rival.id)

    judge(acme, row, "not-a-stop")

    assert changed(before, rows_of(acme.id)) == {
        "consent_consentevent": 1, "consent_consentstate": 0, "consent_suppression": 0,
        "messaging_inboundmessage": 0, "consent_stoprequest": 0, "accounts_auditevent": 1, "accounts_audithead": 0,
    }  # fmt: skip
    assert rows_of(rival.id) == others
    assert last_deed(acme.id).data == {"verdict": "not_stop", "lifted": True}
    with tenant_context(acme.id):
        event = ConsentEvent.objects.get(status="lifted")
        assert (event.actor_id, event.source, event.origin_id) == (acme.people["owner"].id, "staff", row.id)
        assert standing(point) == agreed
        assert ConsentEvent.objects.filter(status="withdrawn").count() == 1
        assert Suppression.objects.get().lifted_event_id == event.id
        assert "opted_out" not in refused(point)
    (reply,) = shown(acme, "all")
    assert (reply.badge["label"], reply.is_stopped, reply.is_waiting) == ("It was not a stop", False, False)


def test_a_stop_said_before_the_doubtful_one_holds_whatever_is_judged(acme, mina):
    point, account = mina
    with tenant_context(acme.id):
        hear(account, "STOP")
        row = hear(account, DOUBTFUL[0])

    judge(acme, row, "not-a-stop")

    with tenant_context(acme.id):
        assert refused(point) == {"opted_out"}
        assert not ConsentEvent.objects.filter(status="lifted").exists()


def test_a_stop_after_the_doubtful_one_is_answered_once_and_settles_the_question(acme, mina):
    point, account = mina
    with tenant_context(acme.id):
        row = hear(account, DOUBTFUL[0])
        first, second = (
            receive_inbound(account=account, inbound=Inbound(f"SM{number}", "sms", MINA, NUMBER, "STOP"))
            for number in (1, 2)
        )
    judge(acme, row, "not-a-stop")

    assert (len(first.replies), len(second.replies)) == (1, 0)
    assert verdict(acme, row) == "stop"
    with tenant_context(acme.id):
        assert refused(point) == {"opted_out"}


def test_a_plea_to_stop_that_came_another_way_since_holds(acme, mina):
    point, account = mina
    with tenant_context(acme.id):
        row, plea = hear(account, DOUBTFUL[0]), hear(account, "please leave us in peace")
    acme.client().post(f"/replies/{plea.id}/stop/")

    judge(acme, row, "not-a-stop")

    assert verdict(acme, row) == "not_stop"
    with tenant_context(acme.id):
        assert refused(point) == refused(point, "whatsapp") == {"opted_out"}


def test_of_two_doubtful_ones_both_must_be_judged_before_anything_is_sent_again(acme, mina):
    point, account = mina
    with tenant_context(acme.id):
        agreed = standing(point)
        first, second = hear(account, DOUBTFUL[0]), hear(account, DOUBTFUL[1])

    judge(acme, first, "not-a-stop")
    with tenant_context(acme.id):
        assert refused(point) == {"opted_out"}
    judge(acme, second, "not-a-stop")

    with tenant_context(acme.id):
        assert standing(point) == agreed
        assert refused(point) == {"unproven"}


def test_a_bounce_since_the_doubtful_one_is_no_stop_and_holds_by_itself(acme, mina):
    point, account = mina
    with tenant_context(acme.id):
        row = hear(account, DOUBTFUL[0])
        protect([point])

    judge(acme, row, "not-a-stop")

    with tenant_context(acme.id):
        assert refused(point) == {"bounced"}


def test_start_takes_the_doubtful_stop_back_and_settles_the_question(acme, mina):
    point, account = mina
    with tenant_context(acme.id):
        reach(make_sender(acme.actor(), account), point)
        row = hear(account, DOUBTFUL[0])
        heard = receive_inbound(account=account, inbound=Inbound("SM1", "sms", MINA, NUMBER, "START"), confirmed=True)
        assert len(heard.replies) == 1
        assert "opted_out" not in refused(point)

    assert verdict(acme, row) == "restarted"
    assert shown(acme) == ()


def test_start_after_they_asked_to_stop_by_hand_reaches_them_again_by_text_and_nowhere_else(acme, mina):
    point, account = mina
    with tenant_context(acme.id):
        reach(make_sender(acme.actor(), account), point)
        plea = hear(account, "please leave us in peace")
    acme.client().post(f"/replies/{plea.id}/stop/")

    with tenant_context(acme.id):
        assert ConsentEvent.objects.get(origin_id=plea.id).source == "staff"
        heard = receive_inbound(account=account, inbound=Inbound("SM1", "sms", MINA, NUMBER, "START"), confirmed=True)
        assert len(heard.replies) == 1
        assert (refused(point), refused(point, "whatsapp")) == ({"withdrawn"}, {"opted_out"})


def test_nobody_judges_twice(acme, mina):
    with tenant_context(acme.id):
        row = hear(mina[1], DOUBTFUL[0])
    judge(acme, row, "confirm-stop")
    before = rows_of(acme.id)

    answer = acme.client().post(f"/replies/{row.id}/not-a-stop/", follow=True)

    assert "Nothing is to be judged here any more." in answer.content.decode()
    assert rows_of(acme.id) == before


def test_what_needs_a_judgement_cannot_be_marked_as_read(acme, mina):
    with tenant_context(acme.id):
        row = hear(mina[1], DOUBTFUL[0])
    before = rows_of(acme.id)

    acme.client().post(f"/replies/{row.id}/read/")

    assert rows_of(acme.id) == before


@pytest.mark.parametrize("how", ["confirm-stop", "not-a-stop"])
@pytest.mark.parametrize("role", [role for role in Role if "change_consent" not in GRANTS[role]])
def test_only_who_may_change_consent_judges(db, role, how):
    acme = make_team("Acme", (role,))
    with tenant_context(acme.id):
        row = hear(make_account(acme.actor()), DOUBTFUL[0])
    before = rows_of(acme.id)

    assert judge(acme, row, how, role).status_code == 403

    assert changed(before, rows_of(acme.id)).keys() <= {"accounts_auditevent", "accounts_audithead"}
    assert verdict(acme, row) == "asked"
