"""Atom feeds (RFC 4287) of changes, made by feedgen.

The same events give the same bytes: `updated` is the newest event's time and no clock is read. An
entry's id comes from its posting and the time of the check, so that it is the same at every address
and after the database was copied. An entry is the same in every feed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from html import escape
from typing import Any, Final
from uuid import UUID, uuid5

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator

from monitor.database.columns import iso
from monitor.message_parts import FieldChange
from monitor.messages import RoleMessage
from monitor.notify import wording
from monitor.notify.compose import facts
from monitor.notify.compose.events import changed_lines, event_words
from monitor.notify.compose.passages import quotes
from monitor.notify.document import DOT, Document, Line, paragraph, text
from monitor.notify.render_html import document_html
from monitor.notify.render_text import line_text
from monitor.text.page_addresses import role_page
from monitor.web.addresses import address as address_of
from monitor.web.addresses import feed_path, posting_link, rule_page

CONTENT_TYPE: Final = "application/atom+xml; charset=utf-8"
_IDS: Final = UUID("9f4b6a52-6a0d-4d3c-9d0e-0f2a7c1e5b38")  # the space of our names; never changes
_KIND: Final = "tag:rolewatch,2026:kind"
_RULE: Final = "tag:rolewatch,2026:rule"
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)  # `updated` of a feed without entries
_EVENTS: Final = 512  # in memory
# everything that XML 1.0 forbids
_NOT_XML: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def atom(
    events: Sequence[RoleMessage],
    *,
    base: str,
    rule: str | None = None,
    address: str | None = None,
    zone: tzinfo = UTC,
) -> bytes:
    """Return the feed of these events, newest first.

    `base` is the address that links begin with, `address` the feed's own (its key included), and
    `zone` the time zone of dates. Without a `rule` it is the feed of all changes.
    """
    path = feed_path(rule)
    feed = FeedGenerator()
    feed.id(_urn(path))
    feed.title(_xml(f"rolewatch: {rule}" if rule is not None else "rolewatch: all changes"))
    feed.updated(max((event.at for event in events), default=_NEVER))
    feed.author(name="rolewatch")
    feed.generator("rolewatch")
    feed.link(href=address or address_of(path, base), rel="self", type="application/atom+xml")
    feed.link(href=rule_page(base, rule), rel="alternate", type="text/html")
    for event in events:
        feed.add_entry(_entry(event, base, zone), order="append")
    written: bytes = feed.atom_str(extensions=False)
    return written


def entry_id(event: RoleMessage) -> str:
    """Return the id of an event's entry. A board has one check at an instant."""
    return _urn(f"{event.role.posting} {iso(event.at)}")


def _urn(name: str) -> str:
    return uuid5(_IDS, name).urn


class _Entry(FeedEntry):  # type: ignore[misc]  # feedgen ships no types
    """An entry whose links keep their `rel` and `type`, which feedgen 1.0 leaves out.

    Without them an entry has two links of the default `alternate`, which RFC 4287 forbids.
    """

    def atom_entry(self, extensions: bool = True) -> Any:  # noqa: ANN401  # feedgen's signature
        element = super().atom_entry(extensions)
        for link, known in zip(element.iterfind("link"), self.link() or (), strict=True):
            link.attrib.update(known)
        return element


def _entry(event: RoleMessage, base: str, zone: tzinfo) -> FeedEntry:
    role, entry = event.role, _Entry()
    entry.id(entry_id(event))
    entry.title(_xml(_title(event, zone)))
    entry.published(event.at)
    entry.updated(event.at)
    entry.author(name=_xml(facts.company(role)))
    entry.link(href=role_page(base, role.posting), rel="alternate", type="text/html")
    if own := posting_link(role.url):
        entry.link(href=own, rel="via")
    entry.category(term=event.kind, scheme=_KIND)
    for why in event.why:
        entry.category(term=_xml(why.rule), scheme=_RULE)
    entry.content(_xml(_content(event, zone)), type="html")
    return entry


def _xml(value: str) -> str:
    return _NOT_XML.sub("", value)


@lru_cache(maxsize=_EVENTS)
def _title(event: RoleMessage, zone: tzinfo) -> str:
    """Return `Research Engineer · Example Labs raised pay: $141k–245k → $150k–260k`."""
    fit = wording.fit_change(event)
    words = f"{facts.company(event.role)} {line_text(event_words(event), zone)}"
    return DOT.join([facts.title(event.role), words, *([fit] if fit else [])])


@lru_cache(maxsize=_EVENTS)
def _content(event: RoleMessage, zone: tzinfo) -> str:
    """Return the changes, the facts and the rules as HTML.

    It is kept: comparing two descriptions takes milliseconds, and an event never changes.
    """
    described = next((one for one in event.changes if one.field == "description"), None)
    parts = [document_html(_changes(event), zone)]
    if described is not None:
        parts += _edits(described, event)
    parts.append(document_html(_facts(event), zone))
    return "\n".join(filter(None, parts))


def _changes(event: RoleMessage) -> Document:
    """Return what changed. The title has a single change too."""
    lines = [line for line in changed_lines(event) if line]
    if not lines and event.kind != "opened":
        lines = [(*text(f"{facts.company(event.role)} "), *event_words(event))]
    return tuple(paragraph(line) for line in lines)


def _facts(event: RoleMessage) -> Document:
    role = event.role
    known = (
        facts.closed_facts(role, "")
        if event.kind == "closed"
        else facts.facts(role, event.why, event.at)
    )
    lines: list[Line] = [known] if known else []
    lines += [text(_reason(why.rule, why.words, why.fit_change)) for why in event.why]
    return tuple(paragraph(line) for line in lines)


def _reason(rule: str, words: str, turn: str) -> str:
    """Return `Now fits research-engineer: title has “research engineer”`."""
    verb = (turn or "fits").capitalize()
    return wording.sanitize(f"{verb} {rule}: {words}" if words else f"{verb} {rule}")


def _edits(change: FieldChange, event: RoleMessage) -> tuple[str, ...]:
    """Return the edited passages of a description, shortened."""
    found = quotes(change, event)
    shown = [f"<blockquote><p>{''.join(_marked(line))}</p></blockquote>" for line in found.shown]
    more = f"<p>and {wording.count(found.more, 'more passage')}</p>" if found.more else ""
    return (*shown, *([more] if more else []))


def _marked(line: Line) -> Iterator[str]:
    """Yield the spans of a passage, with removed words as `<del>` and added ones as `<ins>`."""
    for span in line:
        tag = "del" if span.strike else "ins" if span.bold else ""
        words = escape(span.text)
        yield f"<{tag}>{words}</{tag}>" if tag else words
