"""`doctor`: what it finds on a healthy set-up, and on each kind of broken one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from monitor.demo.board_server import BoardServer, Trouble
from tests.support.greenhouse import job
from tests.support.program import Program
from tests.support.running import Place
from tests.support.slack_server import APP_TOKEN, ROLES, TOKEN, SlackServer


@pytest.fixture
async def boards() -> AsyncIterator[BoardServer]:
    async with BoardServer() as server:
        server.board("examplelabs", job(1), job(2))
        yield server


@pytest.fixture
async def place(tmp_path: Path, boards: BoardServer, slack: SlackServer) -> AsyncIterator[Place]:
    place = Place(tmp_path, boards.url, slack.api_url, TOKEN)
    yield place
    place.kill_all()


async def _findings(place: Place) -> dict[str, dict[str, Any]]:
    """Return the findings by subject, after a run whose exit code agrees with them."""
    code, out, err = await place.here("doctor", "--format", "json")
    assert not err
    found = {row["subject"]: row for row in json.loads(out)}
    assert code == (0 if all(row["ok"] for row in found.values()) else 1)
    assert all(row["remedy"] for row in found.values() if not row["ok"])
    return found


async def test_a_healthy_set_up_is_well_in_every_line(place: Place, slack: SlackServer) -> None:
    assert (await place.here("db", "upgrade"))[0] == 0
    code, out, _ = await place.here("doctor")
    assert code == 0
    lines = [line.split()[:2] for line in out.splitlines()]
    subjects = [
        "configuration",
        "database",
        "daemon",
        "slack",
        "slack",
        "slack:#roles",
        "slack:#ops",
        "greenhouse:examplelabs",
    ]
    assert lines == [["ok", subject] for subject in subjects]
    assert "2 postings" in out
    assert not slack.calls["chat.postMessage"]
    assert TOKEN not in out


async def test_it_stores_nothing_of_a_board(place: Place) -> None:
    assert (await place.here("db", "upgrade"))[0] == 0
    await place.here("doctor")
    assert place.ask("SELECT count(*) FROM posting") == [(0,)]
    assert place.ask("SELECT count(*) FROM board_check") == [(0,)]


async def test_a_board_that_cannot_be_read_is_found_with_the_others_read(
    place: Place, boards: BoardServer
) -> None:
    place.watched = ("examplelabs", "nobody", "otherworks")
    place.configure()
    boards.troubles["otherworks"] = Trouble(status=500)
    found = await _findings(place)
    assert found["greenhouse:examplelabs"]["ok"]
    assert "boards move greenhouse:nobody NEW" in found["greenhouse:nobody"]["remedy"]
    assert "500" in found["greenhouse:otherworks"]["found"]


async def test_a_board_that_is_not_watched_says_why(place: Place) -> None:
    off = '[[boards]]\nboard = "greenhouse:otherworks"\nenabled = false\n'
    place.configure(off + '[[boards]]\nboard = "smartrecruiters:somebody"\n')
    found = await _findings(place)
    own, closed = found["greenhouse:otherworks"], found["smartrecruiters:somebody"]
    assert (own["ok"], own["found"]) == (closed["ok"], closed["found"]) == (True, "not watched")
    assert "`enabled = false`" in own["remedy"]
    assert "[ats.smartrecruiters] enabled = true" in closed["remedy"]


async def test_a_board_that_no_longer_exists_is_sought_on_its_employers_careers_page(
    place: Place, boards: BoardServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    boards.troubles["/careers"] = Trouble(
        body=b'<a href="https://jobs.ashbyhq.com/Nobody">', status=200
    )
    monkeypatch.setattr("monitor.rounds.new_board.careers_page", lambda _: f"{boards.url}/careers")
    place.watched = ("examplelabs", "nobody")
    place.configure()
    remedy = (await _findings(place))["greenhouse:nobody"]["remedy"]
    assert remedy.endswith(
        "leads to ashby:Nobody now: `rolewatch boards move greenhouse:nobody ashby:Nobody`"
    )


async def test_without_a_token_it_says_where_alerts_go_instead_and_is_well(place: Place) -> None:
    place.token = ""
    found = await _findings(place)
    assert found["slack token"]["ok"]
    assert (
        "alerts for slack:#roles, slack:#ops print to the console" in found["slack token"]["found"]
    )


async def test_one_of_a_kind_is_counted_as_one(place: Place, boards: BoardServer) -> None:
    place.token = ""
    place.config.write_text(place.config.read_text().replace('operator = ["slack:#ops"]', ""))
    boards.board("examplelabs", job(1))
    await place.here("check")
    found = await _findings(place)
    assert found["database"]["found"].endswith(": 1 posting")
    assert found["greenhouse:examplelabs"]["found"].startswith("1 posting in ")
    assert found["slack token"]["found"] == "no token: alerts for slack:#roles print to the console"


async def test_a_token_that_slack_refuses_is_one_finding(place: Place) -> None:
    place.token = "xoxb-9-9-wrong"
    found = await _findings(place)
    assert not found["slack token"]["ok"]
    assert "invalid_auth" in found["slack token"]["found"]
    assert "slack:#roles" not in found


async def test_a_missing_scope_is_named(place: Place, slack: SlackServer) -> None:
    slack.scopes = "chat:write,channels:read"
    found = await _findings(place)
    assert found["slack scopes"]["found"].startswith(
        "missing channels:history (to check for an alert"
    )
    assert "Reinstall" in found["slack scopes"]["remedy"]


async def test_tokens_that_are_swapped_are_explained(place: Place) -> None:
    place.token = APP_TOKEN
    found = await _findings(place)
    assert (
        "app token (xapp-…), which opens the socket for buttons but posts nothing"
        in found["slack token"]["found"]
    )
    assert "OAuth & Permissions" in found["slack token"]["remedy"]
    code, out, _ = await place.here("alerts", "test")
    assert code == 1
    assert "$SLACK_BOT_TOKEN: this is an app token (xapp-…)" in out
    assert APP_TOKEN not in out


async def test_an_app_token_is_tried_and_asks_for_the_scopes_of_buttons(
    place: Place, slack: SlackServer
) -> None:
    (place.folder / ".env").write_text(f"SLACK_APP_TOKEN={APP_TOKEN}\n")
    found = await _findings(place)
    assert found["slack app token"]["ok"]
    missing = found["slack scopes"]["found"]
    # the last two are for the direct messages of people's own watches
    wanted = ("commands", "files:write", "im:read", "im:history")
    assert all(scope in missing for scope in wanted)
    slack.scopes += ",commands,files:write,im:read,im:history"
    (place.folder / ".env").write_text("SLACK_APP_TOKEN=xapp-1-wrong\n")
    found = await _findings(place)
    assert (found["slack app token"]["ok"], found["slack scopes"]["ok"]) == (False, True)
    assert "connections:write" in found["slack app token"]["remedy"]


async def test_messages_for_a_channel_whose_token_was_taken_away_are_found(
    place: Place, slack: SlackServer
) -> None:
    slack.channels[ROLES].archived = True
    await place.here("check")
    with closing(sqlite3.connect(place.folder / "rolewatch.db")) as connection:
        connection.execute("UPDATE delivery SET state = 'pending' WHERE channel = 'slack:#roles'")
        connection.commit()
    place.token = ""
    found = await _findings(place)
    assert found["alerts"]["found"] == "1 message waits for slack:#roles, without $SLACK_BOT_TOKEN"


async def test_a_sample_that_is_refused_says_what_to_type(place: Place) -> None:
    place.configure('[[rules]]\nname = "more"\nany = ["x"]\nnotify = ["slack:#absent"]\n')
    code, out, _ = await place.here("alerts", "test")
    assert code == 1
    assert "in #absent, type: /invite @rolewatch" in out


async def test_each_channel_says_what_is_wrong_with_it(place: Place) -> None:
    named = ["slack:#old", "slack:#absent", "slack:#nowhere", "slack:C000ROLES", "slack:C0NOWHERE"]
    place.configure(f'[[rules]]\nname = "more"\nany = ["x"]\nnotify = {named}\n')
    found = await _findings(place)
    assert found["slack:#old"]["found"] == "archived"
    assert "/invite" in found["slack:#absent"]["remedy"]
    assert not found["slack:#nowhere"]["ok"]
    assert found[f"slack:{ROLES}"]["ok"]
    assert found["slack:C0NOWHERE"]["found"] == "channel_not_found"


async def test_slack_that_cannot_be_reached_is_one_finding(place: Place) -> None:
    place.slack = "http://127.0.0.1:9/api/"
    place.configure()
    found = await _findings(place)
    assert not found["slack token"]["ok"]


async def test_alerts_that_failed_are_found(place: Place, slack: SlackServer) -> None:
    slack.channels[ROLES].archived = True
    await place.here("check")
    found = await _findings(place)
    assert "1 could not be delivered" in found["alerts"]["found"]
    assert "alerts retry" in found["alerts"]["remedy"]


async def test_what_waits_behind_a_failed_alert_is_counted_with_it(
    place: Place, boards: BoardServer, slack: SlackServer
) -> None:
    slack.channels[ROLES].archived = True
    await place.here("check")
    boards.board("examplelabs", job(1), job(2), job(3, title="Research Engineer"))
    await place.here("check")
    place.config.write_text(place.config.read_text().replace("#roles", "#ops"))
    found = await _findings(place)
    assert "2 could not be delivered to slack:#roles: is_archived" in found["alerts"]["found"]
    assert "alerts discard --channel slack:#roles --before 0s" in found["alerts"]["remedy"]


def test_a_configuration_that_is_missing_has_one_remedy(tmp_path: Path) -> None:
    ran = Program(str(tmp_path / "none.toml"))("doctor")
    assert ran.code == 1
    assert ran.out.endswith("or name one with --config — then run doctor again\n")


def test_a_configuration_that_is_wrong_is_found(tmp_path: Path) -> None:
    file = tmp_path / "rolewatch.toml"
    file.write_text("[crawl]\nevry = 3\n")
    ran = Program(str(file))("doctor")
    assert ran.code == 1
    assert ran.out.startswith("FAIL")
    assert "evry" in ran.out


def test_a_database_that_is_none_is_found_and_the_boards_are_tried_all_the_same(
    watching: Program,
) -> None:
    (Path(watching.config).parent / "rolewatch.db").write_text(
        "no database at all, but long enough to be read as a file of that kind" * 20
    )
    rows = {row["subject"]: row for row in watching("doctor", "--format", "json").json}
    assert not rows["database"]["ok"]
    assert rows["greenhouse:otherworks"]["ok"]


async def test_other_channels_say_what_they_lack_and_what_they_cannot(place: Place) -> None:
    place.configure(
        '[[rules]]\nname = "more"\nany = ["x"]\nnotify = ["webhook", "apprise:phone", '
        '"apprise:desk", "apprise:wrong"]\n'
    )
    (place.folder / ".env").write_text(
        "ROLEWATCH_APPRISE_DESK=ntfys://verySecretTopic\nROLEWATCH_APPRISE_WRONG=nosuch://verySecretTopic\n"
    )
    # a process of its own: Apprise warns of its imports
    code, out, err = await place.run("doctor")
    lines = {line.split()[1]: line for line in out.splitlines()}
    assert (code, err) == (1, "")
    assert (
        "no address: its alerts print to the console — set $SLACK_WEBHOOK_URL" in lines["webhook"]
    )
    assert "set $ROLEWATCH_APPRISE_PHONE" in lines["apprise:phone"]
    assert "ntfy; it has no threads" in lines["apprise:desk"]
    assert lines["apprise:wrong"].startswith("FAIL")
    assert "verySecretTopic" not in out


def test_a_network_that_is_away_is_one_finding(tmp_path: Path) -> None:
    file = tmp_path / "rolewatch.toml"
    boards = "".join(
        f'[[boards]]\nboard = "greenhouse:{token}"\n' for token in ("one", "two", "three")
    )
    file.write_text(f'[ats.greenhouse]\napi_url = "http://nowhere.invalid"\ndelay = "0s"\n{boards}')
    rows = {row["subject"]: row for row in Program(str(file))("doctor", "--format", "json").json}
    assert not [subject for subject in rows if subject.startswith("greenhouse:")]
    assert (
        rows["network"]["found"] == "none of 3 boards can be reached: no such host: nowhere.invalid"
    )
    assert not rows["network"]["ok"]
