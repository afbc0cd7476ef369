"""Map Slack's answers to errors: may the message be there, can waiting help, must a person act.

Errors: https://docs.slack.dev/reference/methods/chat.postMessage#errors
Rate limits: https://docs.slack.dev/apis/web-api/rate-limits
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from monitor.notify.base import (
    ChannelRefusedError,
    MessageMissingError,
    NotifyError,
    TokenRefusedError,
    UnreachableError,
)
from monitor.notify.http import OK, asked_to_wait, is_refusal, maybe_sent, retry_after

if TYPE_CHECKING:  # delivery reads reasons here, and needs no client of Slack for another channel
    from slack_sdk.errors import SlackApiError

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
_MISSING: Final = frozenset(
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
    "user_not_found": "name a person by the member ID that their profile shows",
    "user_disabled": "name a person who is still in the workspace",
    "messages_tab_disabled": "turn on the Messages tab in the app's settings, App Home",
    "restricted_action": "let the app post, in the channel's settings",
}
_PLAIN: Final = {
    "not_in_channel": "rolewatch is not in that channel",
    "channel_not_found": "there is no such channel, or a private one without rolewatch",
    "is_archived": "the channel is archived",
    "is_inactive": "the channel is archived",
    "user_not_found": "there is no such person in the workspace",
    "user_disabled": "the person has left the workspace",
    "restricted_action": "the channel's settings do not let rolewatch post",
    "invalid_auth": "the token is not valid",
    "not_authed": "the token is missing",
    "token_revoked": "the token was revoked",
    "token_expired": "the token has expired",
    "account_inactive": "the app was removed from the workspace",
    "missing_scope": "the app lacks a scope",
}


def plain_reason(code: str) -> str:
    """Return Slack's error code in words. Empty for other codes."""
    return _PLAIN.get(code, "")


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


def refused(answer: Answer, *, posting: bool) -> NotifyError:
    """Return the error for an answer that is not ok. `posting`: a message may have been sent."""
    code = answer.word
    if answer.status == 429 or code in _LIMITED:  # Too Many Requests  # noqa: PLR2004
        return asked_to_wait(answer.wait, "Slack")
    if code is None:
        return _without_code(answer.status, posting=posting)
    plain = f"Slack answers {code}"
    if code in _UNCLEAR:
        return maybe_sent(plain, posting=posting)
    for codes, error in ((_MISSING, MessageMissingError), (_LATER, UnreachableError)):
        if code in codes:
            return error(plain, slack_error=code)
    if code in _WORKSPACE:
        named = f"{code} ({answer.scope})" if answer.scope else code
        return TokenRefusedError(f"{named}: {_WORKSPACE[code]}", slack_error=code)
    hint = _CHANNEL.get("restricted_action" if code.startswith("restricted_action") else code)
    return ChannelRefusedError(f"{code}: {hint}" if hint else plain, slack_error=code)


def no_such_person() -> NotifyError:
    """Return the error for a person's id that Slack calls an unknown channel."""
    return refused(Answer(OK, "user_not_found"), posting=True)


def _without_code(status: int, *, posting: bool) -> NotifyError:
    """Return the error for an answer that is not Slack's own, or incomplete."""
    if is_refusal(status):
        return TokenRefusedError(f"HTTP {status}: is [slack] api_url right?")
    reason = "an answer that cannot be read" if status == OK else f"HTTP {status}"
    return maybe_sent(reason, posting=posting)
