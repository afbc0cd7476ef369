"""The row of buttons under a posting."""

from __future__ import annotations

from monitor.messages import Role
from monitor.notify import rich
from monitor.notify.rich import Parts


def row(role: Role, *, closed: bool, interactive: bool) -> Parts:  # noqa: ARG001  # what somebody has to answer comes with its answers
    """The buttons; one that only opens an address needs nobody who answers."""
    opens = rich.button(role.url, "Old link" if closed else "View role", primary=not closed)
    return [opens] if opens else []
