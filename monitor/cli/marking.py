"""Old and new text: red and green on a terminal, `[-old-] {+new+}` without color."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from monitor.text.diff import DiffPassage, Piece, word_diff
from monitor.text.values import clean, field_value

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_NARROWEST = 20  # columns for words
_WORDS = re.compile(r"\S+\s*|\s+")


def in_color(console: Console) -> bool:
    """Return True if colors tell old from new there."""
    return console.is_terminal and not console.no_color


def field_change(field: str, old: object, new: object, *, marked: bool) -> list[Text]:
    """Return `pay: none → $133k–240k`.

    A description gives the passages that changed, a line each.
    """
    from rich.text import Text

    if field != "description":
        pieces = [
            Piece("old", field_value(field, old) or "none"),
            Piece("same", "→"),
            Piece("new", field_value(field, new) or "none"),
        ]
        return [Text(f"{field}: ").append(drawn(pieces, marked=False))]
    passages = [
        drawn(passage, marked=marked) for passage in word_diff(str(old or ""), str(new or ""))
    ]
    if len(passages) == 1:
        return [Text("description: ").append(passages[0])]
    return [Text("description:"), *(Text("  ").append(passage) for passage in passages)]


def drawn(passage: DiffPassage, *, marked: bool) -> Text:
    """Return the pieces in one line."""
    from rich.text import Text

    pieces = []
    for piece in passage:
        words = " ".join(clean(piece.words).split())
        if piece.kind == "old":
            pieces.append(Text(f"[-{words}-]" if marked else words, style="red strike"))
        elif piece.kind == "new":
            pieces.append(Text(f"{{+{words}+}}" if marked else words, style="green"))
        else:
            pieces.append(Text(words, style="dim" if piece.kind == "gap" else ""))
    return Text(" ").join(pieces)


def indented(lines: Sequence[Text], width: int, console: Console) -> Iterator[Text]:
    """Return the lines indented, wrapped between words on a terminal and whole in a pipe."""
    from rich.text import Text

    for line in lines:
        if not console.is_terminal:
            yield Text(" " * width).append_text(line)
            continue
        own = len(line.plain) - len(line.plain.lstrip(" "))
        for part in _folded(
            line[own:] if own else line, max(console.width - width - own, _NARROWEST)
        ):
            yield Text(" " * (width + own)).append_text(part)


def _folded(text: Text, width: int) -> Iterator[Text]:
    """Return parts of the line that fit, of whole words.

    Text.wrap breaks a long word, or with "ignore" does not wrap.
    """
    for line in text.split(allow_blank=True):
        for part in line.divide(_ends(line.plain, width)):
            part.rstrip()
            yield part


def _ends(line: str, width: int) -> Iterator[int]:
    """Return where a part of the line ends: before the word that does not fit."""
    from rich.cells import cell_len

    used = 0
    for word in _WORDS.finditer(line):
        if used and used + cell_len(word[0].rstrip()) > width:
            yield word.start()
            used = 0
        used += cell_len(word[0])


def print_folded(line: Text, console: Console) -> None:
    """Print the line, wrapped between words on a terminal. Ids and addresses stay whole."""
    for part in indented([line], 0, console):
        console.print(part, soft_wrap=True)
