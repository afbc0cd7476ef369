"""Convert HTML to lines of text as a reader sees them.

Marks are inserted before the tags that begin or end a line. lexbor then extracts the whole text in
one call, with the marks at the line breaks. To walk the tree from Python takes several times as
long.
"""

from __future__ import annotations

import html as html_entities
import re
import unicodedata

from selectolax.lexbor import LexborHTMLParser

_MARK = "\x01"  # begins every mark; the next character is its kind
# begin or end of a block, a line break, a list item, end of an item or a list
_BLOCK, _LINE, _ITEM, _END = "B", "L", "I", "E"
_SIMPLE_MARKS = (
    (re.compile(r"<(?=/?(?i:p|h[1-6r]|div|ul|ol)[\s/>])"), "\x01B<"),
    (re.compile(r"<(?=/(?i:li|ul|ol)[\s/>])"), "\x01E<"),
    (re.compile(r"<(?=(?i:li)[\s/>])"), "\x01I<"),
    (re.compile(r"<(?=(?i:br)[\s/>])"), "\x01L<"),
)
_RARE_BLOCKS = (  # rare: none in a hundred real postings
    "table|dl|dt|dd|section|article|header|footer|main|nav|aside|blockquote|pre|form|fieldset"
    "|figure|figcaption|address|details|summary"
)
_RARE_MARK = re.compile(rf"<(?=/?(?i:{_RARE_BLOCKS})[\s/>])")
_RARE_TAGS = frozenset(_RARE_BLOCKS.split("|")) | {"td", "th", "caption"}
_TAG = re.compile(r"</?([a-zA-Z]+)")
_CELL = re.compile(
    r"""(<(?:t[dh]|caption)(?:\s(?:[^<>"']|"[^"<]*"|'[^'<]*')*)?>)""", re.IGNORECASE
)  # the parser moves a mark before a cell out of the table
_UNSEEN = [
    "script",
    "style",
    "template",
    "noscript",
    "iframe",
    "object",
    "svg",
    "title",
    "textarea",
    "select",
]

# a real posting has some hundred; building a tree of more may take quadratic time
_MANY_TAGS = 10_000
_ANY_TAG = re.compile(r"<[^<>]*>")
_INVISIBLE = {"Cc", "Cf", "Cs"}  # control, zero-width and direction, lone surrogates


def to_text(content: str) -> str:
    """Return the text that a reader of this HTML sees.

    Paragraphs are separated by an empty line, list items begin with "• ", and `<br>` is a line
    break. HTML that is escaped as a whole, like Greenhouse's `content`, is unescaped first. The
    text is NFC, without control and zero-width characters, and with single spaces. Never raises. https://developers.greenhouse.io/job-board.html#list-jobs
    """
    return _lines(_marked_text(content if "<" in content else _unescaped(content)).split(_MARK))


def clean(text: str) -> str:
    """Return one line in NFC with single spaces, without control and zero-width characters."""
    return _visible(text.strip())


def _unescaped(content: str) -> str:
    """Unescape HTML once, ten times faster than `html.unescape`. The parser does the rest."""
    html = (
        content.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", '"')
        .replace("&#39;", "'")
    )
    return html.replace("&amp;", "&")


def _marked_text(html: str) -> str:
    """Return the text of the HTML, with a mark wherever a line begins or ends."""
    html = html.replace(_MARK, " ")
    for tag, mark in _SIMPLE_MARKS:
        html = tag.sub(mark, html)
    # to find the names takes a third of the time of both patterns
    if not _RARE_TAGS.isdisjoint(map(str.lower, set(_TAG.findall(html)))):
        html = _CELL.sub("\\1\x01L", _RARE_MARK.sub("\x01B<", html))
    if html.count("<") > _MANY_TAGS:
        return html_entities.unescape(_ANY_TAG.sub("", html))
    tree = LexborHTMLParser(html.encode("utf-8", "ignore"))
    tree.strip_tags(_UNSEEN)
    return tree.text()


def _visible(line: str) -> str:
    # no white space but the plain space is printable
    if "  " in line or not line.isprintable():
        line = " ".join(line.split())
        if not line.isprintable():
            line = " ".join(
                "".join(
                    character
                    for character in line
                    if unicodedata.category(character) not in _INVISIBLE
                ).split()
            )
    return line if line.isascii() else unicodedata.normalize("NFC", line)


def _lines(pieces: list[str]) -> str:
    """Join pieces into lines. Every piece but the first begins with its mark."""
    text: list[str] = []
    marks, after_item = "", False
    for piece in [_BLOCK + pieces[0], *pieces[1:]]:
        marks += piece[:1]
        line = piece[1:].strip()  # most pieces are white space between tags
        if line and (line := _visible(line)):
            item = marks.rfind(_ITEM) > marks.rfind(_END)
            apart = not after_item if item else _BLOCK in marks or _END in marks
            text += ("\n\n" if apart else "\n", "• " if item else "", line)
            marks, after_item = "", item or (after_item and not apart)
    return "".join(text).lstrip()
