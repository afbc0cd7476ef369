"""The demo's board, written by hand, and the scenes that change it.

One posting opens, changes its location and pay, closes and reopens. One scene changes only what no
reader sees, and sends no alert.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

TOKEN = "examplelabs"  # noqa: S105  # the name of a board, not a secret
BOARD = f"greenhouse:{TOKEN}"
COMPANY = "Example Labs"
HERO = 4100101  # the posting that all scenes are about
POSTING = f"{BOARD}:{HERO}"

CONFIGURATION = """\
# Written by `rolewatch demo`. The demo served its board on this machine, so a new check fails.
# Commands that read the history work.

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
    """One step of the demo: a text for the screen, and the jobs that the board then lists."""

    headline: str
    text: str
    jobs: list[dict[str, Any]]


def jobs(now: datetime) -> list[dict[str, Any]]:
    """Return the jobs as Greenhouse's Job Board API lists them, the main one first."""
    templates = msgspec.json.decode(Path(__file__).with_name("jobs.json").read_bytes())
    return [_job(job, now) for job in templates]


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
    """Return the scenes in order. The first one is the baseline."""
    hero, *others = jobs(now)
    moved = hero | {"location": {"name": "London, UK; Zurich, Switzerland"}}
    paid = moved | {"pay_input_ranges": [_range(112_000, 145_000, "GBP")]}
    later = (now + timedelta(minutes=1)).replace(microsecond=0).isoformat()
    touched = [job | {"updated_at": later} for job in reversed([paid, *others])]
    return (
        Scene(
            "The first check",
            "A board's first snapshot is its baseline: one summary, no alerts.",
            others,
        ),
        Scene("A role opens", f"“{hero['title']}” appears on the board.", [hero, *others]),
        Scene("Its location changes", "Zurich is added.", [moved, *others]),
        Scene("Its pay changes", "The range goes up.", [paid, *others]),
        Scene(
            "Only invisible fields change",
            "Every job is updated and the order changes: no alerts.",
            touched,
        ),
        Scene("It closes", "The list lacks it, and its own page answers 404.", others),
        Scene("It comes back", "The same posting is listed again.", [paid, *others]),
    )
