"""Compare the name of a board with the host and title of a careers page."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from crawler.links.directory import employer, token_label
from crawler.links.employer_names import name_key

_SHORTEST_NAME = 3  # letters
_GENERIC_NAMES = frozenset(
    {"www", "com", "jobs", "job", "career", "careers", "join", "apply", "work", "hiring", "about"}
)
_MAX_WORDS = 5  # of a title that form one name


def resembles(board: str, url: str, title: str) -> bool:
    """Return True if the board's token or employer resembles the page's host or title."""
    names = {*map(name_key, _names_of(board))} - {""}
    labels = {
        name_key(label) for label in (urlsplit(url).hostname or "").split(".")[:-1]
    } - _GENERIC_NAMES
    return bool(names & _names_in(title)) or any(
        _begin_alike(name, label) for name in names for label in labels
    )


def _names_of(board: str) -> Iterator[str]:
    """Yield the token, the token without words such as "careers", and the employer."""
    label = token_label(board)
    yield label
    yield "".join(part for part in label.split("-") if part.lower() not in _GENERIC_NAMES)
    yield employer(board) or ""


def _begin_alike(one: str, other: str) -> bool:
    return min(len(one), len(other)) >= _SHORTEST_NAME and (
        one.startswith(other) or other.startswith(one)
    )


def _names_in(title: str) -> set[str]:
    """Return the names that a title may contain: consecutive words, joined."""
    words = [name_key(word) for word in title.split()]
    ends = [
        (start, end)
        for start in range(len(words))
        for end in range(start + 1, min(start + _MAX_WORDS, len(words)) + 1)
    ]
    return {
        name for start, end in ends if len(name := "".join(words[start:end])) >= _SHORTEST_NAME
    } - _GENERIC_NAMES
