"""Read links of boards and postings by templates of host and path. The first match decides.

A part that the path lacks comes from the query. A template always matches the whole host and the
begin of the path, since a query may hold another job's address, and a path another host's name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote, unquote, urlsplit

from crawler.registry import title

_MAX_LENGTH = 4000  # characters of a link
Query = Mapping[str, list[str]]
Parts = dict[str, str]  # the named parts of a template

_UUID_WITHIN = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_UUID = _UUID_WITHIN + "(?![0-9a-z-])"
_LOCALE = "(?:/[a-z]{2}(?:-[a-z]{2})?(?=/|$))?"
_VENDOR_HOSTS = (
    "www|api|apidocs|apps?|help|support|docs?|developers?|documentation|status|blog|cdn[0-9]*"
    "|static|assets|login|auth|my|partners"
)
_LABEL = rf"(?!(?:{_VENDOR_HOSTS})\.)(?P<token>[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)"
_FILES = r"robots\.txt|favicon\.ico|sitemap[^/]*\.xml|_next|static|assets"


def _token(*reserved: str) -> str:
    """Return the pattern of a path segment that is a token, and not a page of the vendor."""
    return rf"/(?!(?:{'|'.join((_FILES, *reserved))})(?:/|$))(?P<token>[^/]+)"


@dataclass(frozen=True, slots=True)
class _Template:
    ats: str
    host: str
    path: str = ""
    query: Mapping[str, str] = field(default_factory=dict)  # part to query parameter
    # composes the token from the parts
    form: str | Callable[[Parts, Query], str | None] = "{token}"


def _google(parts: Parts, query: Query) -> str | None:
    """Return the brand as the token, or "all".

    The search of a brand is its board. The address of a DeepMind job ends in "-deepmind".
    """
    brands = {
        brand.strip().casefold().removeprefix("google ")
        for brand in query.get("company", [])
        if brand.strip()
    }
    if len(brands) > 1:
        return None
    if brands:
        return brands.pop()
    return "deepmind" if parts.get("slug", "").casefold().endswith("-deepmind") else "all"


def _amazon(parts: Parts, query: Query) -> str | None:
    businesses = {parts["token"]} if "token" in parts else set(query.get("business_category[]", []))
    return None if len(businesses) > 1 else (businesses or {"all"}).pop()


def _oracle(parts: Parts, query: Query) -> str | None:
    """Return `host/site`. Numbered sites are in capitals, as in `CX_1`."""
    site = parts.get("token") or next(
        iter(re.findall(r"siteNumber=([^,;]+)", query.get("finder", [""])[0])), ""
    )
    if not site:
        return None
    is_numbered = re.fullmatch("cx(_[0-9]+)?", site, re.IGNORECASE)
    return f"{parts['host']}/{site.upper() if is_numbered else site}"


_GREENHOUSE = r"(?:job-)?boards(?:\.eu)?\.greenhouse\.io"
_WORKDAY = (
    r"/(?P<site>[^/]+)"
    r"(?:/(?:job|details)/(?:[^/]+/)*?(?:[^/_]*_)?(?P<key>[^/]+?)(?:/apply(?:/.*)?)?$)?"
)
_NO_LOCALE = "(?!/(?:[a-z]{2}-[a-z]{2}|wday)(?:/|$))"
_SMART = r"jobs\.smartrecruiters\.com"
_WORKABLE = r"apply\.workable\.com"
_ORACLE = r"(?P<host>[a-z0-9-]+\.fa(?:\.[a-z0-9.]+)?\.oraclecloud\.com)"
_EIGHTFOLD = (  # employers' own hosts; their addresses do not show that Eightfold serves them
    r"(?P<token>apply\.careers\.microsoft\.com|explore\.jobs\.netflix\.net|careers\.qualcomm\.com"
    r"|jobs\.nvidia\.com"
    r"|apply\.starbucks\.com|careers\.micron\.com|talent\.fmjobs\.com)"
)
_EIGHTFOLD_PATH = "(?:$|/careers(?:/job/(?P<key>[0-9]+))?|/api/(?:pcsx|apply)/)"

_TEMPLATES = (
    # https://developers.greenhouse.io/job-board.html; EU pages are served by the same API
    _Template("greenhouse", _GREENHOUSE, "/embed/job_app(?:/|$)", {"token": "for", "key": "token"}),
    _Template("greenhouse", _GREENHOUSE, "/embed(?:/|$)", {"token": "for", "key": "gh_jid"}),
    _Template(
        "greenhouse",
        _GREENHOUSE,
        _token("v1", "internal_job_board") + "(?:/jobs/(?P<key>[0-9]+)(?=/|$))?",
        {"key": "gh_jid"},
    ),
    _Template(
        "greenhouse",
        r"(?:boards-)?api(?:\.eu)?\.greenhouse\.io",
        "/v1/boards" + _token() + "(?:/jobs/(?P<key>[0-9]+)(?=/|$))?",
    ),
    _Template(
        "ashby",
        r"jobs\.ashbyhq\.com",
        _token("api", "embed", "meeting", "b") + f"(?:/(?P<key>{_UUID}))?",
        {"key": "ashby_jid"},
    ),
    _Template("ashby", r"api\.ashbyhq\.com", "/posting-api/job-board" + _token()),
    _Template(
        "google",
        r"(?:www\.)?google\.com",
        r"/about/careers(?:/applications(?:/u/[0-9]+)?(?:/jobs(?:/sitemap\.xml"
        r"|/results(?:/(?P<key>[0-9]+)(?:-(?P<slug>[^/]*))?)?)?)?)?$",
        form=_google,
    ),
    _Template(
        "google",
        r"careers\.google\.com",
        r"(?:/jobs(?:/sitemap\.xml|/results(?:/(?P<key>[0-9]+)(?:-(?P<slug>[^/]*))?)?)?)?$",
        form=_google,
    ),
    _Template("lever", r"jobs(?:\.eu)?\.lever\.co", _token() + f"(?:/(?P<key>{_UUID}))?"),
    _Template(
        "lever", r"api(?:\.eu)?\.lever\.co", "/v0/postings" + _token() + f"(?:/(?P<key>{_UUID}))?"
    ),
    _Template(
        "workday",
        r"(?P<tenant>[a-z0-9-]+)\.(?P<pod>wd[0-9]+)\.myworkdayjobs\.com",
        "(?:/wday/cxs/[^/]+|/[a-z]{2}-[a-z]{2}(?=/))?" + _NO_LOCALE + _WORKDAY,
        form="{tenant}.{pod}/{site}",
    ),
    _Template(
        "workday",
        r"(?:[a-z0-9-]+\.)?(?P<pod>wd[0-9]+)\.myworkdaysite\.com",
        "(?:/[a-z]{2}-[a-z]{2})?/recruiting/(?P<tenant>[^/]+)" + _WORKDAY,
        form="{tenant}.{pod}/{site}",
    ),
    _Template("smartrecruiters", r"careers\.smartrecruiters\.com", _token()),
    _Template(
        "smartrecruiters",
        _SMART,
        f"/(?:oneclick-ui|external-referrals)/company/(?P<token>[^/]+)/publication/"
        f"(?P<key>{_UUID})",
    ),
    _Template(
        "smartrecruiters",
        _SMART,
        f"(?:/ni(?=/))?{_token('ni', 'oneclick-ui')}(?:/(?P<key>{_UUID_WITHIN}"
        f"|[0-9]+)(?![0-9a-z]))?",
    ),
    _Template(
        "smartrecruiters",
        r"www\.smartrecruiters\.com",
        "/(?P<token>[^/]+)/(?P<key>[0-9]{6,})(?![0-9a-z])",
    ),
    _Template(
        "smartrecruiters",
        r"api\.smartrecruiters\.com",
        "/v1/companies" + _token() + "(?:/postings/(?P<key>[0-9a-z-]+))?",
    ),
    _Template(
        "workable",
        _WORKABLE,
        r"/api/v[0-9]/(?:widget/)?accounts"
        + _token()
        + "(?:/jobs/(?P<key>[0-9A-F]{10})(?![0-9a-z]))?",
    ),
    _Template("workable", r"www\.workable\.com", "/api/accounts" + _token()),
    _Template(
        "workable",
        _WORKABLE,
        _token("api", "j") + "(?:/(?:j|jobs/view)/(?P<key>[0-9A-F]{10})(?![0-9a-z]))?",
    ),
    _Template("workable", "(?!jobs|apply)" + _LABEL + r"\.workable\.com"),
    _Template("gem", r"jobs\.gem\.com", _token("api") + "(?:/(?P<key>[^/]+))?"),
    _Template(
        "gem", r"api\.gem\.com", "/job_board/v0" + _token() + "/job_posts(?:/(?P<key>[^/]+))?"
    ),
    _Template("eightfold", _LABEL + r"\.eightfold\.ai", _EIGHTFOLD_PATH, {"key": "pid"}),
    _Template("eightfold", _EIGHTFOLD, _EIGHTFOLD_PATH, {"key": "pid"}),
    _Template(
        "rippling",
        r"ats(?:\.[a-z0-9]+)?\.rippling\.com",
        f"(?:/[a-z]{{2}}-[a-z]{{2}}(?=/))?{_token()}(?:/jobs/(?P<key>{_UUID}))?",
    ),
    _Template(
        "rippling",
        r"api\.rippling\.com",
        f"/platform/api/ats/v[0-9]/board{_token()}(?:/jobs/(?P<key>{_UUID}))?",
    ),
    _Template(
        "oracle",
        _ORACLE,
        "/hcmui/candidateexperience/[a-z-]+/sites"
        + _token()
        + "(?:(?:/jobs|/requisitions)?/(?:job|preview)/(?P<key>[^/]+))?",
        form=_oracle,
    ),
    _Template("oracle", _ORACLE, "/hcmrestapi/resources/[^/]+/recruitingCE", form=_oracle),
    _Template("teamtailor", _LABEL + r"\.teamtailor\.com", _LOCALE + "(?:/jobs/(?P<key>[0-9]+))?"),
    _Template(
        "teamtailor",
        r"(?P<token>[a-z0-9-]+\.[a-z]{2,3}\.teamtailor\.com)",
        _LOCALE + "(?:/jobs/(?P<key>[0-9]+))?",
    ),
    _Template(
        "pinpoint", _LABEL + r"\.pinpointhq\.com", _LOCALE + f"(?:/postings/(?P<key>{_UUID}))?"
    ),
    _Template(
        "personio", _LABEL + r"\.jobs\.personio\.(?:de|com)", _LOCALE + "(?:/job/(?P<key>[0-9]+))?"
    ),
    _Template("icims", _LABEL + r"\.icims\.com", "(?:/jobs/(?P<key>[0-9]+))?"),
    _Template("icims", r"(?P<token>[a-z0-9-]+\.jibeapply\.com)", "(?:/jobs/(?P<key>[0-9]+))?"),
    _Template("recruitee", _LABEL + r"\.recruitee\.com"),
    _Template(
        "bamboohr",
        _LABEL + r"\.bamboohr\.(?:com|co\.uk)",
        "(?:$|/(?:hiring/)?(?:careers|jobs|js)(?:/(?P<key>[0-9]+))?(?:/|$))",
        {"key": "id"},
    ),
    _Template(
        "amazon",
        r"(?:www\.|account\.)?amazon\.jobs",
        f"{_LOCALE}/jobs/(?P<key>[A-Z]{{0,3}}[0-9]+)",
        form=_amazon,
    ),
    _Template(
        "amazon",
        r"(?:www\.)?amazon\.jobs",
        f"{_LOCALE}/business_categories/(?P<token>[^/]+)",
        form=_amazon,
    ),
    _Template(
        "amazon", r"(?:www\.)?amazon\.jobs", rf"{_LOCALE}(?:$|/search(?:\.json)?$)", form=_amazon
    ),
    _Template("breezy", _LABEL + r"\.breezy\.hr", "(?:/p/(?P<key>[0-9a-f]{12}))?"),
    _Template(
        "jobvite",
        r"jobs\.jobvite\.com",
        "(?:/careers(?=/.))?" + _token("careers", "support", "api") + "(?:/job/(?P<key>[^/]+))?",
    ),
    _Template(
        "jazzhr",
        _LABEL + r"\.applytojob\.com",
        "(?:/apply/(?:jobs/details/)?(?P<key>[0-9a-z]{10})(?=/|$))?",
    ),
    _Template("jazzhr", r"app\.jazz\.co", "/feeds/export/jobs" + _token()),
    _Template(
        "successfactors",
        r"(?P<host>career[a-z0-9]*\.successfactors\.(?:com|eu))",
        "/career",
        {"company": "company", "key": "career_job_req_id"},
        "{host}/{company}",
    ),
    _Template(
        "taleo",
        r"(?P<tenant>[a-z0-9-]+\.tbe)\.taleo\.net",
        "",
        {"org": "org", "cws": "cws", "key": "rid"},
        "{tenant}/{org}/{cws}",
    ),
    _Template(
        "taleo",
        r"(?P<tenant>[a-z0-9-]+)\.taleo\.net",
        "/careersection" + _token("rest"),
        {"key": "job"},
        "{tenant}/{token}",
    ),
    _Template(
        "avature",
        r"(?P<tenant>[a-z0-9-]+)\.avature\.net",
        r"(?:/[a-z]{2}_[a-z]{2}(?=/.))?"
        + _token("[a-z]{2}_[a-z]{2}")
        + r"(?:/jobdetail(?:/[^/]+)*?/(?P<key>[0-9]+))?",
        form="{tenant}/{token}",
    ),
    _Template(
        "adp",
        r"workforcenow\.adp\.com",
        "/mascsr/",
        {"cid": "cid", "ccid": "ccId", "key": "jobId"},
        "{cid}/{ccid}",
    ),
    _Template(
        "comeet",
        r"www\.comeet\.com?",
        r"/jobs/(?P<slug>[^/]+)/(?P<uid>[0-9a-f]+\.[0-9a-f]+)(?:/[^/]+/"
        r"(?P<key>[0-9a-f]+\.[0-9a-f]+))?",
        form="{slug}/{uid}",
    ),
    _Template("join", r"(?:www\.)?join\.com", "/companies" + _token()),
    _Template("softgarden", _LABEL + r"\.softgarden\.io", "(?:/job/(?P<key>[0-9]+))?"),
    _Template(
        "softgarden", r"(?P<token>[a-z0-9-]+\.career\.softgarden\.de)", "(?:/job/(?P<key>[0-9]+))?"
    ),
    _Template("dvinci", _LABEL + r"\.dvinci-hr\.com", _LOCALE + "(?:/jobs/(?P<key>[0-9]+))?"),
    _Template("wttj", r"(?:www\.)?welcometothejungle\.com", _LOCALE + "/companies" + _token()),
)
_SHORT = {"grnh.se": "greenhouse", "apply.workable.com": "workable"}
_ON_EMPLOYERS_PAGES = {"gh_jid": "greenhouse", "ashby_jid": "ashby"}


def read_link(text: str) -> tuple[str, str, str | None] | None:
    """Return the ats, token and key of a link as written. None if it names no board.

    Raises ValueError if the text is not a web address.
    """
    host, path, query = _split(text)
    for template in _TEMPLATES:
        in_host = re.fullmatch(template.host, host, re.IGNORECASE)
        in_path = in_host and re.match(template.path, path, re.IGNORECASE)
        if in_host and in_path:
            token, key = _token_and_key(template, in_host.groupdict() | in_path.groupdict(), query)
            return (template.ats, token, key) if token else None
    return None


def _token_and_key(
    template: _Template, groups: Mapping[str, str | None], query: Query
) -> tuple[str | None, str | None]:
    parts = {
        name: quote(unquote(part, errors="strict"), safe="&")
        for name, part in groups.items()
        if part
    }
    for name, parameter in template.query.items():
        if name not in parts and query.get(parameter):
            parts[name] = quote(query[parameter][0].strip(), safe="&")
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
    if re.fullmatch(_GREENHOUSE, host) and query.get("token"):
        return "is a Greenhouse form that does not name its board: give greenhouse:TOKEN"
    if host in _SHORT and re.match("/(?:j/)?[0-9A-Za-z]+$", path):
        ats = _SHORT[host]
        return (
            f"is a short link of {title(ats)} that does not name its board: "
            f"give the address that it leads to, or {ats}:TOKEN"
        )
    if re.fullmatch(r"(?:www|careers)\.google\.com", host) and len(query.get("company", [])) > 1:
        return "names several brands of Google: give one, such as google:deepmind, or google:all"
    for parameter, ats in _ON_EMPLOYERS_PAGES.items():
        if parameter in query:
            return (
                f"is a job of {title(ats)} on the employer's own site that does not name its "
                f"board: give {ats}:TOKEN"
            )
    return ""


def _split(text: str) -> tuple[str, str, Query]:
    """Return host, path and query of a link. Raises ValueError if it is not a web address."""
    if len(text) > _MAX_LENGTH:
        raise ValueError("too long")
    if "\\" in text:  # browsers read it as a slash, which changes the host
        raise ValueError("contains a backslash")
    if not re.match(r"[a-z][a-z0-9+.-]*://", text, re.IGNORECASE):
        text = f"https://{text.lstrip('/')}"
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"}:
        raise ValueError("not http or https")
    steps = [step for step in parts.path.split("/") if step]
    if {".", ".."} & set(map(unquote, steps)):
        raise ValueError("contains . or ..")
    return (
        (parts.hostname or "").removesuffix("."),
        "".join(f"/{step}" for step in steps),
        parse_qs(parts.query),
    )
