"""Cases of reading with the right values, read by the Greenhouse spider or a rule, and scored.

A case is a row of a TSV: id, kind, input, context (JSON), right (JSON), and maybe why. A list in
`right` means that any of its values is right.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from crawler.items import Posting
from crawler.spiders.greenhouse import GreenhouseSpider
from monitor.config.model import Rule
from monitor.rules.matcher import Candidate, Matcher

Score = Literal["exact", "unknown", "false"]


@dataclass(frozen=True, slots=True)
class Case:
    id: str
    kind: str
    input: str
    context: Mapping[str, Any]
    right: Any


@dataclass(frozen=True, slots=True)
class Result:
    case: Case
    read: Any
    score: Score


def load(path: Path) -> list[Case]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        Case(
            row["id"],
            row["kind"],
            row["input"],
            json.loads(row["context"] or "{}"),
            json.loads(row["right"]),
        )
        for row in rows
    ]


def run(cases: Iterable[Case]) -> list[Result]:
    return [_scored(case) for case in cases]


def table(results: Iterable[Result]) -> str:
    """Exact, unknown and false by kind, as lines of a Markdown table."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: {"exact": 0, "unknown": 0, "false": 0})
    for result in results:
        for kind in (result.case.kind, "all"):
            counts[kind][result.score] += 1
    counts["all"] = counts.pop("all")
    rows = [
        f"| {kind} | {sum(count.values())}"
        f" | {count['exact']} | {count['unknown']} | {count['false']} |"
        for kind, count in counts.items()
    ]
    return "\n".join(["| kind | cases | exact | unknown | false |", "|---|---|---|---|---|", *rows])


def _scored(case: Case) -> Result:
    family = case.kind.split(" ", maxsplit=1)[0]
    if family in {"title", "location"}:
        fits = _fits(case)
        return Result(case, {"fits": fits}, "exact" if fits == case.right["fits"] else "false")
    posting = _posting(case)
    if family == "pay":
        return _pay(case, posting)
    if family == "deadline":
        return _deadline(case, posting)
    if family == "places":
        return Result(
            case,
            posting.locations,
            "exact" if list(posting.locations) == case.right["places"] else "false",
        )
    return Result(case, posting.workplace, _score_value(posting.workplace, case.right["workplace"]))


def _posting(case: Case) -> Posting:
    is_place = case.kind in {"workplace", "places"}
    text = case.context.get("text", "") if is_place else case.input
    job = {
        "id": 1,
        "title": "Engineer",
        "absolute_url": "https://example.org/1",
        "location": {"name": case.input if is_place else case.context.get("place", "")},
        "content": escape(f"<p>{escape(text, quote=False)}</p>"),
        "first_published": case.context.get("published", "2026-12-01T10:00:00-05:00"),
    }
    return GreenhouseSpider.read(json.dumps(job | case.context.get("fields", {})).encode())


def _fits(case: Case) -> bool:
    wanted = case.right
    if case.kind == "location rule":
        posting = _posting(Case(case.id, "places", case.input, {}, None))
        rule = Rule("case", any=("engineer",), locations=(wanted["rule"],))
        candidate = Candidate(
            "greenhouse:x",
            "x",
            "Engineer",
            location=case.input,
            locations=posting.locations,
            workplace=posting.workplace,
        )
    else:
        rule = Rule("case", any=(wanted["phrase"],), none=tuple(wanted.get("none", ())))
        candidate = Candidate("greenhouse:x", "x", case.input)
    return Matcher(rule).explain(candidate).fits


def _score_value(read: object, right: object) -> Score:
    if _is_one_of(read, right):
        return "exact"
    return "unknown" if read is None else "false"


def _is_one_of(read: object, right: object) -> bool:
    return read in right if isinstance(right, list) else read == right


def _pay(case: Case, posting: Posting) -> Result:
    pay = posting.pay
    read = (
        None
        if pay is None
        else {
            "min": pay.minimum,
            "max": pay.maximum,
            "currency": pay.currency,
            "period": pay.period,
        }
    )
    if read is not None and not any(read.values()):
        read = None
    rights = case.right if isinstance(case.right, list) else [case.right]
    return Result(
        case,
        read,
        min((_score_pay(read, right) for right in rights), key=("exact", "unknown", "false").index),
    )


def _score_pay(read: dict[str, Any] | None, right: dict[str, Any] | None) -> Score:
    if read is None or right is None:
        return "exact" if read == right else "unknown" if read is None else "false"
    scores = {_score_value(read[name], right[name]) for name in read}
    return next(score for score in ("false", "unknown", "exact") if score in scores)


def _deadline(case: Case, posting: Posting) -> Result:
    at = posting.deadline.at if posting.deadline else None
    if case.right is None:
        return Result(case, posting.deadline, "exact" if at is None else "false")
    return Result(case, posting.deadline, _score_value(at, _instant(case.right)))


def _instant(right: Mapping[str, str]) -> datetime:
    """Return the expected instant: the given one, or the end of the given day in its zone."""
    if "tz" not in right:
        return datetime.fromisoformat(right["at"]).astimezone(UTC)
    return (
        datetime.fromisoformat(f"{right['at']}T23:59:59")
        .replace(tzinfo=ZoneInfo(right["tz"]))
        .astimezone(UTC)
    )
