"""Messages as plain text."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from monitor.notify import plain
from tests.support.alerts import every_kind


@pytest.mark.parametrize("number", range(len(every_kind())))
def test_a_message_is_written_as_stored(number: int, snapshot: SnapshotAssertion) -> None:
    message = every_kind()[number]
    assert {
        "fallback": plain.fallback_text(message),
        "title and body": plain.title_and_body(message),
    } == snapshot


def test_escaping_leaves_no_markup_for_slack() -> None:
    escaped = plain.escape("<!channel> & @here **bold** [text](https://evil.example)")
    assert escaped == (
        "&lt;!channel&gt; &amp; @\u2060here *\u2060*bold*\u2060* [text]\u2060(https://evil.example)"
    )
