"""The sandbox is a stranger to the product, as a real carrier would be."""

import ast
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[3]
APPS = {"core", "accounts", "consent", "contacts", "messaging", "campaigns", "privacy", "config", "django"}


def _imports(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def test_no_module_of_the_sandbox_imports_an_app_or_django():
    imported = {name for path in (ROOT / "sandbox").rglob("*.py") for name in _imports(path)}

    assert imported & APPS == set()


def test_the_running_sandbox_has_no_django_loaded():
    program = "import sys, sandbox.app; print(sorted({'django', 'core', 'messaging'} & set(sys.modules)))"

    found = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"
