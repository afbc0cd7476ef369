"""Names and reasons of others in an operator's message are text."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from monitor.alerts import incidents
from monitor.database.board_row import BoardRow
from monitor.notify.compose.message import compose, compose_reply
from monitor.notify.compose.style import DEFAULT
from monitor.notify.document import Document, Span, Text
from tests.support.alerts import AT

HOSTILE = "A `rm` <2026-01-01T00:00:00Z>"


@pytest.mark.parametrize("past", [False, True])
def test_an_employers_name_is_no_command_and_no_date(past: bool) -> None:
    board = BoardRow(*[None] * len(BoardRow._fields))._replace(  # type: ignore[arg-type]
        board="ashby:a", company=HOSTILE, url="https://a.example", reason=f"HTTP 500: {HOSTILE}"
    )
    message = incidents.recovered(board, AT, AT + timedelta(hours=3), opened=1, closed=0)
    shown = message if past else msgspec.structs.replace(message, past="")
    for composed in (compose(shown, DEFAULT), compose_reply(shown, DEFAULT)):
        spans = [*composed.sentence, *line_of(composed.document)]
        assert not [span for span in spans if span.code and not past]
        assert {span.at for span in spans if span.at} <= {AT, AT + timedelta(hours=3)}
    assert incidents.moved_where("ashby:none", HOSTILE, "lever:b").count("`") == 2


def line_of(document: Document) -> list[Span]:
    """Return the spans of a message of one text."""
    [block] = document
    assert isinstance(block, Text)
    return [span for part in block.parts for line in part.lines for span in line]
