"""`/rolewatch` commands: `/rolewatch roles research engineer at deepmind`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from typing import Final

from sqlalchemy import Connection

from monitor.alerts import mutes
from monitor.config.model import Settings
from monitor.database.columns import AnyRow
from monitor.errors import UserError
from monitor.notify import wording
from monitor.notify.document import Composed
from monitor.queries.changes import timeline, versions
from monitor.queries.describe import describe
from monitor.queries.moved import former_lives
from monitor.queries.resolve import find_boards, find_posting
from monitor.queries.roles import RoleFilter, Status, find_roles, rule_of_words
from monitor.queries.status import count_fitting, read_status
from monitor.slack_app import history_reply, lists, overviews, status_reply
from monitor.slack_app.lookup import visible_mutes
from monitor.slack_app.payloads import SlashCommand
from monitor.slack_app.search_words import Search, parse_search
from monitor.slack_app.viewer import Viewer, viewer_of
from monitor.slack_app.watches import Watches

_LINK: Final = re.compile(r"<(https?://[^|>\s]+)(?:\|[^>]*)?>")
_ENTITIES: Final = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_LONGEST: Final = 3000  # characters that are read


@dataclass(frozen=True, slots=True)
class CommandContext:
    """The text of a command and what is needed to answer it."""

    connection: Connection
    settings: Settings
    viewer: Viewer
    text: str  # after the command's name
    now: datetime


def changes_watches(command: SlashCommand) -> bool:
    """Return whether a command may begin or end a watch."""
    return _unescaped(command.text).partition(" ")[0].casefold() in _OF_WATCHES


def handle_command(
    connection: Connection, settings: Settings, command: SlashCommand, now: datetime
) -> Composed:
    """Return the reply. Raises UserError for an unknown command, with the nearest one."""
    text = _unescaped(command.text)
    name, _, rest = text.partition(" ")
    if not name:
        return overviews.HELP
    run = _COMMANDS.get(name.casefold())
    if run is None:
        raise UserError(_unknown(name))
    viewer = viewer_of(connection, settings, command)
    return run(CommandContext(connection, settings, viewer, rest.strip(), now))


def _unknown(name: str) -> str:
    near = get_close_matches(name.casefold(), _COMMANDS, n=1, cutoff=0.5)
    hint = (
        f"Did you mean `/rolewatch {near[0]}`?" if near else "`/rolewatch help` lists the commands."
    )
    shown = wording.sanitize(name, 40).replace("`", "")
    return f"Unknown command `/rolewatch {shown}`. {hint}"


def _unescaped(text: str) -> str:
    """Return the text as typed, without Slack's markup for links and its entities."""
    text = _LINK.sub(r"\1", text[:_LONGEST])
    for entity, sign in _ENTITIES:
        text = text.replace(entity, sign)
    return " ".join(text.split())


def _roles(context: CommandContext) -> Composed:
    search = parse_search(context.text)
    rows = _matching(context.connection, search, "open")
    closed = 0 if rows else len(_matching(context.connection, search, "closed"))
    found = [lists.role_of_row(row) for row in rows]
    query = wording.sanitize(context.text, 150)
    return lists.roles(found, query, closed=closed, at=context.now)


def _matching(connection: Connection, search: Search, status: Status) -> Sequence[lists.Row]:
    boards = find_boards(connection, search.company) if search.company else ()
    rule = rule_of_words(search.words, search.places)
    return find_roles(connection, RoleFilter(boards, status, rules=(rule,) if rule else ())).rows


def _saved(context: CommandContext) -> Composed:
    mine = RoleFilter(status="all", saved_by=context.viewer.user)
    return lists.saved(find_roles(context.connection, mine).rows, context.now)


