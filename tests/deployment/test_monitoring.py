"""The rules of Prometheus and the dashboard of Grafana against the metrics of a real daemon."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.support import promql
from tests.support.exported import OPEN, TARGET, exported, faults
from tests.support.places import ROOT
from tests.support.spelled import fault, inline_commands
from tests.support.yaml_files import read

Known = dict[str, dict[str, set[str]]]
RULES_FILE = ROOT / "docs" / "prometheus" / "rolewatch.rules.yml"
RULES: list[dict[str, Any]] = [
    rule for group in read(RULES_FILE)["groups"] for rule in group["rules"]
]
DASHBOARD = json.loads((ROOT / "docs" / "grafana" / "rolewatch.json").read_text())
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
PROMTOOL = shutil.which("promtool")
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
each_panel = pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])


@pytest.fixture
def known(sqlite_engine: Engine) -> Known:
    return exported(sqlite_engine)


def documented() -> dict[str, set[str]]:
    """Return the metrics of docs/operating.md, with their labels."""
    page = (ROOT / "docs" / "operating.md").read_text()
    rows = re.findall(r"^\| `(rolewatch_\w+)(?:\{([\w,]+)\})?` \|", page, re.MULTILINE)
    return {name: set(labels.split(",")) - {""} for name, labels in rows}


def test_every_exported_metric_is_documented_with_its_labels(known: Known) -> None:
    ours = {
        re.sub(r"_(bucket|count|sum|created)$", "", name): set(labels) - {"le"}
        for name, labels in known.items()
        if name.startswith("rolewatch_") and not name.endswith("_created")
    }
    listed = documented()
    assert set(listed) == set(ours)
    of_build = "rolewatch_build_info"
    assert {name: labels for name, labels in listed.items() if name != of_build} == {
        name: labels for name, labels in ours.items() if name != of_build
    }


@each_rule
def test_a_rule_asks_for_metrics_that_exist(rule: dict[str, Any], known: Known) -> None:
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert faults(rule["expr"], known) == []
    assert rule["labels"]["severity"] in {"warning", "critical"}
    assert set(rule["annotations"]) == {"summary", "description"}


@each_rule
def test_a_rule_names_labels_and_commands_that_exist(rule: dict[str, Any], known: Known) -> None:
    asked = promql.parse(rule["expr"])
    labels = TARGET.union(*(known[each.metric] for each in asked.selectors))
    for text in rule["annotations"].values():
        assert set(re.findall(r"\$labels\.(\w+)", text)) <= labels
        for command in inline_commands(text):
            assert fault(command) is None, command


def test_the_names_of_rules_are_unique() -> None:
    assert len({rule["alert"] for rule in RULES}) == len(RULES) > 10


@each_panel
def test_a_panel_asks_for_metrics_that_exist(panel: dict[str, Any], known: Known) -> None:
    assert panel["type"] in {"stat", "table", "timeseries"}
    assert panel["description"]
    for target in panel["targets"]:
        assert faults(target["expr"], known) == []
        # a board of another job is not this daemon's
        asked = promql.parse(target["expr"])
        assert all(("job", "=", "$job") in each.matchers for each in asked.selectors)
        labels = set(OPEN).union(*(known[each.metric] for each in asked.selectors))
        assert set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) <= labels
        assert (
            target["datasource"]
            == panel["datasource"]
            == {
                "type": "prometheus",
                "uid": "${datasource}",
            }
        )


def test_the_panels_have_ids_of_their_own_and_lie_beside_each_other() -> None:
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
    places = [panel["gridPos"] for panel in PANELS]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    for one, other in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or above, (one, other)


def test_the_dashboard_chooses_its_source_and_job(known: Known) -> None:
    variables = {each["name"]: each for each in DASHBOARD["templating"]["list"]}
    assert set(variables) == {"datasource", "job"}
    [metric] = re.findall(r"label_values\((\w+), job\)", variables["job"]["definition"])
    assert metric in known


@pytest.mark.parametrize(
    ("expression", "wrong"),
    [
        ("rolewatch_late == 1", []),
        ("rolewatch_lates == 1", ["no metric rolewatch_lates"]),
        ('rolewatch_late{parts="rounds"}', ["rolewatch_late has no label parts"]),
        ('rolewatch_boards{state="bad"}', ["rolewatch_boards: state is never bad"]),
        ("sum by (kind) (rate(rolewatch_checks_total[1h]))", ["no label kind"]),
    ],
)
def test_a_wrong_name_in_an_expression_is_found(
    expression: str, wrong: list[str], known: Known
) -> None:
    assert faults(expression, known) == wrong


@pytest.mark.parametrize("expression", ["rate(up[5m]", "rte(up[5m])", "up)", "1 + 2", 'up{job="x"'])
def test_an_expression_that_cannot_be_read_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        promql.parse(expression)


@pytest.mark.needs(Path(PROMTOOL or "/usr/bin/promtool"))
def test_the_rules_fire_when_they_should() -> None:
    """Play series of values against the rules."""
    assert PROMTOOL is not None
    played = RULES_FILE.with_name("rolewatch.rules.test.yml")
    done = subprocess.run(
        [PROMTOOL, "test", "rules", str(played)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_played_series_are_those_of_real_metrics(known: Known) -> None:
    played = read(RULES_FILE.with_name("rolewatch.rules.test.yml"))
    assert played["rule_files"] == [RULES_FILE.name]
    series = [one["series"] for test in played["tests"] for one in test["input_series"]]
    assert [wrong for one in series for wrong in faults(one, known)] == []
    names = {rule["alert"] for rule in RULES}
    assert {
        each["alertname"] for test in played["tests"] for each in test["alert_rule_test"]
    } == names
