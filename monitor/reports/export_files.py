"""Files that take batches of rows: CSV, JSON lines and Parquet.

Values come as the database gives them. A batch is converted by column: most columns are texts,
which stay as they are.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

import msgspec

from monitor.database.columns import iso
from monitor.errors import UserError
from monitor.queries.view_tables import Kind, kind, reader

Batch = Sequence[Sequence[object]]  # not empty
Convert = Callable[[Any], object]  # of a value that is not null


class Writer(Protocol):
    """A file that takes batches of rows until it is closed."""

    def write(self, batch: Batch) -> None: ...

    def close(self) -> None: ...


def _by_column(batch: Batch, converts: Sequence[Convert | None]) -> Iterable[Sequence[object]]:
    """Return the columns of a batch, each with its conversion if it has one. Null stays None."""
    for values, convert in zip(zip(*batch, strict=True), converts, strict=True):
        yield (
            values
            if convert is None
            else [None if value is None else convert(value) for value in values]
        )


def _instant(value: datetime | str) -> str:
    """Return an instant in ISO 8601, as SQLite stores it."""
    return value if isinstance(value, str) else iso(value)


def _day(value: date | str) -> str:
    return value if isinstance(value, str) else value.isoformat()


def _number(value: float) -> float:
    """Return `133000` for 133000.0."""
    number = float(value)
    return int(number) if number.is_integer() else number


_PLAIN: dict[Kind, Convert | None] = {
    "text": None,
    "instant": _instant,
    "day": _day,
    "whole": int,
    "number": _number,
    "yes_or_no": bool,
}


class CsvFile:
    """A header, then one line for each row. Null and an empty text are both written as nothing."""

    _WRITTEN = _PLAIN | {"yes_or_no": lambda value: "true" if value else "false"}

    def __init__(self, file: Path, columns: Sequence[str]) -> None:
        self._file = file.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow(columns)
        self._converts = [self._WRITTEN[kind(name, _view(file))] for name in columns]

    def write(self, batch: Batch) -> None:
        self._writer.writerows(zip(*_by_column(batch, self._converts), strict=True))

    def close(self) -> None:
        self._file.close()


class JsonLinesFile:
    """One JSON object for each row, with every column."""

    def __init__(self, file: Path, columns: Sequence[str]) -> None:
        self._file = file.open("wb")
        self._columns = columns
        self._converts = [_PLAIN[kind(name, _view(file))] for name in columns]
        self._encoder = msgspec.json.Encoder()

    def write(self, batch: Batch) -> None:
        rows = zip(*_by_column(batch, self._converts), strict=True)
        filled = [dict(zip(self._columns, row, strict=True)) for row in rows]
        self._file.write(self._encoder.encode_lines(filled))

    def close(self) -> None:
        self._file.close()


class ParquetFile:
    """Typed columns: UTC instants to the microsecond, days, integers, floats, booleans, texts."""

    # rows a row group; of descriptions fewer, since a group is in memory as it is written
    _GROUP = 20_000
    _TEXTS = 4_000

    def __init__(self, file: Path, columns: Sequence[str]) -> None:
        """Open the file. Raises UserError if pyarrow is not installed."""
        self._arrow, parquet = _pyarrow()
        kinds = [kind(name, _view(file)) for name in columns]
        types = [(name, self._type(of)) for name, of in zip(columns, kinds, strict=True)]
        self._schema = self._arrow.schema(types)
        self._file = parquet.ParquetWriter(file, self._schema, compression="zstd")
        self._converts = [
            None if of == "text" else reader(name, _view(file))
            for name, of in zip(columns, kinds, strict=True)
        ]
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
        columns = _by_column(self._rows, self._converts)
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


def _view(file: Path) -> str:
    return file.name.partition(".")[0]


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
