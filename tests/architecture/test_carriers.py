"""A carrier is its own files and one line in the register; nothing else of the product knows that it exists."""

import ast
import pathlib
import re

import pytest

from messaging.providers.registry import PROVIDERS
from tests.architecture.sources import PACKAGES, imports, modules, templates
from tooling import places

_HOME = "messaging/providers/"
#: who may name a carrier: the practice carrier speaks the languages of three, and one network names people and templates itself
_MAY_NAME = {
    "twilio": {
        "messaging/actions/practice.py",
        "messaging/selectors/senders.py",
        "campaigns/management/demo/lines.py",
    },
    "smtp": {"messaging/actions/practice.py"},
    "whatsapp_cloud": {
        "messaging/actions/practice_whatsapp.py",
        "messaging/actions/identifying.py",
        "messaging/selectors/templates.py",
    },
}
#: no company's wire, so nothing of it was recorded
_SPEAKS_A_STANDARD = {"smtp"}
each_carrier = pytest.mark.parametrize("name", sorted(PROVIDERS))


def names_it(tree: ast.Module, name: str) -> bool:
    """Whether a file says the carrier's name in a string, or imports one of its modules."""
    said = any(isinstance(node, ast.Constant) and node.value == name for node in ast.walk(tree))
    home = f"{_HOME.replace('/', '.')}{name}"
    return said or any(found == home or found.startswith(f"{home}_") for found in imports(tree))


@each_carrier
def test_no_line_of_the_product_knows_a_carrier_but_its_own_files_and_the_register(name):
    found = {path for path, tree in modules().items() if not path.startswith(_HOME) and names_it(tree, name)}

    assert found <= _MAY_NAME.get(name, set())


@each_carrier
def test_among_the_carriers_only_the_register_knows_another(name):
    inside = {path for path, tree in modules("messaging/providers").items() if names_it(tree, name)}

    assert {path for path in inside if not path.startswith(f"{_HOME}{name}")} <= {f"{_HOME}registry.py"}


@each_carrier
def test_no_page_is_made_for_one_carrier(name):
    quoted = re.compile(rf"[\"']{name}[\"']")

    assert [page for page in templates() if quoted.search(page.read_text())] == []


@each_carrier
def test_a_carrier_brings_its_guide_its_codes_its_page_and_its_fixtures(name):
    page = places.PROJECT / "docs" / "providers" / f"{name}.md"
    parts = [
        places.PROJECT / _HOME / f"{name}.py",
        places.PROJECT / _HOME / f"{name}_guide.py",
        places.PROJECT / _HOME / f"{name}_codes.toml",
        page,
    ]

    assert [part for part in parts if not part.is_file()] == []
    recorded = places.PROJECT / "tests" / "fixtures" / "providers" / name
    assert name in _SPEAKS_A_STANDARD or list(recorded.glob("*.json"))
    told = page.read_text()
    assert [field.name for field in PROVIDERS[name].guide.fields if f"`{field.name}`" not in told] == []


def test_the_second_carrier_for_texts_is_these_files_and_no_others():
    told = {
        str(path.relative_to(places.PROJECT))
        for folder in (*PACKAGES, "billing", "templates", "sandbox")
        for path in (places.PROJECT / folder).rglob("*")
        if path.suffix in {".py", ".toml", ".html"} and "telnyx" in path.read_text().lower()
    }

    carrier = {f"{_HOME}telnyx{end}" for end in (".py", "_guide.py", "_codes.toml", "_signature.py")}
    sandbox = {f"sandbox/telnyx{end}" for end in ("_wire.py", "_shapes.py", "_webhooks.py", ".toml")}
    joints = {"accounts.py", "app.py", "carrier.py", "control.py", "twilio_webhooks.py"}
    assert told == {f"{_HOME}registry.py"} | carrier | sandbox | {f"sandbox/{joint}" for joint in joints}


def test_a_guide_asks_only_for_what_can_be_right():
    for one in PROVIDERS.values():
        guide = one.guide
        assert guide.field(guide.hint).secret, guide.title
        assert guide.docs.startswith("https://"), guide.title
        assert all(re.compile(field.pattern) and field.correction.endswith(".") for field in guide.fields), guide.title
        assert pathlib.Path(guide.title).name == guide.title
