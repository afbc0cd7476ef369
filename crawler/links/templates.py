"""The links of boards and postings as templates of host and path. The first match decides.

A part that the path lacks comes from the query. A template always matches the whole host and the
begin of the path, since a query may hold another job's address, and a path another host's name.
"""

from __future__ import annotations

import re

from crawler.links.recognized import RECOGNIZED
from crawler.links.template import (
    FILES,
    LABEL,
    LOCALE,
    NO_VENDOR,
    NUMBER,
    ORACLE,
    UUID,
    UUID_WITHIN,
    Parts,
    Query,
    Template,
    token,
)


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


_GREENHOUSE = r"(?:job-)?boards(?:\.(?:eu|anz))?\.greenhouse\.io"
_WORKDAY = (
    r"/(?P<site>[^/]+)"
    r"(?:/(?:job|details)/(?:[^/]+/)*?(?:[^/_]*_)?(?P<key>[^/]+?)(?:/apply(?:/.*)?)?$)?"
)
_NO_LOCALE = f"(?!/(?:[a-z]{{2}}-[a-z]{{2}}|wday|{FILES})(?:/|$))"
_SHORTCODE = "(?P<key>[0-9A-F]{10})(?![0-9a-z])"
_SMART = r"jobs\.smartrecruiters\.com"
_WORKABLE = r"apply\.workable\.com"
_ORACLE = rf"(?P<host>[a-z0-9-]+{ORACLE})"
_EIGHTFOLD = (  # employers' own hosts; their addresses do not show that Eightfold serves them
    r"(?P<token>apply\.careers\.microsoft\.com|explore\.jobs\.netflix\.net|careers\.qualcomm\.com"
    r"|jobs\.nvidia\.com"
    r"|apply\.starbucks\.com|careers\.micron\.com|talent\.fmjobs\.com)"
)
_EIGHTFOLD_PATH = "(?:$|/careers(?:/job/(?P<key>[0-9]+))?|/api/(?:pcsx|apply)/)"

