"""Read a real /metrics: each name with its labels and their values."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine

from monitor.health.metrics import Metrics
from tests.support import promql
from tests.support.boards import BOARD, postings, snapshot
from tests.support.history import History, settings

# Prometheus adds them to each sample
TARGET = {"job", "instance"}
OPEN = {"board", "version", "python", "database", "le"}  # labels with any value


def exported(engine: Engine) -> dict[str, dict[str, set[str]]]:
    """Return every metric of a daemon that watches a board."""
    history = History(engine, settings(boards=(BOARD,)))
    history.check(snapshot(postings(3)))
    text = Metrics(engine, lambda: history.now, list).text().decode()
    # Prometheus' own
    found: dict[str, dict[str, set[str]]] = {"up": {}}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = found.setdefault(sample.name, {})
            for name, value in sample.labels.items():
                labels.setdefault(name, set()).add(value)
    return found


def faults(expression: str, known: dict[str, dict[str, set[str]]]) -> list[str]:
    """Return what an expression asks for and /metrics does not have."""
    asked = promql.parse(expression)
    labels = set().union(*(known.get(each.metric, {}) for each in asked.selectors)) | TARGET
    wrong = [f"no label {label}" for label in asked.labels - labels]
    for selector in asked.selectors:
        if selector.metric not in known:
            wrong.append(f"no metric {selector.metric}")
            continue
        wrong += _faults_of_matchers(selector, known[selector.metric])
    return wrong


def _faults_of_matchers(selector: promql.Selector, labels: dict[str, set[str]]) -> Iterable[str]:
    for label, _, value in selector.matchers:
        if label in TARGET:
            continue
        if label not in labels:
            yield f"{selector.metric} has no label {label}"
        elif label not in OPEN and (unknown := set(value.split("|")) - labels[label]):
            yield f"{selector.metric}: {label} is never {', '.join(sorted(unknown))}"
