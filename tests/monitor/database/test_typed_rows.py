"""Typed rows have the columns of their tables, in type and number."""

from __future__ import annotations

from typing import Any, NamedTuple, get_args, get_type_hints

import pytest

from monitor.database.board_row import BoardRow
from monitor.database.columns import Base, table
from monitor.database.lease_holder import LeaseRow
from monitor.database.tables import Board, Lease


@pytest.mark.parametrize(
    ("row", "model", "computed"), [(BoardRow, Board, ()), (LeaseRow, Lease, ("seconds_left",))]
)
def test_a_typed_row_has_the_columns_of_its_model(
    row: type[NamedTuple], model: type[Base], computed: tuple[str, ...]
) -> None:
    mapped: dict[str, Any] = {
        column.name: get_args(get_type_hints(model)[column.name])[0] for column in table(model).c
    }
    fields = {name: kind for name, kind in get_type_hints(row).items() if name not in computed}
    assert fields == mapped
