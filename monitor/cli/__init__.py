"""The program `rolewatch`, with one file for each group of commands.

A command imports what it needs when it runs, so that `rolewatch --help` is quick: Scrapy,
SQLAlchemy, Slack's client and Alembic take a second together.
"""

from __future__ import annotations

import io
import sys
from typing import Annotated

import typer

from monitor.cli import (
    alerts,
    boards,
    changes,
    check,
    database,
    demo,
    diff,
    doctor,
    mcp,
    reports,
    roles,
    rules,
    run,
    show,
    slack,
    sql,
    status,
    web,
)
from monitor.cli.program import ALERTS, ANALYZE, BROWSE, OPERATE, START, Program

app = typer.Typer(
    cls=Program,
    name="rolewatch",
    help="Watch employers' job boards, keep the history of every posting, and alert you once "
    "when a role opens, changes or closes.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"rolewatch {version('rolewatch')}")
        raise typer.Exit


@app.callback()
def _program(
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version and exit.",
            callback=_print_version,
            is_eager=True,
            expose_value=False,
        ),
    ] = False,
) -> None:
    pass


db = typer.Typer(no_args_is_help=True)
db.command()(database.upgrade)
db.command()(database.backup)
db.command()(database.check)
db.command("copy")(database.copy_all)

app.command(short_help="Write a commented rolewatch.toml.", rich_help_panel=START)(run.init)
app.command(short_help="Run the daemon: check on schedule, send alerts.", rich_help_panel=START)(
    run.run
)
app.command(short_help="Check the boards once, now.", rich_help_panel=START)(check.check)
app.command("status", short_help="Show boards, health and the next check.", rich_help_panel=START)(
    status.status
)
app.command(short_help="Play a posting's life, offline, in seconds.", rich_help_panel=START)(
    demo.demo
)
app.command(short_help="List postings: open ones, or filtered.", rich_help_panel=BROWSE)(
    roles.roles
)
app.command(short_help="Show one posting in full.", rich_help_panel=BROWSE)(show.show)
app.command(short_help="Show one posting's versions and changes.", rich_help_panel=BROWSE)(
    changes.history
)
app.command(short_help="List changes, newest first.", rich_help_panel=BROWSE)(changes.changes)
app.command("diff", short_help="Compare a board with an earlier time.", rich_help_panel=BROWSE)(
    diff.diff
)
app.command("web", short_help="Serve the page of roles.", rich_help_panel=BROWSE)(web.web)
app.add_typer(
    boards.app,
    name="boards",
    help="List, add, remove, move and find boards.",
    rich_help_panel=ALERTS,
)
app.add_typer(
    rules.app,
    name="rules",
    help="List rules, test them on history, explain a fit.",
    rich_help_panel=ALERTS,
)
app.add_typer(
    alerts.app, name="alerts", help="List, retry, discard and test alerts.", rich_help_panel=ALERTS
)
app.add_typer(
    slack.app,
    name="slack",
    help="Set up the Slack app, print its manifest.",
    rich_help_panel=ALERTS,
)
app.command(short_help="Query the history in read-only SQL.", rich_help_panel=ANALYZE)(sql.sql)
app.command(short_help="Count open roles, time to close, pay; plot them.", rich_help_panel=ANALYZE)(
    reports.stats
)
app.command("export", short_help="Write the full history as files.", rich_help_panel=ANALYZE)(
    reports.export
)
app.command("mcp", short_help="Answer an assistant's questions (MCP).", rich_help_panel=ANALYZE)(
    mcp.mcp
)
app.command(short_help="Test the setup, and say how to fix it.", rich_help_panel=OPERATE)(
    doctor.doctor
)
app.add_typer(
    db, name="db", help="Upgrade, back up, check and copy the database.", rich_help_panel=OPERATE
)


def main() -> None:
    """Run the program: the console script."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that cannot show a sign shows another
            stream.reconfigure(errors="replace")
    app()
