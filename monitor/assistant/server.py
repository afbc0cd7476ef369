"""Serve the tools over the Model Context Protocol, on standard input and output.

The SDK's plain `Server` is used, and not its `MCPServer`: that one ignores unknown arguments,
answers a mistake with many lines, and offers prompts and resources that we do not have.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any, Final

import anyio
import structlog
from anyio.to_thread import run_sync
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)

from monitor.assistant.answers import text_of
from monitor.assistant.arguments import parse_arguments
from monitor.assistant.marking import visible
from monitor.assistant.source import Source
from monitor.assistant.tools import INSTRUCTIONS, TOOLS, ToolSpec
from monitor.database.trouble import DATABASE_ERRORS, describe_with_remedy
from monitor.errors import UserError

log = structlog.get_logger()
_AT_ONCE: Final = 4  # calls; further ones wait
# what the commands' errors advise, in the words of the tools
_ADVICE: Final = (
    (re.compile(r"`rolewatch sql`"), "`sql` without a query"),
    (re.compile(r"`rolewatch roles --board (\S+)`"), r"`search_roles` with board=\1"),
    (re.compile(r"`rolewatch roles`"), "`search_roles`"),
    (re.compile(r"--param NAME=VALUE"), '`param`: {"NAME": VALUE}'),
    (re.compile(r"--param (\w+)=VALUE"), r'`param`: {"\1": VALUE}'),
    (re.compile(r"or allow more time with --timeout"), "or allow more `timeout`"),
)


async def serve(source: Source, version: str) -> None:
    """Answer one assistant until it closes our standard input. Raise what the streams raise."""
    server = make_server(source, version)
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


def make_server(source: Source, version: str) -> Server[Any]:
    """Return a server of the tools."""
    limiter = anyio.CapacityLimiter(_AT_ONCE)

    async def list_tools(_ctx: object, _params: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=[_listed(tool) for tool in TOOLS.values()])

    async def call_tool(_ctx: object, params: CallToolRequestParams) -> CallToolResult:
        call = partial(answer, source, params.name, params.arguments or {})
        return await run_sync(call, limiter=limiter, abandon_on_cancel=True)

    return Server(
        "rolewatch",
        version=version,
        title="rolewatch",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _listed(tool: ToolSpec) -> Tool:
    return Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.arguments.model_json_schema(),
        output_schema=tool.answer.model_json_schema(mode="serialization"),
        annotations=ToolAnnotations(
            title=tool.title,
            read_only_hint=True,
            destructive_hint=False,
            idempotent_hint=True,
            open_world_hint=False,
        ),
    )


def answer(source: Source, name: str, given: dict[str, Any]) -> CallToolResult:
    """Return a tool's answer, or its error in one sentence."""
    try:
        tool = _named(name)
        found = tool.run(source, parse_arguments(name, tool.arguments, given))
    except UserError as error:
        return _refused(str(error))
    except DATABASE_ERRORS as error:
        return _refused(f"the database cannot be used: {describe_with_remedy(error)}")
    except Exception:  # one call's trouble: the assistant may ask on
        log.exception("tool_failed", tool=name)
        return _refused("rolewatch failed to answer: its standard error says why")
    return CallToolResult(
        content=[TextContent(type="text", text=text_of(found, source.new_mark))],
        structured_content=found.model_dump(mode="json"),
    )


def _named(name: str) -> ToolSpec:
    if name not in TOOLS:
        raise UserError(f"there is no tool {name!r}: there is {', '.join(TOOLS)}")
    return TOOLS[name]


def _refused(problem: str) -> CallToolResult:
    sentence = " ".join(visible(problem).split())
    for advice, ours in _ADVICE:
        sentence = advice.sub(ours, sentence)
    return CallToolResult(content=[TextContent(type="text", text=sentence)], is_error=True)
