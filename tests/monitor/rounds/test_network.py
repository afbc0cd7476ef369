"""What the log says while no board can be reached."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from crawler.items import Failure, Unchanged
from monitor.rounds.network import Network, is_unreached

BOARDS = ({"board": "a", "reason": "no such host: x"}, {"board": "b", "reason": "no such host: x"})


def events(network: Network, *boards: dict[str, str], reached: bool = False) -> list[str]:
    """What one round logs."""
    with capture_logs() as logs:
        for facts in boards:
            network.unreached(facts)
        if reached:
            network.reached()
        network.end_round()
    return [str(line["event"]) for line in logs]


def test_a_network_that_is_away_is_told_once_until_a_host_answers() -> None:
    network = Network()
    assert events(network, *BOARDS) == ["network away, no board can be reached"]
    assert events(network, *BOARDS) == []
    assert events(network, BOARDS[0]) == []
    assert events(network, BOARDS[0], reached=True) == ["network is back", "board failed"]
    assert events(network, *BOARDS, reached=True) == ["board failed", "board failed"]
    assert events(network, *BOARDS) == ["network away, no board can be reached"]
    assert events(network, reached=True) == ["network is back"]
    assert events(network) == []


def test_one_board_alone_that_cannot_be_reached_is_told_as_that_board() -> None:
    assert events(Network(), BOARDS[0]) == ["board failed"]


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
