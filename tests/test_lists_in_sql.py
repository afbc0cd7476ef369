"""Lists of any length go into SQL as one JSON value (`monitor/database/json_values.py`)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.support.places import ROOT

_TREE = ROOT
_SUBQUERIES = {  # file and argument
    ("open_items.py", "first"),
    ("manual.py", "older"),
    ("manual.py", "younger"),
    ("roles.py", "moved"),
    ("pack.py", "ended"),
    ("roles.py", "_first_with_words(connection, wanted)"),
    ("roles.py", "names_with_words(connection, wanted.text, wanted.status)"),
    ("role_conditions.py", "described"),
    ("deadlines.py", "board_ids"),
    ("changes.py", "theirs"),
    ("changes.py", "of_rule"),
    ("search.py", "found"),
    ("roles.py", "saved.where(*mine)"),
    ("pack.py", "rounds"),
    ("home.py", "mine"),
    ("home.py", "fitting"),
}
_PHRASES = {"phrase", "read"}  # with an `in_` that is not SQL


def _is_short(argument: ast.expr, file: str) -> bool:
    """Return True for a literal tuple, a constant of the module, or a subquery."""
    source = ast.unparse(argument)
    is_constant = isinstance(argument, ast.Name) and argument.id.isupper()
    return (
        isinstance(argument, ast.Tuple)
        or is_constant
        or "select(" in source
        or (file, source) in _SUBQUERIES
    )


def _growing(source: str, file: str) -> Iterator[str]:
    for call in ast.walk(ast.parse(source)):
        if not (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and call.func.attr in {"in_", "not_in", "notin_"}
        ):
            continue
        if ast.unparse(call.func.value) not in _PHRASES and not _is_short(call.args[0], file):
            yield f"{file}:{call.lineno}: {ast.unparse(call)}"


def test_no_growing_list_is_inlined_in_sql() -> None:
    files = [file for package in ("monitor", "crawler") for file in (_TREE / package).rglob("*.py")]
    assert len(files) > 100
    assert [line for file in files for line in _growing(file.read_text(), file.name)] == []


@pytest.mark.parametrize(
    "source",
    ["select(a).where(b.in_(ids))", "c.not_in([one.id for one in rows])", "c.in_(wanted.boards)"],
)
def test_an_inlined_growing_list_is_found(source: str) -> None:
    assert list(_growing(source, "some.py"))
