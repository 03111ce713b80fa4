"""Addresses nobody would type: refused or passed over, never a broken page."""

import uuid

import pytest

PLACES = [
    "/campaigns/?q=%00",
    "/campaigns/?state=%00",
    "/contacts/?q=a%00b",
    "/contacts/?after=%00~1",
    "/audit/?action=%00",
]


@pytest.mark.parametrize("path", PLACES)
def test_an_address_with_a_nul_is_a_bad_request(acme, path):
    answer = acme.client().get(path)

    assert answer.status_code == 400


def test_words_that_only_look_like_a_nul_are_words(acme):
    assert acme.client().get("/contacts/?q=100%2500").status_code == 200


@pytest.mark.parametrize(
    "moment", ["2026-01-01", "2026-01-01T00:00:00", "0001-01-01T00:00:00%2b14:00", "9999-12-31T23:59:59-14:00"]
)
def test_a_cursor_without_a_real_moment_begins_at_the_beginning(acme, moment):
    answer = acme.client().get(f"/contacts/?after={moment}~{uuid.uuid4()}")

    assert answer.status_code == 200
