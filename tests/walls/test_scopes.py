"""F37: each scope of a key opens the operations that name it, and not one more."""

import json

from django.test import Client

from accounts.roles import API_SCOPES
from core.ids import new_id
from tests.counts import say
from tests.factories.accounts import make_key
from tests.proofs import proves
from tests.walls.routes import routes_of_organizations

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@proves("fault-37", "L3")
def test_a_key_with_one_scope_gets_403_from_every_operation_of_another_and_never_from_its_own(acme):
    routes = [route for route in routes_of_organizations() if route.door.kind == "api"]
    keys = {scope: make_key(acme, [scope])[1] for scope in API_SCOPES}
    opened, shut, wrong = 0, 0, []

    for route in routes:
        path = route.path({slot: new_id() for slot in route.ids})
        for scope, key in keys.items():
            for method in METHODS:
                status = ask(method, path, key)
                needs = route.door.permission
                if needs and scope != needs:
                    shut += 1
                    wrong += [(route.name, scope, method, status)] if status != 403 else []
                elif needs == scope:
                    opened += 1
                    wrong += [(route.name, scope, method, status)] if status in (401, 403) and method == "GET" else []

    say(f"{len(routes)} routes × {len(keys)} scopes × {len(METHODS)} methods: {shut} shut, {opened} opened")
    assert wrong == []
    assert min(opened, shut) > 0


def ask(method, path, key):
    """One request; what it did is rolled back with the test."""
    client = Client(raise_request_exception=False)
    answer = client.generic(
        method, path, json.dumps({}), "application/json", headers={"Authorization": f"Bearer {key}"}
    )
    b"".join(answer)  # a file that is sent is closed by whoever reads it to its end
    return answer.status_code
