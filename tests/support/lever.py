"""Raw jobs in the shape of Lever's postings API, written by hand, and a local server of it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from monitor.demo.board_server import Answer, BoardServer, SeenRequest, packed

API = "/v0/postings/"
NOT_FOUND = b'{"ok":false,"error":"Document not found"}'


def key(number: int) -> str:
    """Return the id of a job."""
    return f"00000000-0000-4000-8000-{number:012}"


def job(number: int = 1, title: str = "Research Engineer", **fields: Any) -> dict[str, Any]:
    """Return a job as the API lists it, with any field replaced."""
    url = f"https://jobs.lever.co/ExampleLabs/{key(number)}"
    plain = {
        "id": key(number),
        "text": title,
        "categories": {
            "commitment": "Full-time",
            "department": "Research",
            "location": "London",
            "team": "Models",
            "allLocations": ["London"],
        },
        "country": "GB",
        "workplaceType": "unspecified",
        "createdAt": 1_785_574_800_000,
        "description": "<div>Build &amp; test models.</div>",
        "descriptionPlain": "Build & test models.",
        "lists": [],
        "additional": "",
        "additionalPlain": "",
        "hostedUrl": url,
        "applyUrl": f"{url}/apply",
    }
    return plain | fields


class LeverServer(BoardServer):
    """One host of Lever. `troubles` go by the path of the address."""

    def __init__(self) -> None:
        super().__init__()
        self.sites: dict[str, list[Any]] = {}

    def _answer(self, seen: SeenRequest) -> Answer:
        address = urlsplit(seen.target)
        jobs = self.sites.get(unquote(address.path).removeprefix(API))
        if jobs is None:
            return Answer(404, _headers(NOT_FOUND), NOT_FOUND)
        query = parse_qs(address.query)
        skip = int(query.get("skip", ["0"])[0])
        limit = int(query.get("limit", ["1000000"])[0])
        body, etag = packed(json.dumps(jobs[skip : skip + limit]).encode(), zipped=False)
        if seen.headers.get("if-none-match") == etag:
            return Answer(304, {"ETag": etag}, b"")
        return Answer(200, _headers(body) | {"ETag": etag}, body)


def _headers(body: bytes) -> dict[str, str]:
    return {"Content-Type": "application/json", "Content-Length": str(len(body))}
