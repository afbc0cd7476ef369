"""`export`: the same rows, with the same types, from either database."""

from __future__ import annotations

import csv
import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from sqlalchemy import Engine, text

from monitor.database.engine import read_transaction
from monitor.database.opening import open_database
from monitor.database.views import VIEWS
from monitor.errors import UserError
from monitor.queries.view_tables import Kind, kind, reader, view_columns
from monitor.reports.export import export, view_rows
from monitor.reports.export_files import CsvFile, ParquetFile
from tests.support.boards import BOARD
from tests.support.program import Program
from tests.support.story import STORY, save_and_mute, tell

POSTGRES_TYPES: dict[str, Kind] = {
    "text": "text",
    "timestamp with time zone": "instant",
    "date": "day",
    "integer": "whole",
    "bigint": "whole",
    "double precision": "number",
    "numeric": "number",
    "boolean": "yes_or_no",
}


def rows(file: Path) -> list[dict[str, Any]]:
    """Return the rows of a file, in JSON's types if it has no others."""
    if file.suffix == ".parquet":
        table: list[dict[str, Any]] = pyarrow.parquet.read_table(file).to_pylist()
        return table
    with file.open(encoding="utf-8", newline="") as opened:
        return (
            list(csv.DictReader(opened))
            if file.suffix == ".csv"
            else [json.loads(line) for line in opened]
        )


def test_every_view_is_a_file_with_all_its_columns_and_rows(
    recorded: Program, engine: Engine, tmp_path: Path
) -> None:
    save_and_mute(engine)
    views = view_columns(engine)
    counts = {
        view: recorded.ask("sql", f"SELECT count(*) AS n FROM {view}")[0]["n"] for view in views
    }
    for form in ("parquet", "csv", "jsonl"):
        ran = recorded("export", str(tmp_path / "new" / "folder"), "--format", form)
        assert ran.code == 0, ran.err
        lines = [line.split() for line in ran.out.splitlines()]
        assert [line[0] for line in lines] == list(VIEWS)
        for (view, columns), line in zip(views.items(), lines, strict=True):
            exported = rows(Path(line[-1]))
            assert len(exported) == int(line[1]) == counts[view]
            assert all(tuple(row) == columns for row in exported)
            assert Path(line[-1]).stat().st_mode & 0o777 == 0o600  # as the database's


def test_the_types_of_postgresql_are_the_types_that_we_say(postgres_engine: Engine) -> None:
    columns = (
        "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE "
        "table_schema = 'public'"
    )
    with read_transaction(postgres_engine) as connection:
        found = [
            (view, name, POSTGRES_TYPES[typed])
            for view, name, typed in connection.execute(text(columns))
            if view in VIEWS
        ]
    assert len(found) > 80
    assert [(view, name, kind(name, view)) for view, name, _ in found] == found


def test_sqlite_and_postgresql_give_the_same_table(
    tmp_path: Path, sqlite_engine: Engine, postgres_engine: Engine
) -> None:
    tables = []
    for engine in (sqlite_engine, postgres_engine):
        tell(engine)
        save_and_mute(engine)
        folder = tmp_path / engine.dialect.name
        export(engine, folder, "parquet")
        tables.append(
            {view: pyarrow.parquet.read_table(folder / f"{view}.parquet") for view in VIEWS}
        )
    for view in VIEWS:
        ours, theirs = (table[view] for table in tables)
        assert ours.schema == theirs.schema
        assert ours.num_rows == theirs.num_rows
        kept = [
            name
            for name in ours.column_names
            if kind(name) not in ("instant", "day") and name not in ("delivery_id", "days_open")
        ]
        assert sorted(map(str, ours.select(kept).to_pylist())) == sorted(
            map(str, theirs.select(kept).to_pylist())
        )


def test_parquet_has_instants_in_utc_numbers_and_yes_or_no(
    sqlite_recorded: Program, tmp_path: Path
) -> None:
    sqlite_recorded("export", str(tmp_path / "out"))
    lawyer = next(
        row
        for row in rows(tmp_path / "out" / "posting_versions.parquet")
        if row["posting"] == f"{BOARD}:13"
    )
    assert lawyer["deadline_at"] == datetime(2026, 5, 19, 19, tzinfo=UTC)
    assert lawyer["pay_min"] == 133000.0
    assert lawyer["is_current"] is False
    schema = pyarrow.parquet.read_schema(tmp_path / "out" / "posting_versions.parquet")
    types = {
        name: str(schema.field(name).type)
        for name in ("valid_from", "is_current", "version", "pay_max", "description")
    }
    assert types == {
        "valid_from": "timestamp[us, tz=UTC]",
        "is_current": "bool",
        "version": "int64",
        "pay_max": "double",
        "description": "string",
    }


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_texts_have_iso_instants_plain_numbers_and_true_or_false(
    sqlite_recorded: Program, tmp_path: Path, form: str
) -> None:
    sqlite_recorded("export", str(tmp_path), "--format", form)
    lawyer = next(
        row
        for row in rows(tmp_path / f"posting_versions.{form}")
        if row["posting"] == f"{BOARD}:13"
    )
    plain = form == "csv"
    assert lawyer["deadline_at"] == "2026-05-19T19:00:00.000000Z"
    assert lawyer["pay_min"] == ("133000" if plain else 133000)
    assert lawyer["is_current"] == ("false" if plain else False)
    assert lawyer["employment_type"] == ("" if plain else None)
    assert next(
        row
        for row in rows(tmp_path / f"posting_versions.{form}")
        if row["posting"] == STORY and row["pay_text"] in ("", None)
    )


