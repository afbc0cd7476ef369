"""Hand-made postings and snapshots: a board without a server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from crawler.items import Posting, Probe, Sighting, Snapshot, Unreadable

BOARD = "greenhouse:examplelabs"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

_PLAIN = Posting(
    key="1",
    title="Research Engineer",
    url="https://job-boards.greenhouse.io/examplelabs/jobs/1",
    location="London, UK",
    locations=("London, UK",),
    department="Research",
    employment_type="",
    workplace=None,
    pay=None,
    deadline=None,
    description="We look for an engineer.\n\nYou will build things.",
    company="Example Labs",
    requisition=None,
    internal_job=None,
    first_published=None,
    updated_at=None,
)


def posting(key: str = "1", **fields: Any) -> Posting:  # any field of a posting
    """Return a posting with default fields and these."""
    url = f"https://job-boards.greenhouse.io/examplelabs/jobs/{key}"
    return replace(_PLAIN, **({"key": key, "url": url} | fields))


def postings(count: int) -> list[Posting]:
    """Return that many postings, each with its own key and title."""
    return [
        posting(str(number), title=f"Research Engineer, Team {number}")
        for number in range(1, count + 1)
    ]


def sighting(seen: Posting, raw: bytes | None = None) -> Sighting:
    """Return the posting as a list has it; another `raw` is a changed raw job."""
    raw = raw or repr(seen).encode()
    return Sighting(seen.key, sha256(raw).hexdigest(), raw, lambda _raw: seen, lambda kept: kept)


def unreadable(key: str, raw: bytes = b"{}") -> Sighting:
    """Return a listed job that cannot be read."""

    def refuse(_raw: bytes) -> Posting:
        raise Unreadable("no title")

    return Sighting(key, sha256(raw).hexdigest(), raw, refuse, lambda kept: kept)


# any field of a snapshot
def snapshot(
    seen: Iterable[Posting | Sighting], probes: Mapping[str, Probe] | None = None, **more: Any
) -> Snapshot:
    """Return a snapshot of the board with these."""
    sightings = tuple(one if isinstance(one, Sighting) else sighting(one) for one in seen)
    return Snapshot(BOARD, sightings, probes=dict(probes or {}), company="Example Labs", **more)
