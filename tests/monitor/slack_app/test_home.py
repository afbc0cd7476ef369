"""App Home: each person's own lists, on both databases, and the moments it is published."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine
from structlog.testing import capture_logs

from crawler.items import Deadline, Posting, Probe
from monitor.alerts import saved, watches
from monitor.config.model import SlackSettings
from monitor.database.engine import read_transaction
from monitor.notify.slack.render import render
from monitor.queries.home import PersonalLists, personal_lists
from monitor.queries.resolve import find_posting
from monitor.rules.matches import match_backlog, register_rules
from monitor.rules.watches import with_watches
from monitor.slack_app.home_view import home
from monitor.slack_app.payloads import HomeOpened, parse_envelope
from monitor.text.phrases import Phrase
from tests.support.alerts import HOSTILE
from tests.support.block_rules import TOTAL, length, view_faults
from tests.support.boards import BOARD, posting, snapshot
from tests.support.history import History
from tests.support.outbox_fixture import until
from tests.support.slack_app_fixture import Office
from tests.support.socket_server import ALICE, BOB, BOT, SocketServer

CHEF = posting("9", title="Chef")
WRITTEN = posting("2", title="Engineer, Two")


def moved(role: Posting, place: str) -> Posting:
    return replace(role, location=place, locations=(place,))


@pytest.fixture
def history(engine: Engine) -> History:
    """Return a board with one role, and a watch of Alice's for engineers."""
    history = History(engine)
    history.settings = replace(history.settings, slack=SlackSettings(token=SecretStr(BOT)))
    history.check(snapshot([CHEF, WRITTEN]))
    begin(history, ALICE, "engineer")
    return history


def begin(history: History, user: str, *phrases: str) -> None:
    with history.engine.begin() as connection:
        watches.begin(connection, user, phrases, employer=None, place="", now=history.now)
        history.settings = with_watches(connection, history.settings)
        register_rules(connection, history.settings)
    match_backlog(history.engine, history.settings, 10)


def keep(history: History, user: str, key: str) -> None:
    with history.engine.begin() as connection:
        found = find_posting(connection, f"{BOARD}:{key}")
        saved.save_role(connection, user, found.id, history.now)


def lists(history: History, user: str = ALICE) -> PersonalLists:
    with read_transaction(history.engine) as connection:
        return personal_lists(connection, history.settings, user, history.now)


def news(history: History, user: str = ALICE) -> list[tuple[str, str]]:
    return [(str(one.row["title"]), one.kind) for one in lists(history, user).news]


def shown(history: History, user: str = ALICE) -> str:
    blocks = render(home(lists(history, user)), UTC)
    assert view_faults(blocks) == []
    return str(blocks)


def test_news_are_the_changes_of_saved_roles_and_watches(history: History) -> None:
    keep(history, BOB, "9")
    assert news(history) == news(history, BOB) == []
    opened = posting("3", title="Engineer, Three")
    history.check(snapshot([moved(CHEF, "Paris"), WRITTEN, opened]))
    assert news(history) == [("Engineer, Three", "opened")]
    assert news(history, BOB) == [("Chef", "revised")]
    history.check(snapshot([moved(CHEF, "Paris"), opened], {"2": Probe.GONE}))
    assert news(history) == [("Engineer, Three", "opened"), ("Engineer, Two", "closed")]


def test_a_change_that_changed_back_is_no_news(history: History) -> None:
    history.check(snapshot([CHEF, moved(WRITTEN, "Paris")]))
    assert news(history) == [("Engineer, Two", "revised")]
    history.check(snapshot([CHEF, WRITTEN]))
    assert news(history) == []


def test_what_happened_before_a_watch_or_a_save_is_no_news(history: History) -> None:
    history.check(snapshot([CHEF, WRITTEN, posting("3", title="Engineer, Three")]))
    history.now += timedelta(minutes=1)
    begin(history, BOB, "engineer")
    keep(history, BOB, "3")
    assert news(history, BOB) == []


def test_news_are_of_yesterday_and_today(history: History) -> None:
    history.check(snapshot([CHEF, WRITTEN, posting("3", title="Engineer, Three")]))
    history.now += timedelta(days=1)
    assert news(history) == [("Engineer, Three", "opened")]
    history.now += timedelta(days=1)
    assert news(history) == []


def test_saved_roles_are_in_order_of_their_deadlines_and_closed_ones_last(history: History) -> None:
    def due(key: str, days: int) -> Any:
        return posting(
            key, title=f"Role {key}", deadline=Deadline(history.now + timedelta(days=days), "")
        )

    roles = [due("3", 9), due("4", 2), posting("5", title="Role 5")]
    history.check(snapshot([CHEF, WRITTEN, *roles]))
    for key in ("2", "3", "4", "5"):
        keep(history, ALICE, key)
    history.check(snapshot([CHEF, *roles], {"2": Probe.GONE}))
    blocks = render(home(lists(history)), UTC)
    [drop] = [
        one for block in blocks for one in block.get("elements", []) if "saved_drop" in str(one)
    ]
    assert [option["value"][-1] for option in drop["options"]] == ["4", "3", "5", "2"]


