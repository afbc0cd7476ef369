"""A scenario in which one Slack channel has several names."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from monitor.config.model import Rule
from monitor.database import slack_channels
from monitor.database.engine import read_transaction
from monitor.database.tables import Alert, Card, Delivery, Introduction, Mute
from monitor.queries.consistency import findings
from tests.support.slack_scenario import RULE, SlackScenario
from tests.support.slack_server import ROLES

NAME, ID = "slack:#roles", f"slack:{ROLES}"
BOTH = replace(RULE, notify=(NAME, ID))


class Named(SlackScenario):
    """A scenario like the daemon's: names that are learned count from the next round on."""

    async def use(self, *rules: Rule) -> None:
        """Apply a changed configuration."""
        self.history.settings = replace(self.history.settings, rules=rules)
        self.office.channels = self.history.settings.channels()
        await self.office.outbox().ask_channel_names()
        self.name()

    async def deliver(self) -> None:
        self.office.channels = self.history.settings.channels()
        await super().deliver()
        self.name()

    def name(self) -> None:
        self.history.settings = slack_channels.read(self.office.engine).applied(
            self.history.settings
        )

    def contradictions(self) -> list[str]:
        with read_transaction(self.office.engine) as connection:
            return list(findings(connection))

    def spellings(self) -> set[str]:
        """Return every name under which rows of the channel are stored."""
        columns = (
            Alert.channel,
            Delivery.channel,
            Card.channel,
            Mute.channel,
            Introduction.channel,
        )
        with read_transaction(self.office.engine) as connection:
            found = {name for column in columns for name in connection.scalars(select(column))}
        return found - {"slack:#ops"}
