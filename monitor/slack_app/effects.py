"""Effects of a click or a command in Slack, run after the database has committed."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.notify.document import Composed
from monitor.slack_app.diff_files import DiffUpload


@dataclass(frozen=True, slots=True)
class Respond:
    """Reply to the person alone. `in_place` replaces the private message with the button."""

    reply: Composed
    in_place: bool = False


@dataclass(frozen=True, slots=True)
class Announce:
    """Post the announcement of a mute in the thread of the click."""

    reply: Composed
    mute_id: int


@dataclass(frozen=True, slots=True)
class Replace:
    """Replace an earlier message of the app."""

    channel_id: str
    ts: str
    reply: Composed


@dataclass(frozen=True, slots=True)
class Upload:
    """Upload a diff into the thread of the click."""

    file: DiffUpload


@dataclass(frozen=True, slots=True)
class PublishHome:
    """Publish the person's App Home, of which a list may have changed."""

    user: str


Effect = Respond | Announce | Replace | Upload | PublishHome
Effects = tuple[Effect, ...]
