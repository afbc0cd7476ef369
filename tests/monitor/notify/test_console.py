"""Alerts on a terminal."""

from __future__ import annotations

import io

import pytest

from monitor.messages import GroupMessage, Message, RoleMessage, Why
from monitor.notify.base import NotifyError
from monitor.notify.console import ConsoleNotifier
from tests.support.alerts import AT, HOSTILE, every_kind, opened, revised, role, summary


class Terminal(io.StringIO):
    """A stream that a person looks at."""

    def isatty(self) -> bool:
        return True


async def shown(message: Message, stream: io.StringIO | None = None) -> str:
    stream = stream or io.StringIO()
    await ConsoleNotifier(stream).send("console", message, "id")
    return stream.getvalue()


async def test_a_new_role_is_a_line_with_its_reason_and_address() -> None:
    first, why, url, end = (await shown(opened())).split("\n")
    assert first == "NEW  Example Labs · Research Engineer · London, UK · 133,000–240,000 USD/year"
    assert why == "  why: engineers: title has “research engineer”"
    assert url == "  https://jobs.example/1"
    assert end == ""


async def test_a_revision_shows_old_and_new() -> None:
    assert (
        "CHANGED  Example Labs · Research Engineer · pay: 133,000–240,000 USD/year → 141,000–245,000 USD/year"
        in await shown(revised())
    )


async def test_a_role_that_now_fits_says_so() -> None:
    message = opened(kind="revised", why=(Why("engineers", "title", "now fits"),))
    assert (await shown(message)).startswith("CHANGED (now fits)  Example Labs")


async def test_a_group_lists_every_role_with_its_reason() -> None:
    said = await shown(GroupMessage(tuple(opened(str(key)) for key in range(12))))
    assert said.startswith("12 new roles\n")
    assert said.count("why: engineers") == 12
    assert said.count("https://jobs.example/") == 12


async def test_a_summary_names_every_role_that_fits() -> None:
    said = await shown(summary(roles=[role(str(key), title=f"Engineer {key}") for key in range(6)]))
    assert said.startswith("Now watching Example Labs: 57 open roles, 6 fit engineers\n")
    assert all(f"engineers: Engineer {key} · Example Labs · London, UK" in said for key in range(6))


async def test_a_terminal_gets_colours_and_a_pipe_none(monkeypatch: pytest.MonkeyPatch) -> None:
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
    assert said.count("\n") == 2


async def test_a_long_line_is_not_wrapped() -> None:
    assert "Engineer " * 20 in await shown(opened(title="Engineer " * 25))


async def test_a_narrow_encoding_loses_letters_and_no_message() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    await ConsoleNotifier(stream).send("console", opened(), "id")
    stream.seek(0)
    assert "Example Labs ? Research Engineer" in stream.read()


async def test_a_closed_stream_is_an_error_that_waiting_does_not_end() -> None:
    stream = io.StringIO()
    stream.close()
    with pytest.raises(NotifyError) as caught:
        await ConsoleNotifier(stream).send("console", opened(), "id")
    assert caught.value.permanent
    assert not caught.value.may_have_arrived


async def test_every_kind_is_shown() -> None:
    for message in every_kind():
        assert await shown(message)
