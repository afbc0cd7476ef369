"""Alerts on the terminal. No text from a board can color, move or hide anything there."""

from __future__ import annotations

import asyncio
from typing import Final, Self, TextIO

from rich.console import Console
from rich.text import Text

from monitor.config.model import Settings
from monitor.messages import Message, OperatorMessage, RoleMessage
from monitor.notify.base import ChannelRefusedError, Receipt, WriteOnly
from monitor.notify.compose.style import UNLIMITED, Style
from monitor.notify.plain import lines
from monitor.notify.wording import safe_url

_STYLES: Final = {
    "opened": "bold green",
    "revised": "bold yellow",
    "closed": "bold red",
    "reopened": "bold cyan",
}


class ConsoleNotifier(WriteOnly):
    """The channel `console`."""

    pace = 0.0

    def __init__(self, stream: TextIO, *, style: Style = UNLIMITED) -> None:
        self._stream, self._style = stream, style

    @classmethod
    def from_settings(cls, settings: Settings, console: TextIO) -> Self:
        return cls(console, style=Style(settings.alerts.timezone, limited=False))

    # there is only one terminal
    async def send(self, channel: str, message: Message, delivery_id: str) -> Receipt:  # noqa: ARG002
        try:
            await asyncio.to_thread(self._write, message)
        except (OSError, ValueError) as error:  # a closed pipe, a closed stream
            raise ChannelRefusedError(
                f"cannot write to the terminal ({type(error).__name__})"
            ) from error
        return Receipt()

    def _write(self, message: Message) -> None:
        """Write all lines in one call, so that other output does not come between them.

        There are no colors in a pipe, and none with NO_COLOR. Rich does not write them itself: it
        ends the program when the reader of a pipe is gone.
        """
        console = Console(
            file=self._stream, highlight=False, markup=False, emoji=False, soft_wrap=True
        )
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        text = Text("\n").join(_colored(message, self._style))
        text.plain = text.plain.encode(encoding, "replace").decode(encoding)
        with console.capture() as lines_written:
            console.print(text)
        self._stream.write(lines_written.get())
        self._stream.flush()


def _colored(message: Message, style: Style) -> list[Text]:
    first, *rest = [Text(line) for line in lines(message, style)]
    rest = [Text("  ") + line for line in rest]
    if isinstance(message, RoleMessage):
        first.stylize(_STYLES[message.kind])
    elif isinstance(message, OperatorMessage):
        first = Text("OPERATOR  ", style="bold magenta") + first
    else:
        first.stylize("bold")
    for line in rest:
        # of a list only the links are pale
        if isinstance(message, RoleMessage | OperatorMessage) or safe_url(line.plain.strip()):
            line.stylize("dim")
    return [first, *rest]
