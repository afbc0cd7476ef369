"""Help in sections: commands and options under their `rich_help_panel`, in plain text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from typer.core import TyperCommand

START, BROWSE, ALERTS, ANALYZE, OPERATE = (
    "Start",
    "Browse roles",
    "Rules and alerts",
    "Analyze and export",
    "Operate",
)
_ORDER = (START, BROWSE, ALERTS, ANALYZE, OPERATE)
Record = tuple[str, str]  # a command or an option, and what it does


# Typer's own
def write(formatter: Any, records: Iterable[tuple[str | None, Record]], rest: str) -> None:  # noqa: ANN401
    """Write each heading with its records, in order. `rest` is the heading of the others."""
    sections: dict[str, list[Record]] = {heading: [] for heading in _ORDER}
    for heading, record in records:
        sections.setdefault(heading or rest, []).append(record)
    width = max((len(name) for section in sections.values() for name, _ in section), default=0)
    for heading, section in (
        (heading, section) for heading, section in sections.items() if section
    ):
        with formatter.section(heading):
            formatter.write_dl([(f"{name:<{width}}", words) for name, words in section])


class Sectioned(TyperCommand):
    """A command whose options have headings."""

    def format_options(self, ctx: Any, formatter: Any) -> None:  # Typer's own  # noqa: ANN401
        records = (
            (getattr(each, "rich_help_panel", None), each.get_help_record(ctx))
            for each in self.get_params(ctx)
        )
        write(formatter, ((heading, record) for heading, record in records if record), "Options")
