"""`doctor`: try everything that checks and alerts need, and say how to fix what fails.

It stores nothing and posts nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from monitor.cli import doctor_database
from monitor.cli.common import State, state
from monitor.cli.finding import Finding
from monitor.cli.output import Format, FormatOption, emit
from monitor.errors import UserError
from monitor.text.values import clean, counted

if TYPE_CHECKING:
    from crawler.holds import Holds
    from crawler.items import Failure, Result
    from monitor.config.model import Settings

_COLUMNS = ("subject", "ok", "found", "remedy")
_REFUSING = {401, 403}


def doctor(ctx: typer.Context, fmt: FormatOption = Format.TABLE) -> None:
    """Test the configuration, the database, Slack and each board.

    One line for each, with a remedy for what fails. Nothing is stored or posted.
    """
    current = state(ctx)
    found = asyncio.run(_examine(current, fmt))
    if fmt is not Format.TABLE:
        emit([asdict(finding) for finding in found], _COLUMNS, fmt, current.console)
    if not all(finding.ok for finding in found):
        raise typer.Exit(1)


async def _examine(current: State, fmt: Format) -> list[Finding]:
    """Return all findings. Each is printed as it comes if a person reads along."""
    found: list[Finding] = []
    width = _width(current)
    async for finding in _findings(current):
        found.append(finding)
        if fmt is Format.TABLE:
            _say(current, finding, width)
    return found


def _width(current: State) -> int:
    """Return the width of the column of subjects."""
    try:
        named = [*(board.board for board in current.settings.boards), *current.settings.channels()]
    except UserError:
        named = []
    return max(len(name) for name in ["configuration", *named])


def _say(current: State, finding: Finding, width: int) -> None:
    from rich.text import Text

    line = Text("ok   ", style="green") if finding.ok else Text("FAIL ", style="bold red")
    line.append(f" {finding.subject:<{width}}  ").append(clean(finding.found))
    if finding.remedy:
        line.append(f" — {clean(finding.remedy)}", style="bold" if not finding.ok else "dim")
    current.console.print(line, soft_wrap=True)


async def _findings(current: State) -> AsyncIterator[Finding]:
    from monitor.config.load import ConfigError

    try:
        settings = current.settings
    except UserError as error:
        is_content = isinstance(error, ConfigError)  # else the line itself says what to do
        remedy = f"{'correct the file, ' if is_content else ''}then run doctor again"
        for line in str(error).splitlines():
            yield Finding("configuration", ok=False, found=line, remedy=remedy)
        return
    yield _configuration(settings)
    for finding in doctor_database.examine(current):
        yield finding
    from monitor.cli import doctor_channels

    async for finding in doctor_channels.examine(settings):
        yield finding
    async for finding in _boards(settings, current.holds()):
        yield finding


def _configuration(settings: Settings) -> Finding:
    boards, rules = len(settings.boards), len(settings.rules)
    found = f"{settings.file}: {counted(boards, 'board')}, {counted(rules, 'rule')}"
    if not boards:
        return Finding(
            "configuration", ok=False, found=found, remedy="add one with `rolewatch boards add`"
        )
    if not rules:
        return Finding(
            "configuration",
            ok=True,
            found=found,
            remedy="without [[rules]] changes are stored, and no alerts are sent",
        )
    return Finding("configuration", ok=True, found=found)


async def _boards(settings: Settings, holds: Holds) -> AsyncIterator[Finding]:
    """Check each board once. Say of the others why they are not watched."""
    from crawler.crawl import crawl
    from crawler.items import BoardRequest
    from monitor.rounds.network import is_unreached

    names = [board.board for board in settings.boards if board.enabled]
    unreached: list[Result] = []
    for ats in sorted({name.split(":")[0] for name in names}):
        requests = [BoardRequest(name, glance=True) for name in names if name.startswith(f"{ats}:")]
        async with aclosing(crawl(ats, requests, settings.politeness(ats), holds)) as results:
            async for result in results:
                if is_unreached(result):
                    unreached.append(result)
                else:
                    yield await _board(result, settings)
    if len(unreached) == len(names) > 1:
        yield _offline(unreached[0], len(names))
    else:
        for result in unreached:
            yield await _board(result, settings)
    for board in settings.boards:
        if not board.enabled:
            remedy = board.off or f"it has `enabled = false` in {settings.file}"
            yield Finding(board.board, ok=True, found="not watched", remedy=remedy)


def _offline(result: Result, boards: int) -> Finding:
    """Return one finding instead of one for each board if no host answers."""
    reason = getattr(result, "reason", "")
    remedy = "is this machine online? No posting closes because of this, and the daemon tries again"
    return Finding(
        "network",
        ok=False,
        found=f"none of {boards} boards can be reached: {reason}",
        remedy=remedy,
    )


async def _board(result: Result, settings: Settings) -> Finding:
    from crawler.items import Failure, Snapshot

    if isinstance(result, Failure):
        return Finding(
            result.board, ok=False, found=result.reason, remedy=await _remedy(result, settings)
        )
    seen = counted(result.seen, "posting") if isinstance(result, Snapshot) else "unchanged"
    return Finding(result.board, ok=True, found=f"{seen} in {result.seconds:.1f} s")


async def _remedy(failure: Failure, settings: Settings) -> str:
    from crawler.links.directory import companies_by_board
    from monitor.alerts.incidents import moved_where
    from monitor.rounds.new_board import on_careers_page

    if failure.unknown:
        configured = settings.board(failure.board)
        company = (
            (configured and configured.company)
            or companies_by_board().get(failure.board)
            or failure.board.partition(":")[2]
        )
        return moved_where(failure.board, company, await on_careers_page(failure.board, settings))
    if failure.held:
        return "wait: the daemon asks it again by itself, and no posting closes because of this"
    if failure.status in _REFUSING:
        return "the host refuses us: set [crawl] contact, check less often, or use another network"
    if failure.status is None:
        return (
            "is this machine online, and may it reach the host? No posting closes because of this"
        )
    return "the host has a problem: the daemon tries again, and no posting closes because of this"
