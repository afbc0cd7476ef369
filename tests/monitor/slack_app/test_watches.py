"""`watch` and `unwatch`, and the rules that they make, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, delete

from crawler.items import Deadline
from monitor.alerts.alerting import Alerting
from monitor.config.model import AlertSettings, Settings, SlackSettings
from monitor.database.engine import read_transaction
from monitor.database.tables import Introduction
from monitor.delivery.pack import pack
from monitor.errors import UserError
from monitor.notify.document import Composed
from monitor.rules.matches import match_backlog
from monitor.rules.watches import current_watches, with_watches
from monitor.slack_app import actions, slash_commands, watch_replies
from monitor.slack_app.effects import Effects, PublishHome, Respond
from monitor.slack_app.payloads import Click, SlashCommand, parse_envelope
from tests.support.alerts import HOSTILE
from tests.support.block_rules import TOTAL, faults, length
from tests.support.boards import BOARD, posting, snapshot
from tests.support.history import History
from tests.support.moves import listing, move, there
from tests.support.rendered import Drawn, drawn
from tests.support.socket_server import ADMIN, ALICE, BOB, BOT, ROLES, click
from tests.support.story import tell
from tests.support.written_alerts import write_digests, write_reminders

DIRECT = f"slack:{ALICE}"


@pytest.fixture
def history(engine: Engine) -> History:
    """Return the story, on each database."""
    history = tell(engine)
    history.settings = replace(
        history.settings, slack=SlackSettings(admins=(ADMIN,), token=SecretStr(BOT))
    )
    return history


def ask(history: History, text: str, user: str = ALICE) -> Drawn:
    """Return the reply, and use the watches as they are then."""
    with history.engine.begin() as connection:
        settings = with_watches(connection, history.settings)
        command = SlashCommand("k", user, ROLES, text, "")
        said = drawn(slash_commands.handle_command(connection, settings, command, history.now))
        history.settings = with_watches(connection, history.settings)
    assert faults(said.blocks) == []
    assert length(said.blocks) < TOTAL
    return said


def press(history: History, action: str, value: str, user: str = ALICE) -> Effects:
    payload = click(action, value, user, ROLES)
    [clicked] = parse_envelope({"envelope_id": "e", "type": "interactive", "payload": payload})
    assert isinstance(clicked, Click)
    with history.engine.begin() as connection:
        settings = with_watches(connection, history.settings)
        effects = actions.handle_action(connection, settings, clicked, history.now)
        history.settings = with_watches(connection, history.settings)
    return effects


def labels(history: History, user: str = ALICE) -> list[str]:
    with read_transaction(history.engine) as connection:
        return [watch.label for watch in current_watches(connection, user)]


def alerts(history: History, columns: str = "kind, channel") -> list[tuple[object, ...]]:
    return history.ask(f"SELECT {columns} FROM alerts WHERE rule LIKE 'watch:%' ORDER BY alert_id")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ('"applied scientist" in London', "“applied scientist” in London"),
        ("“applied scientist” at example labs", "“applied scientist” at Example Labs"),
        (
            "applied scientist at examplelabs in london",
            "applied scientist at Example Labs in london",
        ),
        (
            '"research engineer, robotics" at otherworks',
            "“research engineer, robotics” at Other Works",
        ),
        ("kernels", "kernels"),
    ],
)
def test_a_watch_is_named_as_its_person_wrote_it(history: History, text: str, label: str) -> None:
    said = ask(history, f"watch {text}")
    assert f"Watching {label} for you." in said.text
    assert labels(history) == [label]


def test_a_watch_lists_what_fits_now_and_sends_what_comes(history: History) -> None:
    said = ask(history, 'watch "research engineer"')
    assert "Research Engineer, Gemini" in str(said.blocks)
    history.check(snapshot([posting("11", title="Research Engineer, Gemini"), posting("90")]))
    kinds = alerts(history, "kind, posting, channel, state")
    assert ("opened", f"{BOARD}:90", DIRECT, "pending") in kinds
    assert "summary" not in {row[0] for row in kinds}


def test_a_watch_takes_part_in_the_stored_matches(history: History) -> None:
    ask(history, 'watch "research engineer" at example labs')
    match_backlog(history.engine, history.settings, 10)
    rows = history.ask("SELECT DISTINCT board FROM rule_matches WHERE rule = 'watch:1'")
    assert rows == [(BOARD,)]
    ask(history, "unwatch engineer")
    assert history.ask("SELECT count(*) FROM rule_matches WHERE rule = 'watch:1'") == [(0,)]


def test_a_board_read_later_is_summed_up_only_if_a_role_fits(history: History) -> None:
    ask(history, "watch counsel")
    ask(history, "watch sommelier", BOB)
    with history.engine.begin() as connection:
        connection.execute(delete(Introduction).where(Introduction.rule.startswith("watch:")))
    history.check(snapshot([posting("91", title="Legal Counsel")]))
    assert ("summary", DIRECT) in alerts(history)
    assert f"slack:{BOB}" not in {row[1] for row in alerts(history)}


def test_an_employer_that_moves_is_watched_on_its_new_board(engine: Engine) -> None:
    history = History(engine)
    history.check(snapshot([posting("1"), posting("2", title="Chef")]))
    ask(history, "watch engineer at example labs")
    move(history)
    history.check(listing([there(posting("1")), there(posting("3", title="Engineer, New"))]))
    history.settings = _with_watches(history)
    [rule] = [rule for rule in history.settings.rules if rule.watch]
    assert rule.boards == (BOARD, "google:examplelabs")


def test_an_employer_that_splits_its_board_is_watched_on_each_new_one(history: History) -> None:
    ask(history, "watch engineer at example labs")
    for new in ("google:examplelabs", "ashby:examplelabs"):
        move(history, BOARD, new)
    [rule] = [rule for rule in _with_watches(history).rules if rule.watch]
    assert rule.boards == (BOARD, "google:examplelabs", "ashby:examplelabs")


def _with_watches(history: History) -> Settings:
    with read_transaction(history.engine) as connection:
        return with_watches(connection, history.settings)


def test_an_ended_watch_sends_nothing_more(history: History) -> None:
    ask(history, 'watch "research engineer"')
    ask(history, "watch gemini")
    history.check(snapshot([posting("90"), posting("92", title="Research Engineer, Gemini 2")]))
    with history.engine.begin() as connection:
        pack(connection, history.now)
    before = Alerting.of(history.settings)
    assert "no longer watch" in ask(history, "unwatch research engineer").text
    states = _states(history)
    assert states[f"watch:1 {BOARD}:90"] == "discarded"
    assert states[f"watch:1 {BOARD}:92"] == "discarded"
    assert states[f"watch:2 {BOARD}:92"] == "pending"  # of another watch
    assert {row[0] for row in alerts(history, "reason") if row[0]} == {
        "the person no longer watches this"
    }
    # a round that still has the old rules writes nothing that is sent
    history.settings = before.settings
    history.check(snapshot([posting("93")]))
    assert _states(history)[f"watch:1 {BOARD}:93"] == "discarded"
    with history.engine.begin() as connection:
        pack(connection, history.now)
    waiting = history.ask("SELECT message FROM delivery WHERE state = 'pending'")
    assert "watch:1" not in str(waiting)
    assert '"watch":1' not in str(waiting)


def _states(history: History) -> dict[object, object]:
    return {row[0]: row[1] for row in alerts(history, "rule || ' ' || posting, state")}


def test_reminders_that_were_due_before_a_watch_are_not_sent(history: History) -> None:
    near = Deadline(history.now + timedelta(hours=50), "soon")
    history.check(snapshot([posting("94", title="Sommelier", deadline=near)]))
    ask(history, "watch sommelier")
    for hours, expected in ((0, []), (27, [("reminder", DIRECT)])):
        with history.engine.begin() as connection:
            write_reminders(connection, history.settings, history.now + timedelta(hours=hours))
        assert alerts(history) == expected


def test_a_watch_gives_nobody_a_digest(history: History) -> None:
    ask(history, "watch engineer")
    settings = replace(history.settings, alerts=AlertSettings(digest=time(0)))
    for days in (1, 2):
        with history.engine.begin() as connection:
            write_digests(connection, settings, history.now + timedelta(days=days))
    digests = history.ask("SELECT DISTINCT channel FROM alerts WHERE kind = 'digest'")
    assert digests == [("console",)]


def test_one_person_has_ten_watches(history: History) -> None:
    for number in range(10):
        ask(history, f"watch engineer {number}")
    assert len(labels(history)) == 10
    assert "Watching" not in ask(history, "watch one more").text
    ask(history, "watch engineer", BOB)
    assert len(labels(history)) == 10
    ask(history, "unwatch engineer 9")
    assert "Watching" in ask(history, "watch one more").text
    assert "Watching" not in drawn(_reply(press(history, "watch_again", "10"))).text
    assert len(labels(history)) == 10


def _reply(effects: Effects) -> Composed:
    [reply] = [effect.reply for effect in effects if isinstance(effect, Respond)]
    return reply


@pytest.mark.parametrize(
    "again",
    [
        '"Applied Scientist" in london',
        "“applied scientist” in LONDON",
        '"applied scientist" in London',
    ],
)
def test_the_same_watch_twice_says_so(history: History, again: str) -> None:
    ask(history, 'watch "applied scientist" in London')
    assert "already watch" in ask(history, f"watch {again}").text
    assert len(labels(history)) == 1


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("applied scientist", 2),
        ('"applied scientist" in London', 2),
        ("APPLIED scientist in london", 2),
        ("london", 2),
        ("engineer", 2),  # exactly its words
        ("applied", 2),
        ("research engineer robotics", 2),
        ("engineer at other works", 2),
        ("sommelier", 3),
        ("", 3),
    ],
)
def test_unwatch_ends_the_one_that_the_words_name(history: History, words: str, left: int) -> None:
    ask(history, 'watch "applied scientist" in London')
    ask(history, 'watch "research engineer, robotics"')
    ask(history, "watch engineer at other works")
    ask(history, f"unwatch {words}")
    assert len(labels(history)) == left


def test_unwatch_lists_the_watches_that_the_words_may_mean(history: History) -> None:
    ask(history, 'watch "applied scientist" in London')
    ask(history, 'watch "applied scientist" in Paris')
    said = ask(history, "unwatch applied scientist")
    assert "London" in said.text
    assert "Paris" in said.text
    assert len(labels(history)) == 2


def test_buttons_end_a_watch_and_begin_it_again(history: History) -> None:
    ask(history, "watch engineer")
    for _ in range(2):
        ended = press(history, "watch_end", "1")
        assert PublishHome(ALICE) in ended
        assert labels(history) == []
    for _ in range(2):
        press(history, "watch_again", "1")
        assert labels(history) == ["engineer"]
    press(history, "role_menu", "watch_end 1")
    assert labels(history) == []


def test_nobody_sees_or_ends_the_watch_of_another(history: History) -> None:
    ask(history, "watch sommelier")
    for user in (BOB, ADMIN):
        for action, value in (
            ("watch_end", "1"),
            ("watch_again", "1"),
            ("role_menu", "watch_end 1"),
        ):
            assert _reply(press(history, action, value, user)) == watch_replies.UNKNOWN_WATCH
        assert "sommelier" not in str(ask(history, "unwatch", user))
        ask(history, "unwatch sommelier", user)
        why = press(history, "role_why", f"{BOARD}:11", user)
        assert "sommelier" not in str(why)
    assert labels(history) == ["sommelier"]
    assert "sommelier" not in str(ask(history, "rules", BOB))
    assert "sommelier" in str(ask(history, "rules"))
    admins = str(ask(history, "rules", ADMIN))
    assert "sommelier" in admins
    assert ALICE not in admins
    assert "sommelier" in str(press(history, "role_why", f"{BOARD}:11"))


@pytest.mark.parametrize(
    "text",
    [
        "watch",
        "watch in london",
        "watch at example labs",
        "watch engineer at nowhere",
        "watch engineer at s",  # of both
        "watch /(/",
        "watch in*tern",
        "watch !!!",
        f"watch {'long ' * 600}",
    ],
)
def test_a_watch_that_cannot_be_one_is_refused(history: History, text: str) -> None:
    with pytest.raises(UserError):
        ask(history, text)
    assert labels(history) == []


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_are_text(history: History, text: str) -> None:
    try:
        said = ask(history, f"watch {text[:3000]}")
    except UserError:
        return
    assert "<!" not in said.text
    assert "@channel" not in said.text
    assert len(said.text) < 4000
    for command in ("unwatch", "rules"):
        ask(history, command)
    ask(history, f"unwatch {labels(history)[0]}")
    assert labels(history) == []
