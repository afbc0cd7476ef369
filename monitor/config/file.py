"""Edit rolewatch.toml: create it from the example, add, move and remove boards.

Everything else in it stays. The new text replaces the old one only if it loads, and if it differs
from the old one only as intended.
"""

from __future__ import annotations

import stat
import tomllib
from collections.abc import Sequence
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import Any

import tomlkit

from crawler.links.address import parse
from crawler.links.forms import same_board
from monitor.config.atomic_write import write_atomically
from monitor.config.board_edits import (
    with_board,
    with_renamed_board,
    with_renamed_in_rules,
    without_board,
)
from monitor.config.load import parse_settings
from monitor.config.model import Settings, WatchedBoard
from monitor.errors import UserError

EXAMPLE = files("monitor").joinpath("example.toml").read_text(encoding="utf-8")


def write_example(path: Path, boards: Sequence[tuple[str, str]] = ()) -> None:
    """Write the commented example, with these boards and their companies instead of its own.

    Raise UserError if the file exists or cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(_with_boards(boards) if boards else EXAMPLE)
    except FileExistsError as error:
        raise UserError(
            f"{path} exists already: nothing was written; name another file, or remove it first"
        ) from error
    except OSError as error:
        with suppress(OSError):
            path.unlink()  # a full disk leaves an empty one, which the next `init` would refuse
        raise UserError(f"{path} cannot be written: {error.strerror}") from error


def _with_boards(boards: Sequence[tuple[str, str]]) -> str:
    """Return the example with these boards. The first keeps the example's comments."""
    begin = EXAMPLE.index("[[boards]]")
    end = EXAMPLE.index("# The roles you want.")
    comments = [line for line in EXAMPLE[begin:end].splitlines() if line.startswith("# ")]
    first, *others = (
        f"[[boards]]\nboard = {_quoted(board)}\ncompany = {_quoted(company)}\n"
        for board, company in boards
    )
    entries = [first + "".join(f"{line}\n" for line in comments), *others]
    return EXAMPLE[:begin] + "\n".join(entries) + "\n" + EXAMPLE[end:]


def _quoted(text: str) -> str:
    return tomlkit.string(text).as_string()


def add_board(
    path: Path,
    board: str,
    *,
    url: str | None = None,
    company: str | None = None,
    every: str | None = None,
) -> None:
    """Add `board` ("greenhouse:deepmind") after the others, by its `url` if given.

    Raise UserError, with the file unchanged.
    """
    text = _read(path)
    boards = _boards(text, path)
    if _index_of(boards, board) is not None:
        raise UserError(f"{path}: {board} is watched already")
    entry = {"url": url} if url else {"board": board}
    entry |= {name: value for name, value in (("company", company), ("every", every)) if value}
    _write_if_equivalent(path, text, with_board(text, entry), {"boards": [*boards, entry]})


def remove_board(path: Path, board: str) -> None:
    """Remove `board`. Raise UserError, with the file unchanged, also if a rule names it."""
    text = _read(path)
    boards = _boards(text, path)
    at = _index_of(boards, board)
    if at is None:
        raise UserError(f"{path}: {board} is not among its boards")
    for rule in tomllib.loads(text).get("rules", []):
        if any(same_board(board, parse(named).board) for named in rule.get("boards", [])):
            raise UserError(
                f'{path}: the rule "{rule["name"]}" names {board}:'
                " remove it from the rule's `boards` first"
            )
    rest = boards[:at] + boards[at + 1 :]
    _write_if_equivalent(path, text, without_board(text, at), {"boards": rest})


def move_board(path: Path, old: str, new: str) -> WatchedBoard:
    """Replace `old` by `new`, in every rule too, and return it. Raise UserError.

    If `new` is listed already, the entry of `old` is removed. If `old` is not listed, `new` is
    added after the others. After an error the file is unchanged.
    """
    text = _read(path)
    moved, changed = _moved(text, path, old, new)
    board = _settings_of(path, text, moved, changed).board(new)
    if board is None:
        raise UserError(f"{path}: {new} would not be among its boards: please edit it by hand")
    if moved != text:
        _write(path, moved)
    return board


