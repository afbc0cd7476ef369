"""`mcp`: standard output is the protocol's alone, and what stops it is one line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import Any

import pytest

from tests.support.program import Program
from tests.support.running import ROLEWATCH

_HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
_READY = {"jsonrpc": "2.0", "method": "notifications/initialized"}


def _call(number: int, tool: str, arguments: dict[str, object]) -> dict[str, object]:
    params = {"name": tool, "arguments": arguments}
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}


def _started(program: Program, *options: str) -> subprocess.Popen[str]:
    environ = {n: v for n, v in os.environ.items() if not n.startswith("ROLEWATCH_")}
    return subprocess.Popen(
        [ROLEWATCH, *options, "--config", program.config, "mcp"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environ,
    )


def _answers(process: subprocess.Popen[str], talk: str, number: int) -> list[dict[str, Any]]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(talk)
    process.stdin.flush()
    return [json.loads(process.stdout.readline()) for _ in range(number)]


def test_standard_output_has_nothing_but_answers(sqlite_recorded: Program) -> None:
    lines: list[object] = [
        _HELLO,
        _READY,
        _call(2, "search_roles", {"words": "engineer"}),
        _call(3, "sql", {"query": "SELECT nonsense"}),
        _call(4, "role_history", {"posting": "Legal Counsel"}),
    ]
    talk = "".join(f"{json.dumps(line)}\n" for line in lines) + "no JSON at all\n"
    with _started(sqlite_recorded, "-vv") as process:
        answers = _answers(process, talk, 4)
        rest, _ = process.communicate(timeout=30)
    assert (rest, process.returncode) == ("", 0)
    assert sorted(answer["id"] for answer in answers) == [1, 2, 3, 4]
    by_id = {answer["id"]: answer["result"] for answer in answers}
    assert list(by_id[1]["capabilities"]) == ["tools"]
    assert [by_id[number].get("isError", False) for number in (2, 3, 4)] == [False, True, False]


def test_ctrl_c_ends_it_at_once_and_quietly(sqlite_recorded: Program) -> None:
    with _started(sqlite_recorded) as process:
        _answers(process, f"{json.dumps(_HELLO)}\n", 1)
        process.send_signal(signal.SIGINT)
        assert process.wait(5) == -signal.SIGINT
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_without_the_extra_one_line_says_what_to_install(
    sqlite_recorded: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in list(sys.modules):
        if name.partition(".")[0] == "mcp" or name == "monitor.assistant.server":
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "mcp", None)
    ran = sqlite_recorded("mcp")
    assert (ran.code, ran.out, ran.err.strip()) == (
        2,
        "",
        "Tools for assistants need the extra `mcp`: pip install 'rolewatch[mcp]'",
    )
