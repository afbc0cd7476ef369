"""The links of boards and postings as templates of host and path. The first match decides.

A part that the path lacks comes from the query. A template always matches the whole host and the
begin of the path, since a query may hold another job's address, and a path another host's name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Query = Mapping[str, list[str]]
Parts = dict[str, str]  # the named parts of a template

_UUID_WITHIN = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_UUID = _UUID_WITHIN + "(?![0-9a-z-])"
_LOCALE = "(?:/[a-z]{2}(?:-[a-z]{2})?(?=/|$))?"
_NO_VENDOR = (  # hosts of the vendor itself, where each tenant has a host
    r"(?!(?:www|api|apidocs|apps?|help|support|docs?|developers?|documentation|status|blog"
    r"|(?:[a-z0-9]+-)?cdn[0-9]*|static|assets|resources|media|images|login|auth|sso"
    r"|secure|accounts?|id|my|partners|academy|community|marketplace|e?mail|links?|click|go|get"
    r"|info|social)\.)"
)
_LABEL = rf"{_NO_VENDOR}(?P<token>[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)"
_FILES = (
    r"[^/]+\.(?:txt|xml|ico|json|js|css|map|png|jpe?g|gif|svg|html?|php|webmanifest)"
    r"|_[^/]*|static|assets"
)


def _token(*reserved: str) -> str:
    """Return the pattern of a path segment that is a token, and not a page of the vendor."""
    return rf"/(?!(?:{'|'.join((_FILES, *reserved))})(?:/|$))(?P<token>[^/]+)"


@dataclass(frozen=True, slots=True)
class Template:
    """The links of one shape."""

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
_NO_LOCALE = f"(?!/(?:[a-z]{{2}}-[a-z]{{2}}|wday|{_FILES})(?:/|$))"
_NUMBER = "(?P<key>[0-9]+)(?![0-9a-z])"
_SHORTCODE = "(?P<key>[0-9A-F]{10})(?![0-9a-z])"
_SMART = r"jobs\.smartrecruiters\.com"
_WORKABLE = r"apply\.workable\.com"
_ORACLE = r"(?P<host>[a-z0-9-]+\.fa(?:\.[a-z0-9.]+)?\.oraclecloud\.com)"
_SUCCESS_FACTORS = r"(?P<host>career[a-z0-9]*\.successfactors\.(?:com|eu))"
_EIGHTFOLD = (  # employers' own hosts; their addresses do not show that Eightfold serves them
    r"(?P<token>apply\.careers\.microsoft\.com|explore\.jobs\.netflix\.net|careers\.qualcomm\.com"
    r"|jobs\.nvidia\.com"
    r"|apply\.starbucks\.com|careers\.micron\.com|talent\.fmjobs\.com)"
)
_EIGHTFOLD_PATH = "(?:$|/careers(?:/job/(?P<key>[0-9]+))?|/api/(?:pcsx|apply)/)"

TEMPLATES = (
    # https://developers.greenhouse.io/job-board.html; EU pages are served by the same API
    Template("greenhouse", _GREENHOUSE, "/embed/job_app(?:/|$)", {"token": "for", "key": "token"}),
    Template(
        "greenhouse",
        rf"(?:{_GREENHOUSE}|app\.greenhouse\.io)",
        "/embed(?:/|$)",
        {"token": "for", "key": "gh_jid"},
    ),
    Template(
        "greenhouse",
        _GREENHOUSE,
        _token("v1", "internal_job_board", "users") + "(?:/jobs/(?P<key>[0-9]+)(?=/|$))?",
        {"key": "gh_jid"},
    ),
    Template(
        "greenhouse",
        r"(?:boards-)?api(?:\.eu)?\.greenhouse\.io",
        "/v1/boards" + _token() + "(?:/jobs/(?P<key>[0-9]+)(?=/|$))?",
    ),
    Template(
        "ashby",
        r"jobs\.ashbyhq\.com",
        _token("api", "embed", "meeting", "b") + f"(?:/(?P<key>{_UUID}))?",
        {"key": "ashby_jid"},
    ),
    Template("ashby", r"api\.ashbyhq\.com", "/posting-api/job-board" + _token()),
    Template(
        "google",
        r"(?:www\.)?google\.com",
        r"/about/careers(?:/applications(?:/u/[0-9]+)?(?:/jobs(?:/sitemap\.xml"
        r"|/results(?:/(?P<key>[0-9]+)(?:-(?P<slug>[^/]*))?)?)?)?)?$",
        form=_google,
    ),
    Template(
        "google",
        r"careers\.google\.com",
        r"(?:/jobs(?:/sitemap\.xml|/results(?:/(?P<key>[0-9]+)(?:-(?P<slug>[^/]*))?)?)?)?$",
        form=_google,
    ),
    Template("lever", r"jobs(?:\.eu)?\.lever\.co", _token() + f"(?:/(?P<key>{_UUID}))?"),
    Template(
        "lever", r"api(?:\.eu)?\.lever\.co", "/v0/postings" + _token() + f"(?:/(?P<key>{_UUID}))?"
    ),
    Template(
        "workday",
        r"(?P<tenant>[a-z0-9-]+)\.(?P<pod>wd[0-9]+)\.myworkdayjobs\.com",
        "(?:/wday/cxs/[^/]+|/[a-z]{2}-[a-z]{2}(?=/))?" + _NO_LOCALE + _WORKDAY,
        form="{tenant}.{pod}/{site}",
    ),
    Template(
        "workday",
        r"(?:[a-z0-9-]+\.)?(?P<pod>wd[0-9]+)\.myworkdaysite\.com",
        "(?:/[a-z]{2}-[a-z]{2})?/recruiting/(?P<tenant>[^/]+)" + _WORKDAY,
        form="{tenant}.{pod}/{site}",
    ),
    Template("smartrecruiters", r"careers\.smartrecruiters\.com", _token()),
    Template(
        "smartrecruiters",
        _SMART,
        f"/(?:oneclick-ui|external-referrals)/company/(?P<token>[^/]+)/publication/"
        f"(?P<key>{_UUID})",
    ),
    Template(
        "smartrecruiters",
        _SMART,
        f"(?:/ni(?=/))?{_token('ni', 'oneclick-ui', 'external-referrals', 'my-applications')}"
        f"(?:/(?P<key>{_UUID_WITHIN}|[0-9]+)(?![0-9a-z]))?",
    ),
    # the identifier in it is that of an application
    Template("smartrecruiters", _SMART, "/my-applications" + _token()),
    Template(
        "smartrecruiters",
        r"www\.smartrecruiters\.com",
        "/(?P<token>[^/]+)/(?P<key>[0-9]{6,})(?![0-9a-z])",
    ),
    Template(
        "smartrecruiters",
        r"api\.smartrecruiters\.com",
        "/v1/companies" + _token() + "(?:/postings/(?P<key>[0-9a-z-]+))?",
    ),
    Template(
        "workable",
        _WORKABLE,
        r"/api/v[0-9]/(?:widget/)?accounts" + _token() + f"(?:/jobs/{_SHORTCODE})?",
    ),
    Template("workable", r"www\.workable\.com", "/api/accounts" + _token()),
    Template(
        "workable",
        _WORKABLE,
        _token("api", "j") + f"(?:/(?:j|jobs/view)/{_SHORTCODE})?",
    ),
    Template(
        "workable", r"(?!(?:jobs|apply)\.)" + _LABEL + r"\.workable\.com", f"(?:/j/{_SHORTCODE})?"
    ),
    Template("gem", r"jobs\.gem\.com", _token("api") + "(?:/(?P<key>[^/]+))?"),
    Template(
        "gem", r"api\.gem\.com", "/job_board/v0" + _token() + "/job_posts(?:/(?P<key>[^/]+))?"
    ),
    Template("eightfold", _LABEL + r"\.eightfold\.ai", _EIGHTFOLD_PATH, {"key": "pid"}),
    Template("eightfold", _EIGHTFOLD, _EIGHTFOLD_PATH, {"key": "pid"}),
    Template(
        "rippling",
        r"ats(?:\.[a-z0-9]+)?\.rippling\.com",
        # a slug may look like a locale: /we-do/jobs
        "(?!/[a-z]{2}-[a-z]{2}$)(?:/[a-z]{2}-[a-z]{2}(?=/(?!jobs(?:/|$))))?(?:/embed(?=/))?"
        f"{_token('api', 'embed')}(?:/jobs/(?P<key>{_UUID}))?",
    ),
    Template(
        "rippling",
        r"ats(?:\.[a-z0-9]+)?\.rippling\.com",
        f"/api/v[0-9]/board{_token()}(?:/jobs/(?P<key>{_UUID}))?",
    ),
    Template(
        "rippling",
        r"api\.rippling\.com",
        f"/platform/api/ats/v[0-9]/board{_token()}(?:/jobs/(?P<key>{_UUID}))?",
    ),
    Template(
        "oracle",
        _ORACLE,
        "/hcmui/candidateexperience/[a-z-]+/sites"
        + _token()
        + "(?:(?:/jobs|/requisitions)?/(?:job|preview)/(?P<key>[^/]+))?",
        form=_oracle,
    ),
    Template("oracle", _ORACLE, "/hcmrestapi/resources/[^/]+/recruitingCE", form=_oracle),
    Template("teamtailor", _LABEL + r"\.teamtailor\.com", _LOCALE + f"(?:/jobs/{_NUMBER})?"),
    Template(
        "teamtailor",
        _NO_VENDOR + r"(?P<token>[a-z0-9-]+\.[a-z]{2,3}\.teamtailor\.com)",
        _LOCALE + f"(?:/jobs/{_NUMBER})?",
    ),
    Template(
        "pinpoint", _LABEL + r"\.pinpointhq\.com", _LOCALE + f"(?:/postings/(?P<key>{_UUID}))?"
    ),
    Template(
        "personio",
        _LABEL + r"(?:-jobs\.personio\.de|\.jobs\.personio\.(?:de|com))",
        _LOCALE + f"(?:/job/{_NUMBER})?",
    ),
    Template("icims", _LABEL + r"\.icims\.com", f"(?:/jobs/{_NUMBER})?"),
    Template(
        "icims", _NO_VENDOR + r"(?P<token>[a-z0-9-]+\.jibeapply\.com)", f"(?:/jobs/{_NUMBER})?"
    ),
    Template("recruitee", _LABEL + r"\.recruitee\.com"),
    Template(
        "bamboohr",
        _LABEL + r"\.bamboohr\.(?:com|co\.uk)",
        f"(?:$|/(?:hiring/)?(?:careers|jobs|js)(?:/{_NUMBER})?(?:/|$))",
        {"key": "id"},
    ),
    Template(
        "amazon",
        r"(?:www\.|account\.)?amazon\.jobs",
        f"{_LOCALE}(?:/applicant)?/jobs/(?P<key>[A-Z]{{0,3}}[0-9]+)(?![0-9a-z])",
        form=_amazon,
    ),
    Template(
        "amazon",
        r"(?:www\.)?amazon\.jobs",
        f"{_LOCALE}/business_categories/(?P<token>[^/]+)",
        form=_amazon,
    ),
    Template(
        "amazon", r"(?:www\.)?amazon\.jobs", rf"{_LOCALE}(?:$|/search(?:\.json)?$)", form=_amazon
    ),
    Template("breezy", _LABEL + r"\.breezy\.hr", "(?:/p/(?P<key>[0-9a-f]{12})(?![0-9a-z]))?"),
    Template(
        "jobvite",
        r"jobs\.jobvite\.com",
        "(?:/careers(?=/.))?" + _token("careers", "support", "api") + "(?:/job/(?P<key>[^/]+))?",
    ),
    Template(
        "jazzhr",
        _LABEL + r"\.applytojob\.com",
        "(?:/apply/(?:jobs/details/)?(?P<key>[0-9a-z]{10})(?=/|$))?",
    ),
    Template("jazzhr", r"app\.jazz\.co", "/(?:feeds/export/jobs|widgets/basic/create)" + _token()),
    Template(
        "successfactors",
        _SUCCESS_FACTORS,
        "/sfcareer/jobreq",
        {"company": "company", "key": "jobId"},
        "{host}/{company}",
    ),
    Template(
        "successfactors",
        _SUCCESS_FACTORS,
        "/career",
        {"company": "company", "key": "career_job_req_id"},
        "{host}/{company}",
    ),
    Template(
        "taleo",
        r"(?P<tenant>[a-z0-9-]+\.tbe)\.taleo\.net",
        "",
        {"org": "org", "cws": "cws", "key": "rid"},
        "{tenant}/{org}/{cws}",
    ),
    Template(
        "taleo",
        _NO_VENDOR + r"(?P<tenant>[a-z0-9-]+)\.taleo\.net",
        "/careersection" + _token("rest", r"[^/]+\.(?:ftl|jss)"),
        {"key": "job"},
        "{tenant}/{token}",
    ),
    Template(
        "avature",
        _NO_VENDOR + r"(?P<tenant>[a-z0-9-]+)\.avature\.net",
        r"(?:/[a-z]{2}_[a-z]{2}(?=/.))?"
        + _token("[a-z]{2}_[a-z]{2}")
        + r"(?:/jobdetail(?:/[^/]+)*?/(?P<key>[0-9]+))?",
        form="{tenant}/{token}",
    ),
    Template(
        "adp",
        r"workforcenow\.adp\.com",
        "/mascsr/",
        {"cid": "cid", "ccid": "ccId", "key": "jobId"},
        "{cid}/{ccid}",
    ),
    Template(
        "comeet",
        r"www\.comeet\.com?",
        r"/jobs/(?P<slug>[^/]+)/(?P<uid>[0-9a-f]+\.[0-9a-f]+)(?:/[^/]+/"
        r"(?P<key>[0-9a-f]+\.[0-9a-f]+))?",
        form="{slug}/{uid}",
    ),
    Template("join", r"(?:www\.)?join\.com", "/companies" + _token()),
    Template("softgarden", _LABEL + r"\.softgarden\.io", f"(?:/jobs?/{_NUMBER})?"),
    Template(
        "softgarden", r"(?P<token>[a-z0-9-]+\.career\.softgarden\.de)", f"(?:/jobs?/{_NUMBER})?"
    ),
    Template("dvinci", _LABEL + r"\.dvinci-hr\.com", _LOCALE + f"(?:/jobs/{_NUMBER})?"),
    Template("wttj", r"(?:www\.)?welcometothejungle\.com", _LOCALE + "/companies" + _token()),
)
