"""The results of a round as `check` prints them: a line for each board, then its changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.text import Text

from monitor.cli.output import Format, emit
from monitor.text.values import clean, field_value, shortened

if TYPE_CHECKING:
    from rich.console import Console

    from monitor.rounds.report import BoardReport, ChangeReport

_COLUMNS = (
    "board",
    "company",
    "result",
    "status",
    "seen",
    "opened",
    "revised",
    "closed",
    "reopened",
    "unreadable",
    "collapsed",
    "seconds",
    "reason",
)
_LONGEST = 120  # characters of an old or new value
_STYLES = {"opened": "green", "reopened": "green", "closed": "red", "revised": "yellow"}


def show(reports: Sequence[BoardReport], fmt: Format, console: Console) -> None:
    """Print the reports. In JSON each board has its `changes`.

    While the network is away one line says so.
    """
    if (
        fmt is Format.TABLE
        and len(reports) > 1
        and all(_is_unreached(report) for report in reports)
    ):
        console.print(_offline(reports), soft_wrap=True)
        return
    if fmt is Format.TABLE:
        width = max((len(report.board) for report in reports), default=0)
        for report in reports:
            console.print(line(report, width), soft_wrap=True)
        for report in reports:
            for change in _changes(report):
                console.print(change, soft_wrap=True)
        return
    rows = [asdict(report) | {"collapsed": report.collapsed} for report in reports]
    columns = (*_COLUMNS, "changes") if fmt is Format.JSON else _COLUMNS
    emit(rows, columns, fmt, console)


def line(report: BoardReport, width: int = 0) -> Text:
    """Return `greenhouse:deepmind 57 seen · 2 opened · 1 revised · 0 closed 0.4 s`.

    The name takes at least `width` characters.
    """
    text = Text(f"{report.board:<{width}}  ")
    if report.result == "failure":
        text.append(f"FAILED {clean(report.reason or '')}", style="bold red")
    elif report.result == "held":
        return text.append(f"not asked: {clean(report.reason or '')}", style="yellow")
    elif report.collapsed:
        text.append(clean(report.reason or ""), style="yellow").append(f" · {_counts(report)}")
    else:
        text.append(_counts(report))
        if report.reason:  # what this check could not see
            text.append(f" · {clean(report.reason)}", style="yellow")
    return text.append(f"  {report.seconds:.1f} s", style="dim")


def _is_unreached(report: BoardReport) -> bool:
    from monitor.rounds.network import says_unreached

    return report.result == "failure" and says_unreached(report.status, report.reason)


def _offline(reports: Sequence[BoardReport]) -> Text:
    """Return one line instead of one for each board if no host answers."""
    said = (
        f"network  FAILED none of {len(reports)} boards can be reached: "
        f"{clean(reports[0].reason or '')}"
    )
    return Text(said, style="bold red").append(
        " — is this machine online? Nothing closes because of it", style="default"
    )


def _counts(report: BoardReport) -> str:
    """Return `57 seen · 2 opened · 1 revised · 0 closed`, or `unchanged` with what happened."""
    happened = {"opened": report.opened, "revised": report.revised, "closed": report.closed}
    rare = {"reopened": report.reopened, "unreadable": report.unreadable}
    if report.result == "unchanged":
        return " · ".join(["unchanged", *_some(happened | rare)])
    return " · ".join(
        [
            f"{report.seen} seen",
            *(f"{count} {word}" for word, count in happened.items()),
            *_some(rare),
        ]
    )


def _some(counts: dict[str, int]) -> list[str]:
    return [f"{count} {word}" for word, count in counts.items() if count]


def _changes(report: BoardReport) -> Iterator[Text]:
    for change in report.changes:
        title = shortened(change.title or change.posting, _LONGEST)
        text = Text(f"  {change.kind:<9} ", style=_STYLES.get(change.kind, ""))
        yield text.append(title, style="default").append(f"  {_what(change)}", style="dim")


def _what(change: ChangeReport) -> str:
    """Return the link, or what was revised. Whole descriptions are shown by `history`."""
    if change.kind != "revised":
        return clean(change.url or "")
    if change.field == "description":
        return f"description edited: rolewatch history {change.posting}"
    old, new = (
        shortened(field_value(change.field or "", value), _LONGEST) if value else "none"
        for value in (change.old, change.new)
    )
    return f"{change.field}: {old} → {new}"
