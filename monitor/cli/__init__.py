"""The program `rolewatch`: one thin file a group of commands.

`rolewatch --help` is quick because a command imports what it needs when it runs: Scrapy, SQLAlchemy, Slack's client and Alembic
are a second together.
"""

from __future__ import annotations

import io
import sys
from typing import Annotated

import typer

from monitor.cli import alerts, boards, changes, check, database, demo, diff, doctor, exporting, roles, rules, run, slack, sql, statistics
from monitor.cli.common import Program

app = typer.Typer(
    cls=Program,
    name="rolewatch",
    help="Watches employers' job boards, keeps the history of every posting, and tells you once when a role opens, changes or closes.",
    no_args_is_help=True,
    add_completion=False,
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
        bool, typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True, expose_value=False)
    ] = False,
) -> None:
    pass


db = typer.Typer(no_args_is_help=True)
db.command()(database.upgrade)
db.command()(database.backup)
db.command()(database.check)
db.command("copy")(database.copy_all)

app.command(short_help="Write a commented rolewatch.toml.")(run.init)
app.command(short_help="Look once, now; tell what is new.")(check.check)
app.command(short_help="The daemon: looks on schedule, alerts.")(run.run)
app.add_typer(boards.app, name="boards", help="What is watched: list, add, remove, move, find.")
app.command(short_help="Postings: open ones, or as filtered.")(roles.roles)
app.command(short_help="Everything known of one posting.")(roles.show)
app.command(short_help="One posting's versions and changes.")(changes.history)
app.command(short_help="What happened, newest first.")(changes.changes)
app.command("diff", short_help="A board then and now.")(diff.diff)
app.add_typer(rules.app, name="rules", help="What is told: list, test on history, explain.")
app.command(short_help="Read-only SQL on the history.")(sql.sql)
app.command(short_help="Open roles, time to close, pay; plots.")(statistics.stats)
app.command("export", short_help="The full history as files.")(exporting.export)
app.add_typer(alerts.app, name="alerts", help="The outbox: list, retry, discard, test.")
app.add_typer(slack.app, name="slack", help="The Slack app: setup, manifest.")
app.add_typer(db, name="db", help="The database: upgrade, backup, check, copy.")
app.command(short_help="What works, and what to do if not.")(doctor.doctor)
app.command(short_help="A posting's life, offline, in seconds.")(demo.demo)


def main() -> None:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that cannot show a sign shows another
            stream.reconfigure(errors="replace")
    app()
