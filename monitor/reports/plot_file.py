"""The file of `stats --plot`, checked before anything is counted."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from monitor.errors import UserError

_KINDS = (".png", ".svg")


def check_plot_file(file: Path) -> None:
    """Raise UserError for an unknown file type, a missing folder, or a missing matplotlib."""
    if file.suffix.lower() not in _KINDS:
        raise UserError(f"{file}: a plot is a .png or .svg file")
    if not file.parent.is_dir():
        raise UserError(f"there is no folder {file.parent} for the plot")
    try:
        found = find_spec("matplotlib")  # an extra
    except ValueError:  # its import was forbidden
        found = None
    if found is None:
        raise UserError("plots need the extra `plot`: pip install 'rolewatch[plot]'")
