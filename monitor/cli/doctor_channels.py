"""Checks of `doctor` for channels: Slack's token and scopes, each channel. Nothing is sent.

The scopes of a token are in a header of every answer:
https://docs.slack.dev/authentication/installing-with-oauth
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

from pydantic import SecretStr

from monitor.channels import Channel, kind, secret_name, secret_word
from monitor.cli.finding import Finding
from monitor.config.model import Settings
from monitor.notify import notifiers
from monitor.notify.base import Described, NotifyError, UnreachableError
from monitor.notify.slack.channel_ids import list_channels
from monitor.notify.slack.client import Body, Web
from monitor.notify.slack.tokens import wrong_kind

_LIMITS = "it has no threads and no edits, so each change is a message of its own"


_TRIED = "`rolewatch alerts test` tries it"
_ALWAYS = {
    "chat:write": "to send messages",
    "channels:read": "to find channels by their names",
    "channels:history": "to check for an alert before it is sent again",
}
_PRIVATE = ("groups:read", "groups:history")
_DIRECT = {
    "im:read": "to find direct messages",
    "im:history": "to check for an alert there",
}
_BUTTONS = {"commands": "for /rolewatch", "files:write": "for the button Full diff"}


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Yield findings for Slack, then for each channel outside of it."""
    async for finding in _in_slack(settings):
        yield finding
    for finding in _outside_slack(settings):
        yield finding


async def _in_slack(settings: Settings) -> AsyncIterator[Finding]:
    """Return findings for the tokens, the scopes and each channel. A bad token ends them."""
    channels = slack_channels(settings)
    token = settings.slack.token
    if token is None:
        what = (
            f"no token: alerts for {', '.join(channels)} print to the console"
            if channels
            else "no token, and no channel that needs one"
        )
        yield Finding(
            "slack token",
            ok=True,
            found=what,
            remedy="`rolewatch slack setup` connects it" if channels else "",
        )
        return
    found = await try_bot_token(token.get_secret_value(), settings.slack.api_url, settings)
    for finding in found:
        yield finding
    if not found[0].ok:
        return
    if settings.slack.app_token:
        for finding in await try_app_token(
            settings.slack.app_token.get_secret_value(), settings.slack.api_url
        ):
            yield finding
    slack = _Slack(token.get_secret_value(), settings.slack.api_url)
    for channel in channels:
        yield await slack.channel(channel)


async def try_bot_token(token: str, api_url: str, settings: Settings) -> list[Finding]:
    """Return the token's owner and its scopes, or only the failure."""
    if wrong := wrong_kind(token, "xoxb-"):
        return [
            Finding(
                "slack token",
                ok=False,
                found=wrong.partition("; ")[0],
                remedy=wrong.partition("; ")[2],
            )
        ]
    try:
        who, scopes = await _Slack(token, api_url).identity()
    except NotifyError as error:
        return [_failed("slack token", error)]
    return [
        Finding("slack token", ok=True, found=f"{who.get('user')} in {who.get('team')}"),
        _scopes(scopes, settings),
    ]


async def try_app_token(token: str, api_url: str) -> list[Finding]:
    """Test whether the token opens the socket for buttons and /rolewatch.

    https://docs.slack.dev/reference/methods/apps.connections.open
    """
    if wrong := wrong_kind(token, "xapp-"):
        return [
            Finding(
                "slack app token",
                ok=False,
                found=wrong.partition("; ")[0],
                remedy=wrong.partition("; ")[2],
            )
        ]
    try:
        await _Slack(token, api_url).socket()
    except NotifyError as error:
        found = _failed("slack app token", error)
        remedy = (
            "make one in the app's settings, Basic Information → App-Level Tokens, with the "
            "scope connections:write"
        )
        return [found if isinstance(error, UnreachableError) else replace(found, remedy=remedy)]
    return [Finding("slack app token", ok=True, found="buttons and /rolewatch can be answered")]


def slack_channels(settings: Settings) -> list[str]:
    """Return the Slack channels of rules and operator, each once: `slack:#roles`."""
    return [channel for channel in settings.channels() if kind(channel) == "slack"]


