"""Socket envelopes as values: clicks and slash commands.

Anything else is ignored: a new kind of interaction, or a payload in another form, must not stop the
known ones. https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, slots=True)
class Click:
    """A button that a person clicked, or a menu entry that they chose."""

    key: str  # the same for the same click, however often it arrives
    user: str  # "U0ALICE001"
    channel_id: str
    ts: str  # of the message with the button
    thread_ts: str  # of the thread that the message is in, or begins
    action: str  # "role_save"
    value: str
    response_url: str
    private: bool  # on an ephemeral message, which only its response URL can change


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """`/rolewatch` and the text after it."""

    key: str
    user: str
    channel_id: str
    text: str
    response_url: str


class _Option(msgspec.Struct):
    value: str = ""


class _Action(msgspec.Struct):
    action_id: str
    action_ts: str = ""
    value: str | None = None
    selected_option: _Option | None = None


class _User(msgspec.Struct):
    id: str


class _Container(msgspec.Struct):
    channel_id: str
    message_ts: str
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


def parse_envelope(envelope: Mapping[str, object]) -> list[Click | SlashCommand]:
    """Return the clicks or the command in an envelope. Empty for anything unknown."""
    payload, envelope_id = envelope.get("payload"), str(envelope.get("envelope_id", ""))
    try:
        if envelope.get("type") == "slash_commands":
            return [_command(msgspec.convert(payload, _Slash), envelope_id)]
        if (
            envelope.get("type") == "interactive"
            and isinstance(payload, Mapping)
            and payload.get("type") == "block_actions"
        ):
            clicked = msgspec.convert(payload, _BlockActions)
            return [_click(clicked, action, envelope_id) for action in clicked.actions]
    except msgspec.ValidationError:
        return []
    return []


def _command(slash: _Slash, envelope_id: str) -> SlashCommand:
    return SlashCommand(
        slash.trigger_id or envelope_id,
        slash.user_id,
        slash.channel_id,
        slash.text,
        slash.response_url,
    )


def _click(clicked: _BlockActions, action: _Action, envelope_id: str) -> Click:
    where = clicked.container
    value = action.selected_option.value if action.selected_option else action.value
    key = (
        f"{clicked.user.id}:{where.message_ts}:{action.action_id}:{action.action_ts}"
        if action.action_ts
        else f"{envelope_id}:{action.action_id}"
    )
    return Click(
        key=key,
        user=clicked.user.id,
        channel_id=where.channel_id,
        ts=where.message_ts,
        thread_ts=where.thread_ts or where.message_ts,
        action=action.action_id,
        value=value or "",
        response_url=clicked.response_url,
        private=where.is_ephemeral,
    )
