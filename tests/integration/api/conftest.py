"""Applications that ask, and a house ready to send."""

import dataclasses
import json
from typing import Any

import pytest
from django.test import Client

from accounts.roles import API_SCOPES
from tests.counts import Statements
from tests.factories.accounts import Team, make_key, operator_actor
from tests.factories.campaigns import make_house


@dataclasses.dataclass(frozen=True, slots=True)
class Application:
    """Somebody with an API key."""

    key: str

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """One request; a path that begins with http is a `next` to follow."""
        path = path.partition("testserver")[2] if path.startswith("http") else f"/api/v1/{path}"
        sent = {"Authorization": f"Bearer {self.key}"} | headers
        client = Client(raise_request_exception=False)
        if method == "get":
            return client.get(path, headers=sent)
        return getattr(client, method)(path, json.dumps(body or {}), content_type="application/json", headers=sent)

    def get(self, path: str) -> Any:
        """Read something."""
        return self.ask("get", path)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """Do something."""
        return self.ask("post", path, body, **headers)

    def patch(self, path: str, body: Any) -> Any:
        """Change something."""
        return self.ask("patch", path, body)

    def queries(self, method: str, path: str, body: Any = None) -> int:
        """How many statements a right request takes, once the day's first use of the key is noted.

        Without looks at the clock, which are taken once a second and not once a request.
        """
        self.ask(method, path, body)
        with Statements() as captured:
            assert self.ask(method, path, body).status_code < 300
        return len(captured)


def application(team: Team, *scopes: str) -> Application:
    """An application with these scopes, or with all there are."""
    return Application(make_key(team, list(scopes or API_SCOPES))[1])


def told(answer: Any) -> tuple[int, str, list[str]]:
    """A problem as status, code and the fields it names."""
    body = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    return answer.status_code, body["code"], [error["field"] for error in body["errors"]]


@pytest.fixture
def app(acme: Team) -> Application:
    """An application of Acme with every scope."""
    return application(acme)


@pytest.fixture
def other(rival: Team) -> Application:
    """An application of Rival with every scope."""
    return application(rival)


@pytest.fixture
def house(acme: Team, operator: Any) -> Any:
    """Acme, live, with a purpose, a sender whose carrier nobody asks, and an empty list."""
    return make_house(acme.id, acme.actor(), operator_actor(operator), "http://127.0.0.1:9")
