"""Read web links of boards and postings, and explain the ones that name no board."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qs, quote, unquote, urlsplit

from crawler.links.template import ORACLE, Query, Template
from crawler.links.templates import TEMPLATES
from crawler.registry import supported, title

_MAX_LENGTH = 4000  # characters of a link
_PORTS = {None, 80, 443}
# without ASCII, an i without its dot would match: a host that only resembles that of the ATS
_FLAGS = re.IGNORECASE | re.ASCII
_ENCODED = re.compile("%([2-7][0-9a-f])", _FLAGS)  # RFC 3986, 6.2.2.2: a letter may be encoded
_SHORT = (  # links of a posting without its board: host and path
    ("greenhouse", r"grnh\.se", "/[0-9a-z]+$"),
    ("jobvite", r"app\.jobvite\.com", "/j$"),
    ("smartrecruiters", r"smrtr\.io", "/[0-9a-z_-]+$"),
    ("workable", r"(?:apply|www)\.workable\.com", "/j/[0-9a-z]+$"),
)
_ON_EMPLOYERS_PAGES = {"gh_jid": "greenhouse", "ashby_jid": "ashby"}
_DOMAINS = {
    "adp.com": "adp",
    "amazon.jobs": "amazon",
    "applytojob.com": "jazzhr",
    "ashbyhq.com": "ashby",
    "avature.net": "avature",
    "bamboohr.co.uk": "bamboohr",
    "bamboohr.com": "bamboohr",
    "breezy.hr": "breezy",
    "comeet.co": "comeet",
    "comeet.com": "comeet",
    "dvinci-hr.com": "dvinci",
    "eightfold.ai": "eightfold",
    "gem.com": "gem",
    "greenhouse.io": "greenhouse",
    "icims.com": "icims",
    "jazz.co": "jazzhr",
    "jibeapply.com": "icims",
    "jobvite.com": "jobvite",
    "join.com": "join",
    "lever.co": "lever",
    "myworkdayjobs.com": "workday",
    "myworkdaysite.com": "workday",
    "personio.com": "personio",
    "personio.de": "personio",
    "pinpointhq.com": "pinpoint",
    "recruitee.com": "recruitee",
    "rippling.com": "rippling",
    "smartrecruiters.com": "smartrecruiters",
    "softgarden.de": "softgarden",
    "softgarden.io": "softgarden",
    "successfactors.com": "successfactors",
    "successfactors.eu": "successfactors",
    "taleo.net": "taleo",
    "teamtailor.com": "teamtailor",
    "welcometothejungle.com": "wttj",
    "workable.com": "workable",
}
_ORACLE = re.compile(rf"{ORACLE}$", _FLAGS)


def read_link(text: str) -> tuple[str, str, str | None] | None:
    """Return the ats, token and key of a link as written. None if it names no board.

    Raises ValueError if the text is not a web address.
    """
    host, path, query = _split(text)
    for template in TEMPLATES:
        in_host = re.fullmatch(template.host, host, _FLAGS)
        in_path = in_host and re.match(template.path, path, _FLAGS)
        if in_host and in_path:
            token, key = _token_and_key(template, in_host.groupdict() | in_path.groupdict(), query)
            return (template.ats, token, key) if token else None
    return None


def _token_and_key(
    template: Template, groups: Mapping[str, str | None], query: Query
) -> tuple[str | None, str | None]:
    parts = {
        name: quote(unquote(part, errors="strict"), safe="&")
        for name, part in groups.items()
        if part
    }
    for name, parameter in template.query.items():
        values = {value.strip() for value in query.get(parameter, [])}
        if name not in parts and len(values) == 1:  # several contradict each other
            parts[name] = quote(values.pop(), safe="&")
    key = parts.get("key")
    if callable(template.form):
        return template.form(parts, query), key
    try:
        return template.form.format(**parts), unquote(key) if key else None
    except KeyError:
        return None, None


def why_no_board(text: str) -> str:
    """Return why a known kind of link names no board, and what to give instead. "" for others."""
    host, path, query = _split(text)
    if host.endswith(".greenhouse.io") and query.get("token"):
        return "is a Greenhouse form that does not name its board: give greenhouse:TOKEN"
    for ats, hosts, paths in _SHORT:
        if re.fullmatch(hosts, host, _FLAGS) and re.match(paths, path, _FLAGS):
            return (
                f"is a short link of {title(ats)} that does not name its board: "
                f"give the address that it leads to, or {ats}:TOKEN"
            )
    if re.fullmatch(r"(?:www|careers)\.google\.com", host) and len(query.get("company", [])) > 1:
        return "names several brands of Google: give one, such as google:deepmind, or google:all"
    vendor = _vendor(host)
    for parameter, ats in _ON_EMPLOYERS_PAGES.items():
        if parameter in query and vendor != ats:
            return (
                f"is a job of {title(ats)} on the employer's own site that does not name its "
                f"board: give {ats}:TOKEN"
            )
    return _without_a_board(vendor) if vendor else ""


def ats_of_job_links(page: str) -> str:
    """Return the ATS whose jobs a page links to on the employer's own site, "" for none."""
    found = re.search(rf"[?&;]({'|'.join(_ON_EMPLOYERS_PAGES)})=", page)
    return _ON_EMPLOYERS_PAGES[found[1]] if found else ""


def _vendor(host: str) -> str:
    """Return the ATS whose own host this is, or ""."""
    labels = host.split(".")
    domains = (".".join(labels[start:]) for start in range(len(labels)))
    ats = next((_DOMAINS[domain] for domain in domains if domain in _DOMAINS), "")
    return ats or ("oracle" if _ORACLE.search(host) else "")


def _without_a_board(ats: str) -> str:
    named = f"is an address of {title(ats)} that names no board"
    if ats not in supported():
        return f"{named}, and rolewatch cannot read {title(ats)} boards yet"
    return f"{named}: give the address of one of its jobs, or {ats}:TOKEN"


def _decoded_letter(encoded: re.Match[str]) -> str:
    """Return a letter, digit or `-._~` as itself. Other characters stay encoded."""
    character = chr(int(encoded[1], 16))
    return character if character.isalnum() or character in "-._~" else encoded[0]


def _split(text: str) -> tuple[str, str, Query]:
    """Return host, path and query of a link. Raises ValueError if it is not a web address."""
    if len(text) > _MAX_LENGTH:
        raise ValueError("too long")
    if "\\" in text:  # browsers read it as a slash, which changes the host
        raise ValueError("contains a backslash")
    if not re.match(r"[a-z][a-z0-9+.-]*://", text, re.IGNORECASE):
        text = f"https://{text.lstrip('/')}"
    parts = urlsplit(text.replace("&amp;", "&"))  # as in the source of a page
    if parts.scheme not in {"http", "https"}:
        raise ValueError("not http or https")
    if parts.port not in _PORTS:
        raise ValueError("another server of that host")
    path = _ENCODED.sub(_decoded_letter, parts.path)
    steps = [step for step in path.split("/") if step]
    if {".", ".."} & set(map(unquote, steps)):
        raise ValueError("contains . or ..")
    return (
        (parts.hostname or "").removesuffix("."),
        "".join(f"/{step}" for step in steps),
        parse_qs(parts.query),
    )