def _history(context: CommandContext) -> Composed:
    """Return the history of the named posting, or of the only one that matches the words."""
    if not context.text:
        raise UserError(
            "Name a posting: `/rolewatch history greenhouse:isomorphiclabs:5938712`,"
            " its URL, or words of its title"
        )
    try:
        posting = find_posting(context.connection, context.text)
    except UserError as error:
        if "/" in context.text or ":" in context.text:
            raise UserError(_in_slack(str(error))) from error
        rows = _without_former(_matching(context.connection, parse_search(context.text), "all"))
        if len(rows) != 1:
            return history_reply.choose_posting(rows, wording.sanitize(context.text, 150))
        posting = find_posting(context.connection, str(rows[0]["posting"]))
    postings = [*former_lives(context.connection, posting), posting]
    changes = [row for each in postings for row in timeline(context.connection, each).rows]
    stored = [row for each in postings for row in versions(context.connection, each).rows]
    texts = {
        (str(row["posting"]), int(row["version"])): str(row["description"] or "") for row in stored
    }
    return history_reply.history(describe(context.connection, posting), changes, texts)


def _in_slack(mistake: str) -> str:
    """Return a mistake whose commands are those of Slack, not of the terminal."""
    return mistake.replace("`rolewatch", "`/rolewatch").replace("roles --board", "roles at")


def _without_former(rows: Sequence[lists.Row]) -> Sequence[lists.Row]:
    """Leave out a posting if its role is also listed on the board its employer moved to."""
    former = {
        row["repost_of"]
        for row in rows
        if row["repost_of"] and not row["repost_of"].startswith(f"{row['board']}:")
    }
    return [row for row in rows if row["posting"] not in former]


def _rules(context: CommandContext) -> Composed:
    muted = [
        row
        for row, _ in visible_mutes(context.connection, context.viewer, context.now)
        if row.rule is not None
    ]
    rules = [
        replace(rule, notify=tuple(context.viewer.names(rule.notify)))
        for rule in context.viewer.visible_rules(context.settings.rules)
    ]
    names = {row.rule for row in muted}
    return overviews.rules(rules, {name: _mutes_of(context, muted, name) for name in names})


def _mutes_of(context: CommandContext, muted: Sequence[AnyRow], rule: str) -> list[str]:
    """Return where a rule is muted, each with its end."""
    return [
        f"{context.viewer.name(row.channel)} {mutes.until(row.until)}"
        for row in muted
        if row.rule == rule
    ]


def _muted(context: CommandContext) -> Composed:
    shown = visible_mutes(context.connection, context.viewer, context.now)
    return overviews.muted(shown, context.viewer)


def _status(context: CommandContext) -> Composed:
    status = read_status(context.connection)
    counts: Counter[tuple[str, str]] = Counter()
    for channel, state, count in status.waiting:
        counts[context.viewer.name(channel), state] += count
    named = [(channel, state, count) for (channel, state), count in counts.items()]
    shown = {
        channel.removeprefix("slack:"): reason
        for channel, reason in status.refused.items()
        if context.viewer.may_see(channel)
    }
    rules = [rule.name for rule in context.settings.rules if rule.watch is None]
    fitting = count_fitting(context.connection, rules)
    return status_reply.status(replace(status, waiting=named, refused=shown), fitting, context.now)


def _watch(context: CommandContext) -> Composed:
    return _watches(context).watch(context.text)


def _unwatch(context: CommandContext) -> Composed:
    return _watches(context).unwatch(context.text)


def _watches(context: CommandContext) -> Watches:
    return Watches(context.connection, context.settings, context.viewer.user, context.now)


def _help(_context: CommandContext) -> Composed:
    return overviews.HELP


_OF_WATCHES: Final = frozenset({"watch", "unwatch"})
_COMMANDS: Final[dict[str, Callable[[CommandContext], Composed]]] = {
    "roles": _roles,
    "history": _history,
    "rules": _rules,
    "muted": _muted,
    "status": _status,
    "saved": _saved,
    "watch": _watch,
    "unwatch": _unwatch,
    "help": _help,
}
