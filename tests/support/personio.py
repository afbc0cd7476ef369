"""Personio's feed and page in the shape of their answers, written by hand, and a server of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from typing import Any

from tests.support.ats_server import NOT_FOUND, AtsServer, Reply

BOARD = "personio:examplelabs"
FEED = "/examplelabs/xml"
AWAY = Reply(b"", 307, {"Location": "https://www.personio.com/"})
MISSION = ("Your mission", "<p>Build &amp; test models.</p>")
CONTACT = ("CONTACT_PERSON", "<p>Ann Example, ann@example.org</p>")
PAGE = "<!DOCTYPE html><html><body><script>self.__next_f.push([1,{}])</script></body></html>"


def job(number: int = 1, *texts: tuple[str, str], **fields: str | None) -> dict[str, Any]:
    """Return a position with these texts, and with any field replaced; None leaves it out."""
    plain: dict[str, Any] = {
        "id": str(number),
        "subcompany": "Example Labs GmbH",
        "office": "Berlin",
        "department": "Research",
        "recruitingCategory": "Engineering",
        "name": "Research Engineer (m/w/d)",
        "employmentType": "permanent",
        "schedule": "full-time",
        "createdAt": "2026-11-04T08:40:52+00:00",
    }
    return plain | fields | {"texts": texts}


def feed(jobs: Sequence[dict[str, Any]]) -> bytes:
    """Return the feed of these positions."""
    positions = "".join(f"<position>{_position(each)}</position>" for each in jobs)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<workzag-jobs>{positions}</workzag-jobs>'.encode()
    )


def _position(job: dict[str, Any]) -> str:
    texts = "".join(
        f"<jobDescription><name>{name}</name><value>\n<![CDATA[{text}]]>\n</value></jobDescription>"
        for name, text in job["texts"]
    )
    fields = "".join(
        f"<{name}>{value if value.startswith('<') else escape(value)}</{name}>"
        for name, value in job.items()
        if name != "texts" and value is not None
    )
    return f"{fields}<jobDescriptions>{texts}</jobDescriptions>"


def page(jobs: Sequence[dict[str, Any]], label: str = "examplelabs", language: str = "fr") -> bytes:
    """Return the board's page, whose data stand in two pieces of a script."""
    rows = [
        {
            "id": each["id"],
            "name": each["name"],
            "main_office": each["office"],
            "additional_offices": ["Zürich"],
            "department": each["department"],
            "employment_type": "Festanstellung",
            "employment_type_slug": "permanent",
            "schedule_slug": "full-time",
            "published_at": "2026-11-09T22:53:10Z",
            "default_locale": language,
        }
        for each in jobs
    ]
    data = f'["$","$L15",null,{{"jobs":{json.dumps(rows)},"subdomain":"{label}","t":{{}}}}]'
    half = len(data) // 2
    pieces = "])</script><script>self.__next_f.push([1,".join(
        json.dumps(piece) for piece in (data[:half], data[half:])
    )
    return PAGE.replace("{}", pieces).encode()


class PersonioServer(AtsServer):
    """One board. Every other label is sent to the vendor's site."""

    def __init__(self, *jobs: dict[str, Any]) -> None:
        super().__init__()
        self.feeds: dict[str, list[dict[str, Any]] | Reply] = {"": list(jobs)}  # by language
        self.page: bytes | Reply = NOT_FOUND

    def reply(self, path: str, query: dict[str, str], sent: Any) -> Reply:  # noqa: ARG002  # no post
        if path == "/examplelabs/":
            return self.page if isinstance(self.page, Reply) else Reply(self.page)
        if path != FEED:
            return AWAY
        found = self.feeds.get(query.get("language", ""), self.feeds[""])
        return found if isinstance(found, Reply) else Reply(feed(found))

    def languages(self) -> list[str]:
        """Return the languages of the feeds that were asked for, in turn; "" for none."""
        return [path.partition("?language=")[2] for path in self.paths() if path.startswith(FEED)]
