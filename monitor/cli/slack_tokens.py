"""The questions of `slack setup` for tokens: each is tried before the next one is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

import typer

from monitor.cli.finding import Finding, print_findings
from monitor.errors import UserError

if TYPE_CHECKING:
    from monitor.config.model import Settings
    from monitor.notify.slack.tokens import Kind

NONE_SAVED = "no token was saved; `rolewatch slack setup` starts again"
_NAMES: dict[Kind, str] = {"xoxb-": "a bot token", "xapp-": "an app token"}
_TRIES = 3


def ask_tokens(settings: Settings) -> tuple[dict[str, str], bool]:
    """Ask for the tokens and try them. Return them by variable, and whether all of them work.

    No event loop runs meanwhile: it would take the first Ctrl-C for itself.
    """
    from monitor.cli.doctor_channels import try_app_token, try_bot_token

    api_url = settings.slack.api_url
    bot, well = _ask(
        "Bot token (xoxb-…, not shown)",
        "xoxb-",
        lambda token: try_bot_token(token, api_url, settings),
    )
    app_question = "App token for buttons (xapp-…, not shown; empty for none)"
    app_token, app_well = _ask(
        app_question, "xapp-", lambda token: try_app_token(token, api_url), optional=True
    )
    tokens = {"SLACK_BOT_TOKEN": bot} | ({"SLACK_APP_TOKEN": app_token} if app_token else {})
    return tokens, well and app_well


def _ask(
    question: str,
    kind: Kind,
    try_: Callable[[str], Coroutine[Any, Any, list[Finding]]],
    *,
    optional: bool = False,
) -> tuple[str, bool]:
    """Ask until a token works. Return it and whether it does. Exits when the person gives up."""
    refused = ""
    for _ in range(_TRIES):
        given = _read_token(question, kind, optional=optional or bool(refused))
        if not given:
            break
        if print_findings(asyncio.run(try_(given))):
            return given, True
        refused = given
        typer.echo(
            "Give another one, or press Enter to go on without it."
            if optional
            else "Give another one, or press Enter to stop."
        )
    if not refused:
        return "", True
    if not typer.confirm("Save this token anyway?", default=False):
        if optional:
            return "", False
        typer.echo("No token was saved.")
        raise typer.Exit(1)
    return refused, False


def _read_token(question: str, kind: Kind, *, optional: bool) -> str:
    """Read one token of that kind, and show that it was read. Empty without an optional one.

    Raises UserError after three answers that are no such token.
    """
    from monitor.notify.slack.tokens import wrong_kind

    for _ in range(_TRIES):
        given = str(typer.prompt(question, default="", hide_input=True, show_default=False)).strip()
        wrong = wrong_kind(given, kind) if given else None
        if given and not wrong:
            typer.echo(f"      taken: {_NAMES[kind]} of {len(given)} characters")
            return given
        if optional and not given:
            return ""
        typer.echo(wrong or "a token is needed")
    if optional:
        return ""
    raise UserError(f"no token of that kind was given: {NONE_SAVED}")
