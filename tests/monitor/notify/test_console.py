"""Alerts on a terminal."""

from __future__ import annotations

import io
import os
from contextlib import suppress

import pytest
from syrupy.assertion import SnapshotAssertion

from monitor.messages import GroupMessage, Message, RoleMessage
from monitor.notify.base import ChannelRefusedError, NotifyError
from monitor.notify.console import ConsoleNotifier
from tests.support.alerts import AT, HOSTILE, every_kind, opened, role, summary


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


async def shown(message: Message, stream: io.StringIO | None = None) -> str:
    stream = stream or io.StringIO()
    await ConsoleNotifier(stream).send("console", message, "id")
    return stream.getvalue()


async def test_a_group_lists_every_role_with_its_rules() -> None:
    items = [opened(str(key), "london" if key % 2 else "engineers") for key in range(12)]
    said = await shown(GroupMessage(tuple(items)))
    assert (said.count("london"), said.count("engineers")) == (6, 6)
    assert said.count("https://jobs.example/") == 12


async def test_a_summary_names_every_role_that_fits() -> None:
    said = await shown(summary(roles=[role(str(key), title=f"Engineer {key}") for key in range(6)]))
    assert all(f"Engineer {key} · London" in said for key in range(6))
    assert "engineers" in said


async def test_a_terminal_gets_colors_and_a_pipe_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert "\x1b[" in await shown(opened(), Terminal())
    assert "\x1b[" not in await shown(opened())
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in await shown(opened(), Terminal())


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_no_text_of_a_board_reaches_the_terminal_as_a_command(text: str) -> None:
    said = await shown(RoleMessage("opened", role(title=text, location=text, pay=text), (), AT))
    assert not any(character in said for character in "\x1b\x07\x00\r\u202e\ud800")
    assert [line[:2] for line in said.splitlines()[1:]] == ["  "] * (said.count("\n") - 1)


async def test_a_reader_that_has_gone_is_a_refused_channel() -> None:
    """`rolewatch run | head` goes on: what ends its output is no end of the program."""
    reading, writing = os.pipe()
    os.close(reading)
    stream = open(writing, "w", buffering=1)  # noqa: ASYNC230, PTH123, SIM115  # closed below
    with pytest.raises(ChannelRefusedError, match=r"cannot write to the terminal \(BrokenPipe"):
        await ConsoleNotifier(stream).send("console", opened(), "id")
    with suppress(BrokenPipeError):
        stream.close()


async def test_a_long_line_is_not_wrapped() -> None:
    assert "Engineer " * 15 in await shown(opened(title="Engineer " * 16))


async def test_a_narrow_encoding_loses_letters_but_no_message() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    await ConsoleNotifier(stream).send("console", opened(), "id")
    stream.seek(0)
    assert "London ? $133k?240k" in stream.read()


async def test_a_closed_stream_is_a_permanent_error() -> None:
    stream = io.StringIO()
    stream.close()
    with pytest.raises(NotifyError) as caught:
        await ConsoleNotifier(stream).send("console", opened(), "id")
    assert caught.value.permanent
    assert not caught.value.may_have_arrived


@pytest.mark.parametrize("number", range(len(every_kind())))
async def test_a_message_is_shown_as_stored(number: int, snapshot: SnapshotAssertion) -> None:
    assert await shown(every_kind()[number]) == snapshot
