"""What no database can hold, in every field of every route: refused with its name or taken without harm, never a failure."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.walls.routes import routes_of_organizations
from tests.walls.test_matrix import body_for, house, own_ids, right_knocker

__all__ = ["house"]

WRONG = ("a\0b", "\0")
#: texts that JSON can write and UTF-8 cannot, and moments that lie in no year somewhere
WRONG_IN_JSON = (*WRONG, "a\ud800b", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "9" * 400)


def spoilt(value: Any, wrong: str) -> Iterator[Any]:
    """The value with each text in it replaced, one at a time; also the names of its fields."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from ({**value, name: each} for each in spoilt(inner, wrong))
        yield {**value, wrong: "x"}
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from ([*value[:place], each, *value[place + 1 :]] for each in spoilt(inner, wrong))
    else:
        yield wrong


@pytest.mark.timeout(600)
def test_no_field_of_any_page_fails_on_a_nul(house):
    failed = []
    for route in routes_of_organizations():
        if route.door is None or route.door.kind != "member":
            continue
        body = body_for(house, route)
        for each in (wrong_body for wrong in WRONG for wrong_body in spoilt(body, wrong)):
            with contextlib.suppress(ValueError):
                answer = house.ask("owner", "POST", route.path(own_ids(route, house.ours)), each)
                if answer.status >= 500:
                    failed.append((route.name, [name for name in each if each.get(name) != body.get(name)]))

    assert failed == []


@pytest.mark.timeout(600)
def test_no_field_of_the_api_fails_on_what_json_can_write_and_nobody_can_keep(house):
    failed, named = [], 0
    for route in routes_of_organizations():
        if route.door is None or route.door.kind != "api":
            continue
        body = body_for(house, route)
        for wrong in WRONG_IN_JSON:
            for each in spoilt(body, wrong):
                for method in ("POST", "PATCH") if body else ():
                    path = route.path(own_ids(route, house.ours))
                    answer = house.ask(right_knocker(route), method, path, each, as_json=True)
                    if answer.status >= 500:
                        failed.append((route.name, method, repr(wrong)[:20], answer.status))
                    elif answer.status == 400 and "\0" in wrong:
                        named += bool(json.loads(answer.body)["errors"][0]["field"])

    assert failed == []
    assert named > 20
