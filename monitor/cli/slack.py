"""`slack`: create and connect the Slack app."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import typer

from monitor.channels import kind
from monitor.cli.common import State, now, state
from monitor.cli.slack_tokens import NONE_SAVED, ask_tokens
from monitor.errors import UserError
from monitor.text.values import clean

if TYPE_CHECKING:
    from monitor.config.model import Settings

app = typer.Typer(no_args_is_help=True)

_STEPS = """
1. Open this link, choose the workspace and press Create. It fills in the app's manifest:

   {link}

   If the link does not work: https://api.slack.com/apps → Create New App → From a manifest.
   Paste the output of `rolewatch slack manifest` there.
2. Press Install to Workspace. OAuth & Permissions then shows the Bot User OAuth Token (xoxb-…).
3. For buttons and /rolewatch: Basic Information → App-Level Tokens → Generate.
   Give it the scope connections:write. It starts with xapp-.
4. In Slack, invite the app to each of its channels: /invite @rolewatch
"""
_NEW_APP = "https://api.slack.com/apps?new_app=1&manifest_yaml="
_EXAMPLE = "slack:#roles"  # as `init` writes it
_TRIES = 3


@app.command()
def manifest() -> None:
    """Print the manifest of the Slack app, ready to paste."""
    typer.echo(_manifest(), nl=False)


@app.command(short_help="Create a Slack app and connect it.")
def setup(ctx: typer.Context) -> None:
    """Create a Slack app and connect it: a link, the channel, the tokens into .env, a test."""
    current = state(ctx)
    if not sys.stdin.isatty():
        place = current.file_to_write().absolute().parent / ".env"
        raise UserError(
            "`slack setup` asks for tokens and needs a terminal; without one put "
            f"SLACK_BOT_TOKEN=xoxb-… and, for buttons, SLACK_APP_TOKEN=xapp-… into {place}, then "
            "run `rolewatch doctor`; `rolewatch slack manifest` prints the app's manifest"
        )
    file, is_new = _configuration(current)
    typer.echo(_STEPS.format(link=app_link()))
    try:
        settings = _choose_channel(current, file, is_new=is_new)
        tokens, well = ask_tokens(settings)
    except (typer.Abort, KeyboardInterrupt) as error:  # at a question, or while a token is tried
        typer.echo()  # the line stands below the question
        raise UserError(NONE_SAVED) from error
    _save(current, tokens, file.parent / ".env")
    if not asyncio.run(_test(current, settings)) or not well:
        raise typer.Exit(1)


def app_link() -> str:
    """Return Slack's address for a new app with our manifest filled in.

    https://docs.slack.dev/app-manifests
    """
    lines = (
        line.split(" # ")[0].rstrip()
        for line in _manifest().splitlines()
        if not line.lstrip().startswith("#")
    )
    return _NEW_APP + quote("\n".join(filter(None, lines)), safe="")


def _manifest() -> str:
    return files("monitor").joinpath("slack-app.yaml").read_text(encoding="utf-8")


def _configuration(current: State) -> tuple[Path, bool]:
    """Return the configuration file and whether it was just written, as `init` does."""
    from monitor.config.file import write_example

    file = current.file_to_write().absolute()
    if file.is_file():
        return file, False
    write_example(file)
    typer.echo(f"There was no configuration: wrote {file} with example boards and one rule.")
    return file, True


def _choose_channel(current: State, file: Path, *, is_new: bool) -> Settings:
    """Ask for the channel and write it into the rules if that is safe. Return the settings."""
    from monitor.config.file import replace_channel
    from monitor.config.load import load

    settings = load(file, current.environ)
    named = _first_channel(settings)
    wanted = _ask_channel(named or _EXAMPLE)
    notified = [channel for rule in settings.rules for channel in rule.notify]
    if wanted in notified:
        return settings
    if _EXAMPLE not in notified:
        typer.echo(
            f'No rule sends to {wanted} yet: add "{wanted}" to the `notify` of a rule in {file}.'
        )
        return settings
    if not is_new and not typer.confirm(
        f"Send to {wanted} instead of {_EXAMPLE} in {file}?", default=True
    ):
        return settings
    replace_channel(file, _EXAMPLE, wanted)
    typer.echo(f"The rules in {file} send to {wanted} now.")
    return load(file, current.environ)


def _first_channel(settings: Settings) -> str | None:
    """Return the first Slack channel that a rule names."""
    channels = (channel for rule in settings.rules for channel in rule.notify)
    return next((channel for channel in channels if kind(channel) == "slack"), None)


def _ask_channel(default: str) -> str:
    """Ask where alerts go. Return the channel as the configuration writes it.

    Raises UserError after three answers that name no channel.
    """
    for _ in range(_TRIES):
        shown = default.removeprefix("slack:")
        given = str(typer.prompt("Channel for alerts", default=shown)).strip()
        if channel := as_channel(given):
            return channel
        typer.echo(
            "Use a channel's name (#roles), its id (C…), or a person's id (U…) for a direct "
            "message."
        )
    raise UserError(f"no channel was named: {NONE_SAVED}")


def as_channel(given: str) -> str | None:
    """Return `slack:#roles` for `#roles` or `roles`, `slack:C…` for an id, else None."""
    from monitor.channels import parse_channel

    bare = given.removeprefix("slack:")
    for channel in (f"slack:{bare}", f"slack:#{bare.removeprefix('#')}"):
        with suppress(ValueError):
            return parse_channel(channel)
    return None


def _save(current: State, tokens: Mapping[str, str], place: Path) -> None:
    """Write the tokens into `.env`, and say so if the shell overrides them."""
    from monitor.config.environment import set_variable

    set_variable(place, tokens)
    typer.echo(f"wrote {place}, readable by you alone")
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"):
        if current.environ.get(name) or current.environ.get(f"{name}_FILE"):
            typer.echo(f"this shell also sets {name}, which overrides the file: unset it there")


async def _test(current: State, before: Settings) -> bool:
    """Send a sample to each configured Slack channel, with the tokens of a restart."""
    from monitor.cli.sample import send_samples
    from monitor.config.load import load
    from monitor.notify import notifiers

    settings: Settings = load(before.file, current.environ)
    ways, well = notifiers(settings, sys.stderr), True
    async for tried in send_samples(
        settings, {name: way for name, way in ways.items() if name == "slack"}, now(), only="slack:"
    ):
        typer.echo(f"{'ok  ' if tried.ok else 'FAIL'}  {tried.channel}: {clean(tried.words)}")
        well = well and tried.ok
    for way in ways.values():
        await way.close()
    return well
