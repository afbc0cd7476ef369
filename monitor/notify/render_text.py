"""Render a document as plain text: for a terminal, a notification, and services without markup."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from monitor.notify import document as doc
from monitor.notify import wording
from monitor.text.dates import format_day, format_moment, format_time


def line_text(line: doc.Line, zone: tzinfo) -> str:
    """Return a line without its styles and links."""
    return "".join(_span(span, zone) for span in line).rstrip()


def _span(span: doc.Span, zone: tzinfo) -> str:
    if span.sign:
        return doc.SIGNS[span.sign]
    if span.at is not None:
        return moment_text(span, zone)
    return span.text  # only Slack can mention a person


def moment_text(span: doc.Span, zone: tzinfo) -> str:
    """Return the instant of a span in words: `Dec 18, 5 pm PST`."""
    assert span.at is not None  # its callers check that  # noqa: S101
    match span.shows:
        case "moment":
            return format_moment(span.at, zone, with_year=span.with_year)
        case "day":
            return format_day(span.at, zone, with_year=span.with_year)
        case "time":
            return format_time(span.at, zone)


def document_lines(document: doc.Document, zone: tzinfo) -> list[str]:
    """Return a document as lines. The links of a line follow it, indented."""
    return [line for block in document for line in _block(block, zone)]


def _block(block: doc.Block, zone: tzinfo) -> Iterator[str]:
    match block:
        case doc.Header(sign, text):
            yield f"{doc.SIGNS[sign]} {text}" if sign else text
        case doc.Text(parts):
            for part in parts:
                mark = "\u2022 " if isinstance(part, doc.Bullets) else ""
                for line in part.lines:
                    yield mark + line_text(line, zone)
                    yield from _links(line)
        case doc.Quote(line):
            yield f"> {_with_marks(line, zone)}"
        case doc.Grey(spans):
            yield grey_text(spans, zone)
        case doc.Controls() | doc.Divider():
            pass


def grey_text(line: doc.Line, zone: tzinfo) -> str:
    """Return a grey line. Its signs and what a board wrote stand apart from the words around."""
    words = ""
    own = True
    for span in line:
        is_own = span.own or span.code or span.at is not None
        apart = words and not words.endswith(" ") and is_own != own
        words += (" " if apart else "") + _span(span, zone) + (" " if span.sign else "")
        own = is_own
    return words.rstrip()


def _links(line: doc.Line) -> Iterator[str]:
    for span in line:
        if wording.safe_url(span.url):
            yield f"  {span.url}"


def _with_marks(line: doc.Line, zone: tzinfo) -> str:
    """Return a passage in which [-removed-] and {+added+} words are marked."""
    return "".join(
        f"[-{span.text}-]"
        if span.strike
        else f"{{+{span.text}+}}"
        if span.bold
        else _span(span, zone)
        for span in line
    )
