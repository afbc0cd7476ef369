"""The links of ATS that rolewatch recognizes and cannot read yet."""

from __future__ import annotations

from crawler.links.template import LABEL, LOCALE, NO_VENDOR, NUMBER, Template, token

_SUCCESS_FACTORS = r"(?P<host>career[a-z0-9]*\.successfactors\.(?:com|eu))"
RECOGNIZED = (
    Template("breezy", LABEL + r"\.breezy\.hr", "(?:/p/(?P<key>[0-9a-f]{12})(?![0-9a-z]))?"),
    Template(
        "jobvite",
        r"jobs\.jobvite\.com",
        "(?:/careers(?=/.))?" + token("careers", "support", "api") + "(?:/job/(?P<key>[^/]+))?",
    ),
    Template(
        "jazzhr",
        LABEL + r"\.applytojob\.com",
        "(?:/apply/(?:jobs/details/)?(?P<key>[0-9a-z]{10})(?=/|$))?",
    ),
    Template("jazzhr", r"app\.jazz\.co", "/(?:feeds/export/jobs|widgets/basic/create)" + token()),
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
        NO_VENDOR + r"(?P<tenant>[a-z0-9-]+)\.taleo\.net",
        "/careersection" + token("rest", r"[^/]+\.(?:ftl|jss)"),
        {"key": "job"},
        "{tenant}/{token}",
    ),
    Template(
        "avature",
        NO_VENDOR + r"(?P<tenant>[a-z0-9-]+)\.avature\.net",
        r"(?:/[a-z]{2}_[a-z]{2}(?=/.))?"
        + token("[a-z]{2}_[a-z]{2}")
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
    Template("join", r"(?:www\.)?join\.com", "/companies" + token()),
    Template("softgarden", LABEL + r"\.softgarden\.io", f"(?:/jobs?/{NUMBER})?"),
    Template(
        "softgarden", r"(?P<token>[a-z0-9-]+\.career\.softgarden\.de)", f"(?:/jobs?/{NUMBER})?"
    ),
    Template("dvinci", LABEL + r"\.dvinci-hr\.com", LOCALE + f"(?:/jobs/{NUMBER})?"),
    Template("wttj", r"(?:www\.)?welcometothejungle\.com", LOCALE + "/companies" + token()),
)
