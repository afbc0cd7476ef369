"""A log event is a noun and a past participle in snake_case. Its facts are fields."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.support.places import ROOT

_CALLS = re.compile(
    r"(^|[._])(log|log\(\)|logger|logging|[gG]et_?[lL]ogger\(.*\))"
    r"\.(debug|info|warning|error|exception|critical)$"
    r"|^write_log$"
    r"|troubles\.(report|passing|over)$"  # OutageLog
)
_PASSED_ON = {("trouble.py", "event")}  # OutageLog logs the event of its caller
_NAME = re.compile(r"[a-z]+(_[a-z]+)+")
_PARTICIPLES = {
    "given",
    "held",
    "lost",
    "made",
    "read",
    "sent",
    "set",
    "taken",
    "written",
}  # without -ed


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    return {
        ast.unparse(line.target): line.value
        for line in tree.body
        if isinstance(line, ast.AnnAssign) and line.value is not None
    }


def _events(tree: ast.Module, constants: dict[str, ast.expr]) -> Iterator[str]:
    """Yield the event of each log call. One that is no constant is its source text."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and call.args and _CALLS.search(ast.unparse(call.func)):
            first = constants.get(ast.unparse(call.args[0]), call.args[0])
            yield str(first.value) if isinstance(first, ast.Constant) else ast.unparse(first)


def _is_event(text: str) -> bool:
    words = text.split("_")
    return _NAME.fullmatch(text) is not None and any(
        word.endswith("ed") or word in _PARTICIPLES for word in words[1:]
    )


def _events_of_rolewatch() -> list[tuple[str, str]]:
    files = [file for package in ("crawler", "monitor") for file in (ROOT / package).rglob("*.py")]
    trees = {file: ast.parse(file.read_text()) for file in files}
    imported = {name: value for tree in trees.values() for name, value in _constants(tree).items()}
    found = [
        (file.name, event)
        for file, tree in trees.items()
        for event in _events(tree, imported | _constants(tree))
    ]
    return [one for one in found if one not in _PASSED_ON]


def test_each_log_event_is_a_noun_and_a_participle_in_snake_case() -> None:
    found = _events_of_rolewatch()
    assert len({event for _, event in found}) > 50
    assert [one for one in found if not _is_event(one[1])] == []


def test_each_log_event_in_the_documentation_is_logged() -> None:
    section = (ROOT / "docs" / "operating.md").read_text().partition("\n## Logs\n")[2]
    named = {
        name
        for cell in re.findall(r"^\| (`.*?`) \|", section.partition("\n## ")[0], re.MULTILINE)
        for name in re.findall(r"`(\w+)`", cell)
    }
    assert len(named) > 10
    assert named <= {event for _, event in _events_of_rolewatch()}


@pytest.mark.parametrize(
    "source",
    [
        "log.info('board read')",
        "log.info('late')",
        "log.info(f'{board}_failed')",
        "self._log().error('Board_failed')",
        "logging.getLogger(__name__).warning('board failed: %s', board)",
        "self._troubles.report('the outbox cannot be read', error)",
        "log.info('daemon_stopping')",
    ],
)
def test_another_form_of_a_log_event_is_found(source: str) -> None:
    [event] = _events(ast.parse(source), {})
    assert not _is_event(event)
