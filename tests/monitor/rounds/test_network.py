"""The log while no board can be reached."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from crawler.items import Failure, Unchanged
from monitor.rounds.network import Network, Tally, is_unreached

NOW = datetime(2026, 3, 2, tzinfo=UTC)
A, B = {"board": "a", "reason": "no such host: x"}, {"board": "b", "reason": "no such host: x"}
C = {"board": "c", "reason": "cannot connect to y: Network is unreachable"}


def events(
    network: Network, *boards: dict[str, str], reached: bool = False, watched: int = 2
) -> list[str]:
    """Return the log of one round."""
    with capture_logs() as logs:
        network.end_round(Tally(reached, list(boards)), watched, NOW)
    return [str(line["event"]) for line in logs]


def test_a_network_that_is_away_is_reported_once_until_a_host_answers() -> None:
    network = Network()
    assert events(network, A, B) == ["network_lost"]
    assert events(network, A, B) == []
    assert events(network, A) == []
    assert events(network, A, reached=True) == ["network_recovered", "board_failed"]
    assert events(network, A, B, reached=True) == ["board_failed", "board_failed"]
    assert events(network, A, B) == ["network_lost"]
    assert events(network, reached=True) == ["network_recovered"]
    assert events(network) == []


def test_rounds_of_one_board_each_show_together_that_the_network_is_away() -> None:
    network = Network()
    assert [events(network, A), events(network, B), events(network, A)] == [
        ["board_failed"],
        ["network_lost"],
        [],
    ]


def test_one_host_of_several_that_cannot_be_reached_is_not_the_network() -> None:
    network = Network()
    assert events(network, A, B, watched=3) == ["board_failed", "board_failed"]
    assert events(network, C, watched=3) == ["network_lost"]


def test_one_board_alone_that_cannot_be_reached_is_reported_once_until_its_host_answers() -> None:
    network = Network()
    assert [events(network, A, watched=1) for _ in range(3)] == [["board_failed"], [], []]
    assert events(
        network, A | {"reason": "cannot connect to x: Connection refused"}, watched=1
    ) == ["board_failed"]
    assert events(network, reached=True, watched=1) == []
    assert events(network, A, watched=1) == ["board_failed"]


def test_a_host_that_cannot_be_reached_while_others_answer_is_reported_each_time() -> None:
    network = Network()
    assert [events(network, A, reached=True) for _ in range(2)] == [
        ["board_failed"],
        ["board_failed"],
    ]


@pytest.mark.parametrize(
    ("result", "unreached"),
    [
        (Failure("a:b", "no such host: x"), True),
        (Failure("a:b", "cannot connect to x: Network is unreachable"), True),
        (Failure("a:b", "robots.txt of x: no such host: x"), True),
        (Failure("a:b", "HTTP 500", 500), False),
        (Failure("a:b", "its result could not be stored: OSError"), False),
        (Unchanged("a:b"), False),
    ],
)
def test_only_a_check_that_no_host_answered_speaks_of_the_network(
    result: Failure | Unchanged, unreached: bool
) -> None:
    assert is_unreached(result) == unreached
