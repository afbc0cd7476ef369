"""Two spellings of one company's name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from monitor.config.model import WatchedBoard
from monitor.history.company_names import is_same_company
from tests.support.boards import posting, snapshot
from tests.support.history import History, settings


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Example Labs", "example labs", True),
        ("Example Labs", "EXAMPLE LABS, INC.", True),
        ("Example Labs", "Example Labs Ltd", True),
        ("Example Labs", "Example Labs GmbH", True),
        ("Example", "Example, LLC", True),
        ("Example", "Example L.L.C.", True),
        ("Example", "Example Co., Ltd.", True),
        ("Example", "Example S.A.", True),
        ("Example", "Example Labs", False),
        ("Example", "Example Research", False),
        ("Google DeepMind", "Google", False),
        ("Isomorphic Labs", "Isomorphic", False),
        ("Inc", "Ltd", False),
        ("Ärzte GmbH", "ärzte", True),
        ("AT&T Inc.", "AT&T", True),
        ("X", "", False),
    ],
)
def test_case_and_legal_form_are_no_part_of_a_name(one: str, other: str, same: bool) -> None:
    assert is_same_company(one, other) is same
    assert is_same_company(other, one) is same


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("EXAMPLE LABS", "Example Labs"),
        ("Example Labs, Inc.", "Example Labs"),
        ("Example Robotics", "Example Robotics"),
    ],
)
def test_a_posting_does_not_rename_its_board_by_case_or_legal_form(
    sqlite_engine: Engine, said: str, shown: str
) -> None:
    board = WatchedBoard(
        "greenhouse:examplelabs",
        "https://job-boards.greenhouse.io/examplelabs",
        company="Example Labs",
    )
    history = History(sqlite_engine, settings())
    history.settings = replace(history.settings, boards=(board,))
    history.check(snapshot([posting("1", company=said)]))
    assert history.ask("SELECT company FROM postings") == [(shown,)]
