"""A proof is refused for every byte that is turned, every file and event that is taken out, added or moved; and it says which."""

import hashlib
import json
import random
import re
import shutil
import zipfile

import pytest

from consent.proof.facts import LINK, canonical
from consent.proof.verify import Archive, check
from core.tenancy import tenant_context
from tests.counts import say
from tests.factories.consent import MINA, OMAR, grant, make_point, make_purpose, make_wording, stop
from tests.factories.proofs import anchor_everything, make_contact, problems_of, unpacked
from tests.proofs import proves

PER_FILE = 24
PAPER = b"%PDF-1.7\n" + b"the signed card of Mina\n" * 40


@pytest.fixture
def proof(acme, tmp_path):
    """A proof of two addresses with words, an attachment and anchors, unpacked; and its bytes by file."""
    from consent.actions.recording import record_consent
    from core import clock

    with tenant_context(acme.id):
        purpose, first, second = make_purpose(acme.actor()), make_point(MINA), make_point(OMAR)
        wording = make_wording(acme.actor(), purpose)
        record_consent(
            actor=acme.actor(), point=first, purpose=purpose, channel="sms", source="paper", occurred_at=clock.now(),
            wording=wording, attachment=PAPER,
        )  # fmt: skip
        grant(second, purpose, wording=wording)
        for _ in range(3):
            stop(first)
            stop(second, channel="")
        anchor_everything()
        stop(first, said="basta")
        contact = make_contact(first, second)
    answer = acme.client().post(f"/proof/{contact.id}/")
    folder = tmp_path / "proof"
    return folder, unpacked(b"".join(answer), folder)


def rewritten(folder, name, content, proof_files):
    """What the verifier says when one file has other bytes; afterwards the file is as it was."""
    (folder / name).write_bytes(content)
    try:
        return problems_of(folder)
    finally:
        (folder / name).write_bytes(proof_files[name])


@proves("C35")
def test_every_turned_byte_of_every_file_is_refused_and_the_file_or_the_event_is_named(proof):
    folder, files = proof
    chance, tried = random.Random(35), 0
    assert problems_of(folder) == []

    for name, content in files.items():
        places = range(len(content)) if len(content) <= PER_FILE else chance.sample(range(len(content)), PER_FILE)
        for at in places:
            turned = bytearray(content)
            turned[at] ^= chance.randrange(1, 256)
            problems = rewritten(folder, name, bytes(turned), files)
            assert problems, f"byte {at} of {name} was turned and nobody noticed"
            assert all(each.startswith(f"{name}: ") for each in problems), (name, at, problems)
            if name == "events.jsonl":
                line = content[:at].count(b"\n") + 1
                assert any(f"on line {line} was changed" in each for each in problems), (at, problems)
            tried += 1

    assert problems_of(folder) == []
    assert tried >= 200
    say(f"{tried} bytes turned in {len(files)} files, all refused")


@proves("C35")
def test_a_file_that_is_missing_or_added_is_named(proof):
    folder, files = proof

    for name in files:
        (folder / name).unlink()
        problems = problems_of(folder)
        assert len(problems) >= 1, name
        assert all(each.startswith(f"{name}: ") for each in problems), (name, problems)
        (folder / name).write_bytes(files[name])
    (folder / "letter.txt").write_text("trust me")

    assert problems_of(folder) == ["letter.txt: the file was added; it does not belong to this proof"]


def numbers(raw):
    return [json.loads(line)["number"] for line in raw]


@proves("C35")
def test_an_event_that_was_taken_out_is_named(proof):
    folder, files = proof
    raw = files["events.jsonl"].splitlines(keepends=True)

    for index, number in enumerate(numbers(raw)):
        problems = rewritten(folder, "events.jsonl", b"".join(raw[:index] + raw[index + 1 :]), files)
        assert any(f"event {number} was taken out" in each for each in problems), (number, problems)


@proves("C35")
def test_events_that_changed_places_are_named(proof):
    folder, files = proof
    raw = files["events.jsonl"].splitlines(keepends=True)

    for index in range(len(raw) - 1):
        moved = [*raw[:index], raw[index + 1], raw[index], *raw[index + 2 :]]
        problems = rewritten(folder, "events.jsonl", b"".join(moved), files)
        named = {number for each in problems for number in re.findall(r"C[A-Z]-[0-9A-Z]{4}-[0-9A-Z]{4}", each)}
        here = {json.loads(raw[at])["event"]["point"] for at in (index, index + 1)}
        if len(here) == 1:
            assert named & set(numbers(raw[index : index + 2])), (index, problems)
        else:  # the end of one address and the beginning of the next
            assert problems == ["events.jsonl: the file was changed"]


@proves("C35")
def test_an_event_that_was_written_anew_with_a_right_chain_is_named_all_the_same(proof):
    folder, files = proof
    raw = [json.loads(line) for line in files["events.jsonl"].splitlines()]
    raw[0]["event"]["evidence"] = {"note": "she signed twice"}
    point, before = raw[0]["event"]["point"], "0" * 64
    for entry in raw:
        if entry["event"]["point"] == point:
            entry.pop("hash")
            entry["previous"] = before
            entry["hash"] = before = hashlib.sha256(LINK + canonical(entry)).hexdigest()

    problems = rewritten(folder, "events.jsonl", b"".join(canonical(each) + b"\n" for each in raw), files)

    last = [entry["number"] for entry in raw if entry["event"]["point"] == point][-1]
    assert [each for each in problems if f"event {last} was taken out or exchanged" in each] == problems != []


def test_a_damaged_zip_is_refused_wherever_the_damage_is(proof, tmp_path):
    folder, files = proof
    path = tmp_path / "proof.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    whole = path.read_bytes()
    assert check(Archive(str(path)))[0] == []
    inside = whole.index(files["proof.html"]) + 300
    path.write_bytes(whole[:inside] + bytes([whole[inside] ^ 1]) + whole[inside + 1 :])

    assert check(Archive(str(path)))[0] == ["proof.html: the file was changed"]
    shutil.rmtree(folder)
