"""Pinpoint's feed in the shape of its answers, written by hand, and a server of one board."""

from __future__ import annotations

from typing import Any

from tests.support.ats_server import AtsServer, Reply

BOARD = "pinpoint:examplelabs"
SITE = "https://examplelabs.pinpointhq.com"
FEED = "/examplelabs/postings.json"
AWAY = Reply(b"", 302, {"Location": "https://www.pinpointhq.com/"})


def key(number: int) -> str:
    """Return the UUID of a posting."""
    return f"00000000-0000-4000-8000-{number:012}"


def job(number: int = 1, title: str = "Research Engineer ", **fields: Any) -> dict[str, Any]:
    """Return a posting of the feed, with any field replaced."""
    plain = {
        "id": str(500_000 + number),
        "title": title,
        "url": f"{SITE}/en/postings/{key(number)}",
        "path": f"/en/postings/{key(number)}",
        "description": "<div><!--block-->Build &amp; test models.</div>",
        "key_responsibilities_header": "You Will ",
        "key_responsibilities": "<ul><li><!--block-->Train&nbsp;models</li></ul>",
        "skills_knowledge_expertise_header": "You Have",
        "skills_knowledge_expertise": "",
        "benefits_header": "We Offer ",
        "benefits": None,
        "employment_type": "permanent_full_time",
        "employment_type_text": "Permanent - Full Time",
        "workplace_type": "hybrid",
        "workplace_type_text": "Hybrid",
        "compensation": "£80,000 - £100,000 / year",
        "compensation_minimum": 80_000.0,
        "compensation_maximum": 100_000.0,
        "compensation_currency": "GBP",
        "compensation_frequency": "year",
        "compensation_visible": True,
        "deadline_at": "2026-12-31T23:59:59+00:00",
        "reporting_to": "Ann Example",
        "location": place("London", "England"),
        "job": {
            "id": str(600_000 + number),
            "requisition_id": f"PIN-{number}",
            "department": {"id": "1", "name": "Research"},
            "division": None,
        },
    }
    return plain | fields


def place(city: str | None = "", province: str | None = "", name: str = "HQ ") -> dict[str, Any]:
    """Return the place of a posting."""
    return {"id": "1", "city": city, "name": name, "postal_code": "", "province": province}


class PinpointServer(AtsServer):
    """One board. Every other label is sent to the marketing site."""

    def __init__(self, jobs: int = 0) -> None:
        super().__init__()
        self.jobs = [job(number) for number in range(1, jobs + 1)]

    def reply(self, path: str, query: dict[str, str], sent: Any) -> Reply:  # noqa: ARG002  # neither
        return Reply({"data": self.jobs}) if path == FEED else AWAY
