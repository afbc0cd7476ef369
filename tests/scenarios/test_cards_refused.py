"""Cards when Slack errs, refuses an edit, or has another channel under the name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from tests.support.outbox_fixture import post_office
from tests.support.slack_channel import Channel
from tests.support.slack_scenario import MORE, MOST, PAY, RULE, SlackScenario, kinds, paid
from tests.support.slack_server import ROLES, shown


@pytest.fixture
async def own(sqlite_engine: Engine) -> AsyncIterator[SlackScenario]:
    """Run the scenario on one database: Slack's behavior does not depend on which."""
    async with post_office(sqlite_engine) as office:
        life = SlackScenario(office)
        await life.check()
        yield life


@pytest.mark.parametrize(
    "fault", ["500", "timeout", "429", "accept_then_reset", "accept_then_bad_json"]
)
@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update", "conversations.replies"])
async def test_one_copy_and_todays_truth_whatever_goes_wrong(
    own: SlackScenario, method: str, fault: str
) -> None:
    life = own
    await life.check(paid(PAY))
    if method == "conversations.replies":
        life.slack.break_next("accept_then_500")
    life.slack.break_next(fault, method)
    life.check_without_delivery(paid(MORE))
    await life.check(closed="1")
    assert kinds(life.cards) == ["closed"]
    assert kinds(life.thread) == ["changed!", "closed!"]
    assert life.office.one_copy_each()
    assert set(life.office.states()) == {"sent"}


async def test_a_card_that_may_not_be_edited_is_posted_again_and_its_channel_works(
    own: SlackScenario,
) -> None:
    await own.check(paid(PAY))
    own.slack.break_next("edit_window_closed", "chat.update")
    await own.check(paid(MORE))
    assert "$141k" in shown(own.cards[-1])
    assert own.slack.channels["C0000OPS"].messages == []


async def test_a_card_names_no_rule_that_is_not_there_any_more(own: SlackScenario) -> None:
    await own.check(paid(PAY))
    own.history.settings = replace(own.history.settings, rules=(replace(RULE, name="renamed"),))
    await own.check(paid(MORE))
    assert "renamed" in shown(own.cards[0])
    assert "research-engineer" not in shown(own.cards[0])
    own.history.settings = replace(own.history.settings, rules=())
    await own.check(paid(MOST))
    assert "renamed" in shown(own.cards[0])


async def test_a_channel_that_was_given_another_name_has_its_cards_edited_still(
    own: SlackScenario,
) -> None:
    await own.check(paid(PAY))
    own.history.alerts = False
    own.slack.channels[ROLES].name = "roles-2025"
    await own.check(paid(MORE))
    assert "$141k" in shown(own.card)
    assert own.slack.channels["C0000OPS"].messages == []


async def test_an_unclear_reply_delays_no_other_channel(
    own: SlackScenario,
) -> None:
    await own.check(paid(PAY))
    own.slack.break_next("accept_then_500")
    own.check_without_delivery(paid(MORE))
    await own.office.outbox().deliver(until_idle=False)
    own.slack.channels = {
        channel.id: channel
        for channel in (Channel("C0NEWROLE", "roles"), Channel("C00NEWOPS", "ops"))
    }  # a new workspace
    await own.check(paid(MOST), paid(PAY, "2"))
    new = own.slack.channels["C0NEWROLE"]
    assert "$150k" in shown(new.messages[0])
    assert kinds(new.replies(new.messages[0])) == ["changed!"]
    assert kinds(new.messages[1:]) == ["opened"]
