"""The demo's board and what happens on it: an employer that does not exist, written by hand.

One posting lives a whole life: it opens, moves, is paid more, closes and comes back. Another
changes in ways that no reader sees, and nobody is told.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

TOKEN = "examplelabs"  # a board's name  # noqa: S105
BOARD = f"greenhouse:{TOKEN}"
COMPANY = "Example Labs"
HERO = 4100101  # the posting whose life is told
POSTING = f"{BOARD}:{HERO}"

CONFIGURATION = """\
# Written by `rolewatch demo`. Its board was served from this machine and is gone: ask the history, a new check fails.

[database]
url = "sqlite:///rolewatch.db"

[ats.greenhouse]
api_url = "{api_url}"
delay = "0ms"

[[boards]]
board = "greenhouse:examplelabs"
company = "Example Labs"

[[rules]]
name = "research-engineer"
any = ["research engineer"]
notify = ["console"]
"""


@dataclass(frozen=True, slots=True)
class Scene:
    """One step: what a person is told, and what the board lists by then."""

    headline: str
    words: str
    jobs: list[dict[str, Any]]


def jobs(now: datetime) -> list[dict[str, Any]]:
    """The postings as Greenhouse's Job Board API lists them; the one whose life is told is the first."""
    written = msgspec.json.decode(Path(__file__).with_name("jobs.json").read_bytes())
    return [_job(job, now) for job in written]


def _job(job: dict[str, Any], now: datetime) -> dict[str, Any]:
    deadline = now + timedelta(days=12)
    text = "".join(f"<p>{paragraph}</p>" for paragraph in job["content"])
    published = (now - timedelta(days=3)).replace(microsecond=0).isoformat()
    return {
        "id": job["id"],
        "internal_job_id": job["id"] - 1_000_000,
        "title": job["title"],
        "absolute_url": f"https://careers.example.org/jobs/{job['id']}",
        "location": {"name": job["location"]},
        "departments": [{"id": 1, "name": job["department"], "child_ids": [], "parent_id": None}],
        "offices": [],
        "metadata": None,
        "requisition_id": f"EX-{job['id'] % 1000}",
        "company_name": COMPANY,
        "first_published": published,
        "updated_at": published,
        "pay_input_ranges": [_range(*job["pay"])] if "pay" in job else [],
        "content": html.escape(
            text.replace("{deadline}", f"{deadline:%A} {deadline.day} {deadline:%B %Y}")
        ),
    }


def _range(lowest: int, highest: int, currency: str) -> dict[str, Any]:
    return {
        "min_cents": lowest * 100,
        "max_cents": highest * 100,
        "currency_type": currency,
        "title": "Annual salary",
        "blurb": "",
    }


def scenes(now: datetime) -> tuple[Scene, ...]:
    """What happens, in order; the first scene is the board's first look."""
    hero, *others = jobs(now)
    moved = hero | {"location": {"name": "London, UK; Zurich, Switzerland"}}
    paid = moved | {"pay_input_ranges": [_range(112_000, 145_000, "GBP")]}
    later = (now + timedelta(minutes=1)).replace(microsecond=0).isoformat()
    touched = [job | {"updated_at": later} for job in reversed([paid, *others])]
    return (
        Scene(
            "The first look",
            "A board's first snapshot is its baseline: kept whole, told in one summary.",
            others,
        ),
        Scene("A role opens", f"“{hero['title']}” appears on the board.", [hero, *others]),
        Scene("Its place changes", "It can now be done from Zurich too.", [moved, *others]),
        Scene("Its pay changes", "The range goes up.", [paid, *others]),
        Scene(
            "Nothing that a reader sees changes",
            "Every job is touched and their order is another: nobody is told.",
            touched,
        ),
        Scene("It closes", "The list lacks it, and asked for it alone the board says 404.", others),
        Scene("It comes back", "The same posting is listed again.", [paid, *others]),
    )
