"""Render a document as HTML, for mail and other services that take it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import tzinfo
from html import escape

from monitor.notify import document as doc
from monitor.notify import wording
from monitor.notify.render_text import grey_text, moment_text


def document_html(document: doc.Document, zone: tzinfo) -> str:
    """Return a document as HTML without styles or scripts. Only links of roles are links."""
    return "\n".join(part for block in document for part in _block(block, zone))


def _block(block: doc.Block, zone: tzinfo) -> Iterator[str]:
    match block:
        case doc.Header(sign, text):
            mark = f"{doc.SIGNS[sign]} " if sign else ""
            yield f"<h3>{mark}{escape(text)}</h3>"
        case doc.Text(parts):
            yield from (_part(part, zone) for part in parts if part.lines)
        case doc.Quote(line):
            yield f"<blockquote>{_line(line, zone)}</blockquote>"
        case doc.Grey(spans):
            yield f"<p><small>{escape(grey_text(spans, zone))}</small></p>"
        case doc.Controls() | doc.Divider():
            pass


def _part(part: doc.Section | doc.Bullets, zone: tzinfo) -> str:
    lines = [_line(line, zone) for line in part.lines]
    if isinstance(part, doc.Bullets):
        return "<ul>" + "".join(f"<li>{line}</li>" for line in lines) + "</ul>"
    return "<p>" + "<br>\n".join(lines) + "</p>"


def _line(line: doc.Line, zone: tzinfo) -> str:
    return "".join(_span(span, zone) for span in line)


def _span(span: doc.Span, zone: tzinfo) -> str:
    if span.sign:
        return doc.SIGNS[span.sign]
    words = moment_text(span, zone) if span.at is not None else span.text
    html = escape(words)
    if span.url and wording.safe_url(span.url):
        html = f'<a href="{escape(span.url)}">{html}</a>'
    return _styled(html, _tags(span))


def _tags(span: doc.Span) -> Iterator[str]:
    styles = {"b": span.bold, "s": span.strike, "i": span.italic, "code": span.code}
    return (tag for tag, on in styles.items() if on)


def _styled(html: str, tags: Iterable[str]) -> str:
    for tag in tags:
        html = f"<{tag}>{html}</{tag}>"
    return html
