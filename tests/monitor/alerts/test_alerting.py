from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from crawler.items import Failure, Probe
from monitor.config.model import AlertSettings, Rule, SlackSettings, WatchedBoard
from monitor.delivery.pack import pack
from monitor.messages import FirstCheckSummary, OperatorMessage, RoleMessage, load
from tests.support.boards import BOARD, posting, postings, snapshot
from tests.support.history import ENGINEER, History, settings

ROLES = replace(ENGINEER, notify=("slack:#roles",))
KITCHEN = Rule("kitchen", any=("chef",))
TOKEN = SlackSettings(token=SecretStr("xoxb-0"))


@pytest.fixture
def history(engine: Engine) -> History:
    return History(engine)


def alerted(history: History) -> list[RoleMessage]:
    messages = [
        load(text)
        for text in (row[0] for row in history.ask("SELECT message FROM alert ORDER BY id"))
    ]
    return [message for message in messages if isinstance(message, RoleMessage)]


def summaries(history: History) -> list[FirstCheckSummary]:
    messages = [
        load(text)
        for text in (row[0] for row in history.ask("SELECT message FROM alert ORDER BY id"))
    ]
    return [message for message in messages if isinstance(message, FirstCheckSummary)]


def test_a_first_snapshot_is_one_summary_with_the_roles_that_fit(history: History) -> None:
    history.check(
        snapshot(
            [
                posting("1"),
                posting("2", title="Chef"),
                posting("3", title="Senior Research Engineer"),
            ]
        )
    )
    assert history.alerted() == ["summary"]
    [summary] = summaries(history)
    assert [(board.company, board.open) for board in summary.boards] == [("Example Labs", 3)]
    assert [role.title for role in summary.rules[0].roles] == [
        "Research Engineer",
        "Senior Research Engineer",
    ]


def test_each_kind_of_change_is_alerted_with_its_reason(history: History) -> None:
    history.check(snapshot(postings(8)))
    history.check(snapshot(postings(9)))
    history.check(
        snapshot(
            [
                *postings(8),
                posting(
                    "9", title="Research Engineer, Moved", location="Zurich", locations=("Zurich",)
                ),
            ]
        )
    )
    history.check(snapshot(postings(8), {"9": Probe.GONE}))
    history.check(snapshot([*postings(8), posting("9", title="Research Engineer, Back")]))
    messages = alerted(history)
    assert [message.kind for message in messages] == ["opened", "revised", "closed", "reopened"]
    assert [change.field for change in messages[1].changes] == ["title", "location"]
    assert {message.why[0].rule for message in messages} == {"research-engineer"}
    assert history.alerted("why")[1:] == ["title has “research engineer”"] * 4


def test_a_posting_that_fits_no_rule_has_no_alert(history: History) -> None:
    history.check(snapshot(postings(1)))
    history.check(snapshot([*postings(1), posting("2", title="Chef")]))
    assert history.alerted() == ["summary"]
    assert len(history.changes()) == 1


def test_a_revision_says_that_a_posting_starts_or_stops_to_fit(
    history: History,
) -> None:
    history.check(snapshot([posting(title="Chef")]))
    history.check(snapshot([posting(title="Research Engineer")]))
    history.check(snapshot([posting(title="Gardener")]))
    history.check(snapshot([posting(title="Chef")]))
    assert [message.why[0].fit_change for message in alerted(history)] == [
        "now fits",
        "no longer fits",
    ]


def test_a_revision_of_a_field_outside_the_rule_has_no_alert(engine: Engine) -> None:
    history = History(engine, settings(replace(ENGINEER, fields=("pay",))))
    history.check(snapshot([posting()]))
    history.check(snapshot([posting(title="Research Engineer II")]))
    assert alerted(history) == []


def test_a_rule_alerts_only_the_kinds_in_on(engine: Engine) -> None:
    history = History(engine, settings(replace(ENGINEER, on=("closed",))))
    history.check(snapshot(postings(8)))
    history.check(snapshot([*postings(7), posting("9")], {"8": Probe.GONE}))
    assert [message.kind for message in alerted(history)] == ["closed"]


def test_an_alert_is_written_for_each_rule_and_channel(engine: Engine) -> None:
    other = Rule(
        "london", any=("engineer",), locations=("London",), notify=("slack:#london", "console")
    )
    history = History(engine, settings(ROLES, other, slack=TOKEN))
    history.check(snapshot(postings(1)))
    history.check(snapshot(postings(2)))
    rows = history.ask("SELECT rule, channel FROM alerts WHERE kind = 'opened' ORDER BY alert_id")
    assert rows == [
        ("research-engineer", "slack:#roles"),
        ("london", "slack:#london"),
        ("london", "console"),
    ]


def test_announce_alerts_each_role_of_a_baseline_without_a_summary(engine: Engine) -> None:
    board = WatchedBoard(BOARD, "https://example.org", baseline="announce")
    history = History(engine, replace(settings(), boards=(board,)))
    history.check(snapshot([posting("1"), posting("2", title="Chef")]))
    history.check(snapshot([posting("1"), posting("2", title="Chef")]))
    assert history.alerted() == ["opened"]
    assert history.changes() == []


def test_no_alerts_writes_no_alert_later_either(engine: Engine) -> None:
    history = History(engine, alerts=False)
    history.check(snapshot(postings(1)))
    history.check(snapshot(postings(2)))
    history.check(
        Failure(BOARD, "HTTP 500"), Failure(BOARD, "HTTP 500"), Failure(BOARD, "HTTP 500")
    )
    history.alerts = True
    history.check(snapshot(postings(2)))
    assert [kind for kind in history.alerted() if kind != "operator"] == []


