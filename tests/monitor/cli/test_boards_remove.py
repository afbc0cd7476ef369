"""`boards remove`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.program import Program


def test_a_board_that_is_switched_off_can_be_removed(watching: Program) -> None:
    file = Path(watching.config)
    file.write_text(file.read_text().replace('company = "Other Works"', "enabled = false"))
    assert watching("boards", "remove", "greenhouse:otherworks").code == 0
    assert watching.watched() == ["greenhouse:examplelabs"]


def test_a_removed_board_keeps_its_history(watching: Program) -> None:
    watching("check")
    assert watching("boards", "remove", "greenhouse:otherworks").code == 0
    watching("check")
    assert watching.watched() == ["greenhouse:examplelabs"]
    assert watching.ask(
        "sql", "SELECT state, open_postings FROM boards WHERE token = 'otherworks'"
    ) == [{"state": "unwatched", "open_postings": 3}]


def test_a_removed_board_is_unwatched_at_once(watching: Program) -> None:
    watching("check")
    for board in ("greenhouse:otherworks", "greenhouse:examplelabs"):
        assert watching("boards", "remove", board).code == 0
    assert watching.ask("sql", "SELECT DISTINCT state, next_check_at FROM boards") == [
        {"state": "unwatched", "next_check_at": None}
    ]
    assert watching.ask("sql", "SELECT count(*) AS n FROM coverage WHERE to_at IS NULL") == [
        {"n": 0}
    ]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (None, ""),
        (b"no database at all, whoever made it", "shows it as watched until the next check"),
    ],
)
def test_a_board_is_removed_whatever_becomes_of_the_database(
    watching: Program, tmp_path: Path, found: bytes | None, said: str
) -> None:
    if found is not None:
        (tmp_path / "rolewatch.db").write_bytes(found)
    ran = watching("boards", "remove", "greenhouse:otherworks")
    assert (ran.code, len(ran.err.splitlines())) == (0, len(said.splitlines()))
    assert said in ran.err
    assert "otherworks" not in Path(watching.config).read_text()
    assert (tmp_path / "rolewatch.db").exists() == (found is not None)


@pytest.mark.parametrize("name", ["otherworks", "OTHERWORKS", "Other Works"])
def test_a_board_is_removed_and_found_by_any_name_that_is_its_own(
    watching: Program, name: str
) -> None:
    assert [report["board"] for report in watching.ask("check", name)] == ["greenhouse:otherworks"]
    assert watching("boards", "remove", name).out.startswith("removed greenhouse:otherworks from ")
    again = watching("boards", "remove", name)
    assert (again.code, len(again.err.splitlines())) == (2, 1)
    assert again.err.endswith("the watched boards are: greenhouse:examplelabs\n")


def test_a_name_of_several_boards_is_refused_with_all_of_them(watching: Program) -> None:
    file = Path(watching.config)
    file.write_text(file.read_text().replace("Other Works", "Example Labs"))
    for command in (("check",), ("boards", "remove")):
        ran = watching(*command, "example labs")
        assert (ran.code, ran.err) == (
            2,
            (
                "'example labs' may mean several boards: greenhouse:examplelabs, "
                "greenhouse:otherworks\n"
            ),
        )


def test_a_board_that_is_not_watched_cannot_be_removed(watching: Program) -> None:
    ran = watching("boards", "remove", "greenhouse:thirdlab")
    assert ran.code == 2
    assert "greenhouse:examplelabs" in ran.err


def test_a_board_of_another_case_is_the_same_board(watching: Program) -> None:
    file = Path(watching.config)
    file.write_text(file.read_text() + '[[boards]]\nboard = "ashby:Acme"\nenabled = false\n')
    assert watching.watched()[-1] == "ashby:Acme"
    assert watching("boards", "remove", "ashby:ACME").out.startswith("removed ashby:Acme from ")
