"""The frame around pages outside every organisation: whoever is in one keeps the way back to it."""

import pytest
from django.test import Client

from accounts.models import Organization
from core.tenancy import tenant_context
from tests.factories.accounts import logged_in, make_person

OWN = ("/account/2fa/", "/account/password/change/", "/account/email/", "/account/sessions/")
SIDEBAR = '<nav class="side" aria-label="Main">'


@pytest.mark.parametrize("path", OWN)
def test_ones_own_account_keeps_the_frame_of_the_organisation(acme, path):
    with tenant_context(acme.id):
        Organization.objects.update(time_zone="Asia/Karachi")

    answer = acme.client("viewer").get(path)

    page = answer.content.decode()
    assert (answer.status_code, page.count(SIDEBAR)) == (200, 1)
    assert answer.context["shell"]["organization"]["name"] == "Acme"
    assert answer.context["shell"]["organization"]["zone"] == "Asia/Karachi"
    assert [item["url"] for group in answer.context["shell"]["groups"] for item in group["items"]][0] == "/"
    assert "/team/" not in page


@pytest.mark.parametrize("path", OWN)
def test_somebody_in_no_organisation_has_a_way_home_and_no_sidebar(db, path):
    browser = logged_in(make_person("Alone"))

    page = browser.get(path).content.decode()

    assert SIDEBAR not in page
    assert '<a class="brand" href="/"' in page


@pytest.mark.parametrize(("path", "status"), [("/team/", 403), ("/nowhere/at/all/", 404)])
def test_a_refusal_inside_the_product_keeps_the_frame(acme, path, status):
    answer = acme.client("viewer").get(path)

    page = answer.content.decode()
    assert (answer.status_code, page.count(SIDEBAR), page.count("<main")) == (status, 1, 1)


def test_a_thing_of_somebody_else_is_not_found_inside_the_frame(acme):
    page = acme.client().get("/campaigns/01a21262-7ed1-70be-8289-7ac9191f1d40/")

    assert page.status_code == 404
    assert SIDEBAR in page.content.decode()


def test_a_stranger_who_loses_the_way_sees_no_frame(db):
    page = Client().get("/nowhere/at/all/")

    assert page.status_code == 404
    assert SIDEBAR not in page.content.decode()
