"""What typed words ask for: `/rolewatch roles research engineer at deepmind`."""

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
from monitor.database.engine import AnyRow
from monitor.errors import UserError
from monitor.notify import wording
from monitor.queries.changes import timeline, versions
from monitor.queries.moved import former_lives
from monitor.queries.resolve import find_boards, find_posting
from monitor.queries.roles import RoleFilter, Status, describe, find_roles
from monitor.queries.search import search
from monitor.queries.status import read_status
from monitor.slack_app import lists
from monitor.slack_app.channel import Place, place
from monitor.slack_app.mute_list import visible_mutes
from monitor.slack_app.payloads import SlashCommand
from monitor.slack_app.replies import SlackReply

_TOKEN: Final = re.compile(r"[\"“”„]([^\"“”„]*)[\"“”„]|(\S+)")
_LINK: Final = re.compile(r"<(https?://[^|>\s]+)(?:\|[^>]*)?>")
_ENTITIES: Final = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_MOST: Final = 3000  # characters that are read


@dataclass(frozen=True, slots=True)
class CommandContext:
    """A command's words, and what answering needs."""

    connection: Connection
    settings: Settings
    where: Place
    text: str  # behind the command's name
    now: datetime


def handle_command(
    connection: Connection, settings: Settings, typed: SlashCommand, now: datetime
) -> SlackReply:
    """The answer; words that nobody understands get a line that helps. Raises UserError."""
    text = _as_typed(typed.words)
    name, _, rest = text.partition(" ")
    if not name:
        return lists.HELP
    work = _COMMANDS.get(name.casefold())
    if work is None:
        near = get_close_matches(name.casefold(), _COMMANDS, n=1, cutoff=0.5)
        hint = (
            f"did you mean `/rolewatch {near[0]}`?"
            if near
            else "`/rolewatch help` says what there is."
        )
        raise UserError(
            f"There is no `/rolewatch {wording.sanitize(name, 40).replace('`', '')}`: {hint}"
        )
    return work(
        CommandContext(connection, settings, place(connection, settings, typed), rest.strip(), now)
    )


def _as_typed(text: str) -> str:
    """Slack's own marks taken back: a link becomes its address again."""
    text = _LINK.sub(r"\1", text[:_MOST])
    for entity, sign in _ENTITIES:
        text = text.replace(entity, sign)
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class Search:
    """What `roles` looks for."""

    words: tuple[str, ...] = ()
    company: str = ""
    places: tuple[str, ...] = ()


def read(text: str) -> Search:
    """`research engineer at deepmind in london`: words, then a company behind `at`, a place behind `in`; "quotes" keep words together."""
    parts: dict[str, list[str]] = {"": [], "at": [], "in": []}
    part = ""
    for quoted, bare in _TOKEN.findall(text):
        if bare.casefold() in {"at", "in"}:
            part = bare.casefold()
        elif quoted.strip() or bare:
            parts[part].append(quoted.strip() or bare)
    return Search(
        tuple(parts[""]), " ".join(parts["at"]), (" ".join(parts["in"]),) if parts["in"] else ()
    )


def _roles(asked: CommandContext) -> SlackReply:
    wanted = read(asked.text)
    found = _found(asked.connection, wanted, "open")
    closed = len(_found(asked.connection, wanted, "closed")) if not found else 0
    return lists.roles(found, wording.sanitize(asked.text, 150), closed=closed)


def _found(connection: Connection, wanted: Search, status: Status) -> Sequence[lists.Row]:
    boards = find_boards(connection, wanted.company) if wanted.company else ()
    return find_roles(
        connection, RoleFilter(boards, status, rules=tuple(search(wanted.words, wanted.places)))
    ).rows


def _saved(asked: CommandContext) -> SlackReply:
    return lists.saved(
        find_roles(
            asked.connection, RoleFilter(status="all", saved_by=asked.where.person.user)
        ).rows
    )


def _history(asked: CommandContext) -> SlackReply:
    """Of the posting that is named, or of the only one that the words fit."""
    if not asked.text:
        raise UserError(
            "Say which posting: `/rolewatch history greenhouse:isomorphiclabs:5938712`, its URL, or words of its title"
        )
    try:
        found = find_posting(asked.connection, asked.text)
    except UserError:
        if "/" in asked.text or ":" in asked.text:
            raise
        rows = _last_lives(_found(asked.connection, read(asked.text), "all"))
        if len(rows) != 1:
            return lists.which(rows, wording.sanitize(asked.text, 150))
        found = find_posting(asked.connection, str(rows[0]["posting"]))
    lives = [*former_lives(asked.connection, found), found]
    happened = [row for life in lives for row in timeline(asked.connection, life).rows]
    stored = [row for life in lives for row in versions(asked.connection, life).rows]
    texts = {(str(row["posting"]), int(row["version"])): str(row["description"]) for row in stored}
    return lists.history(describe(asked.connection, found), happened, texts)


def _last_lives(rows: Sequence[lists.Row]) -> Sequence[lists.Row]:
    """The rows without those of roles that are among them on another board, to which their employer has moved."""
    former = {
        row["repost_of"]
        for row in rows
        if row["repost_of"] and not row["repost_of"].startswith(f"{row['board']}:")
    }
    return [row for row in rows if row["posting"] not in former]


def _rules(asked: CommandContext) -> SlackReply:
    muted = [
        row
        for row, _ in visible_mutes(asked.connection, asked.where, asked.now)
        if row.rule is not None
    ]
    rules = [
        replace(rule, notify=tuple(asked.where.names(rule.notify))) for rule in asked.settings.rules
    ]
    return lists.rules(
        rules, {rule: _muted_where(asked, muted, rule) for rule in {row.rule for row in muted}}
    )


def _muted_where(asked: CommandContext, muted: Sequence[AnyRow], rule: str) -> list[str]:
    return [
        f"{asked.where.name(row.channel)} {mutes.until(row.until)}"
        for row in muted
        if row.rule == rule
    ]


def _muted(asked: CommandContext) -> SlackReply:
    return lists.muted(visible_mutes(asked.connection, asked.where, asked.now), asked.where)


def _status(asked: CommandContext) -> SlackReply:
    now_ = read_status(asked.connection)
    untold: Counter[tuple[str, str]] = Counter()
    for channel, state, count in now_.untold:
        untold[asked.where.name(channel), state] += count
    named = [(channel, state, count) for (channel, state), count in untold.items()]
    return lists.status(replace(now_, untold=named), asked.now)


def _help(_asked: CommandContext) -> SlackReply:
    return lists.HELP


_COMMANDS: Final[dict[str, Callable[[CommandContext], SlackReply]]] = {
    "roles": _roles,
    "history": _history,
    "rules": _rules,
    "muted": _muted,
    "status": _status,
    "saved": _saved,
    "help": _help,
}
