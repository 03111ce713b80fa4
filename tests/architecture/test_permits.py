"""No way leads to a carrier past the gate: followed in the code, link by link, from the permit to the call."""

import ast
import functools
from collections.abc import Iterator

from tests.architecture.sources import calls, imports, modules

#: what a permit is made of; whoever could put these into a copy of one could make one up
PERMIT_PARTS = {"message_id", "attempt_id", "evidence_id", "decided_at"}
#: ways of making or changing an object past its own rules
BACK_DOORS = ("__new__", "__setattr__", "__setstate__", "__reduce__", "loads", "deepcopy")


def _functions(path: str, tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path}:{node.name}", node


@functools.cache
def _callers() -> dict[str, frozenset[str]]:
    """By the name of what is called: the functions that call it, as "file:function"; outside any, the file alone."""
    found: dict[str, set[str]] = {}
    for path, tree in modules().items():
        inside: set[ast.Call] = set()
        for place, function in _functions(path, tree):
            for name, call in calls(ast.Module([function], [])):
                found.setdefault(name, set()).add(place)
                inside.add(call)
        for name, call in calls(tree):
            if call not in inside:
                found.setdefault(name, set()).add(path)
    return {name: frozenset(places) for name, places in found.items()}


def callers_of(name: str, package: str = "") -> set[str]:
    """The functions of a file or package, or of the product, in which something of this name is called."""
    return {place for place in _callers().get(name, ()) if place.startswith(package)}


@functools.cache
def _values() -> dict[str, list[tuple[str, int, ast.AST, ast.AST]]]:
    """By name, every place where it is read as a value: file, line, the name, what it stands in. Annotations are no values."""
    found: dict[str, list[tuple[str, int, ast.AST, ast.AST]]] = {}
    for path, tree in modules().items():
        parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        told = [getattr(node, each, None) for node in ast.walk(tree) for each in ("annotation", "returns")]
        annotations = {inner for each in told if each is not None for inner in ast.walk(each)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Name | ast.Attribute) and node not in annotations:
                name = node.id if isinstance(node, ast.Name) else node.attr
                found.setdefault(name, []).append((path, node.lineno, node, parents[node]))
    return found


def kinds_of_outbound() -> dict[str, str]:
    """Every class that leaves the house: `Outbound` and all that descend from it, with their files."""
    found = {"Outbound": "messaging/contracts.py"}
    while True:
        more = {
            node.name: path
            for path, tree in modules().items()
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
            and {ast.unparse(base).rpartition(".")[2] for base in node.bases} & set(found)
        }
        if set(more) <= set(found):
            return found
        found |= more


def test_a_permit_is_made_in_the_gate_s_permit_function_and_nowhere_else():
    assert callers_of("Permit") == {"consent/gate.py:permit"}
    for path, line, node, around in _values()["Permit"]:
        is_made = path == "consent/gate.py" and isinstance(around, ast.Call) and around.func is node
        is_checked = isinstance(around, ast.Call) and ast.unparse(around.func) == "isinstance"
        assert is_made or is_checked, f"{path}:{line}: a permit's class is handed around"


def test_nothing_changes_a_permit_or_makes_one_by_a_back_door():
    for path, tree in modules().items():
        for name, call in calls(tree):
            told = {keyword.arg for keyword in call.keywords}
            assert name != "replace" or not told & PERMIT_PARTS, f"{path}:{call.lineno}: copies what may be a permit"
            text = ast.unparse(call)
            assert name not in BACK_DOORS or "ermit" not in text, f"{path}:{call.lineno}: {text}"
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                assert "Permit" not in {ast.unparse(base).rpartition(".")[2] for base in node.bases}, path


def test_only_the_intent_asks_for_permits_and_gives_the_gate_s_own_decision():
    asked = [
        call for tree in modules("messaging", "campaigns", "consent", "accounts", "privacy", "contacts").values()
        for name, call in calls(tree) if name == "permit"
    ]  # fmt: skip

    assert callers_of("permit") == {"messaging/actions/intending.py:_attempt"}
    assert callers_of("_attempt", "messaging/actions/intending.py") == {"messaging/actions/intending.py:intend"}
    assert callers_of("intend") == {"messaging/lanes.py:_one_batch"}
    assert len(asked) == 1
    assert {keyword.arg: ast.unparse(keyword.value) for keyword in asked[0].keywords}["decision"] == "verdict.decision"