def test_a_line_break_a_quote_and_an_escape_stay_in_the_files(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    odd = 'a\r\nb\x1b[31m "c", ü\u2028'
    tell(sqlite_engine)
    with sqlite_engine.begin() as connection:
        connection.execute(text("UPDATE posting_version SET title = :odd"), {"odd": odd})
    for form in ("parquet", "csv", "jsonl"):
        export(sqlite_engine, tmp_path, form)
        assert {row["title"] for row in rows(tmp_path / f"postings.{form}")} == {odd}


def test_nothing_is_overwritten(sqlite_recorded: Program, tmp_path: Path) -> None:
    (tmp_path / "postings.csv").write_text("mine")
    ran = sqlite_recorded("export", str(tmp_path), "--format", "csv")
    assert (ran.code, ran.out, ran.err.strip()) == (
        2,
        "",
        "postings.csv would be overwritten: name an empty folder",
    )
    assert (tmp_path / "postings.csv").read_text() == "mine"
    assert not list(tmp_path.glob("*.part"))


def test_a_folder_that_cannot_be_made_is_one_line(sqlite_recorded: Program, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = sqlite_recorded("export", str(tmp_path / "file" / "inner"), "--format", "csv")
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)


def test_an_export_that_breaks_off_leaves_no_file(
    sqlite_recorded: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_self: object, _batch: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(CsvFile, "write", full)  # a full disk is not to be had here
    ran = sqlite_recorded("export", str(tmp_path / "out"), "--format", "csv")
    assert (ran.code, ran.err.strip()) == (1, "No space left on device")
    assert list((tmp_path / "out").iterdir()) == []


def test_parquet_without_its_library_is_one_line(
    sqlite_recorded: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    ran = sqlite_recorded("export", str(tmp_path / "out"))
    assert ran.code == 2
    assert (
        ran.err.strip()
        == "Parquet needs the extra `parquet`: pip install 'rolewatch[parquet]', or give --format "
        "csv or jsonl"
    )
    assert list((tmp_path / "out").iterdir()) == []
    assert sqlite_recorded("export", str(tmp_path / "out"), "--format", "csv").code == 0


def test_an_empty_history_is_files_without_rows(sqlite_url: str, tmp_path: Path) -> None:
    engine = open_database(sqlite_url)
    for form in ("parquet", "csv", "jsonl"):
        export(engine, tmp_path, form)
        assert all(rows(tmp_path / f"{view}.{form}") == [] for view in VIEWS)
    assert pyarrow.parquet.read_schema(tmp_path / "alerts.parquet").names == list(
        view_columns(engine)["alerts"]
    )


def test_a_view_is_read_in_batches(
    recorded: Program, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.reports.export._AT_ONCE", 2)
    count = recorded.ask("sql", "SELECT count(*) AS n FROM posting_changes")[0]["n"]
    with read_transaction(engine) as connection:
        sizes = [len(batch) for batch in view_rows(connection, "posting_changes").batches]
    assert sum(sizes) == count > 2
    assert max(sizes) == 2


def test_many_rows_are_written_in_groups(tmp_path: Path) -> None:
    file = ParquetFile(tmp_path / "many.parquet", ("version", "title"))
    for start in range(0, 50_000, 1_000):
        file.write([(number, "x") for number in range(start, start + 1_000)])
    file.close()
    written = pyarrow.parquet.ParquetFile(tmp_path / "many.parquet")
    assert (written.metadata.num_rows, written.num_row_groups) == (50_000, 3)


@pytest.mark.parametrize(
    ("column", "value", "read"),
    [
        ("is_current", 1, True),
        ("is_current", False, False),
        ("open", None, None),
        ("pay_min", 5, 5.0),
        ("day", "2026-03-01", date(2026, 3, 1)),
        ("day", date(2026, 3, 1), date(2026, 3, 1)),
        ("at", "2026-03-01T00:00:00.000001Z", datetime(2026, 3, 1, microsecond=1, tzinfo=UTC)),
        ("title", "1", "1"),
    ],
)
def test_a_value_is_read_as_its_column_means(column: str, value: object, read: object) -> None:
    found = reader(column)(value)
    assert found == read
    assert type(found) is type(read)


def test_a_file_that_came_meanwhile_is_not_overwritten(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    tell(sqlite_engine)

    def intrude(_view: str, _rows: int) -> None:
        (tmp_path / "postings.csv").write_text("theirs")

    with pytest.raises(UserError, match="would be overwritten"):
        export(sqlite_engine, tmp_path, "csv", intrude)
    assert [file.name for file in tmp_path.glob("*.csv*")] == ["postings.csv"]
