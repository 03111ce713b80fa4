"""A9: whoever may do everything but see addresses sees none, on any page, in any file and in any answer of the API."""

import uuid

from accounts.actions.members import change_role
from accounts.actions.roles import make_role
from accounts.roles import API_SCOPES, PERMISSIONS
from core.tenancy import tenant_context
from tests.counts import say
from tests.factories.accounts import join, logged_in, make_key
from tests.proofs import proves
from tests.walls.routes import routes_of_organizations
from tests.walls.seeds import plant
from tests.walls.slots import model_of_slot

#: what a planted address says when somebody has opened it
ADDRESS = b"address_sealed"
#: places that show whole addresses to whoever may see them: fewer, and this test has gone blind
SHOWING = 13


@proves("A9")
def test_without_the_right_to_see_addresses_none_is_in_any_byte_and_with_it_they_are(acme):
    seeds = plant(acme, list(API_SCOPES))
    ids = {route: {slot: seeds.id_of(model_of_slot(slot)) for slot in route.ids} for route in routes_of_organizations()}
    with tenant_context(acme.id):
        rights = sorted(PERMISSIONS.keys() - {"see_addresses"})
        role = make_role(actor=acme.actor(), name="All but addresses", permissions=rights)
        join(acme, "agent")
        change_role(actor=acme.actor(), member=acme.member("agent"), role=str(role.id))
    everything = asking(acme.client("owner"), seeds.key)
    nearly = asking(
        logged_in(acme.people["agent"], acme.id), make_key(acme, [s for s in API_SCOPES if s != "see_addresses"])[1]
    )

    shown = {route.name for route, slots in ids.items() if ADDRESS in everything(route, slots)}
    leaked = {route.name for route, slots in ids.items() if ADDRESS in nearly(route, slots)}

    say(f"{len(ids)} routes asked by both; addresses on {len(shown)}: {', '.join(sorted(shown))}")
    assert leaked == set()
    assert len(shown) >= SHOWING


def asking(browser, key):
    """Somebody who looks at one route after the other: in a browser, and as an application where it is the API's."""

    def ask(route, slots: dict[str, uuid.UUID]) -> bytes:
        headers = {"Authorization": f"Bearer {key}"} if route.door.kind == "api" else {}
        answer = browser.get(route.path(slots), headers=headers)
        body = b"".join(answer) if answer.streaming else answer.content
        return body + str(answer.headers).encode()

    return ask
