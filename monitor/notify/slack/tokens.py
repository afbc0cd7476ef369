"""Slack's kinds of tokens, which are easily taken for each other: https://docs.slack.dev/authentication/tokens"""

from __future__ import annotations

from typing import Final, Literal

Kind = Literal["xoxb-", "xapp-"]

_WHERE: Final[dict[Kind, str]] = {
    "xoxb-": "the bot token begins with xoxb-: in the app's settings, OAuth & Permissions → Bot User OAuth Token",
    "xapp-": "the app token begins with xapp-: in the app's settings, Basic Information → App-Level Tokens, scope connections:write",
}
_KINDS: Final = {
    "xoxb-": "this is a bot token (xoxb-…), which speaks but opens no socket",
    "xapp-": "this is an app token (xapp-…), which opens the socket for buttons but cannot speak",
    "xoxp-": "this is a person's token (xoxp-…), which would speak in that person's name",
    "xoxe.": "this token expires (xoxe.…): switch token rotation off in the app's settings and install it again",
    "xoxe-": "this is a refresh token (xoxe-…)",
    "xoxa-": "this is a token of an old kind (xoxa-…)",
    "xoxr-": "this is a token of an old kind (xoxr-…)",
    "http": "this is an address, perhaps of an incoming webhook, which belongs into $SLACK_WEBHOOK_URL",
}


def wrong_kind(token: str, wanted: Kind) -> str | None:
    """What the token is instead of what is wanted, and where that is found; None when it is of the right kind."""
    if token.startswith(wanted):
        return None
    said = next(
        (words for start, words in _KINDS.items() if token.startswith(start)),
        "this is no token of Slack's",
    )
    return f"{said}; {_WHERE[wanted]}"
