"""Find the links in the source of a web page: in attributes, scripts, JSON and plain text."""

from __future__ import annotations

import html
import re

_LINK = re.compile(r"""(?:https?:)?//[^\s"'<>\\]+""")
# a comment is shown to nobody. A script may be written as one, for very old browsers
_COMMENT = re.compile(
    r"(<script\b.*?(?:</script|\Z))|<!--(?:-?>|.*?(?:--!?>|\Z))", re.IGNORECASE | re.DOTALL
)
_ENTITY = re.compile(r"&(?:amp|quot|apos|lt|gt|#[0-9]{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE)
_SLASH = re.compile(r"\\(?:/|u002f|x2f)", re.IGNORECASE)  # in JSON and scripts
_AMPERSAND = re.compile(r"\\(?:u0026|x26)", re.IGNORECASE)
_ADDRESS = re.compile(r"""(\b(?:href|src)\s*=\s*)(["'])([^"'<>\n]*)\2""", re.IGNORECASE)
_END = ".,;:!?)"  # of a sentence, where no quote ends the link


def links_in(source: str) -> list[str]:
    """Return the web addresses in a page's source, in its order. Those in comments are left out."""
    text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), _COMMENT.sub(r"\1", source))
    text = _AMPERSAND.sub("&", _SLASH.sub("/", text))
    text = _ADDRESS.sub(_without_spaces, text)
    return [_link(text, found) for found in _LINK.finditer(text)]


def _without_spaces(address: re.Match[str]) -> str:
    """Return an attribute with its spaces encoded, as browsers read them."""
    start, quote, link = address.groups()
    return f"{start}{quote}{link.strip().replace(' ', '%20')}{quote}"


def _link(text: str, found: re.Match[str]) -> str:
    is_quoted = text[found.end() : found.end() + 1] in {'"', "'", "\\"}
    link = found[0] if is_quoted else found[0].rstrip(_END)
    return f"https:{link}" if link.startswith("//") else link
