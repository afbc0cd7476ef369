"""Near deadlines of a list: `⏰ December 9, 5:00 PM · title · employer`, nearest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from monitor.message_parts import Role
from monitor.messages import RoleMessage
from monitor.notify.compose import facts, role_lines
from monitor.notify.compose.employers import Listing, changed, tags
from monitor.notify.compose.role_lines import Detail
from monitor.notify.document import Document, Line, Span, Text, bold, rows, text


def nearest_first(roles: Iterable[Role]) -> list[Role]:
    unique = {role.posting: role for role in roles if role.deadline_at}
    return sorted(unique.values(), key=lambda role: (role.deadline_at, role.posting))


def block(
    heading: str,
    roles: Sequence[Role],
    events: Mapping[str, RoleMessage],
    detail: Detail,
    listing: Listing,
) -> Document:
    """Return the deadlines under a heading. `events`: what happened to roles, by posting."""
    if not roles:
        return ()
    lines = [
        role_lines.deadline_line(
            role,
            detail,
            _happened(events.get(role.posting), detail, listing),
            tags(listing.reminding.get(role.posting, ())),
        )
        for role in roles
    ]
    return (Text(rows([bold(heading), *lines])),)


def _happened(event: RoleMessage | None, detail: Detail, listing: Listing) -> Line:
    if event is None or event.kind == "closed":
        return ()
    if event.kind == "revised":
        return changed(event, detail)
    words = "new" if event.kind == "opened" else "open again"
    return text(f"{words} {listing.since(event.at)}".rstrip())


def next_deadline(roles: Sequence[Role]) -> Line:
    """Return `Next deadline: title at employer, Dec 9, 5 pm PST`."""
    if not roles:
        return ()
    role = roles[0]
    title = facts.title(role, 80)
    return (
        *text(f"Next deadline: {title} at {facts.company(role)}, "),
        *facts.deadline(role),
        Span("."),
    )


def soonest(roles: Sequence[Role]) -> Line:
    """Return `Apply by Dec 9, 5 pm PST: title`."""
    if not roles:
        return ()
    return (
        *text("Apply by "),
        *facts.deadline(roles[0]),
        *text(f": {facts.title(roles[0], 80)}."),
    )
