"""Permissions of people and admins in every place, also to read a channel's name."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import product

import pytest
from sqlalchemy import Engine, insert

from monitor.alerts import mutes
from monitor.config.model import SlackSettings
from monitor.database.engine import read_transaction
from monitor.database.slack_channels import Directory
from monitor.database.tables import Delivery
from monitor.queries.resolve import find_posting
from monitor.slack_app import actions, mute_replies, slash_commands
from monitor.slack_app.effects import Announce, Effects, Replace, Respond, Upload
from monitor.slack_app.payloads import Click, SlashCommand, parse_envelope
from monitor.slack_app.viewer import Viewer
from tests.support.history import History
from tests.support.rendered import drawn
from tests.support.slack_app_fixture import know
from tests.support.socket_server import ADMIN, ALICE, BOB, CARD, ROLES, click
from tests.support.story import STORY, tell

SECRET = "C0SECRET01"
NAMES = {ROLES: "slack:#roles", SECRET: "slack:#secret-reorg"}
DIRECT = {ALICE: "D0ALICE001", ADMIN: "D0ADMIN001", BOB: "D0BOB00001"}
PEOPLE = [ALICE, ADMIN]
PLACES = ["shared", "private", "direct"]
OBJECTS = ["slack:#roles", "slack:#secret-reorg", "own", "other's"]


@pytest.fixture
def history(sqlite_engine: Engine) -> History:
    """Rules that alert a public channel, a private one and people, with a message in each."""
    history = tell(sqlite_engine)
    channels = (*NAMES.values(), *(f"slack:{user}" for user in DIRECT))
    rules = tuple(replace(rule, notify=channels) for rule in history.settings.rules)
    history.settings = replace(history.settings, rules=rules, slack=SlackSettings(admins=(ADMIN,)))
    know(sqlite_engine, private={"#secret-reorg": SECRET})
    sent = {**NAMES, **{direct: f"slack:{user}" for user, direct in DIRECT.items()}}
    with sqlite_engine.begin() as connection:
        for channel_id, channel in sent.items():
            row = {
                "delivery_id": channel_id,
                "channel": channel,
                "message": "{}",
                "state": "sent",
                "created_at": history.now,
                "attempts": 1,
            }
            connection.execute(insert(Delivery).values(**row, channel_id=channel_id, ts=CARD))
    return history


def place(kind: str, user: str) -> str:
    return {"shared": ROLES, "private": SECRET, "direct": DIRECT[user]}[kind]


def object_(name: str, user: str) -> str:
    return {"own": f"slack:{user}", "other's": f"slack:{BOB}"}.get(name, name)


def press(
    history: History, action: str, value: str, user: str, channel_id: str, *, private: bool = False
) -> Effects:
    payload = click(action, value, user, channel_id)
    payload["container"]["is_ephemeral"] = private
    [clicked] = parse_envelope({"envelope_id": "e", "type": "interactive", "payload": payload})
    assert isinstance(clicked, Click)
    with history.engine.begin() as connection:
        return actions.handle_action(connection, history.settings, clicked, history.now)


def _has(effects: Effects, kind: type[object]) -> bool:
    return any(isinstance(effect, kind) for effect in effects)


def mute(history: History, channel: str, *, role: bool = False) -> int:
    with history.engine.begin() as connection:
        posting = find_posting(connection, STORY).id if role else None
        rule = None if role else "kernels"
        return int(
            mutes.mute(
                connection, channel, posting_id=posting, rule=rule, by=ADMIN, now=history.now
            )[0].id
        )


def holds(history: History) -> set[str]:
    with read_transaction(history.engine) as connection:
        return {row.channel for row in mutes.list_mutes(connection, history.now)}


@pytest.mark.parametrize(("user", "where", "what"), [*product(PEOPLE, PLACES, OBJECTS)])
@pytest.mark.parametrize(
    "how", ["rule in a thread", "role in a thread", "rule in an answer", "role in an answer"]
)
def test_a_mute_is_undone_only_by_those_it_affects(
    history: History, user: str, where: str, what: str, how: str
) -> None:
    role, private = how.startswith("role"), how.endswith("answer")
    channel = object_(what, user)
    number = mute(history, channel, role=role)
    effects = press(history, "mute_undo", str(number), user, place(where, user), private=private)
    allowed = what == "own" or (user == ADMIN and what != "other's")
    assert (channel not in holds(history)) is allowed
    assert (_has(effects, Replace) or private) or not allowed
    if not allowed:
        assert _has(effects, Respond)
        assert "secret-reorg" not in str(effects)
        assert BOB not in str(effects)


@pytest.mark.parametrize(("user", "what"), [*product(PEOPLE, OBJECTS)])
@pytest.mark.parametrize(("action", "value"), [("role_mute", STORY), ("rule_mute", "kernels")])
def test_a_channel_is_muted_only_by_those_it_affects(
    history: History, user: str, what: str, action: str, value: str
) -> None:
    where = {
        "slack:#roles": ROLES,
        "slack:#secret-reorg": SECRET,
        "own": DIRECT[user],
        "other's": DIRECT[BOB],
    }[what]
    effects = press(history, action, value, user, where)
    # nobody is in another's direct messages; a payload that says so mutes nothing there
    if what == "other's":
        assert f"slack:{BOB}" not in holds(history)
        return
    allowed = what == "own" or user == ADMIN
    assert holds(history) == ({object_(what, user)} if allowed else set())
    assert _has(effects, Announce) is allowed


@pytest.mark.parametrize(("user", "where"), [*product(PEOPLE, PLACES)])
@pytest.mark.parametrize(
    "action", ["role_save", "role_unsave", "role_why", "role_diff", "role_open"]
)
def test_everyone_may_query_and_save_a_role(
    history: History, user: str, where: str, action: str
) -> None:
    press(history, "role_save", STORY, BOB, ROLES)
    effects = press(history, action, STORY, user, place(where, user))
    saved = {row[0] for row in history.ask("SELECT user_id FROM saved")}
    assert saved == ({BOB, user} if action == "role_save" else {BOB})
    assert not _has(effects, Announce)
    assert _has(effects, Upload) is (action == "role_diff")


@pytest.mark.parametrize(("user", "where"), [*product(PEOPLE, PLACES)])
@pytest.mark.parametrize("command", ["rules", "status", "muted"])
def test_private_channels_are_named_to_members_only(
    history: History, user: str, where: str, command: str
) -> None:
    waiting(history)
    for channel in (*NAMES.values(), f"slack:{BOB}", f"slack:{user}"):
        mute(history, channel)
    answer = ask(history, command, user, place(where, user))
    assert "#roles" in answer
    assert ("secret-reorg" in answer) is (where == "private")
    assert BOB not in answer
    assert "your direct messages" in answer


def waiting(history: History) -> None:
    """Store an undelivered message for every channel."""
    with history.engine.begin() as connection:
        for channel in (*NAMES.values(), *(f"slack:{user}" for user in DIRECT)):
            row = {
                "delivery_id": f"w{channel}",
                "channel": channel,
                "message": "{}",
                "state": "failed",
                "created_at": history.now,
            }
            connection.execute(insert(Delivery).values(**row, attempts=1))


def ask(history: History, text: str, user: str, channel_id: str) -> str:
    with read_transaction(history.engine) as connection:
        command = SlashCommand("k", user, channel_id, text, "")
        settings = history.settings
        said = drawn(slash_commands.handle_command(connection, settings, command, history.now))
    return str((said.text, [block for block in said.blocks if block["type"] != "actions"])).replace(
        f"'user_id': '{user}'", ""
    )


@pytest.mark.parametrize(("user", "where"), [*product(PEOPLE, PLACES)])
def test_undo_is_shown_to_those_who_may(history: History, user: str, where: str) -> None:
    numbers = {
        channel: str(mute(history, channel))
        for channel in (*NAMES.values(), f"slack:{BOB}", f"slack:{user}")
    }
    with read_transaction(history.engine) as connection:
        command = SlashCommand("k", user, place(where, user), "muted", "")
        settings = history.settings
        said = drawn(slash_commands.handle_command(connection, settings, command, history.now))
    shown = {block["elements"][0]["value"] for block in said.blocks if block["type"] == "actions"}
    expected = {numbers[f"slack:{user}"]}
    if user == ADMIN:
        expected |= {numbers["slack:#roles"]} | (
            {numbers["slack:#secret-reorg"]} if where == "private" else set()
        )
    assert shown == expected


def test_a_channel_that_slack_never_listed_counts_as_private() -> None:
    viewer = Viewer(ALICE, ROLES, Directory({}))
    assert viewer.names(
        ["console", "slack:#new", "slack:C0NEW00001", f"slack:{BOB}", "slack:D0BOB00001"]
    ) == [
        "console",
        "2 private channels",
        "2 direct messages",
    ]


@pytest.mark.parametrize("where", PLACES)
def test_a_direct_message_by_id_belongs_to_its_person(history: History, where: str) -> None:
    direct = f"slack:{DIRECT[ALICE]}"
    know(history.engine, private={ALICE: DIRECT[ALICE]})
    rules = tuple(
        replace(rule, notify=(direct, f"slack:{ALICE}")) for rule in history.settings.rules
    )
    history.settings = replace(history.settings, rules=rules)
    press(history, "rule_mute", "kernels", ALICE, DIRECT[ALICE])
    assert holds(history) == {direct}
    with read_transaction(history.engine) as connection:
        [number] = [row.id for row in mutes.list_mutes(connection, history.now)]
    assert "your direct messages" in ask(history, "muted", ALICE, place(where, ALICE))
    press(history, "mute_undo", str(number), BOB, place("shared", BOB))
    assert holds(history) == {direct}
    press(history, "mute_undo", str(number), ALICE, place(where, ALICE))
    assert holds(history) == set()


def test_a_mute_in_a_channel_without_alerts_is_refused(history: History) -> None:
    effects = press(history, "rule_mute", "kernels", ADMIN, "C0OTHER001")
    assert effects == (Respond(mute_replies.NO_ALERTS_HERE),)
    assert holds(history) == set()


def test_a_mute_uses_the_name_that_alerts_use(history: History) -> None:
    with history.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM delivery")
    press(history, "rule_mute", "kernels", ADMIN, ROLES)
    assert reason(history, "slack:#roles", history.now) is not None
    channel = f"slack:{ROLES}"
    rules = tuple(replace(rule, notify=(channel,)) for rule in history.settings.rules)
    history.settings = replace(history.settings, rules=rules)
    press(history, "rule_mute", "research-engineer", ADMIN, ROLES)
    assert {channel, "slack:#roles"} == holds(history)


def reason(history: History, channel: str, now: datetime) -> str | None:
    with read_transaction(history.engine) as connection:
        return mutes.current(connection, now).reason(channel, "kernels", None)
