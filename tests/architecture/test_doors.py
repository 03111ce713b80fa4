"""Every address has a door, and the list of addresses only grows knowingly."""

from accounts.roles import API_SCOPES, PERMISSIONS
from tests.counts import say
from tests.proofs import proves
from tests.walls.routes import all_routes

#: the fewest routes of the product's own there have been since the last written removal; raise it with every release
FEWEST_ROUTES = {"public": 12, "person": 4, "member": 113, "api": 33, "webhook": 5}
#: addresses of libraries that stay closed: redirects of former versions, which nobody here links to
CLOSED = {
    "account/social/login/cancelled/", "account/social/login/error/", "account/social/signup/",
    "account/social/connections/",
}  # fmt: skip
#: views that open a context for each action themselves, and why
OWN_TRANSACTIONS = {
    "campaigns:write": "keeps an uploaded recording before it writes the campaign",
    "campaigns:change": "the same",
    "consent:record_consent": "takes a scan or a recording before it writes",
    "api:attachments": "takes a scan or a recording before it writes",
    "api:imports": "takes a large file to disk before it writes the row",
    "messaging:connect": "asks the carrier whether the credentials are good",
    "messaging:compare_lists": "asks a carrier for its list",
    "messaging:practice": "opens an account at the sandbox",
    "messaging:new_template": "keeps an uploaded picture before it writes the template",
    "messaging:change_template": "the same",
    "api:template_files": "takes a picture, a film or a document before it writes",
    "messaging:submit_template": "hands a template over to its network",
    "messaging:delete_template": "deletes a template at its network",
    "messaging:sync_templates": "asks a network for all templates",
    "contacts:upload": "takes a large file to disk before it writes the row",
    "contacts:import": "reads the stored file between two contexts",
}


@proves("A2")
def test_every_address_has_a_door_or_is_a_closed_one_of_a_library():
    without = {route.pattern for route in all_routes() if route.door is None}

    assert without == CLOSED


def test_every_address_of_the_operator_host_is_public_or_behind_the_guarded_site():
    ours = [route for route in all_routes("config.urls_operator") if route.is_ours]
    pages = [route for route in ours if not route.name.startswith("admin:")]  # those the guarded site itself guards

    assert {route.name for route in pages if route.door is None or route.door.kind != "public"} == set()
    assert len(ours) > len(pages) > 0


def test_no_route_disappears_unnoticed():
    found = dict.fromkeys(FEWEST_ROUTES, 0)

    for route in all_routes():
        if route.is_ours and route.door is not None:
            found[route.door.kind] += 1

    say(f"{sum(found.values())} routes of our own: {found}")
    fewer = {kind: (found[kind], least) for kind, least in FEWEST_ROUTES.items() if found[kind] < least}
    assert fewer == {}, "routes are gone; if that is meant, lower FEWEST_ROUTES and say so in the change"


def test_every_door_asks_for_a_right_that_exists():
    for route in all_routes():
        if route.door is not None and route.door.permission:
            assert route.door.permission in (API_SCOPES if route.door.kind == "api" else PERMISSIONS), route.name


def test_views_with_transactions_of_their_own_are_listed():
    found = {route.name for route in all_routes() if route.door is not None and route.door.own_transactions}

    assert found == set(OWN_TRANSACTIONS)


def test_no_view_of_ours_is_reached_without_a_name():
    assert {route.pattern for route in all_routes() if route.is_ours and route.name.endswith("None")} == set()


def test_only_webhooks_and_reports_of_browsers_skip_the_check_of_forms():
    free = {
        route.name
        for route in all_routes()
        if route.is_ours and getattr(route.view, "csrf_exempt", False) and route.door.kind not in ("webhook", "api")
    }

    assert free <= {
        "csp_report",
        "api:schema",
        "messaging:stop_mail",
        "messaging:preferences",
        "messaging:confirm_agreement",
    }
