"""The environment of bin/dev: ports, secrets that stay, servers from outside."""

import pathlib
import socket
import stat

import pytest

from tooling import environment, ports
from tooling.environment import EnvironmentRefused

_KEPT = {
    "SECRET_KEY": "s",
    "DATABASE_OWNER_PASSWORD": "o",
    "DATABASE_WEB_PASSWORD": "w",
    "DATABASE_OPERATOR_PASSWORD": "p",
}


def test_a_taken_port_is_named_with_the_variable_that_changes_it() -> None:
    with socket.socket() as other:
        other.bind((ports.LOCALHOST, 0))
        other.listen()
        taken = other.getsockname()[1]
        chosen = environment.read_ports({"CARILLON_PORT": str(taken)})

        with pytest.raises(ports.PortTaken) as refusal:
            environment.require_free_ports(chosen, {"DATABASE_URL": "x", "REDIS_URL": "x"})

    assert f"Port {taken} for the web pages is taken" in str(refusal.value)
    assert f"CARILLON_PORT={taken + 1} bin/dev" in str(refusal.value)


@pytest.mark.parametrize("value", ["", "0", "65536", "eighty"])
def test_a_port_that_is_no_port_is_refused_by_name(value: str) -> None:
    with pytest.raises(EnvironmentRefused, match="CARILLON_SMTP_PORT must be a port"):
        environment.read_ports({"CARILLON_SMTP_PORT": value})


def test_two_parts_on_one_port_are_refused_by_name() -> None:
    with pytest.raises(EnvironmentRefused, match="CARILLON_OPERATOR_PORT and CARILLON_PORT are both 8000"):
        environment.read_ports({"CARILLON_OPERATOR_PORT": "8000"})


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "kept" / "dev.env"

    first = environment.own_secrets(path)
    second = environment.own_secrets(path)

    assert first == second
    assert len(set(first.values())) == len(first) == 8
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_secret_added_later_is_made_without_changing_the_others(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "dev.env"
    path.write_text("SECRET_KEY=chosen=by=hand\n")

    found = environment.own_secrets(path)

    assert found["SECRET_KEY"] == "chosen=by=hand"
    assert environment.own_secrets(path) == found


def test_the_embedded_database_is_reached_by_three_roles() -> None:
    chosen = environment.read_ports({"CARILLON_POSTGRES_PORT": "5999"})

    made = environment.local_environment(chosen, _KEPT, {})

    assert made["DATABASE_URL"] == "postgresql://app_web:w@127.0.0.1:5999/carillon"
    assert made["DATABASE_OWNER_URL"] == "postgresql://app_owner:o@127.0.0.1:5999/carillon"
    assert made["DATABASE_OPERATOR_URL"] == "postgresql://app_operator:p@127.0.0.1:5999/carillon"
    assert "DATABASE_WEB_PASSWORD" not in made


def test_a_database_from_outside_needs_all_three_of_its_addresses() -> None:
    chosen = environment.read_ports({})
    outside = {"DATABASE_URL": "postgresql://a@db/x", "DATABASE_OWNER_URL": "postgresql://b@db/x"}

    with pytest.raises(EnvironmentRefused, match="DATABASE_OPERATOR_URL is not"):
        environment.local_environment(chosen, _KEPT, outside)


def test_servers_from_outside_are_used_and_not_started() -> None:
    outside = {
        "DATABASE_URL": "postgresql://a@db/x",
        "DATABASE_OWNER_URL": "postgresql://b@db/x",
        "DATABASE_OPERATOR_URL": "postgresql://c@db/x",
        "REDIS_URL": "redis://cache/3",
    }

    made = environment.local_environment(environment.read_ports({}), _KEPT, outside)

    assert {name: made[name] for name in outside} == outside
    assert environment.embedded(outside) == set()
    assert environment.embedded({}) == {"postgres", "valkey"}
