"""Old and new as a person sees them: red struck out and green on a terminal, `[-old-] {+new+}` where there is no colour."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from monitor.cli.output import clean, short
from monitor.worddiff import Passage, Piece, word_diff

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_NARROWEST = 20  # columns for words
_WORDS = re.compile(r"\S+\s*|\s+")


def in_colour(console: Console) -> bool:
    """Whether colours tell old from new there."""
    return console.is_terminal and not console.no_color


def field_change(field: str, old: object, new: object, *, marked: bool) -> list[Text]:
    """`pay: none → 133000-240000 USD/year`; of a description the passages that changed, a line each."""
    from rich.text import Text

    if field != "description":
        pieces = [Piece("old", short(old) or "none"), Piece("same", "→"), Piece("new", short(new) or "none")]
        return [Text(f"{field}: ").append(drawn(pieces, marked=False))]
    passages = [drawn(passage, marked=marked) for passage in word_diff(str(old or ""), str(new or ""))]
    if len(passages) == 1:
        return [Text("description: ").append(passages[0])]
    return [Text("description:"), *(Text("  ").append(passage) for passage in passages)]


def drawn(passage: Passage, *, marked: bool) -> Text:
    """The pieces in one line."""
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
    """The lines further to the right, folded between words where a terminal ends and whole in a pipe."""
    from rich.text import Text

    for line in lines:
        if not console.is_terminal:
            yield Text(" " * width).append_text(line)
            continue
        own = len(line.plain) - len(line.plain.lstrip(" "))
        for part in _folded(line[own:] if own else line, max(console.width - width - own, _NARROWEST)):
            yield Text(" " * (width + own)).append_text(part)


def _folded(text: Text, width: int) -> Iterator[Text]:
    """Its lines in parts that have room, each of whole words. Text.wrap breaks a long word, or with "ignore" wraps nothing."""
    for line in text.split(allow_blank=True):
        for part in line.divide(_ends(line.plain, width)):
            part.rstrip()
            yield part


def _ends(line: str, width: int) -> Iterator[int]:
    """Where a part of the line ends: before the word that has no room."""
    from rich.cells import cell_len

    used = 0
    for word in _WORDS.finditer(line):
        if used and used + cell_len(word[0].rstrip()) > width:
            yield word.start()
            used = 0
        used += cell_len(word[0])


def print_folded(line: Text, console: Console) -> None:
    """Prints the line, which a terminal's end parts between words: an id or an address stays whole."""
    for part in indented([line], 0, console):
        console.print(part, soft_wrap=True)
