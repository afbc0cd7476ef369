"""An assistant: the SDK's own client, talking to `rolewatch mcp` over standard input and output."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.types import CallToolResult, TextContent, Tool

from tests.support import story
from tests.support.running import ROLEWATCH

CONFIG = (
    story.CONFIG
    + """
[web]
base_url = "https://roles.example.org/"
"""
)
_MARKED = re.compile(
    r"<<<untrusted text (?P<mark>[0-9a-f]{16})>>>(?P<text>.*)<<<end of untrusted text (?P=mark)>>>",
    re.DOTALL,
)
Call = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Answer:
    """The answer of a tool."""

    failed: bool
    text: str
    data: Any  # the structured answer

    @classmethod
    def of(cls, result: CallToolResult) -> Answer:
        (content,) = result.content
        assert isinstance(content, TextContent)
        return cls(result.is_error, content.text, result.structured_content)

    @property
    def rows(self) -> list[dict[str, Any]]:
        assert not self.failed, self.text
        rows: list[dict[str, Any]] = self.data["rows"]
        return rows

    def column(self, name: str) -> list[Any]:
        """Return a column's values, wherever in the row they stand."""
        return [(row | row.get("board_text", {})).get(name) for row in self.rows]

    @property
    def marked(self) -> str:
        """The text between the marks, "" for none."""
        found = _MARKED.search(self.text)
        return found["text"] if found else ""

    @property
    def unmarked(self) -> str:
        """The text without what is between marks."""
        return _MARKED.sub("", self.text)


@dataclass(frozen=True)
class Conversation:
    """The instructions, tools and answers that an assistant got in one session."""

    instructions: str
    tools: dict[str, Tool]
    answers: list[Answer]
    errors: str  # the program's standard error


def converse(config: Path, calls: Sequence[Call], *options: str) -> Conversation:
    """Start the program, call the tools in order, and close its standard input."""
    return asyncio.run(_converse(config, calls, options))


async def _converse(config: Path, calls: Sequence[Call], options: Sequence[str]) -> Conversation:
    environ = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SLACK_", "ROLEWATCH_"))
    }
    server = StdioServerParameters(
        command=str(ROLEWATCH), args=["--config", str(config), "mcp", *options], env=environ
    )
    log = config.with_name("errors.log")
    with log.open("w") as errors:
        async with Client(stdio_client(server, errlog=errors)) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            answers = [Answer.of(await client.call_tool(*call)) for call in calls]
            instructions = client.instructions or ""
    return Conversation(instructions, tools, answers, log.read_text())
