"""Read, authorize and rate limit requests (https://docs.slack.dev/apis/web-api)."""

from __future__ import annotations

import json
import math
import re
import time
from collections import deque
from urllib.parse import parse_qsl

from aiohttp import web

from tests.support.strict_slack.workspace import ApiError, Body, Workspace

_MINUTE = 60
_REFUSED = {
    "xoxb-revoked": "token_revoked",
    "xoxb-inactive": "account_inactive",
    "xoxb-expired": "token_expired",
}


class RateLimited(Exception):  # an answer of Slack's  # noqa: N818
    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.retry_after = max(1, math.ceil(seconds))


async def parse(request: web.Request) -> tuple[Body, str | None, list[str]]:
    """Return the arguments, the token and warnings. Raises ApiError."""
    kind = (request.headers.get("Content-Type") or "").split(";")[0].strip().lower()
    arguments: Body = dict(request.query)
    query_token = arguments.pop("token", None)
    body_token, warnings = None, []
    if request.method == "POST" and kind == "application/json":
        arguments |= _json(await request.read())
        if "charset=" not in (request.headers.get("Content-Type") or "").lower():
            warnings.append("missing_charset")
    elif request.method == "POST":
        form = await _form(request, kind)
        body_token = form.pop("token", None)
        arguments |= form
    authorization = request.headers.get("Authorization", "")
    token = authorization[7:].strip() if authorization.lower().startswith("bearer ") else body_token
    if token is None and query_token is not None:
        # tokens in query strings are refused for apps made since 2021
        raise ApiError("invalid_auth")
    return arguments, token, warnings


def _json(raw: bytes) -> Body:
    try:
        found = json.loads(raw) if raw.strip() else {}
    except ValueError as error:
        raise ApiError("invalid_json") from error
    if not isinstance(found, dict):
        raise ApiError("json_not_object")
    found.pop("token", None)  # Slack does not read a token there
    return found


async def _form(request: web.Request, kind: str) -> Body:
    if kind == "multipart/form-data":
        return {
            name: value for name, value in (await request.post()).items() if isinstance(value, str)
        }
    raw = await request.read()
    if kind != "application/x-www-form-urlencoded":
        if raw:
            raise ApiError("invalid_post_type" if kind else "missing_post_type")
        return {}
    try:
        return dict(
            parse_qsl(raw.decode("utf-8"), keep_blank_values=True, strict_parsing=bool(raw))
        )
    except ValueError as error:
        raise ApiError("invalid_form_data") from error


def authorize(
    workspace: Workspace, method: str, token: str | None, scope: str | None, *, in_header: bool
) -> None:
    """Raise ApiError if the token may not call the method."""
    options = workspace.options
    if not token:
        raise ApiError("not_authed")
    if token.startswith("xoxb-" if method == "apps.connections.open" else "xapp-"):
        raise ApiError("not_allowed_token_type")
    if method == "apps.connections.open":
        if not in_header or (
            token != options.app_token and not (options.any_token and token.startswith("xapp-"))
        ):
            raise ApiError("invalid_auth")
        return
    for start, word in _REFUSED.items():
        if token.startswith(start):
            raise ApiError(word)
    if token != options.bot_token and not (
        options.any_token and re.match(r"^xoxb-[\w-]{5,}$", token)
    ):
        raise ApiError("invalid_auth")
    if scope and scope not in options.scopes.split(","):
        raise ApiError("missing_scope", needed=scope, provided=options.scopes)


def need(arguments: Body, *names: str) -> None:
    """Raise ApiError if one of these arguments is missing."""
    missing = [name for name in names if not arguments.get(name) and arguments.get(name) != 0]
    if missing:
        raise ApiError("invalid_arguments", [f"missing required field: {name}" for name in missing])


def limit_method(workspace: Workspace, method: str, per_minute: int | None) -> None:
    """Raise RateLimited after too many calls of the method in the last minute."""
    options = workspace.options
    if not options.tier_factor:
        return
    if method in {"conversations.history", "conversations.replies"} and options.non_marketplace:
        per_minute = 1
    elif per_minute:
        per_minute = int(per_minute * options.tier_factor)
    if per_minute:
        _limit(workspace.tier_hits[method], per_minute)
        workspace.tier_hits[method].append(time.monotonic())


def limit_channel(workspace: Workspace, channel_id: str) -> None:
    """Raise RateLimited after too many messages to the channel or workspace."""
    options, now = workspace.options, time.monotonic()
    if options.workspace_per_min:
        _limit(workspace.team_hits, options.workspace_per_min)
    if options.rate > 0:
        tokens, last = workspace.buckets.get(channel_id, (float(options.burst), now))
        tokens = min(float(options.burst), tokens + (now - last) * options.rate)
        workspace.buckets[channel_id] = (tokens - (tokens >= 1), now)
        if tokens < 1:
            raise RateLimited(max((1 - tokens) / options.rate, options.min_retry_after))
    workspace.team_hits.append(now)


def _limit(hits: deque[float], most: int) -> None:
    now = time.monotonic()
    while hits and now - hits[0] > _MINUTE:
        hits.popleft()
    if len(hits) >= most:
        raise RateLimited(_MINUTE - (now - hits[0]))
