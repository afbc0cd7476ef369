from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from crawler.items import Probe
from tests.support.boards import BOARD, posting, snapshot
from tests.support.history import History, settings
from tests.support.program import Program
from tests.support.story import OTHER, STORY


def ago(minutes: float) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()


def test_show_is_one_object_with_the_columns_of_postings(recorded: Program) -> None:
    shown = recorded.ask("show", STORY)
    listed = next(row for row in recorded.ask("roles") if row["posting"] == STORY)
    assert shown == listed
    assert list(shown) == list(listed)
    assert shown["description"] == "We build very large kernels.\n\nApply soon."
    assert (shown["country"], shown["seniority"]) == ("US", None)


def test_an_older_version_has_the_country_of_its_own_place(recorded: Program) -> None:
    assert recorded.ask("show", STORY, "--version", "1")["country"] == "GB"


@pytest.mark.parametrize(
    "name",
    [
        STORY,
        "11",
        f" {STORY} ",
        "https://job-boards.greenhouse.io/examplelabs/jobs/11",
        "boards.greenhouse.io/examplelabs/jobs/11?gh_src=x",
        f"https://roles.example.org/roles/{STORY}?as_of=1d",  # the page's own
        "http://127.0.0.1:8460/roles/greenhouse%3Aexamplelabs%3A11.json",
    ],
)
def test_a_posting_is_named_by_name_key_or_url(recorded: Program, name: str) -> None:
    assert recorded.ask("show", name)["posting"] == STORY


def test_a_posting_is_named_by_the_url_of_its_employers_own_site(
    recorded: Program, engine: Engine
) -> None:
    with engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE posting_version SET url = 'https://www.example.com/careers/chef/' WHERE "
                "title = 'Chef de Partie'"
            )
        )
    assert recorded.ask("show", "https://www.example.com/careers/chef")["posting"] == f"{OTHER}:12"


def test_an_older_version_is_shown_with_its_own_content(recorded: Program) -> None:
    first = recorded.ask("show", STORY, "--version", "1")
    assert (first["version"], first["location"], first["pay_min"]) == (1, "London, UK", None)
    assert first["description"].startswith("We build large models.")
    assert (
        recorded("show", STORY, "--version", "9").err.strip()
        == f"{STORY} has no version 9: it has versions 1 to 4"
    )


def test_a_posting_is_shown_as_it_was_known_then(recorded: Program) -> None:
    before, closed, back = (
        recorded.ask("show", STORY, "--as-of", ago(minutes)) for minutes in (70, 20, 10)
    )
    assert (before["version"], before["state"], before["location"], before["closed_at"]) == (
        1,
        "open",
        "London, UK",
        None,
    )
    assert (closed["version"], closed["state"]) == (3, "closed")
    assert closed["closed_at"] is not None
    assert (back["version"], back["state"], back["closed_at"]) == (4, "open", None)
    checks = [
        row["finished_at"]
        for row in recorded.ask(
            "sql", f"SELECT finished_at FROM checks WHERE board = '{BOARD}' ORDER BY finished_at"
        )
    ]
    assert [row["last_seen_at"] for row in (before, closed, back)] == [
        checks[0],
        checks[2],
        checks[4],
    ]
    at = {moment: recorded.ask("show", STORY, "--as-of", moment) for moment in checks[3:5]}
    assert [(row["state"], row["last_seen_at"]) for row in at.values()] == [
        ("closed", checks[2]),
        ("open", checks[4]),
    ]
    never = recorded("show", STORY, "--as-of", "2020-01-01")
    assert never.code == 2
    assert never.err.startswith(
        f"{STORY} was not known at 2020-01-01 00:00Z: it was first seen at 20"
    )


def test_version_and_moment_exclude_each_other(recorded: Program) -> None:
    assert recorded("show", STORY, "--version", "1", "--as-of", "1d").code == 2


def test_show_says_pay_and_deadline_as_read_and_as_written(recorded: Program) -> None:
    lines = [" ".join(line.split()) for line in recorded("show", f"{BOARD}:13").out.splitlines()]
    assert lines[0] == "Legal Counsel"
    assert "pay $133k–240k (“$133,000 - $240,000 USD”)" in lines
    assert "deadline 2026-05-19 19:00Z (“12pm PDT Tuesday 19th of May 2026”)" in lines
    assert "state closed" in lines
    assert lines[-1] == "We write kernels of law."


def test_a_posting_that_was_never_read_is_shown_without_content(
    recorded: Program, engine: Engine
) -> None:
    with engine.begin() as connection:
        connection.execute(
            text("""INSERT INTO posting (board_id, key, name, state, version, baseline,
                first_seen_at, missing_looks)
                    SELECT id, '99', :name, 'open', 0, CAST(0 AS BOOLEAN), last_ok_at, 0 FROM board
                        WHERE board = :board"""),
            {"board": BOARD, "name": f"{BOARD}:99"},
        )
    shown = recorded.ask("show", "99")
    assert (shown["title"], shown["description"], shown["version"]) == (None, None, 0)
    assert "(not read yet)" in recorded("show", "99").out
    assert recorded.ask("history", "99") == []
    assert recorded("history", "99").code == 0
    assert f"{BOARD}:99" in recorded("roles").out


def test_a_repost_says_what_it_repeats_and_why(rolewatch: Program, engine: Engine) -> None:
    history = History(
        engine, settings(boards=(BOARD, OTHER)), now=datetime.now(UTC) - timedelta(hours=1)
    )
    rest = [posting(str(key), title=f"Analyst {key}") for key in range(2, 9)]
    history.check(snapshot([posting("1", requisition="R-7"), *rest]))
    history.check(
        snapshot(
            [posting("99", requisition="R-7", title="Research Engineer II"), *rest],
            {"1": Probe.GONE},
        )
    )
    said = f"repost of {BOARD}:1 (the same requisition R-7)"
    assert " ".join(said.split()) in " ".join(rolewatch("show", "99").out.split())
    assert f"(a {said})" in rolewatch("history", "99").out
    assert f"a {said}" in rolewatch("changes").out
    assert rolewatch("show", "99", "--format", "json").json["repost_of"] == f"{BOARD}:1"