def test_a_new_rule_gets_a_summary_of_the_boards_that_it_watches(history: History) -> None:
    history.check(snapshot([posting("1"), posting("2", title="Chef")]))
    history.settings = settings(ENGINEER, KITCHEN)
    history.check(snapshot([posting("1"), posting("2", title="Chef")]))
    assert history.alerted("rule") == ["research-engineer", "kitchen"]
    assert [role.title for role in summaries(history)[1].rules[0].roles] == ["Chef"]


def test_a_rule_that_is_put_back_gets_a_summary_of_what_it_missed(history: History) -> None:
    history.check(snapshot([posting("1")]))
    history.settings = settings(KITCHEN)
    history.check(snapshot([posting("1"), posting("2")]))
    history.settings = settings(KITCHEN, ENGINEER)
    history.check(snapshot([posting("1"), posting("2")]))
    history.check(snapshot([posting("1"), posting("2")]))
    told = history.ask("SELECT rule, kind FROM alerts ORDER BY alert_id")
    assert told == [(name, "summary") for name in (ENGINEER.name, KITCHEN.name, ENGINEER.name)]


def test_a_board_that_a_rule_reads_again_gets_its_summary(history: History) -> None:
    other = "greenhouse:other"
    both, one = replace(ENGINEER, boards=(BOARD, other)), replace(ENGINEER, boards=(other,))
    for rule in (both, one, both, ENGINEER, both):
        history.settings = settings(rule, boards=(BOARD, other))
        first = snapshot([posting("1")])
        history.check(first, replace(first, board=other))
    boards = [[each.board for each in message.boards] for message in summaries(history)]
    assert boards == [[BOARD, other], [BOARD]]


def test_the_first_token_gets_a_summary_and_no_old_alerts(
    engine: Engine,
) -> None:
    history = History(engine, settings(ROLES))
    history.check(snapshot(postings(1)))
    history.settings = settings(ROLES, slack=TOKEN)
    history.check(snapshot(postings(1)))
    history.check(snapshot(postings(1)))
    assert history.ask("SELECT kind, channel FROM alerts ORDER BY alert_id") == [
        ("summary", "console"),
        ("summary", "slack:#roles"),
    ]


def test_a_board_watched_again_gets_a_summary_and_keeps_its_history(history: History) -> None:
    history.check(snapshot(postings(2)))
    with_board, history.settings = history.settings, settings(boards=())
    history.check()
    assert history.ask("SELECT state FROM boards") == [("unwatched",)]
    history.settings = with_board
    history.check(snapshot(postings(3)))
    assert history.alerted() == ["summary", "summary"]
    assert [change[:2] for change in history.changes()] == [("3", "opened")]
    history.check(snapshot(postings(4)))
    assert history.alerted() == ["summary", "summary", "opened"]


def test_a_failing_board_and_its_recovery_alert_the_operator_once(
    history: History,
) -> None:
    history.check(snapshot(postings(1)))
    for _ in range(5):
        history.check(Failure(BOARD, "HTTP 503", status=503))
    history.check(snapshot(postings(1)))
    messages = [
        load(row[0])
        for row in history.ask("SELECT message FROM alert WHERE kind = 'operator' ORDER BY id")
    ]
    assert [message.event for message in messages if isinstance(message, OperatorMessage)] == [
        "failing",
        "recovered",
    ]


def test_two_failures_in_a_row_alert_nobody(history: History) -> None:
    history.check(snapshot(postings(1)))
    history.check(Failure(BOARD, "HTTP 503"))
    history.check(Failure(BOARD, "HTTP 503"))
    history.check(snapshot(postings(1)))
    assert history.alerted() == ["summary"]


def test_a_collapsed_board_alerts_the_operator_once(engine: Engine) -> None:
    operators = AlertSettings(operator=("slack:#ops",))
    history = History(engine, settings(alerts=operators, slack=TOKEN))
    history.check(snapshot(postings(9)))
    history.check(snapshot([]))
    history.check(snapshot([]))
    assert history.ask("SELECT channel FROM alerts WHERE kind = 'operator'") == [("slack:#ops",)]


def test_a_digest_rule_sends_nothing_at_once(engine: Engine) -> None:
    history = History(engine, settings(replace(ENGINEER, mode="digest")))
    history.check(snapshot(postings(1)))
    history.check(snapshot(postings(2)))
    assert [message.kind for message in alerted(history)] == ["opened"]
    assert history.alerted("state") == ["pending", "held"]
    with engine.begin() as connection:
        assert pack(connection, history.now) == 1
    assert history.alerted("state") == ["pending", "held"]


def test_the_summary_of_a_digest_rule_lists_the_fitting_roles(engine: Engine) -> None:
    history = History(engine, settings(replace(ENGINEER, mode="digest")))
    history.check(snapshot([posting("1"), posting("2", title="Chef")]))
    [summary] = summaries(history)
    assert [role.posting for role in summary.rules[0].roles] == [f"{BOARD}:1"]


def test_a_new_rule_gets_its_summary_on_a_board_that_was_announced(engine: Engine) -> None:
    board = WatchedBoard(BOARD, "https://example.org", baseline="announce")
    history = History(engine, replace(settings(), boards=(board,)))
    history.check(snapshot(postings(1)))
    history.settings = replace(
        settings(ENGINEER, Rule("second", any=("engineer",))), boards=(board,)
    )
    history.check(snapshot(postings(1)))
    assert history.alerted() == ["opened", "summary"]
