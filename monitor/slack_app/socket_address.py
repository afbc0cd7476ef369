"""The address of a new websocket, and the remedy when Slack gives none.

https://docs.slack.dev/reference/methods/apps.connections.open
"""

from __future__ import annotations

from typing import Final

from slack_sdk.errors import SlackApiError

from monitor.config.model import SlackSettings
from monitor.notify.http import TRANSPORT
from monitor.notify.slack.client import web_client
from monitor.notify.slack.errors import answer

# errors that waiting may end
_TEMPORARY: Final = frozenset(
    {
        "ratelimited",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
    }
)
_CHECK: Final = (
    "check the Slack app's settings: Socket Mode must be on, and the app-level token must have the"
    " scope connections:write"
)
# names the variable and holds no token
_TOKEN: Final = "set a valid app-level token (xapp-…) in $SLACK_APP_TOKEN"  # noqa: S105
_REMEDIES: Final = {
    "not_authed": _TOKEN,
    "invalid_auth": _TOKEN,
    "account_inactive": _TOKEN,
    "token_revoked": _TOKEN,
    "token_expired": _TOKEN,
    "not_allowed_token_type": (
        "$SLACK_APP_TOKEN holds another kind of token: set an app-level token (xapp-…)"
    ),
    "missing_scope": "the app-level token needs the scope connections:write",
}


class ConnectError(Exception):
    """No connection for now.

    `remedy` says what a person must do; None if waiting may help. `wait` is Slack's Retry-After.
    """

    def __init__(self, reason: str, remedy: str | None = None, wait: float | None = None) -> None:
        super().__init__(reason)
        self.reason, self.remedy, self.wait = reason, remedy, wait


async def request_address(settings: SlackSettings) -> str:
    """Return a new address, which is good for one connection. Raises ConnectError."""
    token = settings.app_token.get_secret_value() if settings.app_token else ""
    try:
        opened = await web_client(None, settings.api_url).apps_connections_open(app_token=token)
        return str(opened["url"])
    except SlackApiError as error:
        said = answer(error)
        if said.word is None or said.word in _TEMPORARY:
            raise ConnectError(said.word or f"HTTP {said.status}", wait=said.wait) from error
        raise ConnectError(said.word, _REMEDIES.get(said.word, _CHECK)) from error
    except TRANSPORT as error:
        raise ConnectError(type(error).__name__) from error
