"""The commands of docs/operating.md that need Docker or root are at least spelled right."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import pytest

from tests.support.deployment import ours, services
from tests.support.places import ROOT
from tests.support.spelled import fault
from tests.support.yaml_files import parse, read

PAGE = (ROOT / "docs" / "operating.md").read_text()
COMMANDS = re.findall(r"^\$ (.*)$", PAGE, re.MULTILINE)
COMPOSE = [each for each in COMMANDS if each.startswith("docker compose ")]
_ACTIONS = {"build", "cp", "exec", "run", "up"}


def compose_words(command: str) -> tuple[str, list[str]]:
    """Return the action of a `docker compose` command, and what follows its options."""
    action, *rest = shlex.split(command.removeprefix("docker compose ").split(" > ")[0])
    while rest and rest[0].startswith("-"):
        rest = rest[2:] if rest[0] == "--build-arg" else rest[1:]
    return action, rest


def started() -> Iterator[str]:
    """Yield the rolewatch commands that the page starts in other ways than by its name."""
    for command in COMPOSE:
        action, rest = compose_words(command)
        if action == "run":
            yield shlex.join(rest[1:])
        elif action == "exec" and rest[1] == "rolewatch":
            yield shlex.join(rest[2:])
    yield from (found[1] for each in COMMANDS if (found := re.search(r"/bin/rolewatch (.*)", each)))


@pytest.mark.parametrize("command", COMPOSE)
def test_a_compose_command_names_a_service(command: str) -> None:
    action, rest = compose_words(command)
    assert action in _ACTIONS
    if action in {"run", "exec"}:
        assert rest[0] in (ours() if action == "run" else services())
    if action == "cp":
        assert rest[0].split(":")[0] in services()


def test_the_commands_within_containers_and_units_are_valid() -> None:
    found = list(started())
    assert len(found) >= 5
    assert [(command, wrong) for command in found if (wrong := fault(command))] == []


def test_the_files_that_a_command_copies_exist() -> None:
    named = {word for each in COMMANDS for word in each.split() if word.startswith("docs/")}
    assert len(named) >= 2
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_the_page_lists_the_alerts_of_the_rules() -> None:
    groups = read(ROOT / "docs" / "prometheus" / "rolewatch.rules.yml")["groups"]
    rules = [rule["alert"] for group in groups for rule in group["rules"]]
    assert re.findall(r"^\| `(Rolewatch\w+)` \|", PAGE, re.MULTILINE) == rules


def test_the_scrape_configuration_names_the_job_of_the_rules() -> None:
    [shown] = re.findall(r"^```yaml\n(scrape_configs.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    config = parse(shown)
    [job] = config["scrape_configs"]
    rules = (ROOT / "docs" / "prometheus" / "rolewatch.rules.yml").read_text()
    assert f'job="{job["job_name"]}"' in rules
    assert job["static_configs"][0]["targets"][0] in PAGE.partition("scrape_configs")[0]
