"""The code tables of the adapters: every code says what it asks of us, in plain words, and what people can do."""

import datetime
import pathlib
import tomllib
from typing import Any, get_args

import pytest

from messaging.contracts import ReceiptStatus
from messaging.providers import telnyx, whatsapp_cloud, whatsapp_cloud_webhooks
from messaging.providers.protocol import Action, CodeMeaning, ExplainsCodes
from tests.contract.kits import adapter

FOLDER = pathlib.Path(telnyx.__file__).parent
TABLES: dict[str, dict[str, CodeMeaning]] = {"telnyx": telnyx.CODES, "whatsapp_cloud": whatsapp_cloud.CODES}
each_table = pytest.mark.parametrize("name", TABLES)


def table(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}_codes.toml").read_text())


def explained(name: str, code: str) -> CodeMeaning:
    made = adapter(name)
    assert isinstance(made, ExplainsCodes)
    return made.explain(code)


@each_table
def test_every_code_has_a_known_action_a_sentence_and_a_remedy(name: str) -> None:
    codes = TABLES[name]

    assert {one.action for one in codes.values()} <= set(get_args(Action)) - {"unknown"}
    assert all(one.meaning.endswith(".") and len(one.meaning) < 90 for one in codes.values())
    assert all(one.remedy.endswith(".") and len(one.remedy) < 90 for one in codes.values())
    assert all(code.isdigit() and one.code == code for code, one in codes.items())


@each_table
def test_the_table_names_its_source_and_the_day_it_was_read(name: str) -> None:
    source = table(name)["source"]

    assert source["url"].startswith("https://")
    assert source["read_on"] == datetime.date(2026, 11, 23)


@each_table
def test_codes_that_prove_nothing_are_explained_as_well(name: str) -> None:
    unproven = table(name)["unproven"]

    named = {*unproven["codes"], *(code for codes in unproven.get("by_status", {}).values() for code in codes)}

    assert named
    assert named <= set(TABLES[name])


def test_the_codes_with_a_wait_of_their_own_are_those_that_pass_by_themselves() -> None:
    waits = table("whatsapp_cloud")["waits"]

    assert {TABLES["whatsapp_cloud"][code].action for code in waits} == {"retry"}


@pytest.mark.parametrize(
    ("name", "code", "action"),
    [
        ("telnyx", "40300", "opt_out"),
        ("telnyx", "40001", "bad_address"),
        ("telnyx", "10009", "setup"),
        ("telnyx", "10003", "ours"),
        ("telnyx", "40009", "content"),
        ("telnyx", "40005", "later"),
        ("telnyx", "10011", "retry"),
        ("telnyx", "49999", "unknown"),
        ("telnyx", "", "unknown"),
        ("whatsapp_cloud", "131050", "opt_out"),
        ("whatsapp_cloud", "131026", "route"),
        ("whatsapp_cloud", "0", "setup"),
        ("whatsapp_cloud", "200", "setup"),
        ("whatsapp_cloud", "299", "setup"),
        ("whatsapp_cloud", "131048", "setup"),
        ("whatsapp_cloud", "132015", "content"),
        ("whatsapp_cloud", "131047", "later"),
        ("whatsapp_cloud", "131049", "later"),
        ("whatsapp_cloud", "131056", "retry"),
        ("whatsapp_cloud", "139103", "note"),
        ("whatsapp_cloud", "300", "unknown"),
        ("whatsapp_cloud", "", "unknown"),
    ],
)
def test_a_code_says_what_to_do(name: str, code: str, action: str) -> None:
    meaning = explained(name, code)

    assert (meaning.code, meaning.action) == (code, action)
    assert meaning.meaning


def test_every_status_is_in_our_vocabulary() -> None:
    ours = {
        *telnyx.STATUSES.values(),
        *whatsapp_cloud_webhooks.STATUSES.values(),
        *whatsapp_cloud.ACCEPTED.values(),
    }

    assert ours <= set(get_args(ReceiptStatus)) - {"unknown"}
