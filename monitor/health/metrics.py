"""Prometheus metrics: the database's current state, and counters since the program started.

Counters begin at zero with the program, as Prometheus expects. They are read from rounds that have
ended, each row once. A restarted worker, or a round shared by two processes, is counted right.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from importlib.metadata import version
from threading import Lock

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    Info,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Connection, Engine

from monitor.config.values import KINDS
from monitor.database.engine import read_transaction
from monitor.health.watchdog import PARTS, Part
from monitor.queries import metrics
from monitor.queries.workers import count_workers

_SECONDS = (0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800)


class Metrics:
    """One registry over one database; `late` says which parts are late now."""

    def __init__(
        self, engine: Engine, clock: Callable[[], datetime], late: Callable[[], Iterable[Part]]
    ) -> None:
        self._engine, self._clock, self._late = engine, clock, late
        self._counting = Lock()
        with read_transaction(engine) as connection:
            self._round = metrics.ended_rounds(connection)
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        GCCollector(registry=self._registry)
        build = {
            "version": version("rolewatch"),
            "python": platform.python_version(),
            "database": engine.dialect.name,
        }
        Info("rolewatch_build", "What runs here", registry=self._registry).info(build)
        self._checks = Counter(
            "rolewatch_checks", "Checks of boards", ["result"], registry=self._registry
        )
        self._changes = Counter(
            "rolewatch_changes",
            "Changes of postings that checks found",
            ["kind"],
            registry=self._registry,
        )
        self._unreadable = Counter(
            "rolewatch_unreadable_postings",
            "Postings of a list that could not be read",
            registry=self._registry,
        )
        self._bytes = Counter(
            "rolewatch_received_bytes", "Answers of boards, on the wire", registry=self._registry
        )
        self._rounds = Histogram(
            "rolewatch_round_seconds",
            "From a round's start to its end",
            buckets=_SECONDS,
            registry=self._registry,
        )
        for result in metrics.RESULTS:
            self._checks.labels(result)
        for kind in KINDS:
            self._changes.labels(kind)
        self._registry.register(_States(self._states))

    def text(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        with self._counting, read_transaction(self._engine) as connection:
            self._count(connection)
        return generate_latest(self._registry)

    def _count(self, connection: Connection) -> None:
        """Add the rounds that ended since the last scrape. A failed scrape adds nothing."""
        last = metrics.ended_rounds(connection)
        checks = metrics.checks_by_result(connection, self._round, last)
        durations = metrics.durations(connection, self._round, last)
        self._round = last
        for row in checks:
            self._checks.labels(row.result).inc(row.checks)
            self._bytes.inc(row.bytes)
            self._unreadable.inc(row.unreadable)
            for kind in KINDS:
                self._changes.labels(kind).inc(getattr(row, kind))
        for seconds in durations:
            self._rounds.observe(seconds)

    def _states(self) -> Iterator[Metric]:
        with read_transaction(self._engine) as connection:
            yield from _boards(connection, self._clock())
            yield from _alerts(connection, self._clock())
            yield from _workers(connection)
        late = GaugeMetricFamily(
            "rolewatch_late",
            "1 while rounds or delivery are late or stuck, or no worker is alive",
            labels=["part"],
        )
        for part in PARTS:
            late.add_metric([part], float(part in set(self._late())))
        yield late


class _States(Collector):
    """Gauges that are queried at each scrape."""

    def __init__(self, states: Callable[[], Iterable[Metric]]) -> None:
        self._states_now = states

    def collect(self) -> Iterable[Metric]:
        return self._states_now()

    def describe(self) -> Iterable[Metric]:
        return []  # so that registering asks no question


def _boards(connection: Connection, now: datetime) -> Iterator[Metric]:
    states = GaugeMetricFamily("rolewatch_boards", "Boards by state", labels=["state"])
    counts = dict.fromkeys(metrics.BOARD_STATES, 0)
    ages = GaugeMetricFamily(
        "rolewatch_board_last_good_check_seconds", "Since a board was last read", labels=["board"]
    )
    roles = GaugeMetricFamily("rolewatch_board_open_postings", "Open postings", labels=["board"])
    for row in metrics.boards(connection):
        counts[row.state] += 1
        if row.state != "unwatched":
            roles.add_metric([row.board], row.open_postings)
            if row.last_ok_at is not None:
                ages.add_metric([row.board], max(0.0, (now - row.last_ok_at).total_seconds()))
    for state, count in counts.items():
        states.add_metric([state], count)
    yield from (states, ages, roles)


def _alerts(connection: Connection, now: datetime) -> Iterator[Metric]:
    states = GaugeMetricFamily("rolewatch_alerts", "Alerts by state", labels=["state"])
    for state, count in metrics.alerts(connection).items():
        states.add_metric([state], count)
    yield states
    oldest = metrics.oldest_undelivered(connection)
    age = max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
    yield GaugeMetricFamily(
        "rolewatch_oldest_undelivered_alert_seconds",
        "Since the oldest alert that should be delivered by now was written",
        age,
    )


def _workers(connection: Connection) -> Iterator[Metric]:
    found = count_workers(connection)
    states = GaugeMetricFamily("rolewatch_workers", "Workers by state", labels=["state"])
    for state, count in found.states.items():
        states.add_metric([state], count)
    yield states
    yield GaugeMetricFamily(
        "rolewatch_waiting_boards", "Boards that are due and wait for a worker", found.waiting
    )
    yield GaugeMetricFamily(
        "rolewatch_longest_wait_seconds", "Since the first of them was due", found.longest
    )
