"""A person and their direct message are one channel under two names."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from monitor.alerts import mutes
from monitor.channels import Listed
from monitor.database import slack_channels
from monitor.database.engine import read_transaction
from tests.support.named_scenario import BOTH, Named
from tests.support.outbox_fixture import post_office
from tests.support.slack_channel import Channel
from tests.support.slack_scenario import MORE, PAY, RULE, paid

ALICE, CHAT = "slack:U0ALICE01", "slack:D0ALICE01"


@pytest.fixture
async def life(engine: Engine) -> AsyncIterator[Named]:
    async with post_office(engine) as office:
        yield Named(office, BOTH)
        assert office.one_copy_each()


def open_chat(life: Named) -> Channel:
    """Open Alice's direct message, as it exists after a first message."""
    return life.slack.channels.setdefault("D0ALICE01", Channel("D0ALICE01", "", user="U0ALICE01"))


@pytest.mark.parametrize("scope", [True, False])
@pytest.mark.parametrize("names", [(ALICE, CHAT), (CHAT, ALICE)])
async def test_a_person_and_their_direct_message_are_one_channel(
    life: Named, names: tuple[str, str], scope: bool
) -> None:
    chat = open_chat(life)
    if not scope:
        life.slack.break_next("missing_scope", "conversations.list", 100)
    await life.use(replace(RULE, notify=names))
    for step in ((), (paid(PAY),), (paid(MORE),)):
        await life.check(*step)
    assert len(chat.messages) == 2
    assert len(chat.everything()) == 3
    assert life.spellings() == {names[0]}
    assert life.contradictions() == []


async def test_a_direct_message_named_by_id_keeps_its_rows(
    life: Named,
) -> None:
    await life.use(replace(RULE, notify=(ALICE,)))
    await life.check()
    await life.check(paid(PAY))
    with life.office.engine.begin() as connection:
        mutes.mute(
            connection, ALICE, posting_id=None, rule="other", by="U0ALICE01", now=life.history.now
        )
    await life.use(replace(RULE, notify=(CHAT,)))
    await life.check(paid(MORE))
    chat = life.slack.channels["D0ALICE01"]
    assert (len(chat.messages), len(chat.everything())) == (2, 3)
    assert life.spellings() == {CHAT}
    with read_transaction(life.office.engine) as connection:
        assert mutes.current(connection, life.history.now).reason(CHAT, "other", None) is not None
    assert life.contradictions() == []


async def test_a_first_direct_message_teaches_its_id(
    life: Named,
) -> None:
    chat = open_chat(life)
    life.slack.break_next("missing_scope", "conversations.list", 100)
    await life.use(replace(RULE, notify=(CHAT, ALICE)))
    life.slack.break_next("429", channel="U0ALICE01")
    await life.check()
    assert len(chat.everything()) == 1
    assert life.spellings() == {CHAT}
    with read_transaction(life.office.engine) as connection:
        assert slack_channels.directory(connection).channels == {
            "U0ALICE01": Listed("D0ALICE01", private=True)
        }
