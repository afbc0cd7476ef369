"""At INFO the log has one line per alert sent and per board with a change."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from structlog.testing import capture_logs

from crawler.items import Unchanged
from monitor.rounds.storing import log_results
from tests.support.outbox_fixture import post_office
from tests.support.slack_scenario import MORE, PAY, SlackScenario, paid


@pytest.fixture
async def life(sqlite_engine: Engine) -> AsyncIterator[SlackScenario]:
    async with post_office(sqlite_engine) as office:
        life = SlackScenario(office)
        await life.check()
        yield life


async def test_each_alert_sent_is_one_line_with_its_posting_and_wait(life: SlackScenario) -> None:
    life.check_without_delivery(paid(PAY))
    life.office.clock.skipped += timedelta(minutes=5)
    with capture_logs() as lines:
        await life.deliver()
    [sent] = [line for line in lines if line["log_level"] == "info"]
    assert sent["event"] == "alert_sent"
    facts = {name: sent[name] for name in ("kind", "rule", "posting", "channel")}
    assert facts == {
        "kind": "opened",
        "rule": "research-engineer",
        "posting": "greenhouse:examplelabs:1",
        "channel": "slack:#roles",
    }
    assert (sent["alert"],) in life.history.ask("SELECT alert_id FROM alerts WHERE state = 'sent'")
    assert isinstance(sent["waited"], float)
    assert set(sent) == {
        "event",
        "log_level",
        "alert",
        "kind",
        "rule",
        "posting",
        "waited",
        "channel",
        "delivery",
    }


async def test_what_is_not_sent_is_no_line_of_an_alert_sent(life: SlackScenario) -> None:
    life.slack.break_next("not_in_channel")
    life.check_without_delivery(paid(PAY))
    with capture_logs() as lines:
        await life.office.outbox().deliver(until_idle=False)
    assert [
        line["event"]
        for line in lines
        if line["log_level"] == "info" and line["channel"] == "slack:#roles"
    ] == []


async def test_a_merged_message_is_one_line_an_alert(life: SlackScenario) -> None:
    life.check_without_delivery(
        *(paid(PAY, str(key), title=f"Research Engineer {key}") for key in range(1, 13))
    )
    with capture_logs() as lines:
        await life.deliver()
    sent = [line for line in lines if line["event"] == "alert_sent"]
    assert len(sent) == 12
    assert len({line["delivery"] for line in sent}) == 1


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        ({"result": "unchanged", "opened": 0, "closed": 0}, "debug"),
        ({"result": "snapshot", "opened": 0, "closed": 0}, "debug"),
        ({"result": "snapshot", "opened": 0, "baseline": True}, "info"),
        ({"result": "snapshot", "opened": 0, "closed": 1}, "info"),
        ({"result": "snapshot", "revised": 2}, "info"),
    ],
)
def test_a_check_without_a_change_is_no_line_at_info(facts: dict[str, object], level: str) -> None:
    with capture_logs() as lines:
        log_results(
            [(Unchanged("greenhouse:examplelabs"), {"board": "greenhouse:examplelabs", **facts})]
        )
    assert [line["log_level"] for line in lines] == [level]


async def test_a_check_says_what_it_brought(life: SlackScenario) -> None:
    life.check_without_delivery(paid(PAY))
    with capture_logs() as lines:
        await life.check(paid(MORE))
    assert [line["kind"] for line in lines if line["event"] == "alert_sent"] == [
        "opened",
        "revised",
    ]
