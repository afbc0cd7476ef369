"""/metrics on real databases, read as Prometheus reads it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, update

from crawler.items import Failure, Probe, Unchanged
from monitor.database.alert_tables import Alert
from monitor.delivery.pack import pack
from monitor.health.metrics import Metrics
from monitor.health.watchdog import Part
from monitor.queries.metrics import ALERT_STATES
from tests.support.alerts import AlertWriter, opened
from tests.support.boards import BOARD, posting, postings, snapshot
from tests.support.history import History, settings

OTHER = "greenhouse:otherworks"


def read(metrics: Metrics) -> dict[str, float]:
    """Return the samples by name and labels: `rolewatch_boards{state="ok"}`."""
    found = {}
    for family in text_string_to_metric_families(metrics.text().decode()):
        for sample in family.samples:
            labels = ",".join(f'{name}="{value}"' for name, value in sample.labels.items())
            found[sample.name + (f"{{{labels}}}" if labels else "")] = sample.value
    return found


@pytest.fixture
def history(engine: Engine) -> History:
    return History(engine, settings(boards=(BOARD, OTHER)))


def test_boards_by_state_and_since_when(history: History) -> None:
    history.check(snapshot(postings(3)), *[Failure(OTHER, "HTTP 500", 500)] * 3)
    history.now += timedelta(seconds=42)
    found = read(Metrics(history.engine, lambda: history.now, list))
    assert found['rolewatch_boards{state="ok"}'] == 1
    assert found['rolewatch_boards{state="failing"}'] == 1
    assert found['rolewatch_boards{state="collapsed"}'] == 0
    assert found[f'rolewatch_board_open_postings{{board="{BOARD}"}}'] == 3
    assert found[f'rolewatch_board_last_good_check_seconds{{board="{BOARD}"}}'] == 42
    assert f'rolewatch_board_last_good_check_seconds{{board="{OTHER}"}}' not in found


def test_what_rounds_brought_is_counted_once_from_the_start_of_the_program(
    history: History,
) -> None:
    history.check(snapshot(postings(3)))
    metrics = Metrics(history.engine, lambda: history.now, list)
    assert read(metrics)['rolewatch_checks_total{result="snapshot"}'] == 0
    changed = [posting("1", title="Another"), *postings(3)[1:], posting("9")]
    history.check(snapshot(changed), Unchanged(OTHER))
    history.check(snapshot(changed[1:], {"1": Probe.GONE}), Failure(OTHER, "HTTP 500", 500))
    for _ in range(2):
        found = read(metrics)
        assert found['rolewatch_checks_total{result="snapshot"}'] == 2
        assert found['rolewatch_checks_total{result="unchanged"}'] == 1
        assert found['rolewatch_checks_total{result="failure"}'] == 1
        assert [
            found[f'rolewatch_changes_total{{kind="{kind}"}}']
            for kind in ("opened", "revised", "closed", "reopened")
        ] == [1, 1, 1, 0]
        assert found["rolewatch_round_seconds_count"] == 2


def test_a_round_under_way_is_counted_when_it_has_ended(history: History) -> None:
    metrics = Metrics(history.engine, lambda: history.now, list)
    round_id = AlertWriter(history.engine).begin_round(ended=False)
    history.check(snapshot(postings(1)))
    assert read(metrics)['rolewatch_checks_total{result="snapshot"}'] == 0
    AlertWriter(history.engine).end_round(round_id)
    assert read(metrics)['rolewatch_checks_total{result="snapshot"}'] == 1


def test_alerts_by_state_and_the_oldest_that_waits(history: History) -> None:
    writer = AlertWriter(history.engine)
    found = read(Metrics(history.engine, lambda: history.now, list))
    assert found['rolewatch_alerts{state="sent"}'] == 0
    assert found["rolewatch_oldest_undelivered_alert_seconds"] == 0
    writer.tell(opened("1"), opened("2"), channel="console", at=history.now)
    with history.engine.begin() as connection:
        pack(connection, history.now)
    writer.tell(opened("3"), at=history.now + timedelta(seconds=5))
    writer.set(writer.deliveries()[0].delivery_id, state="sent")
    history.now += timedelta(seconds=30)
    found = read(Metrics(history.engine, lambda: history.now, list))
    assert (
        found['rolewatch_alerts{state="sent"}'],
        found['rolewatch_alerts{state="pending"}'],
    ) == (1, 2)
    assert found["rolewatch_oldest_undelivered_alert_seconds"] == 30


def test_an_alert_that_waits_for_a_digest_is_held_and_late_for_nothing(history: History) -> None:
    AlertWriter(history.engine).tell(opened("1"), at=history.now)
    with history.engine.begin() as connection:
        connection.execute(update(Alert).values(for_digest=True))
    history.now += timedelta(hours=9)
    found = read(Metrics(history.engine, lambda: history.now, list))
    assert history.ask("SELECT state, count(*) FROM alerts GROUP BY state") == [("held", 1)]
    assert [state for state in ALERT_STATES if found[f'rolewatch_alerts{{state="{state}"}}']] == [
        "held"
    ]
    assert found["rolewatch_oldest_undelivered_alert_seconds"] == 0


@pytest.mark.parametrize("query", ["ended_rounds", "checks_by_result", "durations"])
def test_a_scrape_that_fails_counts_nothing_twice(
    history: History, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    metrics = Metrics(history.engine, lambda: history.now, list)
    history.check(snapshot(postings(3)))

    def fail(*_: object) -> None:
        raise OSError(query)

    with monkeypatch.context() as patch:
        patch.setattr(f"monitor.queries.metrics.{query}", fail)
        with pytest.raises(OSError, match=query):
            metrics.text()
    found = read(metrics)
    assert found['rolewatch_checks_total{result="snapshot"}'] == 1
    assert found["rolewatch_round_seconds_count"] == 1


def test_what_is_late_and_what_runs(history: History) -> None:
    late: list[Part] = ["delivery"]
    found = read(Metrics(history.engine, lambda: history.now, lambda: late))
    assert (found['rolewatch_late{part="delivery"}'], found['rolewatch_late{part="rounds"}']) == (
        1,
        0,
    )
    assert any(name.startswith("rolewatch_build_info{") for name in found)
    assert found["process_resident_memory_bytes"] > 0
