"""compose.yaml against the program: its commands, variables, secrets, health checks, limits."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from monitor.cli import run, worker
from monitor.config.load import load
from tests.support.deployment import is_known, ours, seconds, services
from tests.support.dockerfile import health_check
from tests.support.places import ROOT
from tests.support.program import Program
from tests.support.spelled import fault
from tests.support.yaml_files import parse, read

COMPOSE = read(ROOT / "compose.yaml")
SERVICES, OURS = services(), ours()
KEYS = {
    "build", "cap_drop", "command", "depends_on", "deploy", "environment", "healthcheck", "image",
    "init", "logging", "networks", "ports", "profiles", "pull_policy", "read_only", "restart",
    "secrets", "security_opt", "shm_size", "stop_grace_period", "tmpfs", "user", "volumes",
}  # fmt: skip
each_service = pytest.mark.parametrize("name", SERVICES)
each_of_ours = pytest.mark.parametrize("name", OURS)


def is_one_shot(service: dict[str, Any]) -> bool:
    return bool(service["restart"] == "no")


def started(profile: str | None) -> set[str]:
    return {
        name for name, service in SERVICES.items() if profile in service.get("profiles", [profile])
    }


def test_a_key_that_stands_twice_is_found() -> None:
    with pytest.raises(ValueError, match="twice: b"):
        parse("a:\n  b: 1\n  b: 2\n")


def test_the_file_has_no_key_that_compose_would_refuse() -> None:
    top = {key for key in COMPOSE if not key.startswith("x-")}
    assert top == {"name", "services", "secrets", "networks", "volumes"}
    for name, service in SERVICES.items():
        assert set(service) <= KEYS, name


@each_of_ours
def test_the_command_of_a_service_is_one_of_the_program(name: str) -> None:
    assert fault(" ".join(OURS[name]["command"])) is None


@each_of_ours
def test_the_variables_of_a_service_are_read_by_the_program(name: str) -> None:
    assert [each for each in OURS[name]["environment"] if not is_known(each)] == []


def test_a_variable_that_nothing_reads_is_noticed() -> None:
    assert is_known("SLACK_BOT_TOKEN_FILE")
    assert not is_known("SLACK_TOKEN")


@each_service
def test_a_service_has_no_right_that_it_does_not_need(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "/tmp" in service["tmpfs"]  # noqa: S108  # the container's
    assert service.get("user") != "root"


@each_service
def test_a_service_that_goes_on_is_restarted_and_checked(name: str) -> None:
    service = SERVICES[name]
    if is_one_shot(service):
        assert service["healthcheck"] == {"disable": True}
        return
    assert service["restart"] == "unless-stopped"
    own = service.get("healthcheck", {}).get("test", ["CMD", *health_check()])
    assert own[0] == "CMD"  # an image may have no shell
    if name in OURS:  # with the image's own command, each for another process
        assert own[1:-1] == health_check()[:-1]
    if name == "web":
        assert own[-1].rpartition(":")[2] == service["command"][-1].rpartition(":")[2]


@each_of_ours
def test_a_service_has_the_time_that_rolewatch_needs_to_stop(name: str) -> None:
    needed = worker._END_WITHIN if name == "worker" else run._END_WITHIN
    assert seconds(OURS[name]["stop_grace_period"]) >= needed + 5


@each_service
def test_a_service_waits_for_what_can_be_waited_for(name: str) -> None:
    for other, waits in SERVICES[name].get("depends_on", {}).items():
        expected = (
            "service_completed_successfully" if is_one_shot(SERVICES[other]) else "service_healthy"
        )
        assert waits["condition"] == expected, other
        if name in started(None) and other not in started(None):
            assert waits["required"] is False


def test_without_a_profile_only_the_daemon_runs() -> None:
    assert started(None) == {"daemon"}


def test_with_postgres_every_program_waits_for_the_upgrade() -> None:
    assert started("postgres") == set(SERVICES)
    waiting = set(OURS) - {"upgrade"}
    assert all("upgrade" in OURS[name]["depends_on"] for name in waiting)
    assert "database" in OURS["upgrade"]["depends_on"]
    assert OURS["upgrade"]["command"] == ["db", "upgrade"]


@each_service
def test_the_secrets_of_a_service_are_files_that_it_is_given(name: str) -> None:
    service = SERVICES[name]
    named = {
        variable: value.removeprefix("/run/secrets/")
        for variable, value in service["environment"].items()
        if value is not None and value.startswith("/run/secrets/")
    }
    assert all(variable.endswith("_FILE") for variable in named)
    assert set(named.values()) == set(service["secrets"]) <= set(COMPOSE["secrets"])
    written = {key for key, value in service["environment"].items() if value and key not in named}
    assert [key for key in written if re.search("PASSWORD|TOKEN|URL", key)] == []


def test_every_secret_network_and_volume_is_used() -> None:
    used = {secret for service in SERVICES.values() for secret in service["secrets"]}
    assert used == set(COMPOSE["secrets"])
    joined = {network for service in SERVICES.values() for network in service["networks"]}
    assert joined == set(COMPOSE["networks"])
    mounted = {
        re.sub(r"^\$\{\w+:-(\w+)\}", r"\1", volume).split(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
    }
    assert mounted == set(COMPOSE["volumes"])


def test_two_workers_run_beside_the_daemon() -> None:
    assert OURS["worker"]["deploy"] == {"replicas": 2}
    assert "volumes" not in OURS["worker"]  # they need the database's address alone


def test_a_port_is_open_to_this_machine_alone() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_image_is_that_of_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert {service["image"] for service in OURS.values()} == {f"rolewatch:{version}"}


def test_an_empty_secret_leaves_the_database_of_the_file(tmp_path: Path) -> None:
    """As compose.yaml has it without .env."""
    assert COMPOSE["secrets"]["database_url"]["file"].endswith(":-/dev/null}")
    file = tmp_path / "rolewatch.toml"
    file.write_text('[[boards]]\nboard = "greenhouse:examplelabs"\n')
    settings = load(file, {"ROLEWATCH_DATABASE_URL_FILE": "/dev/null"})
    assert settings.database_url.get_secret_value() == f"sqlite:///{tmp_path}/rolewatch.db"


def test_the_service_upgrade_upgrades_the_database_of_the_secret(
    tmp_path: Path, postgres_url: str
) -> None:
    (tmp_path / "rolewatch.toml").write_text('[[boards]]\nboard = "greenhouse:examplelabs"\n')
    (tmp_path / "database_url").write_text(f"{postgres_url}\n")
    program = Program(str(tmp_path / "rolewatch.toml"))
    variables = {"ROLEWATCH_DATABASE_URL_FILE": str(tmp_path / "database_url")}
    upgraded = program(*OURS["upgrade"]["command"], environ=variables)
    assert upgraded.code == 0, upgraded.err
    assert "upgraded from an empty database" in upgraded.out
    again = program(*OURS["upgrade"]["command"], environ=variables)
    assert "already current" in again.out
    assert not (tmp_path / "rolewatch.db").exists()
