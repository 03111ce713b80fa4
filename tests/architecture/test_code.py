"""What must not be written, looked for in the code itself."""

import ast
import re

from config.celery import app as celery
from config.queues import QUEUES, ROUTES, queue_of
from core import jobs
from tests.architecture.sources import calls, imports, modules, places_of, templates
from tests.counts import say
from tests.walls.test_tasks import our_tasks
from tooling import parts

HTTP_CLIENTS = {"aiohttp", "requests", "httpx", "urllib.request", "http.client", "urllib3", "pyreqwest"}
SQL_CALLS = ("execute", "executemany", "raw", "extra", "RawSQL", "copy")
#: where SQL is written by hand, and for what; everything else asks the ORM
RAW_SQL = {
    "messaging/actions/deciding.py": "hands addresses to the set-based facts of messaging/facts.py",
    "core/tenancy.py": "the token of the connection",
    "core/bulk.py": "many rows at once, by COPY",
    "core/clock.py": "the offset of business time",
    "core/management/commands/prepare_database.py": "keys and rights, as the owner",
    "config/views.py": "is the database there",
    "accounts/selectors.py": "resolver functions",
    "accounts/anchors.py": "audit chains of all organisations, as the operator",
    "accounts/tasks.py": "resolver functions",
    "accounts/actions/answers.py": "one request at a time for a key: an advisory lock",
    "consent/tasks.py": "resolver functions",
    "messaging/tasks.py": "resolver functions",
    "messaging/views/webhooks.py": "resolver function",
    "campaigns/tasks.py": "resolver functions",
    "contacts/tasks.py": "resolver functions",
    "privacy/tasks.py": "resolver functions",
}
#: where rows are asked for past the manager, and under which other wall
PAST_THE_MANAGER = {
    "core/tenancy.py": "the manager itself",
    "accounts/models.py": "the manager of organisations, and of people, who belong to none",
    "accounts/admin.py": "the operator's database role is the wall there",
}


def test_only_the_gate_makes_permits():
    assert places_of("Permit") <= {"consent/gate.py"}
    assert "consent/gate.py" in modules()


def test_only_jobs_rings_the_broker():
    found = {path for name in ("delay", "apply_async", "send_task") for path in places_of(name)}

    assert found == {"core/jobs.py"}


def test_no_task_waits_retries_or_chains_by_the_broker():
    for path, tree in modules().items():
        for name, call in calls(tree):
            assert name not in ("chord", "chain", "retry") or not path.endswith("tasks.py"), path
            assert not {"eta", "countdown"} & {keyword.arg for keyword in call.keywords}, path


def test_only_core_http_opens_http_clients():
    found = {
        path for path, tree in modules().items()
        if any(name in HTTP_CLIENTS or name.startswith(tuple(f"{client}." for client in HTTP_CLIENTS)) for name in imports(tree))
    }  # fmt: skip

    assert found == {"core/http.py"}


def test_nothing_streams_and_nothing_asks_past_the_tenant_manager():
    for path, tree in modules().items():
        text = ast.unparse(tree)
        assert "StreamingHttpResponse" not in text, path
        assert not re.search(r"\bunscoped\b|_base_manager\b|all_objects\b", text), path
        if path not in PAST_THE_MANAGER and "/migrations/" not in path:
            assert not re.search(r"models\.Manager\(|models\.QuerySet\(|super\(\)\.get_queryset\(", text), path


def test_sql_by_hand_is_written_only_where_it_is_listed():
    found = {
        path
        for path, tree in modules().items()
        if "/migrations/" not in path and any(name in SQL_CALLS and _is_sql(name, call) for name, call in calls(tree))
    }

    extra = {path for path in found if path not in RAW_SQL and not _only_bulk(path)}
    assert extra == set(), "write it with the ORM, or list the file with its reason"


def _is_sql(name: str, call: ast.Call) -> bool:
    """Whether a call looks like SQL and not like a dictionary's copy or a command's execute."""
    return name != "copy" or any(isinstance(each, ast.Constant | ast.JoinedStr) for each in call.args)


def _only_bulk(path: str) -> bool:
    """Bulk statements of actions and selectors, inside a scope and under row-level security, stand in their own files."""
    return "/actions/" in path or "/selectors" in path or path in ("messaging/facts.py", "messaging/lanes.py")


def test_the_text_of_a_statement_is_made_of_constants_only():
    for path, tree in modules().items():
        for name, call in calls(tree):
            if name in ("execute", "executemany") and call.args and "/migrations/" not in path:
                assert _is_constant(call.args[0]), (
                    f"{path}:{call.lineno}: values go into parameters, never into the text"
                )


def _is_constant(text: ast.expr) -> bool:
    """Whether nothing but literals, words in capitals and texts that a function of ours makes are put together here."""
    if isinstance(text, ast.JoinedStr):
        return all(each.id.isupper() for each in ast.walk(text) if isinstance(each, ast.Name))
    if isinstance(text, ast.BinOp):
        sides = (text.left, text.right)
        return isinstance(text.op, ast.Add) and all(map(_is_constant, sides)) and not any(map(_is_variable, sides))
    is_format = isinstance(text, ast.Call) and isinstance(text.func, ast.Attribute) and text.func.attr == "format"
    return not is_format or "SQL(" in ast.unparse(text.func.value)  # psycopg quotes what its own texts are given


def _is_variable(text: ast.expr) -> bool:
    return isinstance(text, ast.Attribute | ast.Subscript) or (isinstance(text, ast.Name) and not text.id.isupper())


def test_every_rung_name_is_a_registered_task():
    tasks = our_tasks()
    rung = {
        (path, call.args[0].value)
        for path, tree in modules().items() for name, call in calls(tree)
        if name == "enqueue" and call.args and isinstance(call.args[0], ast.Constant)
    }  # fmt: skip

    assert {(path, name) for path, name in rung if name not in tasks} == set()
    say(f"{len(rung)} bells, {len(tasks)} tasks")


def test_the_beat_rings_only_platform_tasks_that_exist():
    rung = {entry["task"] for entry in celery.conf.beat_schedule.values()}

    assert rung <= jobs.PLATFORM_TASKS
    assert rung <= set(our_tasks())


def test_every_task_is_named_after_its_app_and_takes_its_organisation_first():
    for name, task in our_tasks().items():
        assert re.fullmatch(r"[a-z]+\.[a-z]+(_[a-z]+)*", name), name
        assert name.partition(".")[0] == task.__wrapped__.__module__.partition(".")[0], name


def test_every_queue_has_a_worker_and_every_route_a_queue():
    workers = {part.name for part in parts.workers({})}

    assert {queue.worker for queue in QUEUES} == workers
    assert set(ROUTES.values()) <= {queue.name for queue in QUEUES}
    for name in our_tasks():
        assert queue_of(name) in QUEUES
    assert {queue.name for queue in celery.conf.task_queues} == {queue.name for queue in QUEUES}


def test_templates_carry_no_script_style_or_address_of_elsewhere():
    for path in templates():
        text = re.sub(r"{%.*?%}", "", path.read_text(), flags=re.DOTALL)
        assert not re.search(r"<script(?![^>]*\bsrc=)", text) or "json_script" in text, path
        assert not re.search(r"\sstyle=|\son[a-z]+=\"|javascript:", text), path
        assert not re.search(r"(src|href)=\"https?://", text), path
        assert "|safe" not in text, path