def _moved(text: str, path: Path, old: str, new: str) -> tuple[str, dict[str, Any]]:
    """Return the text after a move, and the top-level keys that differ then."""
    boards = _boards(text, path)
    at, is_listed = _index_of(boards, old), _index_of(boards, new) is not None
    if at is not None and at == _index_of(boards, new):
        raise UserError(f"{path}: {old} and {new} are one board")
    if at is None and is_listed:
        return text, {}
    if at is None:
        added = {"board": new}
        return with_board(text, added), {"boards": [*boards, added]}
    content = tomllib.loads(text)
    rules = {}
    if "rules" in content:
        rules["rules"] = [_renamed(rule, old, new) for rule in content["rules"]]
    entry = {"board": new} | {
        name: value for name, value in boards[at].items() if name not in {"board", "url"}
    }
    changed = {"boards": [*boards[:at], *([] if is_listed else [entry]), *boards[at + 1 :]]} | rules
    moved = without_board(text, at) if is_listed else with_renamed_board(text, at, new)
    return with_renamed_in_rules(moved, old, new), changed


def _renamed(rule: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    """Return the rule with the new board in place of the old one, once."""
    names = [name for name in rule.get("boards", []) if same_board(parse(name).board, old)]
    if not names:
        return rule
    boards = [new if name in names else name for name in rule["boards"]]
    return rule | {"boards": _without_duplicates(boards, new)}


def _without_duplicates(boards: list[str], new: str) -> list[str]:
    """Return the list with the board only in its first place."""
    first = next(at for at, named in enumerate(boards) if same_board(parse(named).board, new))
    return [
        named
        for at, named in enumerate(boards)
        if at <= first or not same_board(parse(named).board, new)
    ]


def replace_channel(path: Path, old: str, new: str) -> None:
    """Replace a channel in every rule. Raise UserError, with the file unchanged."""
    text = _read(path)
    document = tomlkit.parse(text)
    for rule in document.get("rules", []):
        channels = rule.get("notify", [])
        for at, channel in enumerate(channels):
            if channel == old:
                channels[at] = new
    after = tomlkit.dumps(document)
    parse_settings(after, path, {})
    _write(path, after)


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise UserError(f"{path} cannot be read: {reason}") from error


def _boards(text: str, path: Path) -> list[dict[str, Any]]:
    """Return the boards as written. Raise UserError if the file has mistakes."""
    parse_settings(text, path, {})
    boards: list[dict[str, Any]] = tomllib.loads(text).get("boards", [])
    return boards


def _index_of(boards: list[dict[str, Any]], board: str) -> int | None:
    named = (parse(entry.get("url") or entry["board"]).board for entry in boards)
    return next((at for at, name in enumerate(named) if same_board(name, board)), None)


def _write_if_equivalent(path: Path, old: str, new: str, changed: dict[str, Any]) -> None:
    """Write the new text if it differs from the old one only in the keys of `changed`."""
    _settings_of(path, old, new, changed)
    _write(path, new)


def _settings_of(path: Path, old: str, new: str, changed: dict[str, Any]) -> Settings:
    """Return the settings of the new text.

    Raise UserError if it differs from the old one in more than the keys of `changed`.
    """
    if _parsed(new) != (_parsed(old) or {}) | changed:
        raise UserError(
            f"{path}: its boards are written in a way that cannot be edited safely:"
            " please edit it by hand"
        )
    return parse_settings(new, path, {})


def _write(path: Path, text: str) -> None:
    try:
        file = path.resolve()  # a symbolic link stays a link
        write_atomically(file, text, stat.S_IMODE(file.stat().st_mode))
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}") from error


def _parsed(text: str) -> dict[str, Any] | None:
    """Return the content, always with `boards`; None if it is not TOML."""
    try:
        return {"boards": []} | tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
