"""Any address of a board or a posting ↔ `ats:token` and `ats:token:key`, and the employers that are known by name."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import parse_qs, urlsplit

from crawler.ats import supported

_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_NAMED = re.compile(rf"([a-z]+)(:{_TOKEN.pattern}){{1,2}}")  # as a board or posting of an ats, known or not
_PAGES = {
    "greenhouse": "https://job-boards.greenhouse.io/{}",
    "lever": "https://jobs.lever.co/{}",
    "ashby": "https://jobs.ashbyhq.com/{}",
    "google": "https://www.google.com/about/careers/applications/jobs/results/?company={}",
    "smartrecruiters": "https://careers.smartrecruiters.com/{}",
    "workable": "https://apply.workable.com/{}",
    "recruitee": "https://{}.recruitee.com",
    "personio": "https://{}.jobs.personio.com",
}
_PATH_HOSTS = {  # hosts whose first step is the token
    "jobs.lever.co": "lever",
    "jobs.eu.lever.co": "lever",
    "jobs.ashbyhq.com": "ashby",
    "careers.smartrecruiters.com": "smartrecruiters",
    "jobs.smartrecruiters.com": "smartrecruiters",
    "apply.workable.com": "workable",
}
_GREENHOUSE_PAGES = {"boards.greenhouse.io", "job-boards.greenhouse.io", "boards.eu.greenhouse.io", "job-boards.eu.greenhouse.io"}
_NO_TOKENS = {"embed"}  # a step of the embeds' own addresses, taken for a board by whoever reads them carelessly
_ACCEPTED = "expected ats:token such as greenhouse:deepmind, or an address such as https://job-boards.greenhouse.io/deepmind"
_LINK = re.compile(r"""(?:https?:)?//[^\s"'<>\\]+""")


@dataclass(frozen=True, slots=True)
class Address:
    """A board, or one posting of it where `key` is given."""

    ats: str
    token: str
    key: str | None = None

    @property
    def board(self) -> str:
        """Such as "greenhouse:deepmind"."""
        return f"{self.ats}:{self.token}"

    @property
    def posting(self) -> str | None:
        """Such as "greenhouse:deepmind:5938712", None for a board."""
        return f"{self.board}:{self.key}" if self.key else None

    @property
    def url(self) -> str:
        """The board's page for people."""
        return board_url(self.ats, self.token)


def parse(text: str) -> Address:
    """The board or posting of `ats:token`, `ats:token:key`, or a URL of a board, a job or an embed.

    Raises ValueError with one clear line.
    """
    written = text.strip()
    ats, *rest = written.split(":")
    ats = ats.lower()
    if ats in _PAGES and 1 <= len(rest) <= 2 and not rest[0].startswith("//"):  # noqa: PLR2004  # a token, and a key perhaps
        return _checked(text, ats, *rest)
    if _NAMED.fullmatch(":".join((ats, *rest))):
        raise ValueError(f"{_short(text)} is no board that rolewatch knows: {ats} is no ats; allowed: {', '.join(sorted(supported()))}")
    try:
        parts = urlsplit(written if "//" in written else f"https://{written}")
        host, query = (parts.hostname or "").lower(), parse_qs(parts.query)
    except ValueError as error:
        raise ValueError(f"{_short(text)} is no address: {_ACCEPTED}") from error
    if parts.scheme not in {"http", "https"}:
        raise ValueError(f"{_short(text)} is no board: {_ACCEPTED}")
    steps = [step for step in parts.path.split("/") if step]
    found = _greenhouse(host, steps, query) or _google(host, query) or _elsewhere(host, steps)
    if found:
        return _checked(text, *found)
    if "gh_jid" in query:
        raise ValueError(
            f"{_short(text)} is a Greenhouse job on the employer's own site that does not name its board: give greenhouse:TOKEN"
        )
    raise ValueError(f"{_short(text)} is no board that rolewatch knows: {_ACCEPTED}")


def _checked(text: str, ats: str, token: str, key: str | None = None) -> Address:
    if not _TOKEN.fullmatch(token) or token in _NO_TOKENS or (key is not None and not _TOKEN.fullmatch(key)):
        raise ValueError(f"{_short(text)} names no board: {_ACCEPTED}")
    return Address(ats, token, key)


def _greenhouse(host: str, steps: list[str], query: Mapping[str, list[str]]) -> tuple[str, ...] | None:
    """https://developers.greenhouse.io/job-board.html; EU pages are served by the same API."""
    if host == "boards-api.greenhouse.io" and steps[:2] == ["v1", "boards"] and len(steps) > 2:  # noqa: PLR2004  # v1, boards
        return ("greenhouse", steps[2], *_key(steps[3:]))
    if host not in _GREENHOUSE_PAGES or not steps:
        return None
    if steps[0] == "embed":
        token = query.get("for", [""])[0]
        return ("greenhouse", token, *query.get("token", [])[:1]) if token else None
    return ("greenhouse", steps[0], *_key(steps[1:]))


def _key(steps: list[str]) -> tuple[str, ...]:
    return (steps[1],) if len(steps) > 1 and steps[0] == "jobs" else ()


def _google(host: str, query: Mapping[str, list[str]]) -> tuple[str, str] | None:
    """A brand's page: https://www.google.com/about/careers/applications/jobs/results/?company=DeepMind"""
    brand = query.get("company", [""])[0]
    return ("google", brand.lower()) if host == "www.google.com" and brand else None


def _elsewhere(host: str, steps: list[str]) -> tuple[str, ...] | None:
    if host in _PATH_HOSTS and steps:
        ats = _PATH_HOSTS[host]
        return (ats, steps[0], *steps[1:2]) if ats in {"lever", "ashby"} else (ats, steps[0])
    for ending, ats in ((".recruitee.com", "recruitee"), (".jobs.personio.com", "personio"), (".jobs.personio.de", "personio")):
        if host.endswith(ending):
            return (ats, host.removesuffix(ending))
    return None


def _short(text: str) -> str:
    return ascii(text if len(text) <= 80 else text[:80] + "…")  # noqa: PLR2004  # a line's worth


def board_url(ats: str, token: str) -> str:
    """The page of a board for people; "" for an ats that is not known."""
    return _PAGES.get(ats, "").format(token)


def discover(html: str) -> tuple[str, ...]:
    """The boards that a careers page links to or embeds, in its order."""
    found: dict[str, None] = {}
    for link in _LINK.findall(html.replace("&amp;", "&").replace("\\/", "/")):
        try:
            found.setdefault(parse(link if link.startswith("http") else f"https:{link}").board)
        except ValueError:
            continue
    return tuple(found)


@cache
def directory() -> Mapping[str, str]:
    """The employer's name of each known board."""
    lines = files("crawler").joinpath("directory.csv").read_text(encoding="utf-8").splitlines()
    return {row["board"]: row["company"] for row in csv.DictReader(lines)}


def where_now(board: str) -> str | None:
    """The live board of an employer whose board is known as a former one; None where the directory knows no other that can be read.

    The directory lists an employer's live board before its former ones.
    """
    company = directory().get(board)
    live = next((other for other, name in directory().items() if name == company), None)
    return live if live and live != board and live.split(":")[0] in supported() else None


def find(name: str) -> list[tuple[str, str]]:
    """The known boards (board, company) whose employer or token has this in its name; an exact one first."""
    wanted = name.casefold().strip()
    hits = [(board, company) for board, company in directory().items() if wanted in company.casefold() or wanted in board.casefold()]
    return sorted(hits, key=lambda hit: (wanted not in {hit[1].casefold(), hit[0].split(":")[1].casefold()}, hit[1].casefold()))
