"""A posting is found by the name that a person or an assistant gives it."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from monitor.errors import UserError
from monitor.queries.resolve import find_posting
from monitor.queries.titles import find_by_name_or_title
from tests.support.boards import BOARD, posting, snapshot
from tests.support.history import History


@pytest.fixture
def history(engine: Engine) -> History:
    made = History(engine)
    made.check(snapshot([posting("1", title="Research Engineer")]))
    return made


@pytest.mark.parametrize("name", ["1\0", f"{BOARD}:1\0", "https://example.org/\0"])
def test_no_posting_has_a_name_with_a_null_character(history: History, name: str) -> None:
    with history.engine.connect() as connection, pytest.raises(UserError, match="no posting "):
        find_posting(connection, name)


def test_a_title_is_found_by_words_with_a_null_character_between(history: History) -> None:
    with history.engine.connect() as connection:
        [found] = find_by_name_or_title(connection, "research\0engineer")
        assert found.posting == f"{BOARD}:1"
