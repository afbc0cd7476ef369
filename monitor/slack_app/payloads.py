"""Socket envelopes as values: clicks, slash commands, and visits of App Home.

Anything else is ignored: a new kind of interaction, or a payload in another form, must not stop the
known ones. https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

# how a row of buttons in a private answer names the thread that it is about
_IN_THREAD: Final = "in "


@dataclass(frozen=True, slots=True)
class Click:
    """A button that a person clicked, or a menu entry that they chose.

    One in App Home is in no channel and has no response URL.
    """

    key: str  # the same for the same click, however often it arrives
    user: str  # "U0ALICE001"
    channel_id: str
    ts: str  # of the message with the button
    thread_ts: str  # of the thread that the message is in, or begins
    action: str  # "role_save"
    value: str
    response_url: str
    private: bool  # on an ephemeral message, which only its response URL can change
    user_name: str = ""  # "alice"

    @property
    def at_home(self) -> bool:
        return not self.channel_id


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """`/rolewatch` and the text after it."""

    key: str
    user: str
    channel_id: str
    text: str
    response_url: str


@dataclass(frozen=True, slots=True)
class HomeOpened:
    """A person opened App Home."""

    key: str
    user: str


Asked = Click | SlashCommand | HomeOpened


class _Option(msgspec.Struct):
    value: str = ""


class _Action(msgspec.Struct):
    action_id: str
    action_ts: str = ""
    block_id: str = ""
    value: str | None = None
    selected_option: _Option | None = None


class _User(msgspec.Struct):
    id: str
    name: str = ""
    username: str = ""


class _Container(msgspec.Struct):
    type: str = ""
    channel_id: str = ""
    message_ts: str = ""
    view_id: str = ""
    thread_ts: str | None = None
    is_ephemeral: bool = False


class _BlockActions(msgspec.Struct):
    type: str
    user: _User
    container: _Container
    actions: list[_Action]
    response_url: str = ""


class _Slash(msgspec.Struct):
    user_id: str
    channel_id: str
    text: str = ""
    response_url: str = ""
    trigger_id: str = ""


class _Event(msgspec.Struct):
    type: str
    user: str = ""
    tab: str = ""


class _EventCallback(msgspec.Struct):
    event: _Event
    event_id: str = ""


def parse_envelope(envelope: Mapping[str, object]) -> list[Asked]:
    """Return the clicks, the command or the visit in an envelope. Empty for anything unknown."""
    payload = envelope.get("payload")
    envelope_id = str(envelope.get("envelope_id", ""))
    try:
        match envelope.get("type"):
            case "slash_commands":
                return [_command(msgspec.convert(payload, _Slash), envelope_id)]
            case "interactive":
                return [*_clicks(payload, envelope_id)]
            case "events_api":
                return [*_visit(msgspec.convert(payload, _EventCallback), envelope_id)]
    except msgspec.ValidationError:
        return []
    return []


def in_thread(ts: str) -> str:
    """Return the name of a row of buttons whose clicks are about that thread."""
    return f"{_IN_THREAD}{ts}"


def _command(slash: _Slash, envelope_id: str) -> SlashCommand:
    return SlashCommand(
        slash.trigger_id or envelope_id,
        slash.user_id,
        slash.channel_id,
        slash.text,
        slash.response_url,
    )


def _clicks(payload: object, envelope_id: str) -> list[Click]:
    if not isinstance(payload, Mapping) or payload.get("type") != "block_actions":
        return []
    clicked = msgspec.convert(payload, _BlockActions)
    where = clicked.container
    is_placed = where.view_id if where.type == "view" else where.channel_id and where.message_ts
    return [_click(clicked, action, envelope_id) for action in clicked.actions if is_placed]


def _click(clicked: _BlockActions, action: _Action, envelope_id: str) -> Click:
    where = clicked.container
    value = action.selected_option.value if action.selected_option else action.value
    place = where.message_ts or where.view_id
    key = (
        f"{clicked.user.id}:{place}:{action.action_id}:{action.action_ts}"
        if action.action_ts
        else f"{envelope_id}:{action.action_id}"
    )
    named = action.block_id.removeprefix(_IN_THREAD) if _names_thread(where, action) else ""
    return Click(
        key=key,
        user=clicked.user.id,
        channel_id=where.channel_id,
        ts=where.message_ts,
        thread_ts=where.thread_ts or named or where.message_ts,
        action=action.action_id,
        value=value or "",
        response_url=clicked.response_url,
        private=where.is_ephemeral,
        user_name=clicked.user.name or clicked.user.username,
    )


def _names_thread(where: _Container, action: _Action) -> bool:
    """Return whether the row's name is ours: a private answer has no thread of its own."""
    return where.is_ephemeral and action.block_id.startswith(_IN_THREAD)


def _visit(callback: _EventCallback, envelope_id: str) -> list[HomeOpened]:
    """Return the visit of App Home. The app's other tab has no list."""
    event = callback.event
    if event.type != "app_home_opened" or event.tab not in {"", "home"} or not event.user:
        return []
    return [HomeOpened(callback.event_id or envelope_id, event.user)]
