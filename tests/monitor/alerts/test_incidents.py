"""The operator channel: one message per incident. Without threads, a message each time."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from crawler.items import Failure
from crawler.links.directory import company_of
from monitor.alerts import daemon_incidents, incidents
from monitor.alerts.alerting import Alerting
from monitor.config.model import AlertSettings
from monitor.delivery import refusals
from tests.support.boards import BOARD, posting, postings
from tests.support.outbox_fixture import PostOffice
from tests.support.slack_scenario import RULE, Body, SlackScenario, kinds
from tests.support.slack_server import ARCHIVED, OPS, shown
from tests.support.unreadable import UNREADABLE, UNREADABLE_TITLE


@pytest.fixture
async def life(office: PostOffice) -> SlackScenario:
    life = SlackScenario(office)
    await life.check(*postings(9))
    return life


def notices(life: SlackScenario) -> list[Body]:
    return life.slack.channels[OPS].messages


def thread(life: SlackScenario, number: int = 0) -> list[Body]:
    return life.slack.channels[OPS].replies(notices(life)[number])


async def test_a_failing_board_is_one_message_until_it_recovers(life: SlackScenario) -> None:
    for number in range(5):
        await life.check_result(Failure(BOARD, f"HTTP 50{number}"))
    assert kinds(notices(life)) == ["red_circle"]
    assert "5 checks in a row failed" in shown(notices(life)[0])
    assert "HTTP 504" in shown(notices(life)[0])
    assert thread(life) == []
    await life.check(*postings(9))
    assert kinds(notices(life)) == kinds(thread(life)) == ["large_green_circle"]
    assert "could not be read from " in shown(notices(life)[0])
    assert "HTTP 504" in shown(notices(life)[0])
    assert "back after 75 minutes: 0 opened, 0 closed" in shown(thread(life)[0])


@pytest.mark.parametrize("operator", ["slack:#roles", "console"])
async def test_an_incident_ends_in_the_channel_that_the_operator_had_before(
    life: SlackScenario, operator: str
) -> None:
    for _ in range(3):
        await life.check_result(Failure(BOARD, "HTTP 503"))
    life.history.settings = replace(
        life.history.settings, alerts=AlertSettings(operator=(operator,))
    )
    await life.check(*postings(9))
    assert kinds(notices(life)) == ["large_green_circle"]
    assert "could not be read from " in shown(notices(life)[0])
    assert thread(life) == []


async def test_the_next_failure_is_another_incident(life: SlackScenario) -> None:
    for _ in range(2):
        for _ in range(3):
            await life.check_result(Failure(BOARD, "HTTP 503"))
        await life.check(*postings(9))
    assert kinds(notices(life)) == ["large_green_circle"] * 2
    assert [len(thread(life, number)) for number in (0, 1)] == [1, 1]


async def test_a_missing_board_names_the_employers_new_board(
    life: SlackScenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incidents, "current_board", {BOARD: "google:examplelabs"}.get)
    monkeypatch.setattr(incidents, "other_boards", lambda _: (UNREADABLE, "google:examplelabs"))
    for status in (404, 410, 404):
        await life.check_result(
            Failure(BOARD, f"HTTP {status}", status, unknown=status in {404, 410})
        )
    assert kinds(notices(life)) == ["red_circle"]
    assert "Example Labs is on Google Careers now: " in shown(notices(life)[0])
    assert f"rolewatch boards move {BOARD} google:examplelabs" in shown(notices(life)[0])


async def test_the_new_board_is_named_when_the_third_404_comes_late(
    life: SlackScenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incidents, "current_board", {BOARD: "google:examplelabs"}.get)
    monkeypatch.setattr(incidents, "other_boards", lambda _: (UNREADABLE, "google:examplelabs"))
    for status in (503, 404, 503, 404, 404):
        await life.check_result(
            Failure(BOARD, f"HTTP {status}", status, unknown=status in {404, 410})
        )
    assert "boards move" not in shown(notices(life)[0])
    await life.check_result(Failure(BOARD, "HTTP 404", 404, unknown=True))
    assert "boards move" in shown(notices(life)[0])
    assert ["no longer exists" in shown(reply) for reply in thread(life)] == [True]
    await life.check_result(Failure(BOARD, "HTTP 503", 503))
    assert "boards move" in shown(notices(life)[0])
    assert len(thread(life)) == 1


async def test_a_board_that_was_never_read_is_not_said_to_have_existed(office: PostOffice) -> None:
    life = SlackScenario(office)
    for _ in range(3):
        await life.check_result(Failure(BOARD, "HTTP 404", 404, unknown=True))
    said = shown(notices(life)[0])
    assert "does not exist: 3 checks in a row failed" in said
    assert "Greenhouse knows no such board. Find another with " in said
    assert "no longer" not in said


async def test_an_unreadable_new_board_is_named_without_a_command(
    life: SlackScenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incidents, "other_boards", lambda _: (UNREADABLE,))
    for _ in range(3):
        await life.check_result(Failure(BOARD, "HTTP 404", 404, unknown=True))
    said = f"({UNREADABLE}): rolewatch cannot read {UNREADABLE_TITLE} boards yet. "
    assert said in shown(notices(life)[0])
    assert "boards move" not in shown(notices(life)[0])


@pytest.mark.parametrize(
    ("board", "said"),
    [
        (
            "greenhouse:optiverus",
            (
                "Optiver has the board greenhouse:optiverprivate too:"
                " `rolewatch boards move greenhouse:optiverus "
            ),
        ),
        (
            "greenhouse:deepmind",
            "is on Google Careers now: `rolewatch boards move greenhouse:deepmind google:deepmind`",
        ),
        ("greenhouse:nobody", "Find another with `rolewatch boards find "),
    ],
)
def test_a_missing_board_leads_to_another_of_its_employer(board: str, said: str) -> None:
    assert said in incidents.moved_where(board, company_of(board), None)


async def test_a_missing_board_without_a_successor_says_what_to_do(life: SlackScenario) -> None:
    for _ in range(3):
        await life.check_result(Failure(BOARD, "HTTP 404", 404, unknown=True))
    for command in ("boards find 'Example Labs'", f"boards move {BOARD} NEW"):
        assert f"rolewatch {command}" in shown(notices(life)[0])
    assert life.history.ask("SELECT state FROM boards") == [("failing",)]


async def test_a_collapsed_board_is_one_message_until_it_is_decided(life: SlackScenario) -> None:
    await life.check(posting("1", title="Research Engineer, Team 1"))
    assert kinds(notices(life)) == ["large_yellow_circle"]
    assert "Example Labs’s board lost 8 of 10 roles at once" in shown(notices(life)[0])
    await life.check(posting("1", title="Research Engineer, Team 1"), closed="2")
    assert "1 confirmed closed so far" in shown(notices(life)[0])
    await life.check(posting("1", title="Research Engineer, Team 1"))
    assert "Example Labs’s board lost 8 of 10 roles at once" in shown(notices(life)[0])
    for _ in range(3):
        await life.check(posting("1", title="Research Engineer, Team 1"))
    assert kinds(notices(life)) == ["large_green_circle"]
    assert kinds(thread(life)) == []  # one message
    assert "8 roles closed" in shown(notices(life)[0])


async def test_a_removed_boards_incident_says_so(life: SlackScenario) -> None:
    for _ in range(3):
        await life.check_result(Failure(BOARD, "HTTP 503"))
    life.history.settings = replace(life.history.settings, boards=())
    life.history.check()
    await life.deliver()
    assert kinds(notices(life)) == ["closed"]
    assert "rolewatch keeps trying" not in shown(notices(life)[0])
    assert "It is no longer watched." in shown(notices(life)[0])
    assert thread(life) == []


async def test_a_removed_boards_collapse_says_so(life: SlackScenario) -> None:
    await life.check()
    assert kinds(notices(life)) == ["large_yellow_circle"]
    life.history.settings = replace(life.history.settings, boards=())
    life.history.check()
    await life.deliver()
    assert kinds(notices(life)) == ["closed"]
    assert "It is no longer watched." in shown(notices(life)[0])


async def test_a_board_that_is_put_back_fails_anew(life: SlackScenario) -> None:
    watched = life.history.settings
    for _ in range(3):
        await life.check_result(Failure(BOARD, "HTTP 503"))
    life.history.settings = replace(watched, boards=())
    life.history.check()
    life.history.settings = watched
    for _ in range(2):
        await life.check_result(Failure(BOARD, "HTTP 503"))
    assert kinds(notices(life)) == ["closed"]
    await life.check_result(Failure(BOARD, "HTTP 503"))
    assert kinds(notices(life)) == ["closed", "red_circle"]
    assert "3 checks in a row failed" in shown(notices(life)[1])


async def test_a_refused_channel_is_one_message_until_it_works_again(office: PostOffice) -> None:
    life = SlackScenario(office, replace(RULE, notify=("slack:#old",)))
    outbox = office.outbox()
    life.check_without_delivery(*postings(2))
    await outbox.deliver(until_idle=True)
    assert kinds(notices(life)) == ["no_entry"]
    life.slack.channels[ARCHIVED].archived = False
    await office.clock.sleep(3600)
    await outbox.deliver(until_idle=True)
    assert kinds(notices(life)) == kinds(thread(life)) == ["large_green_circle"]
    life.slack.channels[ARCHIVED].archived = True
    life.check_without_delivery(*postings(3))
    await outbox.deliver(until_idle=True)
    assert kinds(notices(life)) == ["large_green_circle", "no_entry"]


async def test_a_refused_edit_alerts_the_operator_and_is_made_later(life: SlackScenario) -> None:
    life.slack.channels["C000ROLES"].messages.clear()
    await life.check(*postings(10))
    life.history.alerts = False
    life.slack.channels["C000ROLES"].archived = True
    life.check_without_delivery(*postings(9), posting("10", title="Research Engineer, Team X"))
    await life.office.outbox().deliver(until_idle=True)
    await life.office.outbox().deliver(until_idle=True)
    assert kinds(notices(life)) == ["no_entry"]
    life.slack.channels["C000ROLES"].archived = False
    await life.office.outbox().deliver(until_idle=True)
    assert "Team X" in shown(life.slack.channels["C000ROLES"].messages[0])
    assert kinds(notices(life)) == ["large_green_circle"]


async def test_a_message_and_an_edit_refused_together_are_one_incident(
    life: SlackScenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell = refusals.open_incident

    def slow(*args: Any) -> bool:  # as it is called
        written = tell(*args)
        time.sleep(0.5)  # the other is refused before this is committed
        return written

    monkeypatch.setattr(refusals, "open_incident", slow)
    await life.check(*postings(10))
    life.slack.channels["C000ROLES"].archived = True
    life.check_without_delivery(*postings(9), posting("10", title="Research Engineer, Team X"))
    await life.office.outbox().deliver(until_idle=True)
    assert kinds(notices(life)) == ["no_entry"]


def refuse(life: SlackScenario, mistake: str = "") -> None:
    """Load a configuration with that mistake, or a correct one."""
    life.history.now += timedelta(minutes=15)
    alerting, now = Alerting(life.history.settings), life.history.now
    with life.office.engine.begin() as connection:
        if mistake:
            daemon_incidents.refused_file(connection, alerting, [mistake], now)
        else:
            daemon_incidents.accepted_file(connection, alerting, now)


async def test_a_refused_configuration_is_one_message_until_accepted(life: SlackScenario) -> None:
    for mistake in ("crawl.evry: unknown key", "crawl.every = 15: expected a duration"):
        refuse(life, mistake)
        await life.deliver()
    assert kinds(notices(life)) == kinds(thread(life)) == ["warning"]
    assert "every = 15" in shown(notices(life)[0])
    for _ in range(2):
        refuse(life)
        await life.deliver()
    assert kinds(notices(life)) == ["large_green_circle"]
    assert kinds(thread(life)) == ["warning", "large_green_circle"]
    refuse(life, "crawl.evry: unknown key")
    await life.deliver()
    assert kinds(notices(life)) == ["large_green_circle", "warning"]


async def test_a_channel_without_threads_gets_a_message_each_time(office: PostOffice) -> None:
    life = SlackScenario(office)
    life.history.settings = replace(
        life.history.settings, alerts=AlertSettings(operator=("console",))
    )
    await life.check(*postings(9))
    for _ in range(5):
        await life.check_result(Failure(BOARD, "HTTP 503"))
    await life.check(*postings(9))
    said = [line for line in office.console.getvalue().splitlines() if line.startswith("OPERATOR")]
    assert said == [
        "OPERATOR  🔴 Example Labs’s board cannot be read: 3 checks in a row failed",
        "OPERATOR  🟢 Example Labs’s board is back after 75 minutes: 0 opened, 0 closed",
    ]
