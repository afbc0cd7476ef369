"""A folder of files, one a view: all of them whole under their final names, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from monitor.db import reading
from monitor.errors import UserError
from monitor.export.files import WRITERS
from monitor.export.rows import view_rows
from monitor.views import VIEWS

_PART = ".part"  # after the name of a file that is being written

Progress = Callable[[str, int], None]  # the view, and its rows so far


class Exported(NamedTuple):
    """A view's file and how many rows it has."""

    view: str
    rows: int
    file: Path


def export(engine: Engine, folder: Path, form: str, progress: Progress = lambda _view, _rows: None) -> list[Exported]:
    """Writes every view into `folder`, which is made when it is not there. Raises UserError rather than replace a file."""
    _make(folder)
    files = {view: folder / f"{view}.{form}" for view in VIEWS}
    _refuse_present(files.values())
    with _parts(files.values()), reading(engine) as connection:
        exported = [Exported(view, _write(connection, view, _part(file), progress), file) for view, file in files.items()]
        _refuse_present(files.values())
        for file in files.values():
            _part(file).rename(file)
    return exported


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
    """What is half written does not stay, whatever ended the writing."""
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
