"""The table of links: `tests/crawler/links/links.tsv`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from tests.support.places import ROOT

_TABLE = ROOT / "tests" / "crawler" / "links" / "links.tsv"


class Link(NamedTuple):
    """A row of the table."""

    heading: str
    text: str
    meant: str  # the board or posting; "" for a link that is refused
    word: str = ""  # of the sentence that refuses it

    @property
    def ats(self) -> str:
        """The ATS that the link means, or ""."""
        return self.meant.partition(":")[0]

    @property
    def is_web_link(self) -> bool:
        """True for a link of the web that is written with its scheme."""
        return self.text.lower().startswith(("http://", "https://"))


@cache
def links() -> tuple[Link, ...]:
    """Return all rows. Raises ValueError for a line that is none."""
    return tuple(_rows())


def _rows() -> Iterator[Link]:
    heading = ""
    for line in _TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            heading = line.removeprefix("# ")
            continue
        text, meant, *word = line.split("\t")
        yield Link(heading, text, "" if meant == "-" else meant, *word)
