"""The deployment files agree with the code: queues, settings, stops, rights, secrets."""

import ast
import re
from typing import Any

import pytest
import yaml

from config.queues import QUEUES
from config.settings import celery as celery_settings
from tooling import places

_FILE = yaml.safe_load((places.PROJECT / "docker-compose.yml").read_text())
_SERVICES: dict[str, dict[str, Any]] = _FILE["services"]
_OURS = {name: service for name, service in _SERVICES.items() if service.get("image") == "carillon"}
_ROLE_URLS = {"web": "DATABASE_URL", "owner": "DATABASE_OWNER_URL", "operator": "DATABASE_OPERATOR_URL"}


def test_every_part_is_deployed() -> None:
    assert set(_OURS) == {"migrate", "web", "operator", "beat"} | {queue.worker for queue in QUEUES}
    assert set(_SERVICES) - set(_OURS) == {"postgres", "valkey"}


def test_every_queue_is_drained_by_the_worker_that_the_code_names() -> None:
    drained = {
        (queue, name)
        for name, service in _OURS.items()
        for argument in service.get("command", [])
        if argument.startswith("--queues=")
        for queue in argument.removeprefix("--queues=").split(",")
    }

    assert drained == {(queue.name, queue.worker) for queue in QUEUES}


@pytest.mark.parametrize("name", sorted({queue.worker for queue in QUEUES}))
def test_a_worker_has_time_to_stop_softly(name: str) -> None:
    grace = int(_SERVICES[name]["stop_grace_period"].removesuffix("s"))

    assert grace > celery_settings.CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT + 10
    assert _SERVICES[name]["environment"]["REMAP_SIGTERM"] == "SIGQUIT"


@pytest.mark.parametrize("name", sorted(_OURS))
def test_every_setting_without_a_default_is_given_and_every_given_one_is_read(name: str) -> None:
    given = {variable.removesuffix("_FILE") for variable in _OURS[name]["environment"]}
    role = _OURS[name]["environment"]["CARILLON_ROLE"]
    read = _settings_read()

    required = {variable for variable, needed in read.items() if needed} | {_ROLE_URLS[role]}

    assert required - given == set()
    assert given - set(read) - {_ROLE_URLS[role], "DJANGO_SETTINGS_MODULE", "REMAP_SIGTERM"} == set()


@pytest.mark.parametrize("name", sorted(_OURS))
def test_a_container_of_ours_can_change_nothing_but_its_data(name: str) -> None:
    service = _OURS[name]

    assert service["user"] == "10001"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", sorted(_SERVICES))
def test_every_container_that_stays_says_whether_it_is_well(name: str) -> None:
    once = _SERVICES[name].get("restart") == "no"

    assert once == (name == "migrate")
    assert once or _SERVICES[name]["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")


@pytest.mark.parametrize("name", sorted(_SERVICES))
def test_secrets_come_as_files_that_are_declared_and_mounted(name: str) -> None:
    environment = _SERVICES[name].get("environment", {})
    mounted = set(_SERVICES[name].get("secrets", []))
    files = {str(value) for variable, value in environment.items() if variable.endswith("_FILE")}

    assert {file.removeprefix("/run/secrets/") for file in files} <= mounted
    assert mounted <= set(_FILE["secrets"])
    assert [
        variable for variable in environment if re.search(r"(KEYS?|PASSWORD|SECRET|DATABASE\w*_URL)$", variable)
    ] == []


def test_every_declared_secret_is_made_by_the_script() -> None:
    script = (places.PROJECT / "deploy" / "make-secrets").read_text()
    roles = re.search(r"for role in ([a-z ]+);", script)
    assert roles is not None
    made = set(re.findall(r"^keep ([a-z_]+) ", script, re.M)) | {f"app_{role}_password" for role in roles[1].split()}

    assert made == set(_FILE["secrets"])
    assert all(entry == {"file": f"./.local/secrets/{name}"} for name, entry in _FILE["secrets"].items())


def test_the_image_runs_as_nobody_in_particular_on_a_supported_python() -> None:
    lines = (places.PROJECT / "Dockerfile").read_text().splitlines()

    versions = [tuple(map(int, found)) for line in lines for found in re.findall(r"^FROM python:(\d+)\.(\d+)", line)]

    assert len(versions) == 2
    assert min(versions) >= (3, 12)
    assert [line for line in lines if line.startswith("USER")] == ["USER 10001"]


def _settings_read() -> dict[str, bool]:
    """Variable → whether production cannot start without it, from the calls of config.env in the settings."""
    read = {}
    for path in sorted((places.PROJECT / "config" / "settings").glob("*.py")):
        if path.stem not in ("test", "local"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_env(node.func):
                    name = node.args[0]
                    if isinstance(name, ast.Constant):
                        read[str(name.value)] = read.get(str(name.value), False) or len(node.args) == 1
    needing_default = {"TRUSTED_PROXIES", "CSRF_TRUSTED_ORIGINS"}  # words() has an empty default of its own
    return {name: needed and name not in needing_default for name, needed in read.items()}


def _is_env(function: ast.Attribute) -> bool:
    reads = function.attr in ("text", "flag", "number", "words", "key")
    return reads and isinstance(function.value, ast.Name) and function.value.id == "env"
