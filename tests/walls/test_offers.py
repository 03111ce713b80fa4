"""No page offers what its reader may not do: every link, form and live part leads through a door that opens for their role."""

import html.parser
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve

from accounts.doors import door_of
from accounts.roles import API_SCOPES, GRANTS, Role
from tests.factories.accounts import make_team
from tests.walls.routes import all_routes
from tests.walls.seeds import plant
from tests.walls.slots import model_of_slot

_ADDRESSES = {"href", "action", "formaction", "hx-get", "hx-post", "hx-put", "hx-delete"}


class Offers(html.parser.HTMLParser):
    """Collects where a page leads."""

    def __init__(self, here):
        super().__init__()
        self.here, self.found = here, set()

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in _ADDRESSES and value is not None and tag != "link":
                self.found.add(urlsplit(urljoin(self.here, value)).path)


def doors_behind(page, path):
    """Address → the right it asks for, of everything a page leads to."""
    offers = Offers(path)
    offers.feed(page)
    found = {}
    for address in offers.found:
        try:
            door = door_of(resolve(address).func)
        except Resolver404:
            continue
        if door is not None and door.kind == "member" and door.permission:
            found[address] = door.permission
    return found


def pages_of(browser, role, seeds):
    """Route, address and text of every page this role may open; without seeds only those that need no row."""
    for route in all_routes():
        door = route.door
        if door is None or door.kind not in ("member", "person") or door.permission not in ("", *GRANTS[role]):
            continue
        if route.ids and seeds is None:
            continue
        path = route.path({slot: seeds.id_of(model_of_slot(slot)) for slot in route.ids})
        answer = browser.get(path)
        text = b"".join(answer)  # a file that nobody reads to its end stays open
        if answer.status_code == 200 and answer.headers.get("Content-Type", "").startswith("text/html"):
            yield route, path, text.decode()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("house", ["empty", "full"])
@pytest.mark.parametrize("role", [*Role])
def test_no_page_offers_what_its_reader_may_not_do(db, role, house):
    team = make_team("Acme", tuple(Role))
    seeds = plant(team, list(API_SCOPES)) if house == "full" else None
    refused, pages = set(), 0
    for route, path, page in pages_of(team.client(role), role, seeds):
        pages += 1
        for address, right in doors_behind(page, path).items():
            if right not in GRANTS[role]:
                refused.add(f"{route.name} offers {resolve(address).view_name}, which asks for {right}")

    assert refused == set()
    assert pages > 3
