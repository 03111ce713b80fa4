"""The audit trail speaks in words: every deed the code writes has some, and its data shows no code and no Python."""

import ast
from collections.abc import Iterator

import pytest

from accounts import signals
from accounts.deed_words import DEEDS, data_words, deed_words
from tests.architecture.sources import calls, modules

_WRITERS = ("record_audit", "record_platform_audit", "_move")
_PRODUCT = ("privacy", "campaigns", "messaging", "contacts", "consent", "billing", "accounts")


def written() -> Iterator[ast.expr]:
    """What the code gives as the name of a deed."""
    for tree in modules(*_PRODUCT).values():
        for name, call in calls(tree):
            if name in _WRITERS:
                yield from (keyword.value for keyword in call.keywords if keyword.arg == "action")


def test_every_deed_the_code_writes_has_words() -> None:
    named = {node.value for node in written() if isinstance(node, ast.Constant)} | set(signals._HEARD)

    assert len(named) > 60
    assert sorted(named - set(DEEDS)) == []


def test_a_deed_whose_name_is_put_together_has_words_for_its_kind() -> None:
    begun = {node.values[0].value for node in written() if isinstance(node, ast.JoinedStr)}  # type: ignore[attr-defined]

    assert [start for start in begun if not any(deed.startswith(start) for deed in DEEDS)] == []


@pytest.mark.parametrize(
    ("action", "data", "shown"),
    [
        (
            "api_key.issued",
            {"scopes": ["see_campaigns", "see_contacts"], "days": None},
            [("scopes", "see campaigns and reports, see contacts and lists")],
        ),
        ("member.role_changed", {"role": ["viewer", "campaign_manager"]}, [("role", "Viewer → Campaign manager")]),
        ("settings.changed", {"time_zone": ["UTC", "Asia/Karachi"]}, [("time zone", "UTC → Asia/Karachi")]),
        ("settings.changed", {"legal_name": ["", "Acme Ltd"]}, [("legal name", "nothing → Acme Ltd")]),
        ("organization.suspended", {"state": ["trial", "suspended"]}, [("state", "Trial → Suspended")]),
        ("import.declared", {"channels": [], "attested": True}, [("channels", "none"), ("attested", "yes")]),
        ("run.exported", {"view": "all", "rows": 11482}, [("view", "all"), ("rows", "11,482")]),
        ("campaign.checked", {"campaign": "01a21262-7ed1-70be-8289-7ac9191f1d40"}, []),
    ],
)
def test_the_data_of_a_deed_is_shown_in_words(action: str, data: dict, shown: list) -> None:
    assert data_words(action, data) == shown


def test_a_deed_of_an_unknown_name_is_shown_as_it_is_spelled() -> None:
    assert deed_words("thing.was_done") == "Thing was done"
