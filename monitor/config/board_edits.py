"""Edits of the boards in rolewatch.toml as text, which keep everything else as it is written.

`[[boards]]` are edited by lines: for a TOML library the comment above a board belongs to the board
before it, and would move with that one. An inline `boards = […]` is edited with tomlkit.
"""

from __future__ import annotations

import re

import tomlkit
from tomlkit.items import Array

from crawler.links.address import parse
from crawler.links.forms import same_board

_HEADER = re.compile(r"\s*\[\[\s*(?:boards|\"boards\"|'boards')\s*\]\]")
_ANY_HEADER = re.compile(r"\s*\[")
_NAMED = re.compile(
    r"""^(\s*)(?:board|url|"board"|"url"|'board'|'url')(\s*=\s*)"""
    r"""(?!\"{3}|'{3})(?:"(?:[^"\\]|\\.)*"|'[^']*')"""
)
_BLANK_OR_COMMENT = re.compile(r"\s*(#.*)?")


def with_board(text: str, entry: dict[str, str]) -> str:
    """Return the text with a board after the others."""
    return _added_inline(text, entry) if _is_inline(text) else _added(text, entry)


def without_board(text: str, at: int) -> str:
    """Return the text without the board of that index."""
    return _removed_inline(text, at) if _is_inline(text) else _removed(text, at)


def with_renamed_board(text: str, at: int, new: str) -> str:
    """Return the text with another name for the board of that index; its other keys stay."""
    if _is_inline(text):
        document = tomlkit.parse(text)
        document["boards"][at].pop("url", None)
        document["boards"][at]["board"] = new
        return tomlkit.dumps(document)
    lines = text.splitlines(keepends=True)
    start = _headers(lines)[at]
    for number in range(start + 1, _end(lines, start)):
        lines[number] = _NAMED.sub(
            lambda match: f"{match[1]}board{match[2]}{tomlkit.string(new).as_string()}",
            lines[number],
            count=1,
        )
    return "".join(lines)


def with_renamed_in_rules(text: str, old: str, new: str) -> str:
    """Return the text with `old` replaced by `new` in every rule."""
    document = tomlkit.parse(text)
    for rule in document.get("rules", []):
        boards = rule.get("boards", [])
        named = [at for at in range(len(boards)) if same_board(parse(boards[at]).board, old)]
        if not named:
            continue
        for at in named:
            boards[at] = new
        duplicates = [at for at in range(len(boards)) if same_board(parse(boards[at]).board, new)][
            1:
        ]
        for at in reversed(duplicates):
            boards.pop(at)
    return tomlkit.dumps(document)


def _is_inline(text: str) -> bool:
    return isinstance(tomlkit.parse(text).get("boards"), Array)


def _added_inline(text: str, entry: dict[str, str]) -> str:
    document = tomlkit.parse(text)
    table = tomlkit.inline_table()
    table.update(entry)
    document["boards"].append(table)
    return tomlkit.dumps(document)


def _removed_inline(text: str, at: int) -> str:
    document = tomlkit.parse(text)
    document["boards"].pop(at)
    return tomlkit.dumps(document)


def _added(text: str, entry: dict[str, str]) -> str:
    lines = text.splitlines(keepends=True)
    end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += end
    block = [
        "[[boards]]" + end,
        *(f"{name} = {tomlkit.string(value).as_string()}{end}" for name, value in entry.items()),
    ]
    headers = _headers(lines)
    if not headers:
        return "".join([*lines, *([end] if lines and lines[-1].strip() else []), *block])
    after = _end(lines, headers[-1])
    return "".join([*lines[:after], end, *block, *lines[after:]])


def _removed(text: str, at: int) -> str:
    lines = text.splitlines(keepends=True)
    start = _headers(lines)[at]
    stop = _end(lines, start)
    if (
        stop < len(lines)
        and not lines[stop].strip()
        and (start == 0 or not lines[start - 1].strip())
    ):
        stop += 1  # leave one empty line, not two
    return "".join(lines[:start] + lines[stop:])


def _headers(lines: list[str]) -> list[int]:
    return [number for number, line in enumerate(lines) if _HEADER.match(line)]


def _end(lines: list[str], start: int) -> int:
    """Return the line after a board: after its last key and the comments right below it."""
    stop = start + 1
    for number in range(start + 1, len(lines)):
        if _ANY_HEADER.match(lines[number]):
            break
        if not _BLANK_OR_COMMENT.fullmatch(lines[number].rstrip()):
            stop = number + 1
    while stop < len(lines) and lines[stop].lstrip().startswith("#"):
        stop += 1
    return stop
