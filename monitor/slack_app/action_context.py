"""A click and what it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from monitor.config.model import Settings
from monitor.errors import UserError
from monitor.notify.compose.controls import unversioned
from monitor.queries.resolve import PostingRef, find_posting
from monitor.slack_app.lookup import title_and_url
from monitor.slack_app.payloads import Click
from monitor.slack_app.viewer import Viewer


@dataclass(frozen=True, slots=True)
class ActionContext:
    """A click and what is needed to handle it."""

    connection: Connection
    settings: Settings
    click: Click
    now: datetime
    viewer: Viewer


@dataclass(frozen=True, slots=True)
class Role:
    """The posting that a button names."""

    posting: PostingRef
    title: str
    url: str
    version: int | None = None  # that the button names


def named_role(context: ActionContext) -> Role | None:
    """Return the posting that the button names. None if it is not in the history."""
    value = context.click.value
    # a posting's key may end like a version
    for name, version in dict.fromkeys((unversioned(value), (value, None))):
        try:
            posting = find_posting(context.connection, name)
        except UserError:
            continue
        title, url = title_and_url(context.connection, posting)
        return Role(posting, title, url, version)
    return None
