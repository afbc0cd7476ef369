"""Export the views as files of Parquet, CSV or JSON lines, one file a view.

All files show the same moment. Rows stream from a cursor to disk, so that memory does not grow with
their number. The files get their final names when all of them are complete; otherwise none does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Engine, text

from monitor.database.engine import read_transaction
from monitor.database.views import VIEWS
from monitor.errors import UserError
from monitor.reports.export_files import WRITERS, Batch

_AT_ONCE = 2_000  # rows in memory: of descriptions, some 20 MB


class Rows(NamedTuple):
    """A view's columns, and its rows in batches without an order: sorting would need more disk."""

    columns: tuple[str, ...]
    batches: Iterator[Batch]


def view_rows(connection: Connection, view: str) -> Rows:
    """Return all rows of a view, as the database gives them."""
    # our own names
    result = connection.execution_options(yield_per=_AT_ONCE).execute(text(f"SELECT * FROM {view}"))  # noqa: S608
    # with a size: SQLAlchemy ignores `yield_per` for a text, and returns the whole view at once
    return Rows(tuple(result.keys()), result.partitions(_AT_ONCE))


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
    part.touch(mode=0o600)  # it says which roles a person wants, as the database does
    with closing(WRITERS[part.suffixes[-2].removeprefix(".")](part, columns)) as file:
        for batch in batches:
            file.write(batch)
            count += len(batch)
            progress(view, count)
    return count
