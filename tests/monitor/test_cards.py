"""The life of a posting in a channel: one card that shows today's truth, and a thread of what happened next."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from boards import posting, snapshot
from history import ENGINEER, History, settings
from post_office import PostOffice, post_office
from pydantic import SecretStr
from slack_server import ROLES, TOKEN, shown
from sqlalchemy import Engine

from crawler.items import Pay, Posting, Probe
from monitor.settings import Rule, SlackSettings

RULE = replace(ENGINEER, notify=("slack:#roles",))
PAY = Pay(133000.0, 240000.0, "USD", "year", "$133,000 - $240,000 USD")
MORE = Pay(141000.0, 245000.0, "USD", "year", "$141,000 - $245,000 USD")
Body = dict[str, Any]


def paid(pay: Pay, **fields: Any) -> Posting:  # noqa: ANN401  # any field of a posting
    """A posting whose board states its pay."""
    return posting(pay=pay, stated=frozenset({"pay"}), **fields)


class Life:
    """A board whose looks are recorded, and the channel as it is after each."""

    def __init__(self, office: PostOffice, *rules: Rule) -> None:
        self.office = office
        self.slack = office.slack
        wanted = settings(*(rules or (RULE,)), slack=SlackSettings(token=SecretStr(TOKEN)))
        self.history = History(office.engine, wanted)

    async def look(self, *postings: Posting, gone: str = "") -> None:
        """One look that lists these, and all that it has to tell."""
        await self.glance(*postings, gone=gone)
        await self.deliver()

    async def glance(self, *postings: Posting, gone: str = "") -> None:
        """The same while nobody delivers."""
        self.history.look(snapshot([posting("99", title="Chef"), *postings], {gone: Probe.GONE} if gone else {}))

    async def deliver(self) -> None:
        told = await self.office.outbox().deliver(until_idle=True)
        assert (told.failed, told.waiting) == (0, 0)

    @property
    def cards(self) -> list[Body]:
        """What stands in the channel after the first summary."""
        return self.slack.channels[ROLES].messages[1:]

    @property
    def card(self) -> Body:
        (card,) = self.cards
        return card

    @property
    def thread(self) -> list[Body]:
        return self.slack.channels[ROLES].replies(self.card)


@pytest.fixture
async def office(engine: Engine) -> AsyncIterator[PostOffice]:
    async with post_office(engine) as office:
        yield office


@pytest.fixture
async def life(office: PostOffice) -> Life:
    life = Life(office)
    await life.look()
    return life


def kinds(messages: list[Body]) -> list[tuple[str, bool]]:
    """Of each message its grey line's bold words, and whether the channel was shown the reply."""
    return [(one["blocks"][0]["elements"][0]["text"].split("*")[1], bool(one.get("reply_broadcast"))) for one in messages]


async def test_a_posting_is_one_card_and_what_happens_next_is_in_its_thread(life: Life) -> None:
    await life.look(paid(PAY))
    assert kinds(life.cards) == [("New role", False)]
    await life.look(paid(MORE))
    assert kinds(life.thread) == [("Role changed", True)]
    assert "141,000–245,000 USD/year" in shown(life.card)  # noqa: RUF001
    assert "133,000" not in shown(life.card)
    await life.look(paid(MORE, description="We look for an engineer who can cook.\n\nYou will build things."))
    await life.look(gone="1")
    assert kinds(life.cards) == [("Closed", False)]
    assert '"strike": true' in shown(life.card["blocks"][1])
    await life.look(paid(MORE))
    assert kinds(life.cards) == [("Role reopened", False)]
    assert "strike" not in shown(life.card)
    assert kinds(life.thread) == [("Role changed", True), ("Role changed", False), ("Role closed", True), ("Role reopened", True)]
    assert life.card["edits"] == 4
    assert life.office.one_copy_each()


async def test_an_edited_card_that_shows_the_truth_is_left_alone(life: Life) -> None:
    await life.look(posting())
    before = life.slack.calls["chat.update"]
    await life.look(posting())
    await life.deliver()
    assert life.slack.calls["chat.update"] == before == 0
