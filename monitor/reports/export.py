"""Export the views as files of Parquet, CSV or JSON lines, one file a view.

All files show the same moment. Rows stream from a cursor to disk, so that memory does not grow with
their number. The files get their final names when all of them are complete; otherwise none does.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection, Engine, text

from monitor.database.engine import iso, read_transaction
from monitor.database.views import VIEWS
from monitor.errors import UserError
from monitor.queries.view_tables import Kind, kind, reader

_AT_ONCE = 2_000  # rows in memory: of descriptions, some 20 MB


class Rows(NamedTuple):
    """A view's columns, and its rows in batches without an order: sorting would need more disk."""

    columns: tuple[str, ...]
    batches: Iterator[list[tuple[object, ...]]]


def view_rows(connection: Connection, view: str) -> Rows:
    """Return all rows of a view."""
    # our own names
    result = connection.execution_options(yield_per=_AT_ONCE).execute(text(f"SELECT * FROM {view}"))  # noqa: S608
    columns = tuple(result.keys())
    readers = [reader(column, view) for column in columns]
    # with a size: SQLAlchemy ignores `yield_per` for a text, and returns the whole view at once
    partitions = result.partitions(_AT_ONCE)
    return Rows(
        columns,
        (
            [tuple(read(value) for read, value in zip(readers, row, strict=True)) for row in batch]
            for batch in partitions
        ),
    )


Batch = Sequence[Sequence[object]]


class Writer(Protocol):
    """A file that takes batches of rows until it is closed."""

    def write(self, batch: Batch) -> None: ...

    def close(self) -> None: ...


class CsvFile:
    """A header, then one line for each row. Null and an empty text are both written as nothing."""

    def __init__(self, file: Path, columns: Sequence[str]) -> None:
        self._file = file.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow(columns)

    def write(self, batch: Batch) -> None:
        self._writer.writerows([_written(value) for value in row] for row in batch)

    def close(self) -> None:
        self._file.close()


def _written(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _plain(value)


class JsonLinesFile:
    """One JSON object for each row, with every column."""

    def __init__(self, file: Path, columns: Sequence[str]) -> None:
        self._file = file.open("w", encoding="utf-8", newline="")
        self._columns = columns

    def write(self, batch: Batch) -> None:
        for row in batch:
            filled = {name: _plain(value) for name, value in zip(self._columns, row, strict=True)}
            self._file.write(json.dumps(filled, ensure_ascii=False) + "\n")

    def close(self) -> None:
        self._file.close()


def _plain(value: object) -> object:
    """Return instants and days in ISO 8601, and `133000` for 133000.0."""
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


class ParquetFile:
    """Typed columns: UTC instants to the microsecond, days, integers, floats, booleans, texts."""

    # rows a row group; of descriptions fewer, since a group is in memory as it is written
    _GROUP = 20_000
    _TEXTS = 4_000

    def __init__(self, file: Path, columns: Sequence[str]) -> None:
        """Open the file. Raises UserError if pyarrow is not installed."""
        self._arrow, parquet = _pyarrow()
        view = file.name.partition(".")[0]
        types = [(name, self._type(kind(name, view))) for name in columns]
        self._schema = self._arrow.schema(types)
        self._file = parquet.ParquetWriter(file, self._schema, compression="zstd")
        self._rows: list[Sequence[object]] = []
        self._group = self._TEXTS if "description" in columns else self._GROUP

    def _type(self, wanted: Kind) -> Any:  # pyarrow has no types  # noqa: ANN401
        arrow = self._arrow
        makes: Mapping[Kind, Callable[[], Any]] = {
            "text": arrow.string,
            "instant": lambda: arrow.timestamp("us", tz="UTC"),
            "day": arrow.date32,
            "whole": arrow.int64,
            "number": arrow.float64,
            "yes_or_no": arrow.bool_,
        }
        return makes[wanted]()

    def write(self, batch: Batch) -> None:
        self._rows += batch
        if len(self._rows) >= self._group:
            self._flush()

    def _flush(self) -> None:
        columns = zip(*self._rows, strict=True)
        arrays = [
            self._arrow.array(values, field.type)
            for values, field in zip(columns, self._schema, strict=True)
        ]
        self._file.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))
        self._rows = []

    def close(self) -> None:
        if self._rows:
            self._flush()
        self._file.close()


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow as pa  # an extra  # noqa: PLC0415
        from pyarrow import parquet  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise UserError(
            "Parquet needs the extra `parquet`: pip install 'rolewatch[parquet]', or give "
            "--format csv or jsonl"
        ) from error
    return pa, parquet


WRITERS: dict[str, Callable[[Path, Sequence[str]], Writer]] = {
    "parquet": ParquetFile,
    "csv": CsvFile,
    "jsonl": JsonLinesFile,
}


_PART = ".part"  # after the name of a file that is being written

Progress = Callable[[str, int], None]  # the view, and its rows so far


class Exported(NamedTuple):
    """A view's file and how many rows it has."""

    view: str
    rows: int
    file: Path


def export(
    engine: Engine, folder: Path, form: str, progress: Progress = lambda _view, _rows: None
) -> list[Exported]:
    """Write every view into `folder`, creating it if needed. Return the files.

    Raises UserError rather than replace a file.
    """
    _make(folder)
    files = {view: folder / f"{view}.{form}" for view in VIEWS}
    _refuse_present(files.values())
    with _parts(files.values()), read_transaction(engine) as connection:
        _plan_for_all_rows(connection)
        exported = [
            Exported(view, _write(connection, view, _part(file), progress), file)
            for view, file in files.items()
        ]
        _refuse_present(files.values())
        for file in files.values():
            _part(file).rename(file)
    return exported


def _plan_for_all_rows(connection: Connection) -> None:
    """Let PostgreSQL plan for the last row. For a cursor it plans for the first tenth."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL cursor_tuple_fraction = 1"))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"the folder {folder} cannot be made: {error.strerror}") from error


def _refuse_present(files: Iterable[Path]) -> None:
    present = [file.name for file in files if file.exists()]
    if present:
        raise UserError(f"{', '.join(present)} would be overwritten: name an empty folder")


@contextmanager
def _parts(files: Iterable[Path]) -> Iterator[None]:
    """Remove unfinished files, whatever ended the writing."""
    try:
        yield
    finally:
        for file in files:
            _part(file).unlink(missing_ok=True)


def _part(file: Path) -> Path:
    return file.with_name(file.name + _PART)


def _write(connection: Connection, view: str, part: Path, progress: Progress) -> int:
    columns, batches = view_rows(connection, view)
    count = 0
    part.touch(mode=0o600)  # it says what a person looks for, as the database does
    with closing(WRITERS[part.suffixes[-2].removeprefix(".")](part, columns)) as file:
        for batch in batches:
            file.write(batch)
            count += len(batch)
            progress(view, count)
    return count
