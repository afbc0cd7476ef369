"""`alerts`: the outbox as a person sees it and helps it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.demo.board_server import BoardServer
from tests.support.greenhouse import job
from tests.support.program import Program
from tests.support.running import Place, stopped, until
from tests.support.slack_channel import Channel
from tests.support.slack_server import OPS, ROLES, TOKEN, SlackServer, slack_server


@pytest.fixture
async def boards() -> AsyncIterator[BoardServer]:
    async with BoardServer() as server:
        server.board("examplelabs", job(1, title="Research Engineer"), job(2, title="Chef"))
        yield server


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with slack_server() as server:
        yield server
        assert server.complaints == []


@pytest.fixture
async def place(tmp_path: Path, boards: BoardServer, slack: SlackServer) -> AsyncIterator[Place]:
    place = Place(tmp_path, boards.url, slack.api_url, TOKEN, every="1h")
    yield place
    place.kill_all()


def test_alerts_are_listed_newest_first_and_by_state_and_channel(recorded: Program) -> None:
    rows = recorded.ask("alerts", "list")
    assert len(rows) > 5
    assert [row["alert_id"] for row in rows] == sorted(
        (row["alert_id"] for row in rows), reverse=True
    )
    assert recorded.ask("alerts", "list", "--limit", "2") == rows[:2]
    assert recorded.ask("alerts", "list", "--state", "sent") == []
    assert recorded.ask("alerts", "list", "--channel", "console", "--state", "pending") == rows


def test_a_state_that_is_none_is_refused_with_those_that_are(recorded: Program) -> None:
    ran = recorded("alerts", "list", "--state", "lost")
    assert ran.code == 2
    assert "discarded" in ran.err


@pytest.mark.parametrize("command", [["list"], ["discard", "--before", "0s"]])
def test_a_channel_that_is_none_is_refused(recorded: Program, command: list[str]) -> None:
    ran = recorded("alerts", *command, "--channel", "#roles")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("--channel #roles: expected slack:#name, ")


def test_discarded_alerts_are_given_up_up_to_a_moment(recorded: Program) -> None:
    nothing = "No undelivered alert was written before 1d, so nothing was discarded.\n"
    assert recorded("alerts", "discard", "--before", "1d").out == nothing
    assert recorded("alerts", "discard", "--before", "0s").code == 0
    assert {row["state"] for row in recorded.ask("alerts", "list")} == {"discarded"}


def test_discarding_asks_for_a_moment(recorded: Program) -> None:
    ran = recorded("alerts", "discard")
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert "--before TIME" in ran.err
    assert "`rolewatch alerts discard --before 7d`" in ran.err
    assert recorded("alerts", "discard", "--before", "someday").code == 2


async def test_what_failed_is_sent_again_once_its_channel_works(
    place: Place, slack: SlackServer
) -> None:
    slack.channels[ROLES].archived = True
    code, _, err = await place.here("check")
    assert code == 1
    assert "could not be delivered" in err
    code, _, err = await place.here("alerts", "retry")
    assert code == 1
    assert "slack:#roles: 1 message could not be delivered: is_archived" in err
    slack.channels[ROLES].archived = False
    code, out, _ = await place.here("alerts", "retry")
    assert code == 0
    assert "everything is delivered" in out
    assert len(slack.texts()) == 1


async def test_beside_a_daemon_it_is_the_daemon_that_sends_again(
    place: Place, slack: SlackServer
) -> None:
    slack.channels[ROLES].archived = True
    daemon = await place.start("run")
    await until(lambda: place.ask("SELECT 1 FROM delivery WHERE state = 'failed'"))
    slack.channels[ROLES].archived = False
    code, out, err = await place.here("alerts", "retry")
    assert (code, err) == (0, "")
    assert "everything is delivered" in out
    assert len(slack.texts()) == 1
    await stopped(daemon)


async def test_what_quiet_hours_hold_is_not_said_to_be_delivered(
    place: Place, slack: SlackServer
) -> None:
    now = datetime.now(UTC)
    hours = f"{now - timedelta(hours=1):%H:%M}-{now + timedelta(hours=1):%H:%M}"
    place.config.write_text(
        place.config.read_text().replace(
            "[alerts]", f'[alerts]\ntimezone = "UTC"\nquiet = "{hours}"'
        )
    )
    await place.here("check")
    code, out, err = await place.here("alerts", "retry")
    assert code == 0
    assert f"1 message is held until {hours[-5:]} (UTC): quiet hours" in err
    assert out.splitlines()[-1] == "everything else is delivered"
    assert slack.texts() == []


async def test_what_waits_for_a_token_says_so(place: Place) -> None:
    await place.here("check")
    with closing(sqlite3.connect(place.folder / "rolewatch.db")) as connection:
        connection.execute("UPDATE delivery SET state = 'pending'")
        connection.commit()
    place.token = ""
    code, _, err = await place.here("alerts", "retry")
    assert code == 1
    assert "slack:#roles: 1 message could not be delivered: $SLACK_BOT_TOKEN is not set" in err


async def test_what_waits_for_a_channel_that_no_rule_tells_any_more_can_be_given_up_alone(
    place: Place, slack: SlackServer
) -> None:
    slack.channels[ROLES].archived = slack.channels[OPS].archived = True
    await place.here("check")
    place.config.write_text(place.config.read_text().replace("#roles", "#others"))
    _, _, err = await place.here("alerts", "retry")
    assert "discards them" not in next(
        line for line in err.splitlines() if line.startswith("slack:#ops: ")
    )
    [line] = [line for line in err.splitlines() if line.startswith("slack:#roles: ")]
    assert (
        "no rule names this channel any more: "
        "`rolewatch alerts discard --channel slack:#roles --before 0s` discards them" in line
    )
    assert await place.here("alerts", "discard", "--channel", "slack:#roles", "--before", "0s") == (
        0,
        "discarded 1 message\n",
        "",
    )
    assert set(place.ask("SELECT channel FROM delivery WHERE state = 'failed'")) == {
        ("slack:#ops",)
    }


async def test_a_retry_waits_for_as_long_as_slack_asked(place: Place, slack: SlackServer) -> None:
    slack.wait = 120
    slack.break_next("429")
    assert (await place.here("check"))[0] == 1
    code, out, err = await place.here("alerts", "retry")
    assert (code, out) == (1, "trying 1 message again\n")
    assert "slack:#roles: 1 message could not be delivered: ratelimited" in err or "120" in err, err
    assert slack.calls["chat.postMessage"] == 1
    with closing(sqlite3.connect(place.folder / "rolewatch.db")) as connection:
        connection.execute("UPDATE delivery SET next_try_at = NULL, not_before = NULL")
        connection.commit()
    assert (await place.here("alerts", "retry"))[0] == 0
    assert len(slack.texts()) == 1


async def test_nothing_to_retry_is_well(place: Place) -> None:
    nothing = (0, "There is nothing to retry: no alert waits to be sent.\n", "")
    assert await place.here("alerts", "retry") == nothing
    assert not (place.folder / "rolewatch.db").exists()
    await place.here("check")
    assert await place.here("alerts", "retry") == nothing


async def test_a_sample_goes_to_each_channel_once_and_says_that_it_is_one(
    place: Place, slack: SlackServer
) -> None:
    code, out, _ = await place.here("alerts", "test")
    assert code == 0
    assert [line.split()[:2] for line in out.splitlines()] == [
        ["slack:#roles", "ok"],
        ["slack:#ops", "ok"],
    ]
    for channel in (ROLES, OPS):
        (message,) = slack.channels[channel].messages
        assert message["text"].startswith("Sample: ")
    assert place.ask("SELECT * FROM alert") == []


@pytest.mark.parametrize(
    "names",
    [("#roles", ROLES), (ROLES, "#Roles"), ("U0ALICE01", "D0ALICE01"), ("D0ALICE01", "U0ALICE01")],
)
async def test_a_channel_with_two_names_gets_one_sample(
    place: Place, slack: SlackServer, names: tuple[str, str]
) -> None:
    chat = slack.channels["D0ALICE01"] = Channel("D0ALICE01", "", user="U0ALICE01")
    text = place.config.read_text()
    place.config.write_text(
        text.replace('["slack:#roles"]', f'["slack:{names[0]}", "slack:{names[1]}"]')
    )
    code, out, _ = await place.here("alerts", "test")
    assert code == 0
    assert [line.split()[:2] for line in out.splitlines()] == [
        [f"slack:{names[0]}", "ok"],
        ["slack:#ops", "ok"],
    ]
    assert len(chat.messages) + len(slack.channels[ROLES].messages) == 1


async def test_alerts_are_found_and_given_up_under_any_name_of_their_channel(
    place: Place, slack: SlackServer
) -> None:
    slack.channels[ROLES].archived = True
    await place.here("check")
    for name in (ROLES, "#ROLES"):
        _, out, _ = await place.here(
            "alerts", "list", "--channel", f"slack:{name}", "--format", "json"
        )
        assert [row["channel"] for row in json.loads(out)] == ["slack:#roles"]
    assert await place.here(
        "alerts", "discard", "--channel", f"slack:{ROLES}", "--before", "0s"
    ) == (0, "discarded 1 message\n", "")


async def test_a_sample_that_is_refused_says_why_and_what_to_do(
    place: Place, slack: SlackServer
) -> None:
    slack.channels[ROLES].member = False
    code, out, _ = await place.here("alerts", "test", "--format", "json")
    assert code == 1
    roles, ops = json.loads(out)
    assert (roles["channel"], roles["ok"]) == ("slack:#roles", False)
    assert (
        roles["words"]
        == "not_in_channel: invite the app to the channel; in #roles, type: /invite @rolewatch"
    )
    assert ops["ok"]


async def test_a_sample_waits_when_slack_asks_it_to(place: Place, slack: SlackServer) -> None:
    slack.break_next("429")
    code, _, _ = await place.here("alerts", "test")
    assert code == 0
    assert len(slack.texts()) == 1


async def test_without_a_token_the_samples_come_to_the_console(
    place: Place, slack: SlackServer
) -> None:
    place.token = ""
    code, out, _ = await place.here("alerts", "test")
    assert code == 0
    assert "slack:#roles  ok  sent, on the console: $SLACK_BOT_TOKEN is not set" in out
    assert "a sample, no real role" in out
    assert not slack.calls


async def test_alerts_list_says_in_words_that_there_are_none(place: Place) -> None:
    assert (await place.here("db", "upgrade"))[0] == 0
    assert await place.here("alerts", "list") == (0, "No alert yet\n", "")
    assert await place.here("alerts", "list", "--state", "failed", "--channel", "console") == (
        0,
        "No failed alert goes to console\n",
        "",
    )
    assert await place.here("alerts", "list", "--format", "json") == (0, "[]\n", "")
