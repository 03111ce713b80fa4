"""The proof of one person's consent: what is in it, who may take it, and that it is checked without us."""

import datetime
import hashlib
import io
import json
import pathlib
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import call_command

from accounts.actions.members import change_role
from accounts.actions.roles import make_role
from accounts.actions.signing_keys import PublicKey, SigningKey, key_id_of, public_keys, signing_key
from accounts.contracts import PLATFORM_ORGANIZATION, Actor, NotAllowed
from accounts.models import AuditEvent, OrganizationKey
from consent.models import ConsentEvent
from core import vault
from core.tenancy import tenant_context
from messaging.actions.proving import make_proof_of
from tests.counts import Statements
from tests.factories.accounts import join, logged_in, make_key
from tests.factories.consent import MINA, OMAR, WORDS, grant, make_point, make_purpose, make_wording, stop
from tests.factories.messaging import make_account, make_sender, reach
from tests.factories.proofs import anchor_everything, lines, make_contact, problems_of, problems_of_zip, unpacked
from tests.proofs import proves

FILES = {
    "proof.html", "events.jsonl", "anchors.jsonl", "wordings.json", "protections.jsonl", "messages.jsonl", "keys.json",
    "verify.py", "manifest.json", "signature.json", "README.txt",
}  # fmt: skip


@pytest.fixture
def mina(acme, sandbox):
    """Somebody who agreed, got a message, and said stop; everything is under an anchor but the stop."""
    with tenant_context(acme.id):
        point, purpose = make_point(MINA), make_purpose(acme.actor())
        wording = make_wording(acme.actor(), purpose)
        grant(point, purpose, wording=wording)
        reach(make_sender(acme.actor(), make_account(acme.actor(), base_url=sandbox.url)), point)
        anchor_everything()
        stop(point)
        return make_contact(point)


def taken(team, contact, role="owner"):
    """The answer to the button on the person's page."""
    return team.client(role).post(f"/proof/{contact.id}/")


def body_of(answer):
    """The whole file."""
    assert answer.status_code == 200
    return b"".join(answer)


@proves("C35")
def test_one_click_gives_a_signed_zip_of_everything_and_one_line_of_the_audit_trail(acme, mina, tmp_path):
    answer = taken(acme, mina)
    files = unpacked(body_of(answer), tmp_path)

    assert set(files) == FILES
    assert problems_of(tmp_path) == []
    agreed, stopped = lines(files["events.jsonl"])
    assert (agreed["event"]["status"], stopped["event"]["status"]) == ("granted", "withdrawn")
    assert agreed["event"]["evidence"] == {"page": "https://acme.example/offers", "address": "203.0.113.24"}
    assert stopped["event"]["evidence"] == {"said": "STOP"}
    assert (agreed["previous"], stopped["previous"]) == ("0" * 64, agreed["hash"])
    assert agreed["event"]["wording_sha256"] == hashlib.sha256(WORDS.encode()).hexdigest()
    assert [each["text"] for each in json.loads(files["wordings.json"])] == [WORDS]
    (message,) = lines(files["messages.jsonl"])
    assert (message["channel"], message["outcome"], message["template"]["version"]) == ("sms", "Sent", 1)
    (attempt,) = message["attempts"]
    assert (attempt["rests_on"], attempt["rests_on_number"]) == (agreed["event"]["id"], agreed["number"])
    assert (attempt["decision"]["outcome"], attempt["decision"]["rules_version"]) == ("allowed", "1")
    (protection,) = lines(files["protections.jsonl"])
    assert (protection["kind"], protection["event"]) == ("opted_out", stopped["event"]["id"])
    anchor, *rest = reversed(lines(files["anchors.jsonl"]))
    assert (anchor["anchor"]["number"], [each["event"] for each in rest]) == (1, [agreed["event"]["id"]])
    manifest = json.loads(files["manifest.json"])
    assert manifest["points"][0]["address"] == MINA
    assert (manifest["anchored_events"], manifest["points"][0]["events"]) == (1, 2)
    with tenant_context(acme.id):
        row = AuditEvent.objects.get(action="proof.made")
    assert (row.object_kind, row.object_id) == ("contact", mina.id)
    key = json.loads(files["signature.json"])["key_id"]
    assert row.data == {"addresses": 1, "events": 2, "messages": 1, "key": key}


