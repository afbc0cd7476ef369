"""Handle one click, command or visit: work on the database in a thread, then run the effects.

slack_bolt's `AsyncApp` does not do the routing. It finds handlers by an action's name, as the
dictionaries of `actions` and `slash_commands` do in a line for each. Its other work is done here
without it: the envelope is acknowledged before, a row in the database decides who may do what, and
what follows in Slack waits for the commit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from datetime import datetime

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from monitor.alerts import mutes
from monitor.config.model import Settings
from monitor.database.engine import read_transaction
from monitor.errors import UserError
from monitor.notify.base import NotifyError
from monitor.notify.document import Composed
from monitor.rules.watches import with_watches
from monitor.slack_app import actions, diff_files, mute_replies, replies, slash_commands
from monitor.slack_app.effects import (
    Announce,
    Effect,
    Effects,
    PublishHome,
    Replace,
    Respond,
    Upload,
)
from monitor.slack_app.home import HomePublisher
from monitor.slack_app.payloads import Asked, Click, HomeOpened, SlashCommand
from monitor.slack_app.slack_calls import SlackCalls

log = structlog.get_logger()


class InteractionHandler:
    """Handles clicks, commands and visits with the newest settings.

    `changing_watches` is entered around each transaction that may begin or end a watch.
    """

    def __init__(
        self,
        engine: Engine,
        settings: Callable[[], Settings],
        calls: SlackCalls,
        clock: Callable[[], datetime],
        homes: HomePublisher,
        *,
        changing_watches: Callable[[], AbstractAsyncContextManager[None]] = nullcontext,
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._calls = calls
        self._clock = clock
        self._homes = homes
        self._changing_watches = changing_watches
        # changes run one after the other, so that a repeated one has no second effect
        self._changing = asyncio.Lock()

    async def handle(self, asked: Asked) -> None:
        """Do what was asked and respond.

        Any error is caught here, as in the job around one alert: the person gets a reply, and the
        next click or command is handled.
        """
        if isinstance(asked, HomeOpened):
            await self._homes.opened(asked.user)
            return
        try:
            effects = await self._effects(asked)
        except Exception:  # a person waits for a reply, and a click must not end the daemon
            log.exception("slack_interaction_failed", interaction=_name(asked))
            effects = (Respond(replies.BROKEN),)
        try:
            for effect in effects:
                if not await self._run(asked, effect):
                    break
        except NotifyError as error:
            log.warning("slack_response_failed", interaction=_name(asked), reason=error.reason)
        except DBAPIError as error:
            # no traceback: the database may be back soon
            reason = type(error.orig).__name__
            log.error("slack_response_not_stored", interaction=_name(asked), reason=reason)  # noqa: TRY400
        except Exception:  # as above: Slack may answer anything
            log.exception("slack_response_failed", interaction=_name(asked))
            await self._apologize(asked)

    async def _apologize(self, asked: Click | SlashCommand) -> None:
        """Tell the person that it failed. An error here is only logged."""
        try:
            await self._calls.respond_ephemeral(asked, replies.BROKEN)
        except Exception as error:  # nothing is left to try  # noqa: BLE001
            log.warning(
                "slack_response_failed", interaction=_name(asked), reason=type(error).__name__
            )

    async def _effects(self, asked: Click | SlashCommand) -> Effects:
        if isinstance(asked, SlashCommand):
            if not slash_commands.changes_watches(asked):
                reading = read_transaction(self._engine)
                return (Respond(await asyncio.to_thread(self._command, asked, reading)),)
            async with self._changing, self._changing_watches():
                reply = await asyncio.to_thread(self._command, asked, self._engine.begin())
            return (Respond(reply), PublishHome(asked.user))
        if actions.changes_watches(asked):
            async with self._changing, self._changing_watches():
                return await asyncio.to_thread(self._click, asked)
        async with self._changing:
            return await asyncio.to_thread(self._click, asked)

    def _command(
        self, command: SlashCommand, transaction: AbstractContextManager[Connection]
    ) -> Composed:
        try:
            with transaction as connection:
                settings = with_watches(connection, self._settings())
                return slash_commands.handle_command(connection, settings, command, self._clock())
        except UserError as error:
            return replies.error_reply(str(error))

    def _click(self, click: Click) -> Effects:
        with self._engine.begin() as connection:
            settings = with_watches(connection, self._settings())
            return actions.handle_action(connection, settings, click, self._clock())

    async def _run(self, asked: Click | SlashCommand, effect: Effect) -> bool:
        """Run one effect. Return False if it failed and the person got a reply that says so."""
        match effect:
            case Respond(reply, in_place):
                await self._respond(asked, reply, in_place=in_place)
            case Replace():
                await self._replace(effect)
            case PublishHome(user):
                await self._homes.publish(user)
            case Announce():
                return await self._announce(asked, effect)
            case Upload(file):
                return await self._upload(asked, file)
        return True

    async def _respond(
        self, asked: Click | SlashCommand, reply: Composed, *, in_place: bool
    ) -> None:
        """Reply to the person. A click in App Home has no place for a reply."""
        if not isinstance(asked, Click) or not asked.at_home:
            await self._calls.respond_ephemeral(asked, reply, in_place=in_place)

    async def _replace(self, effect: Replace) -> None:
        try:
            await self._calls.update_message(effect.channel_id, effect.ts, effect.reply)
        except NotifyError as error:
            log.warning("slack_message_not_edited", reason=error.reason)

    async def _announce(self, asked: Click | SlashCommand, effect: Announce) -> bool:
        if not isinstance(asked, Click):  # commands announce nothing
            return True
        try:
            ts = await self._calls.post_in_thread(
                asked.channel_id, asked.thread_ts, effect.reply, f"mute-{effect.mute_id}"
            )
        except NotifyError as error:
            log.warning("mute_not_announced", reason=error.reason)
            await self._calls.respond_ephemeral(asked, mute_replies.not_announced(error.reason))
            return False
        await asyncio.to_thread(self._record_announcement, effect.mute_id, asked.channel_id, ts)
        return True

    def _record_announcement(self, mute: int, channel_id: str, ts: str) -> None:
        with self._engine.begin() as connection:
            mutes.announced(connection, mute, channel_id, ts)

    async def _upload(self, asked: Click | SlashCommand, file: diff_files.DiffUpload) -> bool:
        if not isinstance(asked, Click):  # commands upload nothing
            return True
        uploaded = False
        try:
            await self._calls.upload_file(
                asked.channel_id, asked.thread_ts, file.name, file.title, file.content
            )
            uploaded = True
        except NotifyError as error:
            log.warning("diff_not_uploaded", reason=error.reason)
            reason = error.reason
        finally:
            await asyncio.to_thread(self._finish_upload, file, uploaded=uploaded)
        if not uploaded:
            await self._calls.respond_ephemeral(asked, replies.diff_failed(reason))
        return uploaded

    def _finish_upload(self, file: diff_files.DiffUpload, *, uploaded: bool) -> None:
        with self._engine.begin() as connection:
            diff_files.finish_upload(connection, file, uploaded=uploaded)


def _name(asked: Click | SlashCommand) -> str:
    return asked.action if isinstance(asked, Click) else "/rolewatch"
