"""Hostile files are answered with the field, what is wrong and what to do; nothing of them stays."""

import html
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contacts.files.export import reject_file
from contacts.models import Contact
from contacts.selectors.imports import import_rows, rejected_rows
from core.tenancy import tenant_context
from tests.factories.contacts import bring_in
from tests.integration.contacts.hostile_files import HOSTILE
from tests.proofs import proves
from tests.snapshots import rows_of


def upload(team, name, content, **more):
    return team.client().post(
        "/contacts/imports/upload/", {"file": SimpleUploadedFile(name, content), "kind": "people"} | more
    )


@proves("F33")
@pytest.mark.parametrize("case", HOSTILE)
def test_a_file_we_cannot_take_is_refused_by_its_field_with_a_remedy_and_leaves_nothing(acme, media, case):
    name, content, wrong, remedy = HOSTILE[case]
    before = rows_of(acme.id)

    answer = upload(acme, name, content())

    page = html.unescape(answer.content.decode())
    (error,) = answer.context["form"].errors["file"]
    assert answer.status_code == 422
    assert (wrong in error, remedy in error, error in page) == (True, True, True)
    assert rows_of(acme.id) == before
    assert [path for path in media.rglob("*") if path.is_file()] == []


def test_an_upload_without_a_file_or_of_an_unknown_kind_is_refused(acme, media):
    before = rows_of(acme.id)

    without = acme.client().post("/contacts/imports/upload/", {"kind": "people"})
    unknown = upload(acme, "people.csv", b"Phone\n+14025550142\n", kind="horses")

    assert (without.status_code, list(without.context["form"].errors)) == (422, ["file"])
    assert (unknown.status_code, list(unknown.context["form"].errors)) == (422, ["kind"])
    assert rows_of(acme.id) == before
    assert not media.exists()


@proves("F33")
def test_a_formula_is_no_name_is_listed_and_is_dead_in_the_file_of_refused_rows(acme, tmp_path):
    book = openpyxl.Workbook()
    for row in (["Phone", "First name", "City"], ["none", "=1+1", "@here"], ["+14025550142", '=HYPERLINK("x")', "-2"]):
        book.active.append(row)
    book.save(tmp_path / "people.xlsx")

    job = bring_in(acme, tmp_path / "people.xlsx")

    with tenant_context(acme.id):
        person = Contact.objects.get()
        assert (person.first_name, person.city) == ("", "-2")
        listed = [(line.number, line.column, line.refused) for line in import_rows(job, "text.formula").object_list]
        assert listed == [(3, "First name", False)]
        with reject_file(job.headers, rejected_rows(job)) as file:
            text = file.read().decode("utf-8-sig")
    assert io.StringIO(text).readlines()[1].startswith('"none","\'=1+1","\'@here","2",')