TEMPLATES = (
    # https://developers.greenhouse.io/job-board.html; its regions are served by the same API
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
        token("v1", "internal_job_board", "users") + "(?:/jobs/(?P<key>[0-9]+)(?=/|$))?",
        {"key": "gh_jid"},
    ),
    Template(
        "greenhouse",
        r"(?:boards-)?api(?:\.(?:eu|anz))?\.greenhouse\.io",
        "/v1/boards" + token() + "(?:/jobs/(?P<key>[0-9]+)(?=/|$))?",
    ),
    Template(
        "ashby",
        r"jobs\.ashbyhq\.com",
        token("api", "embed", "meeting", "b") + f"(?:/(?P<key>{UUID}))?",
        {"key": "ashby_jid"},
    ),
    Template("ashby", r"api\.ashbyhq\.com", "/posting-api/job-board" + token()),
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
    Template("lever", r"jobs(?:\.eu)?\.lever\.co", token() + f"(?:/(?P<key>{UUID}))?"),
    Template(
        "lever", r"api(?:\.eu)?\.lever\.co", "/v0/postings" + token() + f"(?:/(?P<key>{UUID}))?"
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
    Template("smartrecruiters", r"careers\.smartrecruiters\.com", token()),
    Template(
        "smartrecruiters",
        _SMART,
        f"/(?:oneclick-ui|external-referrals)/company/(?P<token>[^/]+)/publication/(?P<key>{UUID})",
    ),
    Template(
        "smartrecruiters",
        _SMART,
        f"(?:/ni(?=/))?{token('ni', 'oneclick-ui', 'external-referrals', 'my-applications')}"
        f"(?:/(?P<key>{UUID_WITHIN}|[0-9]+)(?![0-9a-z]))?",
    ),
    # the identifier in it is that of an application
    Template("smartrecruiters", _SMART, "/my-applications" + token()),
    Template(
        "smartrecruiters",
        r"www\.smartrecruiters\.com",
        "/(?P<token>[^/]+)/(?P<key>[0-9]{6,})(?![0-9a-z])",
    ),
    Template(
        "smartrecruiters",
        r"api\.smartrecruiters\.com",
        "/v1/companies" + token() + "(?:/postings/(?P<key>[0-9a-z-]+))?",
    ),
    Template(
        "workable",
        _WORKABLE,
        r"/api/v[0-9]/(?:widget/)?accounts" + token() + f"(?:/jobs/{_SHORTCODE})?",
    ),
    Template("workable", r"www\.workable\.com", "/api/accounts" + token()),
    Template(
        "workable",
        _WORKABLE,
        token("api", "j") + f"(?:/(?:j|jobs/view)/{_SHORTCODE})?",
    ),
    Template(
        "workable", r"(?!(?:jobs|apply)\.)" + LABEL + r"\.workable\.com", f"(?:/j/{_SHORTCODE})?"
    ),
    Template("gem", r"jobs\.gem\.com", token("api") + "(?:/(?P<key>[^/]+))?"),
    Template("gem", r"api\.gem\.com", "/job_board/v0" + token() + "/job_posts(?:/(?P<key>[^/]+))?"),
    Template("eightfold", LABEL + r"\.eightfold\.ai", _EIGHTFOLD_PATH, {"key": "pid"}),
    Template("eightfold", _EIGHTFOLD, _EIGHTFOLD_PATH, {"key": "pid"}),
    Template(
        "rippling",
        r"ats(?:\.[a-z0-9]+)?\.rippling\.com",
        # a slug may have the form of a locale: /we-do/jobs
        "(?!/[a-z]{2}-[a-z]{2}$)(?:/[a-z]{2}-[a-z]{2}(?=/(?!jobs(?:/|$))))?(?:/embed(?=/))?"
        f"{token('api', 'embed')}(?:/jobs/(?P<key>{UUID}))?",
    ),
    Template(
        "rippling",
        r"ats(?:\.[a-z0-9]+)?\.rippling\.com",
        f"/api/v[0-9]/board{token()}(?:/jobs/(?P<key>{UUID}))?",
    ),
    Template(
        "rippling",
        r"api\.rippling\.com",
        f"/platform/api/ats/v[0-9]/board{token()}(?:/jobs/(?P<key>{UUID}))?",
    ),
    Template(
        "oracle",
        _ORACLE,
        "/hcmui/candidateexperience/[a-z-]+/sites"
        + token()
        + "(?:(?:/jobs|/requisitions)?/(?:job|preview)/(?P<key>[^/]+))?",
        form=_oracle,
    ),
    Template("oracle", _ORACLE, "/hcmrestapi/resources/[^/]+/recruitingCE", form=_oracle),
    Template("teamtailor", LABEL + r"\.teamtailor\.com", LOCALE + f"(?:/jobs/{NUMBER})?"),
    Template(
        "teamtailor",
        NO_VENDOR + r"(?P<token>[a-z0-9-]+\.[a-z]{2,3}\.teamtailor\.com)",
        LOCALE + f"(?:/jobs/{NUMBER})?",
    ),
    Template("pinpoint", LABEL + r"\.pinpointhq\.com", LOCALE + f"(?:/postings/(?P<key>{UUID}))?"),
    Template(
        "personio",
        LABEL + r"(?:-jobs\.personio\.de|\.jobs\.personio\.(?:de|com))",
        LOCALE + f"(?:/job/{NUMBER})?",
    ),
    Template("icims", LABEL + r"\.icims\.com", f"(?:/jobs/{NUMBER})?"),
    Template("icims", NO_VENDOR + r"(?P<token>[a-z0-9-]+\.jibeapply\.com)", f"(?:/jobs/{NUMBER})?"),
    Template("recruitee", LABEL + r"\.recruitee\.com"),
    Template(
        "bamboohr",
        LABEL + r"\.bamboohr\.(?:com|co\.uk)",
        f"(?:$|/(?:hiring/)?(?:careers|jobs|js)(?:/{NUMBER})?(?:/|$))",
        {"key": "id"},
    ),
    Template(
        "amazon",
        r"(?:www\.|account\.)?amazon\.jobs",
        f"{LOCALE}(?:/applicant)?/jobs/(?P<key>[A-Z]{{0,3}}[0-9]+)(?![0-9a-z])",
        form=_amazon,
    ),
    Template(
        "amazon",
        r"(?:www\.)?amazon\.jobs",
        f"{LOCALE}/business_categories/(?P<token>[^/]+)",
        form=_amazon,
    ),
    Template(
        "amazon", r"(?:www\.)?amazon\.jobs", rf"{LOCALE}(?:$|/search(?:\.json)?$)", form=_amazon
    ),
    *RECOGNIZED,
)
