"""Files of rows as CSV, JSON lines or Parquet."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from monitor.database.engine import iso
from monitor.errors import UserError
from monitor.queries.view_tables import Kind, kind

Batch = Sequence[Sequence[object]]


class RowFile(Protocol):
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


ROW_FILES: dict[str, Callable[[Path, Sequence[str]], RowFile]] = {
    "parquet": ParquetFile,
    "csv": CsvFile,
    "jsonl": JsonLinesFile,
}