@proves("C35")
def test_the_verifier_that_comes_with_it_runs_by_itself_and_says_what_it_checked(acme, mina, tmp_path):
    unpacked(body_of(taken(acme, mina)), tmp_path)
    key = json.loads((tmp_path / "keys.json").read_text())["keys"][0]["public_key"]

    whole, distrusted = run_verifier(tmp_path, "--key", key), run_verifier(tmp_path, "--key", "00" * 32)
    unvouched = run_verifier(tmp_path)

    assert whole.returncode == 0
    assert whole.stdout.startswith("VALID: 9 files, 2 events, 1 of them under a signed anchor.")
    assert (distrusted.returncode, "not a key you trust" in distrusted.stdout) == (1, True)
    assert unvouched.returncode == 3
    assert unvouched.stdout.startswith("WHOLE, BUT SIGNED WITH A KEY NOBODY HAS VOUCHED FOR: 9 files, 2 events")
    assert key in unvouched.stdout
    assert "organisation's page of published keys, address as the bundle says: http" in unvouched.stdout
    for said in (whole.stdout, unvouched.stdout):
        assert "what left the ledger before it was made leaves no trace here" in said


def run_verifier(folder, *arguments):
    """What the verifier says that somebody runs."""
    run = [sys.executable, "-I", str(folder / "verify.py"), *arguments]
    return subprocess.run(run, capture_output=True, text=True, check=False, timeout=60)


@proves("C35")
def test_a_proof_signed_anew_with_another_key_is_whole_but_the_published_keys_do_not_know_it(
    acme, mina, client, monkeypatch, tmp_path
):
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    forger = SigningKey(key_id_of(public), private)
    (tmp_path / "published").write_bytes(client.get("/consent/keys.json").content)
    now = datetime.datetime.now(datetime.UTC)

    with monkeypatch.context() as forging:
        forging.setattr("consent.actions.proving.signing_key", lambda: forger)
        forging.setattr(
            "consent.actions.proving.public_keys", lambda: [*public_keys(), PublicKey(forger.key_id, public, now, None)]
        )
        unpacked(body_of(taken(acme, mina)), tmp_path / "forged")

    alone = run_verifier(tmp_path / "forged")
    asked = run_verifier(tmp_path / "forged", "--keys", str(tmp_path / "published"))
    assert (alone.returncode, alone.stdout.startswith("WHOLE, BUT"), public.hex() in alone.stdout) == (3, True, True)
    assert (asked.returncode, asked.stdout) == (
        1,
        "NOT VALID\n- signature.json: this proof was signed with a key that is not among the published ones\n",
    )


@proves("C35")
def test_what_a_key_signed_before_it_ended_is_valid_and_what_it_signed_afterwards_is_refused(
    acme, mina, client, monkeypatch, tmp_path
):
    former = signing_key()
    unpacked(body_of(taken(acme, mina)), tmp_path / "before")
    call_command("rotate_keys", signing=True, stdout=io.StringIO())
    monkeypatch.setattr("consent.actions.proving.signing_key", lambda: former)
    after = unpacked(body_of(taken(acme, mina)), tmp_path / "after")
    published = client.get("/consent/keys.json")
    (tmp_path / "keys").write_bytes(published.content)
    (tmp_path / "empty").write_text('{"keys": []}')

    newest, ended = published.json()["keys"]
    made_at = json.loads(after["manifest.json"])["made_at"]
    assert (newest["ended_at"], ended["ended_at"]) == (None, newest["began_at"])
    assert f"Ended {ended['ended_at'][:10]}" in client.get("/consent/keys/").content.decode()
    valid, refused, unread = (
        run_verifier(tmp_path / folder, "--keys", str(tmp_path / keys))
        for folder, keys in (("before", "keys"), ("after", "keys"), ("before", "empty"))
    )
    assert (valid.returncode, valid.stdout.startswith("VALID: 9 files")) == (0, True)
    assert refused.returncode == 1
    assert f"this proof was signed on {made_at} with a key that ended on {ended['ended_at']}" in refused.stdout
    assert (unread.returncode, "not the file of keys as it is published" in unread.stdout) == (1, True)


