"""One result of `doctor` or `slack setup`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import typer

from monitor.text.values import clean


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one test."""

    subject: str  # "database", "slack:#roles", "greenhouse:deepmind"
    ok: bool
    found: str
    remedy: str = ""  # what to do


def print_findings(findings: Sequence[Finding]) -> bool:
    """Print the findings. Return True if all are good."""
    for finding in findings:
        remedy = f" — {finding.remedy}" if finding.remedy else ""
        typer.echo(
            f"{'ok  ' if finding.ok else 'FAIL'}  {finding.subject}: "
            f"{clean(finding.found)}{clean(remedy)}"
        )
    return all(finding.ok for finding in findings)
