"""Replies to `/rolewatch`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine
from syrupy.assertion import SnapshotAssertion

from monitor.alerts import mutes, saved
from monitor.config.model import SlackSettings
from monitor.database.engine import read_transaction
from monitor.errors import UserError
from monitor.queries.resolve import find_posting
from monitor.slack_app import lists, slash_commands
from monitor.slack_app.payloads import SlashCommand
from monitor.slack_app.search_words import Search, parse_search
from tests.support.block_rules import TOTAL, faults, length
from tests.support.boards import posting
from tests.support.boards import snapshot as board
from tests.support.databases import DatabasePool
from tests.support.history import History
from tests.support.moves import listing, move, there
from tests.support.rendered import Drawn, drawn, rendered
from tests.support.slack_app_fixture import know
from tests.support.socket_server import ADMIN, ALICE, BOB
from tests.support.story import STORY, tell

# the story is answer now
_TIMES = re.compile(r'(?<="timestamp": )\d+|(?<="fallback": ")[^"]*')


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory, made: DatabasePool) -> Iterator[History]:
    """Yield the story on SQLite, once: commands change nothing."""
    for engine in made.opened(f"sqlite:///{tmp_path_factory.mktemp('commands')}/rolewatch.db"):
        story = tell(engine)
        story.settings = replace(story.settings, slack=SlackSettings(admins=(ADMIN,)))
        know(engine, public={f"#{n}": f"C0SOME{n:04}" for n in range(25)})
        yield story


def test_both_databases_give_the_same_replies(history: History, engine: Engine) -> None:
    other = tell(engine)
    know(engine)
    for text in (
        "roles research engineer at example labs in london",
        "history engineer",
        "rules",
        "saved",
        "help",
        "roles counsel",
    ):
        assert ask(other, text) == ask(history, text)
    for text in ("roles", "history gemini", "status"):
        assert shown(ask(other, text)) == shown(ask(history, text))


def ask(history: History, text: str, user: str = ALICE) -> Drawn:
    """Return the reply, which Slack would accept."""
    with read_transaction(history.engine) as connection:
        command = SlashCommand("k", user, "C1", text, "")
        settings = history.settings
        said = drawn(slash_commands.handle_command(connection, settings, command, history.now))
    assert faults(said.blocks) == []
    assert length(said.blocks) < TOTAL
    return said


def shown(said: Drawn) -> str:
    """Return the text of a reply."""
    return " ".join(_texts(said.blocks))


def _texts(part: object) -> list[str]:
    if isinstance(part, list):
        return [text for one in part for text in _texts(one)]
    if not isinstance(part, dict):
        return []
    own = [part["text"]] if isinstance(part.get("text"), str) else _texts(part.get("text"))
    return own + _texts(part.get("elements"))


@pytest.mark.parametrize(
    ("text", "search"),
    [
        ("", Search()),
        ("research engineer", Search(("research", "engineer"))),
        ("research engineer at deepmind", Search(("research", "engineer"), "deepmind")),
        (
            "research engineer at google deepmind in mountain view",
            Search(("research", "engineer"), "google deepmind", ("mountain view",)),
        ),
        ("in london at deepmind", Search((), "deepmind", ("london",))),
        ("“research engineer” gemini", Search(("research engineer", "gemini"))),
        ('"engineer in residence" at x', Search(("engineer in residence",), "x")),
        ("AT DeepMind", Search((), "DeepMind")),
        ('unclosed "quote', Search(("unclosed", "quote"))),
        (
            "software engineer in test in london at openai",
            Search(("software", "engineer", "in", "test"), "openai", ("london",)),
        ),
        (
            "head of at scale at scale ai in san francisco",
            Search(("head", "of", "at", "scale"), "scale ai", ("san francisco",)),
        ),
        (
            '"at scale" at "scale ai" in "new york"',
            Search(("at scale",), "scale ai", ("new york",)),
        ),
        ("engineer in", Search(("engineer",))),
        ("„applied scientist” in London", Search(("applied scientist",), "", ("London",))),
    ],
)
def test_a_search_has_words_a_company_and_a_place(text: str, search: Search) -> None:
    assert parse_search(text) == search


def test_roles_are_found_by_words_company_and_place(history: History) -> None:
    found = shown(ask(history, "roles research engineer at examplelabs in mountain view"))
    assert "Research Engineer, Gemini" in found
    assert "$133k–240k" in found
    assert "Scientist" not in found
    assert "Chef de Partie" in shown(ask(history, "ROLES"))


@pytest.mark.parametrize(
    "text",
    [
        "roles",
        "roles research engineer at example labs",
        "roles counsel",
        "roles sommelier",
        "history gemini",
        "history engineer",
        "history sommelier",
        "rules",
        "muted",
        "saved",
        "status",
        "help",
    ],
)
def test_a_reply_is_worded_as_stored(
    history: History, text: str, snapshot: SnapshotAssertion
) -> None:
    said = ask(history, text)
    assert _TIMES.sub("…", rendered(said.text, said.blocks)) == snapshot


@pytest.mark.parametrize(
    "text",
    [
        "roles engineer at exmaple labs",
        "roles at nowhere",
        "roles /(/",
        "history",
        "history greenhouse:examplelabs:999",
        "rolse",
        "histroy x",
        "stat",
        "xyzzy",
    ],
)
def test_a_mistake_is_answered_as_stored(
    history: History, text: str, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(UserError) as caught:
        ask(history, text)
    assert str(caught.value) == snapshot


@pytest.mark.parametrize(
    "named",
    [
        STORY,
        "https://job-boards.greenhouse.io/examplelabs/jobs/11",
        "gemini",
        "research engineer gemini",
    ],
)
def test_history_shows_the_named_or_the_only_matching_posting(history: History, named: str) -> None:
    answer = shown(ask(history, f"history {named}"))
    assert "Research Engineer, Gemini" in answer
    assert "London" in answer


@pytest.mark.parametrize(
    ("named", "command"),
    [
        ("https://example.com/careers/7", "`/rolewatch roles`"),
        ("greenhouse:", "`/rolewatch roles`"),
        (
            "https://job-boards.greenhouse.io/examplelabs",
            "`/rolewatch roles at greenhouse:examplelabs`",
        ),
    ],
)
def test_a_mistake_names_a_command_of_slack(history: History, named: str, command: str) -> None:
    with pytest.raises(UserError, match="rolewatch") as caught:
        ask(history, f"history {named}")
    assert command in str(caught.value)
    assert "`rolewatch" not in str(caught.value)
    assert "2 open roles" in ask(history, "roles at greenhouse:examplelabs").text


def test_slack_markup_of_a_link_is_removed(history: History) -> None:
    address = "https://job-boards.greenhouse.io/examplelabs/jobs/11"
    assert (
        ask(history, f"history <{address}>")
        == ask(history, f"history <{address}|jobs/11>")
        == ask(history, f"history {address}")
    )


def test_several_matching_postings_are_listed_by_name(history: History) -> None:
    answer = shown(ask(history, "history engineer"))
    assert STORY in answer


def test_rules_show_where_they_are_muted(history: History) -> None:
    assert "slack:#roles" not in shown(ask(history, "rules"))
    with history.engine.begin() as connection:
        mutes.mute(
            connection, "slack:#roles", posting_id=None, rule="kernels", by=ALICE, now=history.now
        )
    assert "slack:#roles" in shown(ask(history, "rules"))
    with history.engine.begin() as connection:
        assert mutes.undo(
            connection, mutes.list_mutes(connection, history.now)[0].id, ALICE, history.now
        )


def test_each_mute_is_listed_with_an_undo_button(history: History) -> None:
    with history.engine.begin() as connection:
        made = [
            mutes.mute(
                connection,
                f"slack:#{n}",
                posting_id=None,
                rule="kernels",
                by=ALICE,
                now=history.now,
            )[0].id
            for n in range(25)
        ]
        found = find_posting(connection, STORY)
        made.append(
            mutes.mute(
                connection,
                "slack:#roles",
                posting_id=found.id,
                rule=None,
                by=ALICE,
                now=history.now,
            )[0].id
        )
    said = ask(history, "muted", ADMIN)
    assert [
        block["elements"][0]["value"] for block in said.blocks if block["type"] == "actions"
    ] == list(map(str, made[:20]))
    assert [block for block in ask(history, "muted").blocks if block["type"] == "actions"] == []
    with history.engine.begin() as connection:
        for number in made[:-1]:
            mutes.undo(connection, number, ALICE, history.now)
    assert "Research Engineer, Gemini" in shown(ask(history, "muted"))
    with history.engine.begin() as connection:
        mutes.undo(connection, made[-1], ALICE, history.now)


def test_another_persons_own_mutes_are_not_listed(history: History) -> None:
    before = ask(history, "muted"), ask(history, "rules")
    with history.engine.begin() as connection:
        row, _ = mutes.mute(
            connection, f"slack:{BOB}", posting_id=None, rule="kernels", by=BOB, now=history.now
        )
    assert "kernels" in shown(ask(history, "muted", BOB))
    assert ask(history, "rules", BOB) != before[1]
    assert (ask(history, "muted"), ask(history, "rules")) == before
    with history.engine.begin() as connection:
        mutes.undo(connection, row.id, BOB, history.now)


def test_saved_lists_a_persons_open_and_closed_roles(history: History) -> None:
    with history.engine.begin() as connection:
        for key in (STORY, "13"):
            saved.save_role(connection, BOB, find_posting(connection, key).id, history.now)
    answer = shown(ask(history, "saved", BOB))
    assert "Legal Counsel" in answer
    assert ask(history, "saved") == drawn(lists.saved([]))


def test_help_names_every_command(history: History) -> None:
    for text in ("", "help", "HELP"):
        answer = shown(ask(history, text))
        assert all(
            name in answer
            for name in (
                "roles",
                "history",
                "watch",
                "unwatch",
                "saved",
                "rules",
                "muted",
                "status",
            )
        )
        assert json.dumps(ask(history, text).blocks)


def test_the_history_of_a_moved_role_has_both_boards(sqlite_engine: Engine) -> None:
    history = History(sqlite_engine)
    history.check(board([posting("1"), posting("2", title="Chef")]))
    history.check(
        board([posting("1", title="Research Engineer, Gemini"), posting("2", title="Chef")])
    )
    move(history)
    history.check(listing([there(posting("1", title="Research Engineer, Gemini"))]))
    said = shown(ask(history, "history gemini"))
    assert "google:examplelabs:131" in said
    assert "(greenhouse:examplelabs:1)" in said
    found = shown(ask(history, "roles research engineer"))
    assert found.count("Research Engineer, Gemini") == 1