def test_a_verdict_holds_what_the_gate_decided_and_is_made_only_where_it_is_asked():
    importing = {path for path, tree in modules().items() if "messaging.facts.Verdict" in set(imports(tree))}

    assert callers_of("Verdict", "messaging/facts.py") == {
        "messaging/facts.py:decide_distinct",
        "messaging/facts.py:_record",
    }
    assert {place for path in importing for place in callers_of("Verdict", path)} == set()
    assert "messaging/facts.py:decide_distinct" in callers_of("decide")


def test_whoever_carries_a_permit_on_got_it_from_the_intent():
    assert callers_of("Intent") == {"messaging/actions/intending.py:_attempt"}
    assert callers_of("Common") == {"messaging/lanes.py:_outbound"}
    (common,) = (call for name, call in calls(modules("messaging")["messaging/lanes.py"]) if name == "Common")
    assert {keyword.arg: ast.unparse(keyword.value) for keyword in common.keywords}["permit"] == "intent.permit"


def test_what_leaves_is_made_by_a_channel_for_the_lane_with_the_permit_it_was_handed():
    kinds = kinds_of_outbound()
    assert {"TemplateOutbound", "ButtonsOutbound", "CallOutbound", "EmailOutbound"} < set(kinds)

    for kind in kinds:
        for place in callers_of(kind):
            path, _, function = place.partition(":")
            assert (path.rpartition("/")[0], function) == ("messaging/channels", "outbound"), f"{place} makes {kind}"
            _demand_permit_of_common(path)
    assert callers_of("outbound") == {"messaging/lanes.py:_outbound"}
    assert callers_of("_outbound", "messaging/lanes.py") == {"messaging/lanes.py:_made"}


def _demand_permit_of_common(path: str) -> None:
    """The method gets its permit with the rest of what every message has, and takes it from nowhere else."""
    for _, function in _functions(path, modules("messaging")[path]):
        if function.name == "outbound":
            arguments = [ast.unparse(each.annotation) for each in function.args.args[1:] if each.annotation]
            assert arguments[0] == "Common", path
            assert "permit=common.permit" in (text := ast.unparse(function)) or "'permit': common.permit" in text, path


def test_no_class_that_leaves_is_handed_around_where_it_could_be_made_unseen():
    for kind in kinds_of_outbound():
        for path, line, node, around in _values().get(kind, ()):
            is_made = path.startswith("messaging/channels/") and isinstance(around, ast.Call) and around.func is node
            is_base, is_rule = (
                isinstance(around, ast.ClassDef),
                isinstance(around, ast.Attribute) and around.attr == "__post_init__",
            )
            is_checked = isinstance(around, ast.Call) and ast.unparse(around.func) in (
                "isinstance",
                "issubclass",
                "cast",
            )
            assert is_made or is_base or is_rule or is_checked, f"{path}:{line}: {ast.unparse(around)}"


def test_a_provider_is_told_to_send_in_one_line_of_the_lane_and_is_handed_nothing_but_an_outbound():
    read = [
        (path, node) for path, tree in modules().items() for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "send"
    ]  # fmt: skip
    by_name = callers_of("methodcaller") | {
        path for path, tree in modules("messaging").items() for name, call in calls(tree)
        if name == "getattr" and "'send'" in ast.unparse(call)
    }  # fmt: skip

    assert [path for path, _ in read] == ["messaging/lanes.py"]
    assert by_name == set()
    assert callers_of("send") == {"messaging/lanes.py:_send_one"}
    assert callers_of("_send_one", "messaging/lanes.py") == {"messaging/lanes.py:_send_all"}
    assert callers_of("_send_all", "messaging/lanes.py") == {"messaging/lanes.py:_one_batch"}


def test_every_provider_s_send_takes_one_outbound_and_checks_no_other_kind_in():
    senders = {
        place: [ast.unparse(each.annotation) for each in function.args.args[1:] if each.annotation]
        for path, tree in modules("messaging").items() for place, function in _functions(path, tree)
        if function.name == "send" and "/providers/" in path
    }  # fmt: skip

    assert len(senders) >= 6
    assert all(told == ["Outbound"] for told in senders.values()), senders
