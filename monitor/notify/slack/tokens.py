"""Slack's kinds of tokens.

https://docs.slack.dev/authentication/tokens
"""

from __future__ import annotations

from typing import Final, Literal

Kind = Literal["xoxb-", "xapp-"]

_WHERE: Final[dict[Kind, str]] = {
    "xoxb-": (
        "the bot token begins with xoxb-: in the app's settings, OAuth & Permissions → Bot User"
        " OAuth Token"
    ),
    "xapp-": (
        "the app token begins with xapp-: in the app's settings, Basic Information → App-Level"
        " Tokens, scope connections:write"
    ),
}
_KINDS: Final = {
    "xoxb-": "this is a bot token (xoxb-…), which posts messages but opens no socket",
    "xapp-": "this is an app token (xapp-…), which opens the socket for buttons but posts nothing",
    "xoxp-": "this is a person's token (xoxp-…), which would post in that person's name",
    "xoxe.": (
        "this token expires (xoxe.…): switch token rotation off in the app's settings and install"
        " it again"
    ),
    "xoxe-": "this is a refresh token (xoxe-…)",
    "xoxa-": "this is a token of an old kind (xoxa-…)",
    "xoxr-": "this is a token of an old kind (xoxr-…)",
    "http": "this is a URL, perhaps of an incoming webhook, which belongs in $SLACK_WEBHOOK_URL",
}


def wrong_kind(token: str, expected: Kind) -> str | None:
    """Return what the token is, and where to find the right one. None for the right kind."""
    if token.startswith(expected):
        return None
    kind = next(
        (text for prefix, text in _KINDS.items() if token.startswith(prefix)),
        "this is not a Slack token",
    )
    return f"{kind}; {_WHERE[expected]}"