def test_the_verifier_is_served_as_text_to_everybody_and_the_readme_sends_people_there(acme, mina, client, tmp_path):
    files = unpacked(body_of(taken(acme, mina)), tmp_path)

    served = client.get("/consent/keys/verify.py")
    readme, page = files["README.txt"].decode(), client.get("/consent/keys/").content.decode()
    assert (served.status_code, served.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert served.content == files["verify.py"]
    for said in (readme, files["proof.html"].decode()):
        assert "/consent/keys/verify.py" in said
        assert "before the proof was made" in said
    assert "/consent/keys.json" in readme
    assert 'href="/consent/keys/verify.py"' in page


def test_showing_the_published_keys_opens_no_private_one(acme, mina, client, monkeypatch):
    key_id = signing_key().key_id
    monkeypatch.setattr(vault, "unwrap", None)

    shown = client.get("/consent/keys.json")

    assert [each["key_id"] for each in shown.json()["keys"]] == [key_id]
    assert key_id in client.get("/consent/keys/").content.decode()


def test_keys_made_before_their_public_halves_were_kept_get_them_with_the_next_signature(acme, mina):
    key_id = signing_key().key_id
    with tenant_context(PLATFORM_ORGANIZATION):
        OrganizationKey.objects.filter(purpose="signing").update(public=None)
    assert public_keys() == []

    signing_key()

    assert [each.key_id for each in public_keys()] == [key_id]


def test_the_page_of_a_proof_shows_everything_asks_nobody_and_escapes_what_people_wrote(acme, tmp_path):
    with tenant_context(acme.id):
        point = make_point(MINA)
        stop(point, said="<script>alert(1)</script>")
        contact = make_contact(point)

    page = unpacked(body_of(taken(acme, contact)), tmp_path)["proof.html"].decode()

    assert MINA in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page
    assert "src=" not in page
    assert "@import" not in page
    assert "url(" not in page


def test_without_the_right_to_read_replies_what_messages_said_is_left_out(acme, mina, tmp_path):
    with tenant_context(acme.id):
        rights = ["see_contacts", "see_addresses", "export_contacts"]
        role = make_role(actor=acme.actor(), name="Keeps the files", permissions=rights)
        join(acme, "agent")
        change_role(actor=acme.actor(), member=acme.member("agent"), role=str(role.id))

    answer = logged_in(acme.people["agent"], acme.id).post(f"/proof/{mina.id}/")

    (message,) = lines(unpacked(body_of(answer), tmp_path)["messages.jsonl"])
    assert (message["body"], message["body_withheld"]) == (None, True)


@pytest.mark.parametrize("missing", ["see_addresses", "export_contacts"])
def test_nobody_takes_a_proof_without_the_right_to_see_addresses_and_to_download(acme, mina, missing):
    with tenant_context(acme.id):
        rights = sorted({"see_contacts", "see_addresses", "export_contacts"} - {missing})
        role = make_role(actor=acme.actor(), name="Nearly enough", permissions=rights)
        join(acme, "agent")
        change_role(actor=acme.actor(), member=acme.member("agent"), role=str(role.id))
    browser = logged_in(acme.people["agent"], acme.id)

    answer = browser.post(f"/proof/{mina.id}/")

    assert answer.status_code == 403
    with tenant_context(acme.id):
        assert not AuditEvent.objects.filter(action="proof.made").exists()


@pytest.mark.parametrize("missing", ["see_addresses", "export_contacts"])
def test_no_application_takes_a_proof_without_both_scopes_and_the_action_itself_asks_for_both(acme, mina, missing):
    held = sorted({"see_contacts", "see_addresses", "export_contacts", "see_replies"} - {missing})
    with tenant_context(acme.id):
        _, key = make_key(acme, held)
    address = f"/api/v1/contacts/{mina.id}/proof/"

    answer = acme.client("owner").get(address, headers={"Authorization": f"Bearer {key}"})

    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    with tenant_context(acme.id):
        with pytest.raises(NotAllowed) as refused:
            make_proof_of(actor=Actor("user", None, frozenset(held)), contact=mina)
        assert refused.value.permission == missing
        assert not AuditEvent.objects.filter(action="proof.made").exists()


@proves("C35")
def test_an_application_gets_the_same_and_another_organisation_gets_nothing(acme, rival, mina, tmp_path):
    with tenant_context(acme.id):
        _, key = make_key(acme, ["see_addresses", "export_contacts"])
    with tenant_context(rival.id):
        _, theirs = make_key(rival, ["see_addresses", "export_contacts"])
    browser, address = acme.client("owner"), f"/api/v1/contacts/{mina.id}/proof/"

    answer = browser.get(address, headers={"Authorization": f"Bearer {key}"})
    other = browser.get(address, headers={"Authorization": f"Bearer {theirs}"})

    assert answer.headers["Content-Type"] == "application/zip"
    assert problems_of_zip(body_of(answer), tmp_path) == []
    assert other.status_code == 404
    assert taken(rival, mina).status_code == 404
    with tenant_context(rival.id):
        assert not AuditEvent.objects.filter(action="proof.made").exists()


def test_two_organisations_that_know_the_same_number_have_two_proofs(acme, rival, mina, tmp_path):
    with tenant_context(rival.id):
        point, purpose = make_point(MINA), make_purpose(rival.actor())
        grant(point, purpose)
        contact = make_contact(point)

    ours = unpacked(body_of(taken(acme, mina)), tmp_path / "ours")
    theirs = unpacked(body_of(taken(rival, contact)), tmp_path / "theirs")

    ids = [{each["event"]["id"] for each in lines(files["events.jsonl"])} for files in (ours, theirs)]
    assert (len(ids[0]), len(ids[1]), ids[0] & ids[1]) == (2, 1, set())
    assert str(rival.id).encode() not in b"".join(ours.values())
    assert str(acme.id).encode() not in b"".join(theirs.values())


def test_a_person_with_two_addresses_has_a_chain_for_each_and_one_without_any_has_an_empty_proof(acme, tmp_path):
    with tenant_context(acme.id):
        points = [make_point(MINA), make_point(OMAR), make_point("mina@people.example")]
        stop(points[0])
        stop(points[1])
        stop(points[1], channel="")
        both, nobody = make_contact(*points), make_contact(first_name="Nobody")

    files = unpacked(body_of(taken(acme, both)), tmp_path / "both")
    unpacked(body_of(taken(acme, nobody)), tmp_path / "nobody")

    assert [each["place"] for each in lines(files["events.jsonl"])] == [1, 1, 2]
    assert [each["events"] for each in json.loads(files["manifest.json"])["points"]] == [1, 2, 0]
    assert problems_of(tmp_path / "both") == []
    assert problems_of(tmp_path / "nobody") == []


def test_a_new_key_signs_from_now_on_and_the_former_one_stays_published(acme, mina, client, tmp_path):
    before = unpacked(body_of(taken(acme, mina)), tmp_path / "before")
    former = json.loads(before["signature.json"])["key_id"]

    told = io.StringIO()
    call_command("rotate_keys", signing=True, stdout=told)
    fresh = told.getvalue().split()[1]

    after = unpacked(body_of(taken(acme, mina)), tmp_path / "after")
    published = [each["key_id"] for each in client.get("/consent/keys.json").json()["keys"]]
    page = client.get("/consent/keys/").content.decode()
    assert json.loads(after["signature.json"])["key_id"] == fresh
    assert published == [fresh, former] == [each.key_id for each in public_keys()]
    assert fresh in page
    assert former in page
    assert problems_of(tmp_path / "before") == problems_of(tmp_path / "after") == []
    with tenant_context(PLATFORM_ORGANIZATION):
        assert AuditEvent.objects.get(action="keys.signing_key_begun").data == {"key": fresh}


def test_neither_the_address_nor_what_was_said_is_in_a_log_or_in_the_audit_trail(acme, mina, caplog):
    body_of(taken(acme, mina))

    with tenant_context(acme.id):
        told = str(list(AuditEvent.objects.values())) + caplog.text
        evidence = ConsentEvent.objects.filter(status="withdrawn").count()
    assert evidence == 1
    assert MINA not in told
    assert MINA.removeprefix("+1") not in told


def test_a_proof_that_cannot_be_finished_leaves_no_line_in_the_audit_trail(acme, mina, monkeypatch):
    def fails(*_):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("consent.actions.proving.wordings_as_shown", fails)

    assert taken(acme, mina).status_code == 500

    with tenant_context(acme.id):
        assert not AuditEvent.objects.filter(action="proof.made").exists()


def test_a_long_history_is_read_in_slices_and_costs_no_statement_for_a_single_event(acme, tmp_path):
    asked = []
    for count in (20, 300):
        with tenant_context(acme.id):
            point = make_point(f"reader{count}@people.example")
            for _ in range(count):
                stop(point)
            anchor_everything()
            contact = make_contact(point)
        with Statements() as statements:
            body = body_of(taken(acme, contact))
        asked.append(len(statements))
        assert problems_of_zip(body, tmp_path) == []

    assert asked[0] == asked[1]


def test_the_verifier_in_the_proof_is_the_one_that_is_tested_here(acme, mina, tmp_path):
    files = unpacked(body_of(taken(acme, mina)), tmp_path)

    assert files["verify.py"] == pathlib.Path("consent/proof/verify.py").read_bytes()
    assert b"import django" not in files["verify.py"]
