"""Who has the fewest units, as the operators' own database role reads it on the start page."""

import pytest
from django.db import connection
from django.test import Client

from billing.actions.ledger import reserve_units
from billing.contracts import Charge
from billing.selectors import low_balances
from core.ids import new_id
from core.tenancy import TenantContextMissing, tenant_context
from tests.factories.accounts import make_operator, make_team
from tests.factories.billing import top_up
from tests.integration.accounts.entrance import current_code, enrol, log_in, set_up_totp, show_code


@pytest.fixture
def teams(committed_db):
    """One with many units, one with few, one that never had any."""
    made = [make_team(name) for name in ("Plenty", "Scarce", "Fresh")]
    top_up(made[0].id, 900)
    top_up(made[1].id, 12)
    return made


@pytest.fixture
def operator_role(teams, settings):
    """This process as that of the operators: their addresses and their database role."""
    settings.ROOT_URLCONF, settings.ROLE = "config.urls_operator", "operator"
    connection.close()
    connection.execute_wrappers.clear()  # the guard is put on new connections of the web role alone
    connection.settings_dict.update(USER="app_operator", PASSWORD="app_operator")
    yield
    connection.close()


def test_the_fewest_units_come_first_and_what_they_were_spent_on_is_nobodys(teams, request):
    plenty, scarce, _ = teams
    with tenant_context(plenty.id):
        reserve_units(actor=plenty.actor(), charges=[Charge(new_id(), new_id(), 895_000, "book", "sms", new_id())])
    request.getfixturevalue("operator_role")

    found = [(each.name, amount) for each, amount in low_balances()]

    assert found == [("Plenty", 5_000), ("Scarce", 12_000)]
    assert [each.name for each, _ in low_balances(1)] == ["Plenty"]
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from billing_ledgerentry")
        assert cursor.fetchone() == (0,)


def test_the_pages_of_the_product_see_nobodys_balance_outside_an_organisation(teams):
    with pytest.raises(TenantContextMissing):
        low_balances()


def test_the_start_page_of_the_operators_names_who_has_the_fewest(teams, request):
    operator = make_operator()
    request.getfixturevalue("operator_role")
    browser = Client()
    log_in(browser, operator)
    enrol(browser, operator)
    secret = set_up_totp(browser)
    browser = Client()
    log_in(browser, operator)
    show_code(browser, current_code(secret))

    page = browser.get("/").content.decode()

    assert page.index("Scarce</bdi>") < page.index("12 units left") < page.index("Plenty</bdi>")
    assert "900 units left" in page
    assert "Fresh" not in page
