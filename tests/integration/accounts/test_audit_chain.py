"""The audit chain against somebody who owns the database (F31 in small): each kind of tampering is found, and where."""

import base64
import dataclasses
import io
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from accounts.actions.audit import record_audit
from accounts.contracts import SYSTEM
from accounts.models import AuditEvent, AuditHead
from core.tenancy import tenant_context
from tests.factories.accounts import make_team
from tests.proofs import proves
from tests.snapshots import rows_of
from tooling import places

KEY = base64.b64encode(b"a" * 32).decode()
QUIETLY = "set session_replication_role = replica;"  # a superuser's way past every trigger
#: rewrite the hashes of every link from here on and the head, as somebody who knows the function would
REHASH = """
do $$ declare e accounts_auditevent; before bytea; begin
  for e in select * from accounts_auditevent where organization_id = '{org}' order by sequence loop
    e.previous := coalesce(before, ''); before := accounts_audit_hash(e);
    update accounts_auditevent set previous = e.previous, hash = before where id = e.id;
  end loop;
  update accounts_audithead set hash = before,
    sequence = (select max(sequence) from accounts_auditevent where organization_id = '{org}')
  where organization_id = '{org}';
end $$;
"""
ROW = "organization_id = '{org}' and sequence"
TAMPERING = {
    "edited": (f"update accounts_auditevent set action = 'nothing.happened' where {ROW} = 5", "link 5: was changed"),
    "edited data": (f"update accounts_auditevent set data = '{{}}' where {ROW} = 6", "link 6: was changed"),
    "edited and rehashed": (
        "update accounts_auditevent e set actor_id = null where organization_id = '{org}' and sequence = 5;"
        "update accounts_auditevent e set hash = accounts_audit_hash(e) where organization_id = '{org}' and sequence = 5",
        "link 6: does not follow",
    ),
    "deleted": (f"delete from accounts_auditevent where {ROW} = 4", "link 4: missing"),
    "swapped": (
        f"update accounts_auditevent set sequence = -1 where {ROW} = 3;"
        f"update accounts_auditevent set sequence = 3 where {ROW} = 4;"
        f"update accounts_auditevent set sequence = 4 where {ROW} = -1",
        "link 3: does not follow",
    ),
    "tail cut": (
        f"delete from accounts_auditevent where {ROW} > 8",
        "link 9: the chain ends before it, but the head is",
    ),
    "tail cut and head fixed": (f"delete from accounts_auditevent where {ROW} > 8;" + REHASH, "an anchor saw link"),
    "all rewritten": (
        f"update accounts_auditevent set action = 'nothing.happened' where {ROW} = 12;" + REHASH,
        "link 12: is not the one that an anchor saw",
    ),
    "all gone": (
        "delete from accounts_auditevent where organization_id = '{org}';"
        "delete from accounts_audithead where organization_id = '{org}'",
        "link 1: the chain ends before it, but an anchor saw link",
    ),
}


@pytest.fixture
def chains(committed_db):
    """Two organisations with twelve links at least in one of them, and where the anchors go."""
    acme, _ = make_team("Acme"), make_team("Rival")
    with tenant_context(acme.id):
        while AuditHead.objects.get().sequence < 12:
            record_audit(actor=SYSTEM, action="something.happened", on=("thing", acme.id), data={"ü": [1, "\x1f"]})
    return committed_db, acme


@dataclasses.dataclass(frozen=True, slots=True)
class Told:
    """How a command ended and what it said."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run(chains, tmp_path, settings, monkeypatch):
    """Run a command as the operator's database role, in this process."""
    database, _ = chains
    monkeypatch.setenv("AUDIT_ANCHOR_KEY", KEY)
    monkeypatch.setenv("AUDIT_ANCHOR_FILE", str(tmp_path / "anchors"))

    def call(command):
        said = io.StringIO()
        settings.ROLE = "operator"
        connection.close()
        connection.execute_wrappers.clear()  # the guard is put on new connections of the web role alone
        connection.settings_dict.update(USER="app_operator", PASSWORD="app_operator")
        try:
            call_command(command, stdout=said)
            return Told(0, said.getvalue(), "")
        except CommandError as problem:
            return Told(problem.returncode, said.getvalue(), str(problem))
        finally:
            settings.ROLE = "web"
            database.use()

    return call


def run_apart(database, command, role):
    """Run a command in a process of its own, as it is run in production."""
    environment = {
        **database.environment(),
        "CARILLON_ROLE": role,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "AUDIT_ANCHOR_FILE": "",
    }
    words = [sys.executable, "manage.py", command, "--skip-checks"]
    done = subprocess.run(words, cwd=places.PROJECT, env=environment, capture_output=True, text=True, check=False)
    return Told(done.returncode, done.stdout, done.stderr)


