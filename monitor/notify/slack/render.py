"""Render a document as Block Kit blocks, and a sentence as Slack's escaped text.

Text from a board goes into `rich_text` elements or `plain_text`, where Slack reads no markup.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import tzinfo
from typing import Final

from slack_sdk.models.blocks import ConfirmObject

from monitor.notify import document as doc
from monitor.notify import wording
from monitor.notify.plain import escape
from monitor.notify.render_text import line_text, moment_text
from monitor.notify.slack import blockkit
from monitor.notify.slack.blockkit import Part, Parts

_FORMATS: Final = {"moment": "{date}, {time}", "day": "{date}", "time": "{time}"}
_FAR_FORMATS: Final = {"moment": "{date_short}, {time}", "day": "{date_short}", "time": "{time}"}


def render(document: doc.Document, zone: tzinfo) -> Parts:
    """Return the blocks. `zone` is that of dates where Slack cannot show a reader's own."""
    return [part for block in document for part in _block(block, zone)]


def render_sentence(line: doc.Line, zone: tzinfo) -> str:
    """Return a sentence as text, escaped for Slack and short enough for a phone."""
    return escape(wording.truncate(line_text(line, zone), doc.SENTENCE_LIMIT))


def _block(block: doc.Block, zone: tzinfo) -> Iterator[Part]:
    match block:
        case doc.Header(sign, text):
            yield blockkit.header(f"{doc.SIGNS[sign]} {text}" if sign else text)
        case doc.Text(parts):
            elements = [element for part in parts for element in _part(part, zone)]
            if elements:
                yield blockkit.block(*elements)
        case doc.Quote(line):
            yield blockkit.block(blockkit.quote(*_line(line, zone)))
        case doc.Grey(spans):
            yield blockkit.context(*_grey(spans, zone))
        case doc.Controls(elements, name):
            yield blockkit.actions(*map(_control, elements), name=name)
        case doc.Divider():
            yield blockkit.divider()


def _part(part: doc.Section | doc.Bullets, zone: tzinfo) -> Iterator[Part]:
    if not part.lines:
        return
    if isinstance(part, doc.Bullets):
        yield blockkit.bullets([_line(line, zone) for line in part.lines])
    else:
        spans = doc.joined(part.lines, "\n")
        yield blockkit.section(*_line(spans, zone))


def _line(line: doc.Line, zone: tzinfo) -> Parts:
    """Return the elements. Texts of one style side by side are one."""
    parts: Parts = []
    for span in line:
        part = _span(span, zone)
        if parts and _is_same_text(parts[-1], part):
            parts[-1] = part | {"text": parts[-1]["text"] + part["text"]}
        else:
            parts.append(part)
    return parts


def _is_same_text(left: Part, right: Part) -> bool:
    return left["type"] == right["type"] == "text" and left.get("style") == right.get("style")


def _span(span: doc.Span, zone: tzinfo) -> Part:
    if span.sign:
        return blockkit.emoji(span.sign)
    if span.user:
        return blockkit.mention(span.user)
    if span.at is not None:
        return blockkit.instant(
            span.at, _format(span), _fallback(span, zone), bold=span.bold, strike=span.strike
        )
    if span.url:
        return blockkit.link(span.url, span.text, bold=span.bold, strike=span.strike)
    return blockkit.text(
        span.text, bold=span.bold, strike=span.strike, italic=span.italic, code=span.code
    )


def _fallback(span: doc.Span, zone: tzinfo) -> str:
    """Return what a client without dates shows. A time alone gets its day."""
    return moment_text(replace(span, shows="moment") if span.shows == "time" else span, zone)


def _format(span: doc.Span) -> str:
    return (_FAR_FORMATS if span.with_year else _FORMATS)[span.shows]


def _grey(line: doc.Line, zone: tzinfo) -> Parts:
    """Return a grey line's elements: a board's text as plain text, the rest as markup."""
    parts: Parts = []
    markup = ""
    for span in line:
        own = _markup(span, zone)
        if own is None:
            if markup:
                parts.append(blockkit.mrkdwn_text(markup))
                markup = ""
            parts.append(blockkit.plain_text(span.text))
        else:
            markup += own
    return [*parts, *([blockkit.mrkdwn_text(markup)] if markup else [])]


def _markup(span: doc.Span, zone: tzinfo) -> str | None:
    """Return rolewatch's own words as markup. None for any other text."""
    if span.sign:
        return f":{span.sign}: "
    if span.at is not None:
        return f"<!date^{int(span.at.timestamp())}^{_format(span)}|{escape(_fallback(span, zone))}>"
    if span.code:
        return f"`{escape(span.text)}`"
    return escape(span.text) if span.own else None


def _control(control: doc.Control | doc.Menu | doc.Choice) -> Part:
    confirm = None if isinstance(control, doc.Menu) else _confirm(control.confirm)
    if isinstance(control, doc.Choice):
        return blockkit.choice(control.action, control.placeholder, control.options, confirm)
    if isinstance(control, doc.Menu):
        return blockkit.overflow(control.action, [_option(one) for one in control.options])
    return blockkit.button(
        control.action,
        control.label,
        value=control.value or None,
        url=control.url or None,
        about=control.about,
        confirm=confirm,
        is_own=control.is_own,
    )


def _confirm(asked: doc.Confirm | None) -> ConfirmObject | None:
    return blockkit.confirm(asked.title, asked.words, asked.yes) if asked else None


def _option(option: doc.Control) -> tuple[str, str, str]:
    value = option.value if option.url else f"{option.action} {option.value}"
    return option.label, value, option.url
