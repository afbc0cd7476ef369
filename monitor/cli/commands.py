"""The commands of `rolewatch`: where each is defined, and its line in the help.

A command's module is imported when that command is typed, so that a quick command does not wait
for the other thirty. The help and the completion of the whole program import all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pkgutil import resolve_name
from typing import NamedTuple

import typer

from monitor.cli.program import ALERTS, ANALYZE, BROWSE, OPERATE, START


class Command(NamedTuple):
    """A command, or a group of commands."""

    name: str
    place: str  # its function, or the Typer app of a group
    heading: str  # in the help
    help: str  # one line


COMMANDS = (
    Command("init", "run:init", START, "Write a commented rolewatch.toml."),
    Command("run", "run:run", START, "Run the daemon: check on schedule, send alerts."),
    Command("check", "check:check", START, "Check the boards once, now."),
    Command("status", "status:status", START, "Show boards, health and the next check."),
    Command("demo", "demo:demo", START, "Play a posting's life, offline, in seconds."),
    Command("roles", "roles:roles", BROWSE, "List postings: open ones, or filtered."),
    Command("show", "show:show", BROWSE, "Show one posting in full."),
    Command("history", "changes:history", BROWSE, "Show one posting's versions and changes."),
    Command("changes", "changes:changes", BROWSE, "List changes, newest first."),
    Command("diff", "diff:diff", BROWSE, "Compare a board with an earlier time."),
    Command("web", "web:web", BROWSE, "Serve the page of roles."),
    Command("sql", "sql:sql", ANALYZE, "Query the history in read-only SQL."),
    Command("stats", "reports:stats", ANALYZE, "Count open roles, time to close, pay; plot them."),
    Command("export", "reports:export", ANALYZE, "Write the full history as files."),
    Command("mcp", "mcp:mcp", ANALYZE, "Answer an assistant's questions (MCP)."),
    Command("worker", "worker:worker", OPERATE, "Check boards for a daemon, on PostgreSQL."),
    Command("doctor", "doctor:doctor", OPERATE, "Test the setup, and say how to fix it."),
)
GROUPS = (
    Command("boards", "boards:app", ALERTS, "List, add, remove, move and find boards."),
    Command("rules", "rules:app", ALERTS, "List rules, test them on history, explain a fit."),
    Command("alerts", "alerts:app", ALERTS, "List, retry, discard and test alerts."),
    Command("slack", "slack:app", ALERTS, "Set up the Slack app, print its manifest."),
    Command("db", "database:app", OPERATE, "Upgrade, back up, check and copy the database."),
)
_NAMES = frozenset(command.name for command in (*COMMANDS, *GROUPS))
_BEFORE_A_VALUE = "--config"  # the only shared option that takes one


def add_commands(program: typer.Typer, name: str | None = None) -> None:
    """Add the named command to the program; all of them for None."""
    for one in COMMANDS:
        if name in {None, one.name}:
            program.command(one.name, short_help=one.help, rich_help_panel=one.heading)(
                resolve_name(f"monitor.cli.{one.place}")
            )
    for one in GROUPS:
        if name in {None, one.name}:
            group = resolve_name(f"monitor.cli.{one.place}")
            program.add_typer(group, name=one.name, help=one.help, rich_help_panel=one.heading)


def typed_command(arguments: Sequence[str]) -> str | None:
    """Return the command among the program's arguments; None where all commands are needed.

    That is for help, completion, a wrong name, and an option that no command shares.
    """
    words = iter(arguments)
    for word in words:
        if word == _BEFORE_A_VALUE:
            next(words, None)
        elif word in _NAMES:
            return word
        elif not word.startswith(("-v", "-q", "--verbose", "--quiet", f"{_BEFORE_A_VALUE}=")):
            return None
    return None
