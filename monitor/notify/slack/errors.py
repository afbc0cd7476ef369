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

from monitor.notify.base import NotifyError

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
    """Return the error for an answer that is not ok. `posting`: it may have posted a message."""
    word = answer.word
    if answer.status == 429 or word in _LIMITED:  # Too Many Requests  # noqa: PLR2004
        return asked_to_wait(_DEFAULT_WAIT if answer.wait is None else answer.wait)
    if word is None:
        return _without_a_word(answer.status, posting=posting)
    if word in _UNCLEAR:
        return NotifyError(f"Slack answers {word}", may_have_arrived=posting)
    if word in _GONE or word in _LATER:
        return NotifyError(
            f"Slack answers {word}", gone=word in _GONE, affects_all_channels=word in _LATER
        )
    if word in _WORKSPACE:
        named = f"{word} ({answer.scope})" if answer.scope else word
        return NotifyError(
            f"{named}: {_WORKSPACE[word]}", permanent=True, affects_all_channels=True
        )
    hint = _CHANNEL.get("restricted_action" if word.startswith("restricted_action") else word)
    return NotifyError(f"{word}: {hint}" if hint else f"Slack answers {word}", permanent=True)


def asked_to_wait(seconds: float) -> NotifyError:
    return NotifyError(f"Slack asks to wait {math.ceil(seconds)} s", retry_after=seconds)


def _without_a_word(status: int, *, posting: bool) -> NotifyError:
    """Return the error for an answer that is cut off or not from Slack's own programs."""
    # the client's fault, but for Request Timeout
    if 400 <= status < 500 and status != 408:  # noqa: PLR2004
        return NotifyError(
            f"HTTP {status}: is [slack] api_url right?", permanent=True, affects_all_channels=True
        )
    said = f"HTTP {status}" if status != 200 else "an answer that cannot be read"  # noqa: PLR2004
    return NotifyError(said, may_have_arrived=posting)


def unanswered(error: Exception, *, posting: bool, who: str = "Slack") -> NotifyError:
    """Return the error for a call without an answer.

    It names only the type of error, since an address in its text may be a secret.
    """
    if isinstance(error, (aiohttp.ClientConnectorError, aiohttp.InvalidURL)):
        return NotifyError(
            f"{who} cannot be reached ({type(error).__name__})", affects_all_channels=True
        )
    if isinstance(error, TimeoutError):
        return NotifyError(f"{who} did not answer in time", may_have_arrived=posting)
    return NotifyError(
        f"no answer from {who} that can be read ({type(error).__name__})", may_have_arrived=posting
    )
