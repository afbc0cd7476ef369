"""One Slack channel under several names: each message once, and its rows stay with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from monitor.alerts import mutes
from monitor.channels import Listed
from monitor.config.model import AlertSettings
from monitor.database import slack_channels
from monitor.database.engine import read_transaction
from monitor.database.slack_channels import Directory
from monitor.database.tables import Alert, Card, Delivery, Introduction
from monitor.delivery import channel_merge
from monitor.delivery.pack import new_id, pack
from monitor.delivery.threads import IS_REST, begin_threads
from monitor.demo.board_server import BoardServer
from tests.support.alerts import AT, notice
from tests.support.block_rules import parts
from tests.support.boards import posting
from tests.support.greenhouse import job
from tests.support.named_scenario import BOTH, ID, NAME, Named
from tests.support.outbox_fixture import post_office
from tests.support.running import Place, ProcessLog, until
from tests.support.slack_channel import Channel
from tests.support.slack_scenario import MORE, MOST, PAY, RULE, kinds, paid
from tests.support.slack_server import OPS, PATIENCE, ROLES, TOKEN, SlackServer, shown
from tests.support.written_alerts import write_digests

OTHER = replace(RULE, name="engineers", any=("engineer",), notify=(ID,))


@pytest.fixture
async def life(engine: Engine) -> AsyncIterator[Named]:
    async with post_office(engine) as office:
        yield Named(office, BOTH)
        assert office.one_copy_each()


def rename(life: Named, rows: Iterable[object], name: str) -> None:
    """Store rows under another name, as before names were known."""
    with life.office.engine.begin() as connection:
        for table in rows:
            connection.execute(update(table).values(channel=name))  # type: ignore[arg-type]
        connection.exec_driver_sql("DELETE FROM slack_channel")


async def test_two_names_of_one_channel_get_each_message_once(life: Named) -> None:
    for step in ((), (paid(PAY),), (paid(MORE),)):
        await life.check(*step)
    assert len(life.slack.channels[ROLES].messages) == 2
    assert len(life.thread) == 1
    assert life.spellings() == {NAME}
    assert life.contradictions() == []


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("fault", ["500", "429", "missing_scope", "timeout"])
async def test_names_learned_late_duplicate_nothing(
    sqlite_engine: Engine, fault: str, times: int
) -> None:
    async with post_office(sqlite_engine) as office:
        life = Named(office, BOTH)
        life.slack.break_next(
            fault, "conversations.list", times * (2 if fault == "missing_scope" else 1)
        )
        life.check_without_delivery()
        for step in ((paid(PAY),), (paid(MORE),)):
            life.check_without_delivery(*step)
            for _ in range(3):
                office.channels = life.history.settings.channels()
                await office.outbox().deliver(until_idle=True)
        ids = [
            one.delivery_id
            for one in office.deliveries()
            if one.state == "sent" and one.channel in {NAME, ID}
        ]
        assert len(ids) == 3, [
            (one["text"][:60], one.get("thread_ts"))
            for one in life.slack.channels[ROLES].everything()
        ]
        assert [life.slack.copies(one) for one in ids] == [1, 1, 1]
        assert len(life.slack.channels[ROLES].everything()) == 3
        assert life.contradictions() == []


async def test_a_crash_before_names_are_known_duplicates_nothing(
    life: Named,
) -> None:
    life.history.settings = replace(life.history.settings, rules=(BOTH,))
    life.check_without_delivery()
    with life.office.engine.begin() as connection:
        pack(connection, life.history.now)
        claimed = update(Delivery).where(Delivery.channel == NAME)
        connection.execute(
            claimed.values(
                state="sending",
                sending_at=life.history.now,
                attempts=1,
                next_try_at=life.history.now,
            )
        )
    await life.deliver()
    assert len(life.slack.channels[ROLES].messages) == 1
    assert life.contradictions() == []


@pytest.mark.parametrize("name", [NAME, ID])
async def test_a_crash_within_a_list_lists_each_role_once(life: Named, name: str) -> None:
    life.check_without_delivery(*(posting(str(key)) for key in range(1, 10)))
    with life.office.engine.begin() as connection:
        pack(connection, life.history.now)
        begin_threads(connection, new_id)
        claimed = update(Delivery).where(Delivery.channel == name, ~IS_REST)
        at = life.history.now
        connection.execute(
            claimed.values(state="sending", sending_at=at, attempts=1, next_try_at=at)
        )
    await life.deliver()
    messages = life.slack.channels[ROLES].everything()
    links = [part["url"] for part in parts([m["blocks"] for m in messages]) if "url" in part]
    assert len(links) == len(set(links)) == 9
    assert life.contradictions() == []


async def test_rules_of_both_names_share_a_card(life: Named) -> None:
    await life.use(replace(RULE, notify=(NAME,)), OTHER)
    await life.check()
    await life.check(paid(PAY))
    assert "research-engineer" in shown(life.card)
    assert "engineers" in shown(life.card)


async def test_cards_stored_under_another_name_keep_their_thread(life: Named) -> None:
    await life.use(replace(RULE, notify=(ID,)))
    await life.check()
    await life.check(paid(PAY))
    rename(life, (Alert, Delivery, Card, Introduction), ID)
    await life.use(replace(RULE, notify=(NAME,)))
    life.check_without_delivery(paid(PAY))
    await life.check(paid(MORE))
    assert kinds(life.thread) == ["changed!"]
    assert len(life.cards) == 1
    assert "$141k" in shown(life.card)
    assert life.spellings() == {NAME}
    assert life.contradictions() == []


async def test_an_unconfirmed_message_is_settled_under_its_own_name(life: Named) -> None:
    await life.use(replace(RULE, notify=(ID,)))
    await life.check()
    life.slack.break_next("accept_then_reset")
    life.check_without_delivery(paid(PAY))
    life.office.channels = (ID,)
    await life.office.outbox().deliver(until_idle=False)
    await life.use(replace(RULE, notify=(NAME,)))
    life.check_without_delivery(paid(MORE))
    await life.deliver()
    await life.check(paid(MOST))
    assert len(life.cards) == 1
    assert life.contradictions() == []


async def test_a_channel_that_was_renamed_keeps_cards_mutes_and_history(life: Named) -> None:
    await life.use(replace(RULE, notify=(NAME,)))
    await life.check()
    await life.check(paid(PAY))
    with life.office.engine.begin() as connection:
        mutes.mute(
            connection, NAME, posting_id=None, rule="other", by="U0ADMIN001", now=life.history.now
        )
    life.slack.channels[ROLES].name = "jobs"
    await life.check(paid(MORE))
    assert len(life.thread) == 1
    await life.use(replace(RULE, notify=("slack:#jobs",)))
    await life.deliver()
    await life.check(paid(MOST))
    assert len(life.cards) == 1
    assert len(life.thread) == 2
    assert life.spellings() == {"slack:#jobs"}
    with read_transaction(life.office.engine) as connection:
        assert (
            mutes.current(connection, life.history.now).reason("slack:#jobs", "other", None)
            is not None
        )
    assert life.contradictions() == []


async def test_a_reused_name_is_the_new_channel(life: Named) -> None:
    await life.use(replace(RULE, notify=(NAME,)))
    await life.check()
    life.slack.channels[ROLES].name = "jobs"
    life.slack.channels["C0NEW0001"] = Channel("C0NEW0001", "roles")
    await life.use(replace(RULE, notify=(NAME, "slack:#jobs")))
    await life.check(paid(PAY))
    assert [len(life.slack.channels[one].messages) for one in ("C0NEW0001", ROLES)] == [1, 3]


async def test_a_channel_with_several_names_has_one_digest(life: Named) -> None:
    await life.use(replace(RULE, notify=(NAME,)), OTHER)
    await life.check()
    night = life.history.now.replace(hour=23)
    settings = replace(
        life.history.settings, alerts=AlertSettings(digest=night.time().replace(hour=22))
    )
    with life.office.engine.begin() as connection:
        assert write_digests(connection, settings, night) == 1
    await life.deliver()


async def test_an_operator_channel_with_two_names_gets_one_message(life: Named) -> None:
    await life.use(replace(RULE, notify=("slack:#roles",)))
    life.history.settings = replace(
        life.history.settings, alerts=AlertSettings(operator=("slack:#ops", f"slack:{OPS}"))
    )
    for channel in ("slack:#ops", f"slack:{OPS}"):
        life.office.tell(notice(), channel=channel)
    await life.deliver()
    assert len(life.slack.channels[OPS].messages) == 1


def test_a_directory_knows_equal_names_and_public_channels() -> None:
    known = Directory(
        {
            "#roles": Listed(ROLES, private=False),
            "#old": Listed(ROLES, private=False),
            "#hr": Listed("C0HR00001", private=True),
        }
    )
    assert known.aliases(["console", ID, NAME, "slack:#hr", "slack:#new"]) == {
        NAME: ID,
        "slack:#old": ID,
        "slack:C0HR00001": "slack:#hr",
    }
    assert {
        one
        for one in (NAME, ID, "slack:#hr", "slack:C0HR00001", "slack:#new", "slack:C0UNKNOWN")
        if known.is_public(one)
    } == {
        NAME,
        ID,
    }


def test_listed_channels_are_stored_and_reused_names_move(
    engine: Engine,
) -> None:
    def listed(**names: str) -> dict[str, Listed]:
        return {f"#{name}": Listed(channel_id, private=False) for name, channel_id in names.items()}

    with engine.begin() as connection:
        slack_channels.remember(connection, listed(roles="C1", ops="C2"), AT)
        slack_channels.remember(connection, listed(jobs="C1", ops="C3"), AT)
        assert slack_channels.directory(connection).channels == listed(
            roles="C1", jobs="C1", ops="C3"
        )
        channel_merge.merge(connection, {"slack:#roles": "slack:#jobs"})


async def test_check_sends_a_channel_with_two_names_one_message(
    tmp_path: Path, slack: SlackServer
) -> None:
    async with BoardServer() as boards:
        boards.board("examplelabs", job(1, title="Research Engineer"))
        place = Place(tmp_path, boards.url, slack.api_url, TOKEN, every="1h")
        place.config.write_text(
            place.config.read_text().replace(
                'notify = ["slack:#roles"]', f'notify = ["slack:#roles", "{ID}"]'
            )
        )
        for number in (2, 3):
            assert (await place.here("check"))[0] == 0
            boards.board(
                "examplelabs",
                *(job(key, title=f"Research Engineer {key}") for key in range(1, number + 1)),
            )
        assert (await place.here("check"))[0] == 0
    texts = slack.texts()
    assert len(texts) == len(set(texts))
    assert sum(text.startswith("Now watching") for text in texts) == 1
    assert place.ask("SELECT DISTINCT channel FROM alert WHERE rule IS NOT NULL") == [(NAME,)]


async def test_check_knows_that_two_rules_name_one_channel(
    tmp_path: Path, slack: SlackServer
) -> None:
    rule = '[[rules]]\nname = "{}"\nany = ["engineer"]\nnotify = ["{}"]\n'
    async with BoardServer() as boards:
        boards.board("examplelabs", job(1, title="Research Engineer"))
        place = Place(tmp_path, boards.url, slack.api_url, TOKEN, every="1h")
        place.configure(rule.format("second", ID))
        assert (await place.here("check"))[0] == 0
    assert [text.startswith("Now watching") for text in slack.texts()] == [True]
    assert place.ask("SELECT DISTINCT channel FROM introduction") == [(NAME,)]


async def test_check_repeats_no_reminder_to_a_channel_that_is_named_otherwise_now(
    tmp_path: Path, slack: SlackServer
) -> None:
    near = (datetime.now(UTC) + timedelta(hours=20)).isoformat()
    async with BoardServer() as boards:
        boards.board("examplelabs", job(1, application_deadline=near))
        place = Place(tmp_path, boards.url, slack.api_url, TOKEN, every="1h")
        assert (await place.here("check"))[0] == 0
        place.config.write_text(place.config.read_text().replace(f'"{NAME}"', f'"{ID}"'))
        assert (await place.here("check"))[0] == 0
    assert ["to apply" in text for text in slack.texts()] == [False, True]


async def test_a_second_name_added_at_runtime_duplicates_nothing(
    tmp_path: Path, slack: SlackServer
) -> None:
    async with BoardServer() as boards:
        boards.board("examplelabs", job(1, title="Research Engineer"))
        place = Place(tmp_path, boards.url, slack.api_url, TOKEN, every="1h")
        daemon = ProcessLog(await place.start("run"))
        try:
            await until(slack.texts)
            place.config.write_text(
                place.config.read_text().replace(
                    'notify = ["slack:#roles"]', f'notify = ["{ID}", "slack:#roles"]'
                )
            )
            await until(lambda: daemon.of("configuration_reloaded"))
            boards.board(
                "examplelabs", *(job(key, title=f"Research Engineer {key}") for key in (1, 2))
            )
            assert (await place.here("check"))[0] == 0
            assert await daemon.stopped() < 10
        finally:
            place.kill_all()
    texts = slack.texts()
    assert len(texts) == len(set(texts))
    assert sum(text.startswith("Now watching") for text in texts) == 1
    assert place.ask("SELECT DISTINCT channel FROM alert WHERE kind = 'opened'") == [(ID,)]


async def test_a_name_stored_in_capitals_is_the_same_channel(life: Named) -> None:
    await life.use(replace(RULE, notify=(NAME,)))
    await life.check()
    await life.check(paid(PAY))
    rename(life, (Alert, Delivery, Card, Introduction), "slack:#Roles")
    life.office.tell(notice(), channel="slack:#Roles")
    await life.check(paid(MORE))
    assert len(life.slack.channels[ROLES].messages) == 3  # the summary, the card and the notice
    assert len(life.slack.channels[ROLES].everything()) == 3 + 1
    assert life.spellings() == {NAME}
    assert life.contradictions() == []


async def test_a_known_id_is_used_while_slack_lists_nothing(life: Named) -> None:
    await life.use(replace(RULE, notify=(NAME,)))
    await life.check()
    life.slack.wait = 600
    life.slack.break_next("429", "conversations.list", 100)
    asked = life.slack.calls["conversations.list"]
    life.check_without_delivery(paid(PAY))
    outbox = life.office.outbox()
    outbox.reconfigure(life.office.outbox())
    assert (await outbox.deliver(until_idle=False)).sent == 1
    life.check_without_delivery(paid(MORE))
    assert (await outbox.deliver(until_idle=False)).sent == 1  # a reply, and the card is edited
    assert "$141k" in shown(life.card)
    life.office.tell(notice("another"), channel="slack:#jobs")
    assert (await outbox.deliver(until_idle=False)).sent == 0
    assert life.slack.calls["conversations.list"] == asked + 1
    life.slack.channels["C00JOBS01"] = Channel("C00JOBS01", "jobs")
    life.slack.faults.clear()
    await life.office.clock.sleep(600)
    await life.deliver()


async def test_a_channel_that_is_named_otherwise_keeps_its_rows_while_slack_lists_nothing(
    life: Named,
) -> None:
    await life.use(replace(RULE, notify=(NAME,)))
    await life.check()
    life.slack.break_next("500", "conversations.list", 100)
    await life.use(replace(RULE, notify=(ID,)))
    assert life.spellings() == {ID}


async def test_a_known_id_does_not_wait_for_a_slow_list(
    life: Named, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.notify.slack.channel_ids._PATIENCE", 0.05)
    await life.use(replace(RULE, notify=(NAME,)))
    await life.check()
    life.slack.break_next("timeout", "conversations.list")
    life.slack.patience = PATIENCE  # seconds: the list takes all of them
    life.check_without_delivery(paid(PAY))
    sent = life.slack.calls["chat.postMessage"]
    outbox = life.office.outbox()
    async with asyncio.timeout(4):
        assert (await outbox.deliver(until_idle=False)).sent == 1
    assert life.slack.calls["chat.postMessage"] == sent + 1
    await outbox.close()
