"""HTML as a person reads it: lines of text, and nothing of its markup.

Marks are set before the tags that begin or end a line and then lexbor reads the whole text in one
call, so that the marks come out where the lines are; walking the tree node by node from Python
takes several times as long.
"""

from __future__ import annotations

import html as html_entities
import re
import unicodedata

from selectolax.lexbor import LexborHTMLParser

_MARK = "\x01"  # begins every mark; the next character says which
# a block's begin or end, a new line, a list item, the end of an item or a list
_BLOCK, _LINE, _ITEM, _END = "B", "L", "I", "E"
_SIMPLE_MARKS = (
    (re.compile(r"<(?=/?(?i:p|h[1-6r]|div|ul|ol)[\s/>])"), "\x01B<"),
    (re.compile(r"<(?=/(?i:li|ul|ol)[\s/>])"), "\x01E<"),
    (re.compile(r"<(?=(?i:li)[\s/>])"), "\x01I<"),
    (re.compile(r"<(?=(?i:br)[\s/>])"), "\x01L<"),
)
_RARE_BLOCKS = (  # about none in a hundred real postings: looked for only where some other tag is
    "table|dl|dt|dd|section|article|header|footer|main|nav|aside|blockquote|pre|form|fieldset|figure|figcaption|address|details|summary"
)
_RARE_MARK = re.compile(rf"<(?=/?(?i:{_RARE_BLOCKS})[\s/>])")
_CELL = re.compile(
    r"""(<(?:t[dh]|caption)(?:\s(?:[^<>"']|"[^"<]*"|'[^'<]*')*)?>)""", re.IGNORECASE
)  # a mark before a cell would be moved out of its table
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

# a real posting has some hundred; beyond this a tree may take quadratic time to build
_MANY_TAGS = 10_000
_ANY_TAG = re.compile(r"<[^<>]*>")
_INVISIBLE = {"Cc", "Cf", "Cs"}  # control, zero-width and direction, lone surrogates


def to_text(content: str) -> str:
    """The text that a reader of this HTML sees: paragraphs separated by an empty line, list items after "• ", `<br>` a new line.

    HTML that is escaped as a whole, as Greenhouse's `content` is, is unescaped once before.
    Characters are NFC, without control and zero-width ones; white space within a line is single
    spaces. Never raises. https://developers.greenhouse.io/job-board.html#list-jobs
    """
    return _lines(_marked_text(content if "<" in content else _unescaped(content)).split(_MARK))


def clean(text: str) -> str:
    """One line as a reader sees it: single spaces, no control and no zero-width characters, NFC."""
    return _visible(text.strip())


def _unescaped(content: str) -> str:
    """HTML from HTML that was escaped once; what is left is for the parser. `html.unescape` takes ten times as long."""
    html = (
        content.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", '"')
        .replace("&#39;", "'")
    )
    return html.replace("&amp;", "&")


def _marked_text(html: str) -> str:
    """The text of a page with a mark wherever a reader sees a line begin or end."""
    html = html.replace(_MARK, " ")
    for tag, mark in _SIMPLE_MARKS:
        html = tag.sub(mark, html)
    html = _CELL.sub("\\1\x01L", _RARE_MARK.sub("\x01B<", html))
    if html.count("<") > _MANY_TAGS:
        return html_entities.unescape(_ANY_TAG.sub("", html))
    tree = LexborHTMLParser(html.encode("utf-8", "ignore"))
    tree.strip_tags(_UNSEEN)
    return tree.text()


def _visible(line: str) -> str:
    # of white space only the plain space counts as printable
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
    """Lines put together again from pieces that begin with their mark, but for the first."""
    text: list[str] = []
    marks, after_item = "", False
    for piece in [_BLOCK + pieces[0], *pieces[1:]]:
        marks += piece[:1]
        if line := _visible(piece[1:].strip()):
            item = marks.rfind(_ITEM) > marks.rfind(_END)
            apart = not after_item if item else _BLOCK in marks or _END in marks
            text += ("\n\n" if apart else "\n", "• " if item else "", line)
            marks, after_item = "", item or (after_item and not apart)
    return "".join(text).lstrip()
