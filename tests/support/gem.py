"""Gem's job board API in the shape of its answers, written by hand, and a server of it."""

from __future__ import annotations

from typing import Any

from tests.support.ats_server import NOT_FOUND, AtsServer, Reply

BOARD = "gem:ExampleLabs"
LIST = "/job_board/v0/ExampleLabs/job_posts/"


def key(number: int = 1) -> str:
    """Return the key of a posting. Keys differ in case only, as they may."""
    return f"am9icG9zdDp_Example-{'aA'[number % 2]}{(number + 1) // 2}"


def job(number: int = 1, title: str = "Research Engineer", **fields: Any) -> dict[str, Any]:
    """Return a job of the list, with any field replaced."""
    plain = {
        "id": key(number),
        "internal_job_id": f"am9iOExample{number}",
        "requisition_id": f"R{number}",
        "title": title,
        "content": "<p>Build &amp; test models &lt;quickly&gt;.</p>",
        "content_plain": "Build & test models <quickly>.",
        "absolute_url": f"https://jobs.gem.com/ExampleLabs/{key(number)}",
        "departments": [{"id": "7", "name": "Research", "parent_id": None, "child_ids": []}],
        "offices": [],
        "location": {"name": "London, United Kingdom"},
        "location_type": "hybrid",
        "employment_type": "full_time",
        "created_at": "2026-11-18T10:00:00.000Z",
        "first_published_at": "2026-11-20T10:00:00.000Z",
        "updated_at": "2026-11-21T10:00:00.000Z",
    }
    return plain | fields


class GemServer(AtsServer):
    """One board."""

    def __init__(self, jobs: int = 0) -> None:
        super().__init__()
        self.jobs = [job(number) for number in range(1, jobs + 1)]

    def reply(self, path: str, query: dict[str, str], sent: Any) -> Reply:  # noqa: ARG002  # a GET
        return Reply(self.jobs) if path == LIST else NOT_FOUND
