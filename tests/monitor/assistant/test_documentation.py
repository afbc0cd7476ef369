"""The calls in docs/assistants.md are ones that the tools take."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from monitor.assistant.answers import LONGEST, LONGEST_OF_ONE
from monitor.assistant.arguments import MOST_ROWS, MOST_SECONDS
from monitor.assistant.marking import NOTE
from monitor.assistant.server import answer
from monitor.assistant.source import Source
from monitor.assistant.tools import TOOLS
from monitor.config.load import load
from monitor.database.reading import reading_engine
from tests.support.assistant import CONFIG, Answer
from tests.support.places import ROOT
from tests.support.story import tell

PAGE = (ROOT / "docs" / "assistants.md").read_text()
CALLS: list[tuple[str, dict[str, Any]]] = [
    (name, json.loads(arguments))
    for name, arguments in re.findall(r"^(\w+) (\{.*\})$", PAGE, re.MULTILINE)
]


def test_the_page_has_an_example_of_every_tool() -> None:
    assert {name for name, _ in CALLS} == set(TOOLS)
    assert all(f"| `{name}` |" in PAGE for name in TOOLS)


@pytest.mark.parametrize(("name", "given"), CALLS)
def test_the_calls_on_the_page_are_answered(
    engine: Engine, tmp_path: Path, name: str, given: dict[str, Any]
) -> None:
    tell(engine)
    file = tmp_path / "rolewatch.toml"
    url = engine.url.render_as_string(hide_password=False)
    file.write_text(CONFIG.format(url=url))
    reading = reading_engine(url)
    source = Source(reading, lambda: load(file, {}), lambda: datetime.now(UTC), lambda: "<mark>")
    found = Answer.of(answer(source, name, given))
    reading.dispose()
    assert not found.failed, found.text


def test_the_limits_on_the_page_are_those_of_the_tools() -> None:
    assert f"unless `limit` asks for up to {MOST_ROWS}" in PAGE
    assert f"for {MOST_SECONDS:g} seconds at most" in PAGE
    assert f"cut after {LONGEST:,} characters" in PAGE
    assert f"after {LONGEST_OF_ONE:,}" in PAGE
    assert NOTE in PAGE
