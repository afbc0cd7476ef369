"""An employer moves to another board: one message a channel, no storm, and one history."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from crawler.items import Failure, Probe, Result
from monitor.history import moves
from monitor.messages import FirstCheckSummary, RoleMessage, load
from monitor.notify.document import SIGNS
from monitor.notify.plain import lines
from monitor.queries.consistency import findings
from tests.support.boards import posting, snapshot, unreadable
from tests.support.history import ENGINEER, History, settings
from tests.support.moves import (
    BOARD,
    NEW,
    before_the_move,
    came,
    counts,
    listing,
    move,
    moved,
    open_roles,
    postings,
    some_new,
    there,
    watch_too,
)
from tests.support.slack_server import TOKEN

CHEFS = replace(ENGINEER, name="chefs", any=("chef",), notify=("slack:#roles", "console"))


@pytest.fixture
def history(engine: Engine) -> History:
    return before_the_move(engine)


def reposts(history: History) -> dict[str, str]:
    rows = history.ask("SELECT posting, repost_of FROM postings WHERE repost_of IS NOT NULL")
    return {new.removeprefix(f"{NEW}:"): old for new, old in rows}


def test_the_first_snapshot_after_a_move_links_what_came_along_and_tells_it_in_one_summary(
    history: History,
) -> None:
    before = history.ask("SELECT * FROM posting_versions ORDER BY posting, version")
    move(history)
    history.check(listing([*came(6), *some_new(3)]))
    assert reposts(history) == {f"13{number}": f"{BOARD}:{number}" for number in range(1, 7)}
    assert [(one.was, one.now, *counts(one)) for one in moved(history)] == [
        ("Greenhouse", "Google Careers", 11, 6, 0, 3)
    ]
    assert history.alerted() == ["summary", "summary"]
    assert history.changes() == []
    assert (
        history.ask(
            f"SELECT * FROM posting_versions WHERE board = '{BOARD}' ORDER BY posting, version"
        )
        == before
    )
    [reason] = set(history.ask("SELECT repost_reason FROM posting WHERE repost_of IS NOT NULL"))
    assert reason == (f"moved from {BOARD}: the same title, place and text",)
    with history.engine.connect() as connection:
        assert list(findings(connection)) == []


def test_the_summary_lists_the_roles_that_fit_with_new_ones_in_front(history: History) -> None:
    move(history)
    history.check(listing([*came(2), *some_new(1), there(posting("99", title="Chef"))]))
    [one] = moved(history)
    [rule] = one.rules
    assert [role.posting for role in rule.roles] == [f"{NEW}:70", f"{NEW}:131", f"{NEW}:132"]
    said = lines(FirstCheckSummary((), (), (one,)))
    assert said[0].endswith("Example Labs moved from Greenhouse to Google Careers")
    assert said[1] == "3 of 11 open roles came along, 1 is new"
    roles = [line for line in said[2:] if "Research Engineer" in line]
    assert [line.startswith(SIGNS["new"]) for line in roles] == [True, False, False]


def test_every_channel_of_the_rules_that_check_at_it_is_reported_once(engine: Engine) -> None:
    other = replace(ENGINEER, name="elsewhere", boards=(BOARD,), notify=("webhook",))
    history = History(engine, settings(ENGINEER, CHEFS, other))
    history.settings = replace(
        history.settings,
        slack=replace(history.settings.slack, token=SecretStr(TOKEN)),
        secrets={"webhook": SecretStr(TOKEN)},
    )
    history.check(snapshot([*postings(10), posting("99", title="Chef")]))
    move(history)
    history.settings = replace(history.settings, rules=history.settings.rules[:2])
    history.check(listing(came(6)))
    last = history.ask(
        "SELECT channel, rule, kind FROM alerts "
        "WHERE board = 'google:examplelabs' ORDER BY alert_id"
    )
    assert last == [
        ("console", "research-engineer; chefs", "summary"),
        ("slack:#roles", "chefs", "summary"),
    ]


def test_after_a_move_the_new_board_is_reported_as_any_other(history: History) -> None:
    move(history)
    history.check(listing(came(6)))
    history.check(
        listing(
            [
                *came(5),
                *some_new(1),
                there(postings(6)[-1], title="Research Engineer, Team 6, Tokyo"),
            ]
        )
    )
    assert history.alerted()[2:] == ["opened", "revised"]
    assert [row[:2] for row in history.changes()] == [("70", "opened"), ("136", "revised")]


def test_what_the_first_snapshot_could_not_show_is_opened_later_as_a_repost(
    history: History,
) -> None:
    move(history)
    history.check(listing(came(6)))
    history.check(listing(came(8)))
    assert reposts(history)["138"] == f"{BOARD}:8"
    message = load(history.alerted("(SELECT message FROM alert WHERE id = alert_id)")[-1])
    assert isinstance(message, RoleMessage)
    assert (message.kind, message.role.repost_of) == ("opened", f"{BOARD}:8")


def test_what_both_boards_list_while_both_are_watched_is_no_repost(history: History) -> None:
    former = history.settings.boards
    move(history)
    history.check(listing(came(6)))
    history.settings = replace(history.settings, boards=(*former, *history.settings.boards))
    history.check(listing(came(8)))
    assert len(reposts(history)) == 6


def test_what_could_not_be_read_at_first_comes_along_when_it_can(history: History) -> None:
    move(history)
    history.check(
        replace(listing(came(6)), sightings=(*listing(came(6)).sightings, unreadable("138")))
    )
    history.check(listing([*came(6), there(postings(8)[-1])]))
    assert reposts(history)["138"] == f"{BOARD}:8"
    assert history.alerted()[2:] == []


def test_a_closed_posting_that_is_listed_again_is_counted_apart(history: History) -> None:
    rest = [*postings(10)[1:], posting("99", title="Chef")]
    history.check(snapshot(rest, {"1": Probe.GONE}))
    move(history)
    history.check(listing(came(3)), minutes=60 * 24 * 100)
    assert [counts(one) for one in moved(history)] == [(10, 2, 1, 0)]


def test_a_role_that_returned_after_a_repost_of_it_came_along_itself(history: History) -> None:
    again = posting("77", title=postings(1)[0].title)
    chef = posting("99", title="Chef")
    history.check(snapshot([*postings(10)[1:], again, chef], {"1": Probe.GONE}))
    history.check(snapshot([*postings(10), chef], {"77": Probe.GONE}))
    move(history)
    history.check(listing(came(10)))
    assert [counts(one) for one in moved(history)] == [(11, 10, 0, 0)]
    assert reposts(history)["131"] == f"{BOARD}:1"


def test_what_closed_long_before_the_move_is_not_matched(history: History) -> None:
    rest = [*postings(10)[1:], posting("99", title="Chef")]
    history.check(snapshot(rest, {"1": Probe.GONE}))
    history.check(snapshot(rest), minutes=60 * 24 * 91)
    move(history)
    history.check(listing(came(3)))
    assert [counts(one) for one in moved(history)] == [(10, 2, 0, 1)]


def test_a_board_that_was_watched_before_tells_what_matched_and_opens_nothing_again(
    history: History,
) -> None:
    watch_too(history)
    history.check(
        snapshot([*postings(10), posting("99", title="Chef")]), listing([*came(3), *some_new(2)])
    )
    alerts_before = len(history.alerted())
    move(history)
    history.check(listing([*came(5), *some_new(3)]))
    assert [counts(one) for one in moved(history)] == [(11, 5, 0, 0)]
    assert sorted(role.posting for role in moved(history)[0].rules[0].roles) == [
        f"{NEW}:13{number}" for number in range(1, 6)
    ]
    assert sorted(history.alerted()[alerts_before:]) == ["opened", "summary"]
    assert [row[:2] for row in history.changes()] == [
        ("134", "opened"),
        ("135", "opened"),
        ("72", "opened"),
    ]
    history.check(listing([*came(5), *some_new(3)]))
    assert len(history.alerted()) == alerts_before + 2


def test_a_failure_or_an_empty_list_leaves_the_move_to_the_next_snapshot(history: History) -> None:
    move(history)
    history.check(Failure(NEW, "HTTP 503", 503))
    history.check(listing([]))
    assert moved(history) == []
    assert len(open_roles(history)) == 11
    history.check(listing(came(6)))
    assert [counts(one) for one in moved(history)] == [(11, 6, 0, 0)]
    assert "opened" not in history.alerted()


def test_what_is_listed_after_an_empty_list_is_the_baseline(history: History) -> None:
    move(history)
    history.check(listing([]))
    history.check(listing([]))
    assert history.alerted() == ["summary"]  # of the former board
    history.check(listing([*came(6), *some_new(2)]))
    assert [counts(one) for one in moved(history)] == [(11, 6, 0, 2)]
    assert (history.alerted(), history.changes()) == (["summary", "summary"], [])
    assert history.ask(f"SELECT DISTINCT baseline FROM posting WHERE name LIKE '{NEW}:%'") in (
        [(1,)],
        [(True,)],
    )
    with history.engine.connect() as connection:
        assert list(findings(connection)) == []
    history.check(listing([*came(6), *some_new(3)]))
    assert history.alerted()[2:] == ["opened"]


def test_a_new_board_without_a_read_predecessor_is_introduced_with_its_first_roles(
    engine: Engine,
) -> None:
    history = History(engine)
    history.check(Failure(BOARD, "HTTP 404", 404))
    move(history)
    history.check(listing([]))
    history.check(listing(came(6)))
    assert (moved(history), history.alerted(), history.changes()) == ([], ["summary"], [])


def test_a_board_that_was_put_back_is_reported_in_one_summary_after_an_empty_list_too(
    history: History,
) -> None:
    watch_too(history)
    history.check(snapshot([*postings(10), posting("99", title="Chef")]), listing([]))
    history.settings = replace(history.settings, boards=history.settings.boards[:1])
    history.check(snapshot([*postings(10), posting("99", title="Chef")]))
    alerts_before = len(history.alerted())
    move(history)
    history.check(listing([]))
    history.check(listing([*came(6), *some_new(2)]))
    assert [counts(one) for one in moved(history)] == [(11, 6, 0, 2)]
    assert history.alerted()[alerts_before:] == ["summary"]


def test_a_move_finds_both_boards_in_another_spelling(engine: Engine) -> None:
    former, new, other = "greenhouse:Acme", "ashby:AcmeCorp", "ashby:acmecorp"
    history = History(engine, settings(ENGINEER, boards=(former, new)))
    history.check(replace(snapshot([*postings(10)]), board=former), listing([], new))
    move(history, "greenhouse:acme", other)
    with engine.connect() as connection:
        assert moves.has_begun(connection, "greenhouse:ACME", "ashby:ACMECORP")
    history.check(listing(came(6), other))
    assert [counts(one) for one in moved(history)] == [(10, 6, 0, 0)]
    assert history.ask("SELECT board, state FROM boards ORDER BY board") == [
        (other, "ok"),
        (former, "unwatched"),
    ]


def test_a_crash_before_the_first_snapshot_loses_nothing(history: History) -> None:
    move(history)
    again = History(history.engine, history.settings, history.now)
    again.check(listing([*came(6), *some_new(2)]))
    assert [counts(one) for one in moved(again)] == [(11, 6, 0, 2)]
    assert len(reposts(again)) == 6


def test_no_alerts_links_and_tells_nothing(history: History) -> None:
    alerts_before = history.alerted()
    move(history)
    history.alerts = False
    history.check(listing(came(6)))
    assert len(reposts(history)) == 6
    history.alerts = True
    history.check(listing(came(6)))
    assert history.alerted() == alerts_before


def test_announced_or_not_a_move_is_one_summary(history: History) -> None:
    move(history)
    history.announce = True
    history.check(listing([*came(6), *some_new(2)]))
    assert history.alerted() == ["summary", "summary"]


def test_a_former_board_that_was_never_read_leaves_an_ordinary_first_check(engine: Engine) -> None:
    history = History(engine)
    history.check(Failure(BOARD, "HTTP 404", 404))
    move(history)
    history.check(listing(came(6)))
    assert (moved(history), history.alerted()) == ([], ["summary"])


WRONG = "google:examplelab"


@pytest.mark.parametrize(
    "answers", [[], [Failure(WRONG, "HTTP 404: no such board", 404)], [listing([], WRONG)] * 2]
)
def test_a_mistaken_move_that_is_corrected_brings_the_roles_of_the_first_board(
    history: History, answers: list[Result]
) -> None:
    move(history, BOARD, WRONG)
    for answer in answers:
        history.check(answer)
    move(history, WRONG, NEW)
    history.check(listing([*came(6), *some_new(1)]))
    assert [(one.was, one.now, *counts(one)) for one in moved(history)] == [
        ("Greenhouse", "Google Careers", 11, 6, 0, 1)
    ]
    assert history.alerted() == ["summary", "summary"]
    assert reposts(history)["136"] == f"{BOARD}:6"
    assert {posting.rpartition(":")[0] for posting in open_roles(history)} == {NEW}


def test_a_move_that_is_taken_back_leaves_the_board_as_it_was(history: History) -> None:
    move(history, BOARD, WRONG)
    move(history, WRONG, BOARD)
    history.check(snapshot([*postings(10), posting("99", title="Chef")]))
    assert moved(history) == []
    assert len(open_roles(history)) == 11
    assert history.ask("SELECT moved_from FROM board WHERE board = 'greenhouse:examplelabs'") == [
        (None,)
    ]


def test_a_corrected_move_is_known_by_either_of_its_former_boards(history: History) -> None:
    for board, new in ((BOARD, WRONG), (WRONG, NEW)):
        for _ in range(3):
            history.check(Failure(board, "HTTP 404: no such board", 404))
        move(history, board, new)
    with history.engine.connect() as connection:
        assert [moves.has_begun(connection, board, NEW) for board in (BOARD, WRONG)] == [True, True]
        assert not moves.has_begun(connection, BOARD, "google:other")