def _scopes(scopes: frozenset[str], settings: Settings) -> Finding:
    if not scopes:
        return Finding("slack scopes", ok=True, found="Slack does not say which")
    # with buttons, people's own watches send direct messages
    direct = settings.slack.app_token is not None or any(
        Channel.parse(channel).is_direct_message for channel in slack_channels(settings)
    )
    needed = _ALWAYS | (_DIRECT if direct else {}) | (_BUTTONS if settings.slack.app_token else {})
    missing = [f"{scope} ({why})" for scope, why in needed.items() if scope not in scopes]
    if missing:
        remedy = (
            "add to the Slack app under OAuth & Permissions → Bot Token Scopes, then "
            "Reinstall to Workspace; its token stays"
        )
        return Finding(
            "slack scopes", ok=False, found=f"missing {', '.join(missing)}", remedy=remedy
        )
    closed = [scope for scope in _PRIVATE if scope not in scopes]
    return Finding(
        "slack scopes",
        ok=True,
        found=", ".join(needed)
        + (f"; private channels need {', '.join(closed)} too" if closed else ""),
    )


class _Slack:
    """The calls of these checks. Each returns an answer or raises NotifyError."""

    def __init__(self, token: str, api_url: str) -> None:
        self._web = Web(SecretStr(token), api_url)
        self._listed: dict[str, Body] | None = None  # "#name" → channel

    async def identity(self) -> tuple[Body, frozenset[str]]:
        """Return the bot's name and workspace, and the scopes of the token."""
        return await self._web.identity()

    async def socket(self) -> None:
        """Ask for the address of a socket, which is not opened."""
        await self._web.ask("apps.connections.open")

    async def channel(self, channel: str) -> Finding:
        """Test that one channel exists and that the app is in it."""
        parts = Channel.parse(channel)
        if parts.is_direct_message:
            return Finding(
                channel, ok=True, found="a direct message; `rolewatch alerts test` tries it"
            )
        try:
            return _channel(channel, await self._find(parts))
        except NotifyError as error:
            return _failed(channel, error)

    async def _find(self, parts: Channel) -> Body | None:
        if parts.is_slack_id:
            info = await self._web.info("conversations.info", {"channel": parts.name})
            return dict(info["channel"])
        if self._listed is None:
            listed = await list_channels(self._web)
            self._listed = {f"#{channel['name']}".lower(): channel for channel in listed}
        return self._listed.get(parts.name)


def _channel(channel: str, found: Body | None) -> Finding:
    if found is None:
        return Finding(
            channel,
            ok=False,
            found="no such channel, or a private one without the app",
            remedy="check its name; in a private one, type: /invite @rolewatch",
        )
    if found.get("is_archived"):
        return Finding(channel, ok=False, found="archived", remedy="unarchive it, or name another")
    if not found.get("is_member"):
        return Finding(
            channel,
            ok=False,
            found="the app is not in it",
            remedy=f"in {channel.removeprefix('slack:')}, type: /invite @rolewatch",
        )
    return Finding(channel, ok=True, found=str(found.get("id", "")))


def _failed(subject: str, error: NotifyError) -> Finding:
    found, _, remedy = error.reason.partition(": ")
    return Finding(subject, ok=False, found=found, remedy=remedy or "try again later")


def _outside_slack(settings: Settings) -> Iterator[Finding]:
    """Yield a finding for the webhook and for each channel of Apprise that is used."""
    for channel in settings.channels():
        if kind(channel) not in {"slack", "console"}:
            yield _outside(settings, channel)


def _outside(settings: Settings, channel: str) -> Finding:
    if settings.effective_channel(channel) != channel:
        return Finding(
            channel,
            ok=True,
            found=f"no {secret_word(channel)}: its alerts print to the console",
            remedy=f"set ${secret_name(channel)}",
        )
    notifier = notifiers(settings, sys.stderr)[kind(channel)]
    try:
        description = notifier.check(channel) if isinstance(notifier, Described) else ""
    except NotifyError as error:
        found, _, remedy = error.reason.partition(": ")
        return Finding(channel, ok=False, found=found, remedy=remedy)
    return Finding(channel, ok=True, found=f"{description}; {_LIMITS}; {_TRIED}")
