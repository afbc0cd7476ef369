"""Map Slack's answers to errors: may the message be there, can waiting help, must a person act.

Errors: https://docs.slack.dev/reference/methods/chat.postMessage#errors
Rate limits: https://docs.slack.dev/apis/web-api/rate-limits
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import aiohttp
from slack_sdk.errors import SlackApiError

from monitor.notify.base import (
    ChannelRefusedError,
    MessageMissingError,
    NotifyError,
    RateLimitedError,
    TokenRefusedError,
    UnconfirmedError,
    UnreachableError,
)

# slack_sdk lets these through: errors of the connection, and those of parsing an answer that is
# not a JSON object.
TRANSPORT: Final = (
    aiohttp.ClientError,
    TimeoutError,
    OSError,
    ValueError,
    AttributeError,
    TypeError,
)

# The blocks are refused, not the channel: the same message as text may arrive.
BLOCKS_REFUSED: Final = frozenset(
    {
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "invalid_attachments",
        "block_mismatch",
    }
)
# "It's possible some aspect of the operation succeeded before the error was raised."
_UNCLEAR: Final = frozenset(
    {"internal_error", "fatal_error", "request_timeout", "service_unavailable"}
)
_LIMITED: Final = frozenset({"ratelimited", "rate_limited"})
# The message is missing, or it can't be edited or replied to. The text goes into a new message.
_GONE: Final = frozenset(
    {
        "message_not_found",
        "thread_not_found",
        "cant_update_message",  # it is another app's
        "edit_window_closed",
        "cannot_reply_to_message",
        "restricted_action_thread_locked",
        "restricted_action_non_threadable_channel",
    }
)
_LATER: Final = frozenset({"team_added_to_org"})  # the workspace is being moved
# where it is set, not what it is
_TOKEN: Final = "set a valid bot token in $SLACK_BOT_TOKEN"  # noqa: S105
_WORKSPACE: Final = {
    "not_authed": _TOKEN,
    "invalid_auth": _TOKEN,
    "account_inactive": _TOKEN,
    "token_revoked": _TOKEN,
    "token_expired": _TOKEN,
    "not_allowed_token_type": "the token must be a bot token (xoxb-…)",
    "missing_scope": "add the scope to the Slack app and install it again",
    "no_permission": "the workspace does not allow the app to do this",
    "ekm_access_denied": "the workspace's administrators have suspended this",
    "access_denied": "the workspace does not allow the app to do this",
    "team_access_not_granted": "install the app in this workspace",
    "org_login_required": "the workspace is being moved",
}
_CHANNEL: Final = {
    "channel_not_found": "no such channel, or a private one without the app: invite it there",
    "not_in_channel": "invite the app to the channel",
    # as chat.update says it
    "is_inactive": "the channel is archived: unarchive it or name another",
    "is_archived": "the channel is archived: unarchive it or name another",
    "user_not_found": "no such user in the workspace",
    "restricted_action": "the channel's settings do not let the app post",
}
_OK: Final = 200
_DEFAULT_WAIT: Final = 30.0  # seconds, when a 429 does not say
_LONGEST_WAIT: Final = 3600.0  # seconds; a larger Retry-After is a mistake


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer of Slack. `word` is Slack's error, or None if it has none."""

    status: int
    word: str | None
    messages: tuple[str, ...] = ()  # for a developer: which block and why
    scope: str | None = None  # that is missing
    wait: float | None = None  # seconds


def answer(error: SlackApiError) -> Answer:
    """Return the answer in the error.

    It holds slack_sdk's response, or aiohttp's if the body could not be read.
    """
    response = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    data = getattr(response, "data", None)
    body = data if isinstance(data, Mapping) else {}
    detail = body.get("response_metadata") or {}
    return Answer(
        status=status,
        word=body.get("error"),
        messages=tuple(str(line) for line in detail.get("messages") or ()),
        scope=body.get("needed"),
        wait=retry_after(getattr(response, "headers", None) or {}),
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of the Retry-After header. None if absent or not a number."""
    try:
        return min(_LONGEST_WAIT, max(0.0, float(headers.get("Retry-After", ""))))
    except ValueError:
        return None


def refused(answer: Answer, *, posting: bool) -> NotifyError:
    """Return the error for an answer that is not ok. `posting`: a message may have been sent."""
    code = answer.word
    if answer.status == 429 or code in _LIMITED:  # Too Many Requests  # noqa: PLR2004
        return asked_to_wait(_DEFAULT_WAIT if answer.wait is None else answer.wait)
    if code is None:
        return _without_code(answer.status, posting=posting)
    plain = f"Slack answers {code}"
    if code in _UNCLEAR:
        return _maybe_sent(plain, posting=posting)
    for codes, error in ((_GONE, MessageMissingError), (_LATER, UnreachableError)):
        if code in codes:
            return error(plain, slack_error=code)
    if code in _WORKSPACE:
        named = f"{code} ({answer.scope})" if answer.scope else code
        return TokenRefusedError(f"{named}: {_WORKSPACE[code]}", slack_error=code)
    hint = _CHANNEL.get("restricted_action" if code.startswith("restricted_action") else code)
    return ChannelRefusedError(f"{code}: {hint}" if hint else plain, slack_error=code)


def asked_to_wait(seconds: float) -> NotifyError:
    """Return the error for a request to wait."""
    return RateLimitedError(f"Slack asks to wait {math.ceil(seconds)} s", seconds)


def _maybe_sent(reason: str, *, posting: bool) -> NotifyError:
    return UnconfirmedError(reason) if posting else NotifyError(reason)


def _without_code(status: int, *, posting: bool) -> NotifyError:
    """Return the error for an answer that is not Slack's own, or incomplete."""
    # the client's fault, but for Request Timeout
    if 400 <= status < 500 and status != 408:  # noqa: PLR2004
        return TokenRefusedError(f"HTTP {status}: is [slack] api_url right?")
    reason = "an answer that cannot be read" if status == _OK else f"HTTP {status}"
    return _maybe_sent(reason, posting=posting)


def webhook_error(status: int, body: str, headers: Mapping[str, str]) -> NotifyError | None:
    """Return the error for a webhook's answer, a status and plain text. None for `ok`."""
    if (status, body) == (_OK, "ok"):
        return None
    # a fault of the server, or an answer that refuses nothing
    if status >= 500 or status in {_OK, 408, 429}:  # noqa: PLR2004
        return refused(Answer(status, None, wait=retry_after(headers)), posting=True)
    word = body.strip() if body.strip().isidentifier() else ""
    return ChannelRefusedError(f"the webhook answers HTTP {status} {word}".rstrip())


def unanswered(error: Exception, *, posting: bool, who: str = "Slack") -> NotifyError:
    """Return the error for a call without an answer.

    It names only the kind of trouble: an address in the error's text may be a secret.
    """
    kind = type(error).__name__
    if isinstance(error, (aiohttp.ClientConnectorError, aiohttp.InvalidURL)):
        return UnreachableError(f"{who} cannot be reached ({kind})")
    if isinstance(error, TimeoutError):
        return _maybe_sent(f"{who} did not answer in time", posting=posting)
    return _maybe_sent(f"no answer from {who} that can be read ({kind})", posting=posting)
