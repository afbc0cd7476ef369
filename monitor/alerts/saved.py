"""Roles that Slack users save for themselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from monitor.database.tables import Saved


def save_role(connection: Connection, user_id: str, posting_id: int, now: datetime) -> bool:
    """Save the role for the user. Return False when it was saved before."""
    if connection.execute(select(Saved.at).where(*_mine(user_id, posting_id))).first() is not None:
        return False
    connection.execute(insert(Saved).values(user_id=user_id, posting_id=posting_id, at=now))
    return True


def unsave_role(connection: Connection, user_id: str, posting_id: int) -> bool:
    """Remove the role from the user's saved ones. Return False when it was not saved."""
    return connection.execute(delete(Saved).where(*_mine(user_id, posting_id))).rowcount == 1


def _mine(user_id: str, posting_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Saved.user_id == user_id, Saved.posting_id == posting_id
