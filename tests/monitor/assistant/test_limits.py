"""The limits of one answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine

from monitor.assistant.answers import LONGEST
from monitor.assistant.arguments import MOST_ROWS
from monitor.assistant.server import answer
from monitor.assistant.source import Source
from monitor.config.fresh import FreshSettings
from monitor.config.load import load
from monitor.database.reading import reading_engine
from tests.support.assistant import CONFIG, Answer
from tests.support.boards import postings, snapshot
from tests.support.history import History
from tests.support.story import story_settings, tell

NUMBERS = (
    "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1000) "
    "SELECT n, CAST(:long AS text) AS words FROM numbers ORDER BY n"
)
Ask = Callable[..., Answer]


@pytest.fixture
def config(engine: Engine, tmp_path: Path) -> Path:
    file = tmp_path / "rolewatch.toml"
    file.write_text(CONFIG.format(url=engine.url.render_as_string(hide_password=False)))
    return file


@pytest.fixture
def ask(config: Path) -> Iterator[Ask]:
    """Return a function that asks a tool of this process."""
    engine = reading_engine(load(config, {}).database_url.get_secret_value())
    fresh = FreshSettings(load(config, {}), partial(load, config, {}))
    source = Source(engine, fresh, lambda: datetime.now(UTC), lambda: "<mark>")
    yield lambda tool, **given: Answer.of(answer(source, tool, given))
    engine.dispose()


@pytest.mark.usefixtures("engine")
def test_an_answer_has_two_hundred_rows_at_most(ask: Ask) -> None:
    found = ask("sql", query=NUMBERS, param={"long": "x"}, limit=MOST_ROWS)
    assert found.column("n") == list(range(1, MOST_ROWS + 1))
    assert found.data["next_offset"] == MOST_ROWS
    assert ask("sql", query=NUMBERS, param={"long": "x"}, limit=MOST_ROWS + 1).failed


@pytest.mark.usefixtures("engine")
def test_long_rows_are_fewer_and_every_row_is_reached_by_going_on(ask: Ask) -> None:
    seen: list[int] = []
    offset: int | None = 0
    while offset is not None and len(seen) < 100:
        found = ask("sql", query=NUMBERS, param={"long": "y" * LONGEST}, offset=offset, limit=50)
        assert len(found.text) < 70_000
        assert 1 < len(found.rows) < 50
        seen += found.column("n")
        offset = found.data["next_offset"]
        assert f"call again with offset={offset}" in found.text
    assert seen == list(range(1, len(seen) + 1))


@pytest.mark.usefixtures("engine")
def test_a_long_text_is_cut_and_says_how_to_read_on(ask: Ask) -> None:
    found = ask("sql", query=NUMBERS, param={"long": "z" * 5_000}, limit=1)
    (row,) = found.rows
    assert row["board_text"]["words"] == "z" * LONGEST + "…"
    assert row["cut"] == {"words": 5_000}
    assert "substr(column, start, 2000)" in found.data["summary"]


def test_all_roles_are_reached_page_by_page(engine: Engine, ask: Ask) -> None:
    History(engine, story_settings(), alerts=False).check(snapshot(postings(23)))
    keys: list[str] = []
    for offset in range(0, 30, 10):
        found = ask("search_roles", words="research engineer", limit=10, offset=offset)
        keys += found.column("key")
    assert sorted(map(int, keys)) == list(range(1, 24))
    assert found.data["summary"] == "23 open roles, newest first. These are 21 to 23."
    assert ask("search_roles", offset=40).data["summary"] == "No further open role fits."


def test_a_value_too_large_for_the_database_is_refused(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "rolewatch.toml"
    file.write_text(CONFIG.format(url=sqlite_engine.url))
    engine = reading_engine(str(sqlite_engine.url))
    source = Source(engine, lambda: load(file, {}), lambda: datetime.now(UTC), lambda: "<mark>")
    found = Answer.of(answer(source, "sql", {"query": "SELECT hex(zeroblob(90000000))"}))
    engine.dispose()
    assert found.failed
    assert "too big" in found.text


def test_a_rule_that_is_added_while_the_assistant_talks_is_known(
    engine: Engine, config: Path, ask: Ask
) -> None:
    tell(engine)
    assert ask("search_roles", rule="chefs").failed
    written = config.read_text()
    config.write_text(f'{written}[[rules]]\nname = "chefs"\nany = ["chef"]\n')
    assert ask("search_roles", rule="chefs").column("title") == ["Chef de Partie"]
    config.write_text(f"{written}[[rules]]\nnam = 1\n")
    assert ask("search_roles", rule="chefs").rows  # a mistake in the file keeps what was loaded
