"""Whether a board's name resembles the careers site that led to it. Pure."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from crawler.directory import bare, employer

_SHORTEST = 3  # letters that two names must share
_ANY_SITE = frozenset({"www", "com", "jobs", "job", "career", "careers", "join", "apply", "work", "hiring", "about"})
_MOST_WORDS = 5  # of a title that are one name


def resembles(board: str, url: str, title: str) -> bool:
    """Does the board's token, or its employer's name, resemble the host of the page or a name in its title?"""
    names = {bare(name) for name in (_first_step(board), employer(board) or "")} - {""}
    labels = {bare(label) for label in (urlsplit(url).hostname or "").split(".")[:-1]} - _ANY_SITE
    return bool(names & _runs(title)) or any(_begin_alike(name, label) for name in names for label in labels)


def _first_step(board: str) -> str:
    """The part of the token that may be a name: `nvidia` of `workday:nvidia.wd5/NVIDIAExternalCareerSite`."""
    return re.sub(r"\.wd[0-9]+$", "", unquote(board.partition(":")[2]).partition("/")[0])


def _begin_alike(one: str, other: str) -> bool:
    return min(len(one), len(other)) >= _SHORTEST and (one.startswith(other) or other.startswith(one))


def _runs(title: str) -> set[str]:
    """The names that a title may hold: each run of its words, without white space."""
    words = [bare(word) for word in title.split()]
    ends = [(start, end) for start in range(len(words)) for end in range(start + 1, min(start + _MOST_WORDS, len(words)) + 1)]
    return {run for start, end in ends if len(run := "".join(words[start:end])) >= _SHORTEST} - _ANY_SITE
