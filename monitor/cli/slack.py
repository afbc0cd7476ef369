"""`slack`: the app that rolewatch speaks as, made and connected."""

from __future__ import annotations

import asyncio
import sys
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from monitor.cli.common import State, now, state
from monitor.cli.output import clean
from monitor.errors import UserError

if TYPE_CHECKING:
    from monitor.cli.finding import Finding
    from monitor.notify.slack_tokens import Kind
    from monitor.settings import Settings

app = typer.Typer(no_args_is_help=True)

_STEPS = """
1. https://api.slack.com/apps → Create New App → From a manifest: choose the workspace, paste the above, create.
2. Install App → Install to Workspace. Then OAuth & Permissions shows the Bot User OAuth Token (xoxb-…).
3. For buttons and /rolewatch: Basic Information → App-Level Tokens → Generate, with the scope connections:write (xapp-…).
4. In Slack, invite the app to each of its channels: /invite @rolewatch
"""
_TRIES = 3


@app.command()
def manifest() -> None:
    """Print the manifest of the Slack app, ready to paste."""
    typer.echo(_manifest(), nl=False)


@app.command()
def setup(ctx: typer.Context) -> None:
    """Make a Slack app and connect it: the manifest, the steps, the tokens into .env, a test."""
    current = state(ctx)
    place = current.settings.file.parent / ".env"
    if not sys.stdin.isatty():
        raise UserError(
            f"`slack setup` asks for tokens and needs a terminal; without one put SLACK_BOT_TOKEN=xoxb-… and, for buttons, "
            f"SLACK_APP_TOKEN=xapp-… into {place}, then run `rolewatch doctor`; `rolewatch slack manifest` prints the app's manifest"
        )
    typer.echo(_manifest() + _STEPS)
    if not asyncio.run(_connect(current, place)):
        raise typer.Exit(1)


def _manifest() -> str:
    return files("monitor").joinpath("slack-app.yaml").read_text(encoding="utf-8")


async def _connect(current: State, place: Path) -> bool:
    """The tokens asked for, checked, kept and tried; is all well?"""
    from monitor.cli.dotenv_file import put
    from monitor.cli.slack_check import try_app_token, try_bot_token

    api_url = current.settings.slack.api_url
    bot = _ask("Bot token (xoxb-…, not shown)", "xoxb-")
    well = _say(await try_bot_token(bot, api_url, current.settings))
    app_token = _ask("App token for buttons (xapp-…, not shown; empty for none)", "xapp-", optional=True)
    if app_token:
        well = _say(await try_app_token(app_token, api_url)) and well
    if not well and not typer.confirm("Keep them all the same?", default=False):
        typer.echo("nothing was written")
        return False
    put(place, {"SLACK_BOT_TOKEN": bot} | ({"SLACK_APP_TOKEN": app_token} if app_token else {}))
    typer.echo(f"wrote {place}, readable by you alone")
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"):
        if current.environ.get(name) or current.environ.get(f"{name}_FILE"):
            typer.echo(f"the environment of this shell sets {name} too, and wins over the file: unset it there")
    return await _test(current) and well


def _ask(question: str, kind: Kind, *, optional: bool = False) -> str:
    """A token of that kind. Raises UserError when none is given."""
    from monitor.notify.slack_tokens import wrong_kind

    for _ in range(_TRIES):
        given = typer.prompt(question, default="", hide_input=True, show_default=False).strip()
        wrong = wrong_kind(given, kind) if given else None
        if (given and not wrong) or (optional and not given):
            return str(given)
        typer.echo(wrong or "it is needed")
    raise UserError("no token of that kind was given: nothing was written")


def _say(findings: list[Finding]) -> bool:
    """A line each; are they all well?"""
    for finding in findings:
        remedy = f" — {finding.remedy}" if finding.remedy else ""
        typer.echo(f"{'ok  ' if finding.ok else 'FAIL'}  {finding.subject}: {clean(finding.found)}{clean(remedy)}")
    return all(finding.ok for finding in findings)


async def _test(current: State) -> bool:
    """A sample to each Slack channel of the configuration, with the tokens that a start of the program finds."""
    from monitor.cli.sample import send_samples
    from monitor.config import load
    from monitor.notify import notifiers

    settings: Settings = load(current.settings.file, current.environ)
    ways, well = notifiers(settings, sys.stderr), True
    async for tried in send_samples(settings, {name: way for name, way in ways.items() if name == "slack"}, now(), only="slack:"):
        typer.echo(f"{'ok  ' if tried.ok else 'FAIL'}  {tried.channel}: {clean(tried.words)}")
        well = well and tried.ok
    for way in ways.values():
        await way.close()
    return well