@proves("L8")
def test_whole_chains_are_counted_and_found_whole_by_the_operators_role_alone(chains, run):
    database, _ = chains

    anchored = run("anchor_audit")
    verified = run("verify_audit")
    apart = run_apart(database, "verify_audit", "operator")
    refused = run_apart(database, "verify_audit", "web")

    assert (anchored.returncode, anchored.stdout) == (0, "Anchored 2 chains.\n"), anchored.stderr
    (count,) = database.run_sql("select count(*) from accounts_auditevent")[0]
    assert verified.returncode == 0, verified.stderr
    assert verified.stdout == f"2 chains, {count} links, 1 anchors checked.\nEvery chain is whole.\n"
    assert (apart.returncode, apart.stdout.splitlines()[-1]) == (0, "Every chain is whole."), apart.stderr
    assert refused.returncode == 1
    assert "CARILLON_ROLE=operator" in refused.stderr


@proves("F31", "L8")
def test_every_kind_of_tampering_by_a_superuser_is_found_where_it_begins(chains, run):
    """Nine kinds, the five of the fault matrix among them; two of them only the anchor shows."""
    database, acme = chains
    assert run("anchor_audit").returncode == 0
    database.run_sql("create schema kept; create table kept.e as table accounts_auditevent;"
                     " create table kept.h as table accounts_audithead")  # fmt: skip

    found = {}
    for kind, (sabotage, _) in TAMPERING.items():
        database.run_sql(QUIETLY + sabotage.replace("{org}", str(acme.id)))
        answer = run("verify_audit")
        found[kind] = (answer.returncode, answer.stderr)
        database.run_sql(QUIETLY + "delete from accounts_auditevent; insert into accounts_auditevent table kept.e;"
                         "delete from accounts_audithead; insert into accounts_audithead table kept.h")  # fmt: skip

    for kind, (_, words) in TAMPERING.items():
        code, said = found[kind]
        assert code == 1, kind
        assert f"organisation {acme.id}, " in said, kind
        assert words in said, f"{kind}: {said}"
    assert run("verify_audit").returncode == 0


@proves("L8")
def test_anchors_grow_with_the_chains_and_an_altered_anchor_file_is_found(chains, run, tmp_path):
    database, acme = chains
    run("anchor_audit")
    with tenant_context(acme.id):
        record_audit(actor=SYSTEM, action="something.more")
    assert run("anchor_audit").returncode == 0
    assert run("verify_audit").returncode == 0
    path = tmp_path / "anchors"
    first, second = path.read_text().splitlines()
    assert str(acme.id) in second

    path.write_text(first.replace('"root":"', '"root":"0') + "\n" + second + "\n")
    altered = run("verify_audit")
    path.write_text(second + "\n")
    shortened = run("verify_audit")

    assert "anchor 1: the signature is not ours" in altered.stderr
    assert "anchor 1: does not follow the one before it" in shortened.stderr


@proves("L8")
def test_the_products_role_can_add_links_and_neither_change_nor_remove_nor_forge_one(acme):
    before = rows_of(acme.id)
    tries = [
        "update accounts_auditevent set action = 'x'",
        "delete from accounts_auditevent",
        "truncate accounts_auditevent",
        "update accounts_audithead set sequence = 0",
        "delete from accounts_audithead",
        "insert into accounts_audithead (id, organization_id, sequence, hash) values (uuidv7(), app_org(), 0, '')",
        "alter table accounts_auditevent disable trigger all",
    ]

    for statement in tries:
        with tenant_context(acme.id), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    assert rows_of(acme.id) == before


def test_a_link_that_names_its_own_place_in_the_chain_is_put_where_it_belongs(acme):
    with tenant_context(acme.id):
        head = AuditHead.objects.get()

        AuditEvent.objects.create(at="2020-01-01T00:00:00Z", actor_kind="user", action="x", sequence=1, hash=b"forged")

        row = AuditEvent.objects.order_by("-sequence")[0]
    assert (row.sequence, bytes(row.previous)) == (head.sequence + 1, bytes(head.hash))
    assert bytes(row.hash) != b"forged"


def test_the_chains_of_two_organisations_do_not_touch(acme, rival):
    with tenant_context(rival.id):
        before = AuditHead.objects.get().sequence

    with tenant_context(acme.id):
        record_audit(actor=SYSTEM, action="something.happened")

    with tenant_context(rival.id):
        assert AuditHead.objects.get().sequence == before
