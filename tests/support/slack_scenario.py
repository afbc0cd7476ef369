"""A board whose checks are recorded, and its Slack channel after each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic import SecretStr

from crawler.items import Pay, Posting, Probe, Result
from monitor.config.model import AlertSettings, Rule, SlackSettings
from tests.support.boards import posting, snapshot
from tests.support.history import ENGINEER, History, settings
from tests.support.outbox_fixture import PostOffice
from tests.support.slack_server import ROLES, TOKEN

RULE = replace(ENGINEER, notify=("slack:#roles",))
PAY = Pay(133000.0, 240000.0, "USD", "year", "$133,000 - $240,000 USD")
MORE = Pay(141000.0, 245000.0, "USD", "year", "$141,000 - $245,000 USD")
MOST = Pay(150000.0, 250000.0, "USD", "year", "$150,000 - $250,000 USD")
CHEF = posting("99", title="Chef")
Body = dict[str, Any]


# any field of a posting
def paid(pay: Pay, key: str = "1", **fields: Any) -> Posting:
    """Return a posting whose board states its pay."""
    return posting(key, pay=pay, stated=frozenset({"pay"}), **fields)


_KINDS = {
    "new": "opened",
    "pencil2": "changed",
    "white_circle": "closed",
    "arrows_counterclockwise": "reopened",
}


def kinds(messages: list[Body]) -> list[str]:
    """Return what each message's sign says, with "!" for a broadcast reply."""
    signs = [one["blocks"][0]["elements"][0]["elements"][0]["name"] for one in messages]
    return [
        _KINDS.get(sign, sign) + ("!" if one.get("reply_broadcast") else "")
        for sign, one in zip(signs, messages, strict=True)
    ]


class SlackScenario:
    """A board with a rule for #roles, or given rules, and one posting that fits none of them."""

    def __init__(self, office: PostOffice, *rules: Rule) -> None:
        self.office = office
        self.slack = office.slack
        delivered: dict[str, Any] = {
            "alerts": AlertSettings(operator=("slack:#ops",)),
            "slack": SlackSettings(token=SecretStr(TOKEN)),
        }
        self.history = History(office.engine, settings(*(rules or (RULE,)), **delivered))

    async def check(self, *postings: Posting, closed: str = "") -> None:
        """Record a check that lists these, and deliver its alerts."""
        self.check_without_delivery(*postings, closed=closed)
        await self.deliver()

    def check_without_delivery(self, *postings: Posting, closed: str = "") -> None:
        """Record a check without delivery."""
        self.history.check(snapshot([CHEF, *postings], {closed: Probe.GONE} if closed else {}))

    async def check_result(self, result: Result) -> None:
        """Record another result of the board, and deliver its alerts."""
        self.history.check(result)
        await self.deliver()

    async def deliver(self) -> None:
        delivered = await self.office.outbox().deliver(until_idle=True)
        assert (delivered.failed, delivered.waiting) == (0, 0)

    @property
    def cards(self) -> list[Body]:
        """Return the channel's messages after the first summary, without deleted ones."""
        return [one for one in self.slack.channels[ROLES].messages[1:] if "subtype" not in one]

    @property
    def card(self) -> Body:
        (card,) = self.cards
        return card

    @property
    def thread(self) -> list[Body]:
        return self.slack.channels[ROLES].replies(self.card)
