"""An employer's move to another board, as a channel sees it."""

from __future__ import annotations

from dataclasses import replace

from pydantic import SecretStr
from sqlalchemy import Engine

from crawler.items import Failure
from tests.support.boards import posting, snapshot
from tests.support.history import History, settings
from tests.support.moves import (
    BOARD,
    NEW,
    came,
    listing,
    move,
    postings,
    some_new,
    there,
    watch_too,
)
from tests.support.outbox_fixture import PostOffice
from tests.support.simulator import Simulator, simulated, simulating
from tests.support.slack_scenario import RULE, SlackScenario, kinds
from tests.support.slack_server import OPS, ROLES, TOKEN, shown


async def test_a_move_is_one_message_in_slack(office: PostOffice) -> None:
    life = SlackScenario(office)
    await life.check(*postings(40))
    move(life.history)
    life.history.check(listing([*came(25), *some_new(20)]))
    await life.deliver()
    [_, message] = life.slack.channels[ROLES].messages
    assert (
        "Example Labs moved from Greenhouse to Google Careers: "
        "25 of 41 open roles came along, 20 are new" in shown(message)
    )
    assert office.one_copy_each()
    await life.deliver()
    assert len(life.slack.channels[ROLES].messages) == 2


async def test_a_first_check_in_the_same_round_is_in_the_same_message(office: PostOffice) -> None:
    life = SlackScenario(office)
    await life.check(*postings(3))
    move(life.history)
    watch_too(life.history, "greenhouse:another")
    life.history.check(
        listing(came(3)), listing([posting("5", company="Another")], "greenhouse:another")
    )
    await life.deliver()
    [_, message] = life.slack.channels[ROLES].messages
    assert "3 of 4 open roles came along" in shown(message)
    assert "Now watching" in shown(message)


async def test_a_roles_card_and_thread_go_along_without_a_message(office: PostOffice) -> None:
    life = SlackScenario(office)
    await life.check(*postings(3))
    await life.check(*postings(4))
    move(life.history)
    life.history.check(listing(came(4)))
    await life.deliver()
    card, summary = life.cards
    assert "https://careers.example/134" in shown(card)
    life.history.check(
        listing([*came(3), there(postings(4)[-1], title="Research Engineer, Team 4, Tokyo")])
    )
    await life.deliver()
    assert life.cards == [life.slack.channels[ROLES].messages[1], summary]
    assert kinds(life.slack.channels[ROLES].replies(life.cards[0])) == ["changed!"]


async def test_the_operators_message_of_the_former_board_shows_how_it_ended(
    office: PostOffice,
) -> None:
    life = SlackScenario(office)
    await life.check(*postings(3))
    for _ in range(3):
        await life.check_result(Failure(BOARD, "HTTP 404", 404))
    move(life.history)
    await life.deliver()
    [notice] = life.slack.channels[OPS].messages
    assert kinds([notice]) == ["large_green_circle"]
    assert NEW in shown(notice)


async def test_the_strict_simulator_takes_the_one_message(engine: Engine) -> None:
    with simulating() as address:
        async with simulated(address, engine) as simulator:
            history = _in_slack(simulator)
            history.check(snapshot(postings(140)))
            move(history)
            history.check(listing([*came(90), *some_new(150)]))
            await simulator.outbox().deliver(until_idle=True)
            assert set(simulator.states()) == {"sent"}
            head, moved = await simulator.messages()
            assert "Now watching" in str(head["blocks"])
            assert "moved from" in str(moved["blocks"])


def _in_slack(simulator: Simulator) -> History:
    wanted = settings(RULE)
    return History(
        simulator.engine, replace(wanted, slack=replace(wanted.slack, token=SecretStr(TOKEN)))
    )