def test_empty_lists_say_how_to_fill_them(history: History) -> None:
    empty = shown(history, BOB)
    assert "Press Save" in empty
    assert "/rolewatch watch" in empty
    assert "static_select" not in empty


def test_nobody_sees_the_lists_of_another(history: History) -> None:
    keep(history, ALICE, "2")
    assert "Engineer, Two" in shown(history)
    assert "engineer" not in shown(history, BOB).replace("research engineer in Paris", "")
    assert "Engineer" not in shown(history, BOB)


@pytest.mark.parametrize("text", HOSTILE[:5] + HOSTILE[7:9], ids=range(7))
def test_home_is_within_slacks_limits_whatever_is_saved(sqlite_engine: Engine, text: str) -> None:
    history = History(sqlite_engine)
    roles = [posting(str(key), title=f"{text[:2000]}{key}", location=text) for key in range(120)]
    history.check(snapshot(roles))
    for number in range(10):
        begin(history, ALICE, readable(text), str(number))
    for key in range(120):
        keep(history, ALICE, str(key))
    history.check(snapshot([moved(role, f"{text}!") for role in roles]))
    blocks = render(home(lists(history)), UTC)
    assert view_faults(blocks) == []
    assert length(blocks) < TOTAL


def readable(text: str) -> str:
    """Return the text, if a watch may have it."""
    try:
        Phrase(text[:140])
    except ValueError:
        return "engineer"
    return text[:140]


VISIT = {"type": "app_home_opened", "user": ALICE, "tab": "home"}


def test_only_a_visit_of_the_home_tab_is_one() -> None:
    def parsed(event: dict[str, str]) -> list[object]:
        payload = {"type": "event_callback", "event_id": "Ev1", "event": event}
        return [*parse_envelope({"envelope_id": "e", "type": "events_api", "payload": payload})]

    assert parsed(VISIT) == [HomeOpened("Ev1", ALICE)]
    assert parsed(VISIT | {"tab": "messages"}) == []
    assert parsed({"type": "message", "user": ALICE}) == []


async def visit(server: SocketServer) -> None:
    payload = {"type": "event_callback", "event_id": f"Ev{len(server.calls)}", "event": VISIT}
    await server.send("events_api", payload)


@pytest.fixture
async def visited(office: Office, server: SocketServer) -> Office:
    """Return an app whose Home Alice has opened."""
    await visit(server)
    await until(lambda: len(server.made("views.publish")) == 1)
    return office


async def test_home_is_published_again_when_a_list_changes(
    visited: Office, server: SocketServer
) -> None:
    published = server.made("views.publish")
    await server.slash("watch engineer")
    await until(lambda: len(server.made("views.publish")) == 2)
    await server.click("role_save", f"{BOARD}:11")
    await until(lambda: len(server.made("views.publish")) == 3)
    published = server.made("views.publish")
    assert "engineer" in str(published[1]["view"])
    assert f"{BOARD}:11" in str(published[2]["view"])
    assert {one["user_id"] for one in published} == {ALICE}
    await server.home_click("saved_drop", f"{BOARD}:11")
    await until(lambda: len(server.made("views.publish")) == 4)
    assert f"{BOARD}:11" not in str(server.made("views.publish")[3]["view"])
    await server.home_click("watch_end", "1")
    await until(lambda: len(server.made("views.publish")) == 5)
    assert visited.rows("SELECT count(*) FROM watch WHERE ended_at IS NULL") == [(0,)]
    # those who never opened it have none, and nothing new is not published
    await server.slash("watch engineer", BOB)
    visited.slack_app.refresh_homes()
    await server.slash("help")
    await until(lambda: len(server.answers) >= 3)
    assert len(server.made("views.publish")) == 5


async def test_a_hidden_home_is_noticed_once(office: Office, server: SocketServer) -> None:
    server.refuse("views.publish", "not_enabled", times=9)
    with capture_logs() as logs:
        await visit(server)
        await until(lambda: any(one["event"] == "app_home_not_published" for one in logs))
        await server.click("role_save", f"{BOARD}:11")
        await server.slash("watch engineer")
        await until(lambda: len(server.answers) == 2)
    assert sum(one["event"] == "app_home_not_published" for one in logs) == 1
    assert office.rows("SELECT user_id FROM saved") == [(ALICE,)]


async def test_a_failure_to_publish_stops_nothing(visited: Office, server: SocketServer) -> None:
    server.refuse("views.publish", 500, times=2)
    await server.slash("watch engineer")
    await until(lambda: len(server.answers) == 1)
    await server.slash("watch chef")
    await until(lambda: len(server.answers) == 2)
    await server.slash("watch cook")
    await until(lambda: len(server.made("views.publish")) == 2)
    assert "chef" in str(server.made("views.publish")[-1]["view"])
    assert datetime.now(UTC) > visited.history.now - timedelta(days=1)
