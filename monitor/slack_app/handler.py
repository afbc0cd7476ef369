"""One question after the other: the database is asked in a thread, then Slack is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from monitor.alerts import mutes
from monitor.config.model import Settings
from monitor.database.engine import read_transaction
from monitor.errors import UserError
from monitor.notify.base import NotifyError
from monitor.slack_app import actions, diff_files, replies, slash_commands
from monitor.slack_app.actions import Outcome
from monitor.slack_app.payloads import Click, SlashCommand
from monitor.slack_app.replies import SlackReply
from monitor.slack_app.responses import SlackResponses

log = structlog.get_logger()


class InteractionHandler:
    """Serves clicks and typed words with the newest settings."""

    def __init__(
        self,
        engine: Engine,
        settings: Callable[[], Settings],
        calls: SlackResponses,
        clock: Callable[[], datetime],
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._calls = calls
        self._clock = clock
        # one click after the other, so that of two that are the same one has an effect
        self._changing = asyncio.Lock()

    async def serve(self, asked: Click | SlashCommand) -> None:
        """Does and says what was asked for.

        The work may fail in any way, as the job around one alert may: who asked is told so, and the
        next question is served.
        """
        try:
            outcome = await self._outcome(asked)
        except Exception:  # a person waits for a word, and a click must not end the daemon
            log.exception("a question from slack failed", what=_what(asked))
            outcome = Outcome(replies.BROKEN)
        try:
            await self._respond(asked, outcome)
        except NotifyError as error:
            log.warning("slack was not told", what=_what(asked), reason=error.reason)
        except DBAPIError as error:
            # it may pass
            log.error(  # noqa: TRY400
                "what slack was told could not be noted",
                what=_what(asked),
                reason=type(error.orig).__name__,
            )
        except Exception:  # as above: Slack may answer anything
            log.exception("an answer to slack failed", what=_what(asked))
            await self._apologize(asked)

    async def _apologize(self, asked: Click | SlashCommand) -> None:
        """Tell the person that it failed. What fails here is logged alone."""
        try:
            await self._calls.answer(asked, replies.BROKEN)
        except Exception as error:  # there is nothing else to try  # noqa: BLE001
            log.warning("slack was not told", what=_what(asked), reason=type(error).__name__)

    async def _outcome(self, asked: Click | SlashCommand) -> Outcome:
        if isinstance(asked, SlashCommand):
            return Outcome(await asyncio.to_thread(self._command, asked))
        async with self._changing:
            return await asyncio.to_thread(self._click, asked)

    def _command(self, typed: SlashCommand) -> SlackReply:
        with read_transaction(self._engine) as connection:
            try:
                return slash_commands.handle_command(
                    connection, self._settings(), typed, self._clock()
                )
            except UserError as error:
                return replies.error_reply(str(error))

    def _click(self, click: Click) -> Outcome:
        with self._engine.begin() as connection:
            return actions.handle_action(connection, self._settings(), click, self._clock())

    async def _respond(self, asked: Click | SlashCommand, outcome: Outcome) -> None:
        answer = outcome.answer
        if isinstance(asked, Click):
            if outcome.replaced is not None and outcome.place is not None:
                await self._replace(*outcome.place, outcome.replaced)
            if outcome.announced is not None and outcome.mute is not None:
                answer = await self._announce(asked, outcome.announced, outcome.mute, answer)
            if outcome.file is not None:
                answer = await self._upload(asked, outcome.file)
        if answer is not None:
            await self._calls.answer(asked, answer, in_place=outcome.in_place)

    async def _replace(self, channel_id: str, ts: str, said: SlackReply) -> None:
        try:
            await self._calls.replace(channel_id, ts, said)
        except NotifyError as error:
            log.warning("slack did not change its message", reason=error.reason)

    async def _announce(
        self, click: Click, said: SlackReply, mute: int, answer: SlackReply | None
    ) -> SlackReply | None:
        """The answer, which says so when the thread could not be told."""
        try:
            ts = await self._calls.announce(click.channel_id, click.thread_ts, said)
        except NotifyError as error:
            log.warning("a mute could not be announced", reason=error.reason)
            return replies.error_reply(
                f"It is muted, but the thread could not be told: {error.reason}"
            )
        await asyncio.to_thread(self._note, mute, click.channel_id, ts)
        return answer

    def _note(self, mute: int, channel_id: str, ts: str) -> None:
        with self._engine.begin() as connection:
            mutes.announced(connection, mute, channel_id, ts)

    async def _upload(self, click: Click, file: diff_files.File) -> SlackReply | None:
        """What to say when the diff did not arrive."""
        there = False
        try:
            await self._calls.upload(
                click.channel_id, click.thread_ts, file.name, file.title, file.content
            )
            there = True
        except NotifyError as error:
            log.warning("a diff could not be uploaded", reason=error.reason)
            return replies.diff_failed(error.reason)
        finally:
            await asyncio.to_thread(self._settle, file, there=there)
        return None

    def _settle(self, file: diff_files.File, *, there: bool) -> None:
        with self._engine.begin() as connection:
            diff_files.finish_upload(connection, file, there=there)


def _what(asked: Click | SlashCommand) -> str:
    return asked.action if isinstance(asked, Click) else "/rolewatch"
