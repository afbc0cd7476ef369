"""What `doctor` asks Slack: is the token good, has it the scopes, can it write to each channel? Nothing is posted.

The scopes of a token are in a header of every answer: https://docs.slack.dev/authentication/installing-with-oauth
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from typing import Any, cast

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from monitor.cli.finding import Finding
from monitor.notify.base import NotifyError
from monitor.notify.slack_errors import TRANSPORT, answer, refused, unanswered
from monitor.settings import Settings

_ID = re.compile("[CG][A-Z0-9]{6,}")
_USER = re.compile("[UW][A-Z0-9]{6,}")
_ALWAYS = ("chat:write", "channels:read", "channels:history")
_PRIVATE = ("groups:read", "groups:history")
_DIRECT = ("im:read", "im:history")
Body = dict[str, Any]


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """A finding for the token, its scopes, and each channel; a token that does not work ends them."""
    channels = slack_channels(settings)
    token = settings.slack.token
    if token is None:
        what = f"no token, so {', '.join(channels)} tell the console" if channels else "no token, and no channel that needs one"
        yield Finding("slack token", ok=True, found=what, remedy="set $SLACK_BOT_TOKEN" if channels else "")
        return
    slack = _Slack(AsyncWebClient(token=token.get_secret_value().strip(), base_url=settings.slack.api_url, retry_handlers=[], timeout=20))
    try:
        who, scopes = await slack.identity()
    except NotifyError as error:
        yield _failed("slack token", error)
        return
    yield Finding("slack token", ok=True, found=f"{who.get('user')} in {who.get('team')}")
    yield _scopes(scopes, channels)
    for channel in channels:
        yield await slack.channel(channel)


def slack_channels(settings: Settings) -> list[str]:
    """The Slack channels that rules and the operator name, each once: `slack:#roles`."""
    return [channel for channel in settings.channels() if channel.startswith("slack:")]


def _scopes(scopes: frozenset[str], channels: Iterable[str]) -> Finding:
    needed = _ALWAYS + (_DIRECT if any(_USER.fullmatch(_bare(channel)) for channel in channels) else ())
    missing = [scope for scope in needed if scope not in scopes]
    if not scopes:
        return Finding("slack scopes", ok=True, found="Slack does not say which")
    if missing:
        return Finding(
            "slack scopes", ok=False, found=f"missing {', '.join(missing)}", remedy="add them to the Slack app and install it again"
        )
    closed = [scope for scope in _PRIVATE if scope not in scopes]
    return Finding(
        "slack scopes", ok=True, found=", ".join(needed) + (f"; private channels need {', '.join(closed)} too" if closed else "")
    )


class _Slack:
    """The calls, each answered or a NotifyError."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._listed: dict[str, Body] | None = None  # "#name" → channel

    async def identity(self) -> tuple[Body, frozenset[str]]:
        """Who we are, and the scopes of the token."""
        body, headers = await self._call("auth.test")
        given = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), "")
        return body, frozenset(scope.strip() for scope in given.split(",") if scope.strip())

    async def channel(self, channel: str) -> Finding:
        """Can a message go there?"""
        if _USER.fullmatch(_bare(channel)):
            return Finding(channel, ok=True, found="a direct message; `rolewatch alerts test` tries it")
        try:
            return _channel(channel, await self._find(_bare(channel)))
        except NotifyError as error:
            return _failed(channel, error)

    async def _find(self, name: str) -> Body | None:
        if _ID.fullmatch(name):
            body, _ = await self._call("conversations.info", channel=name)
            return dict(body["channel"])
        if self._listed is None:
            self._listed = await self._list()
        return self._listed.get(name)

    async def _list(self) -> dict[str, Body]:
        """All channels by name; the private ones where the token may see them."""
        try:
            found = await self._pages("public_channel,private_channel")
        except NotifyError as error:
            if not error.reason.startswith("missing_scope"):
                raise
            found = await self._pages("public_channel")
        found.sort(key=lambda channel: not channel.get("is_archived"))
        return {f"#{channel['name']}": channel for channel in found}

    async def _pages(self, types: str) -> list[Body]:
        found: list[Body] = []
        cursor = ""
        while True:
            body, _ = await self._call("conversations.list", types=types, limit="200", cursor=cursor)
            found += body["channels"]
            cursor = (body.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return found

    async def _call(self, method: str, **arguments: str) -> tuple[Body, dict[str, str]]:
        try:
            response = await self._client.api_call(method, http_verb="GET", params=arguments)
            return cast("Body", response.data), dict(response.headers)
        except SlackApiError as error:
            raise refused(answer(error), posting=False) from error
        except TRANSPORT as error:
            raise unanswered(error, posting=False) from error


def _channel(channel: str, found: Body | None) -> Finding:
    if found is None:
        return Finding(
            channel, ok=False, found="no such channel, or a private one without the app", remedy="check its name, or invite the app there"
        )
    if found.get("is_archived"):
        return Finding(channel, ok=False, found="archived", remedy="unarchive it, or name another")
    if not found.get("is_member"):
        return Finding(channel, ok=False, found="the app is not in it", remedy=f"invite it: /invite in {channel.removeprefix('slack:')}")
    return Finding(channel, ok=True, found=str(found.get("id", "")))


def _bare(channel: str) -> str:
    return channel.removeprefix("slack:")


def _failed(subject: str, error: NotifyError) -> Finding:
    found, _, remedy = error.reason.partition(": ")
    return Finding(subject, ok=False, found=found, remedy=remedy or "try again later")
