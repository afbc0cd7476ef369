"""The ATS that rolewatch knows, each as product.py describes one.

`links/forms.py` writes tokens, keys and addresses by them.
"""

from __future__ import annotations

import re
from datetime import timedelta

from crawler.product import HOST, NAME, Product, tenant_hosts

GOOGLE = "https://www.google.com/about/careers/applications/jobs/results/"
PRODUCTS = {
    "adp": Product("ADP Workforce Now", "https://workforcenow.adp.com", steps=(2, 2)),
    "amazon": Product(
        "Amazon Jobs",
        "https://www.amazon.jobs/en/search",
        "https://www.amazon.jobs/en/jobs/{key}",
        step=NAME,
        lower=True,
        spider="crawler.spiders.amazon:AmazonSpider",
        every=timedelta(hours=1),
    ),
    "ashby": Product(
        "Ashby",
        "https://jobs.ashbyhq.com/{token}",
        "https://jobs.ashbyhq.com/{token}/{key}",
        step=NAME,
        spider="crawler.spiders.ashby:AshbySpider",
        reader=4,
    ),
    "avature": Product("Avature", "https://{host}/{rest}", domain=".avature.net", steps=(2, 2)),
    "bamboohr": tenant_hosts(
        "BambooHR",
        ".bamboohr.com",
        "/careers",
        "/careers/{key}",
        spider="crawler.spiders.bamboohr:BambooSpider",
    ),
    "breezy": tenant_hosts("Breezy HR", ".breezy.hr", "", "/p/{key}"),
    "comeet": Product("Comeet", "https://www.comeet.com/jobs/{token}", steps=(2, 2)),
    "dvinci": tenant_hosts("d.vinci", ".dvinci-hr.com", "", "/jobs/{key}"),
    "eightfold": tenant_hosts(
        "Eightfold",
        ".eightfold.ai",
        "/careers",
        "/careers/job/{key}",
        spider="crawler.spiders.eightfold:EightfoldSpider",
        every=timedelta(hours=1),
    ),
    "gem": Product(
        "Gem",
        "https://jobs.gem.com/{token}",
        "https://jobs.gem.com/{token}/{key}",
        cased=True,
        spider="crawler.spiders.gem:GemSpider",
    ),
    "google": Product(
        "Google Careers",
        GOOGLE,
        GOOGLE + "{key}",
        step=NAME,
        key=re.compile("[0-9]{5,24}"),
        lower=True,
        spider="crawler.spiders.google:GoogleSpider",
        every=timedelta(hours=1),
    ),
    "greenhouse": Product(
        "Greenhouse",
        "https://job-boards.greenhouse.io/{token}",
        "https://job-boards.greenhouse.io/{token}/jobs/{key}",
        lower=True,
        spider="crawler.spiders.greenhouse:GreenhouseSpider",
        reader=5,
    ),
    "icims": tenant_hosts(
        "iCIMS",
        ".icims.com",
        "/jobs",
        "/jobs/{key}/job",
        spider="crawler.spiders.icims:IcimsSpider",
        every=timedelta(hours=1),
        delay=timedelta(seconds=2),  # its hosts refuse faster ones
    ),
    "jazzhr": tenant_hosts("JazzHR", ".applytojob.com", "/apply", "/apply/{key}", cased=True),
    "jobvite": Product(
        "Jobvite",
        "https://jobs.jobvite.com/{token}",
        "https://jobs.jobvite.com/{token}/job/{key}",
        cased=True,
    ),
    "join": Product("JOIN", "https://join.com/companies/{token}"),
    "jsonld": Product(
        "JSON-LD",
        "https://{token}",
        steps=(1, 12),
        first=HOST,
        key=re.compile(r"[!-~]{1,500}"),
        spider="crawler.spiders.jsonld:JsonLdSpider",
        every=timedelta(hours=1),
    ),
    "lever": Product(
        "Lever",
        "https://jobs.lever.co/{token}",
        "https://jobs.lever.co/{token}/{key}",
        cased=True,
        spider="crawler.spiders.lever:LeverSpider",
        reader=4,
    ),
    "oracle": Product(
        "Oracle Recruiting Cloud",
        "https://{host}/hcmUI/CandidateExperience/en/sites/{rest}",
        "https://{host}/hcmUI/CandidateExperience/en/sites/{rest}/job/{key}",
        steps=(2, 2),
        first=HOST,
        spider="crawler.spiders.oracle:OracleSpider",
        every=timedelta(hours=1),
    ),
    "personio": tenant_hosts(
        "Personio",
        ".jobs.personio.com",
        "",
        "/job/{key}",
        spider="crawler.spiders.personio:PersonioSpider",
    ),
    "pinpoint": tenant_hosts(
        "Pinpoint",
        ".pinpointhq.com",
        "",
        "/en/postings/{key}",
        spider="crawler.spiders.pinpoint:PinpointSpider",
    ),
    "recruitee": tenant_hosts(
        "Recruitee", ".recruitee.com", spider="crawler.spiders.recruitee:RecruiteeSpider"
    ),
    "rippling": Product(
        "Rippling",
        "https://ats.rippling.com/{token}/jobs",
        "https://ats.rippling.com/{token}/jobs/{key}",
        spider="crawler.spiders.rippling:RipplingSpider",
    ),
    "smartrecruiters": Product(
        "SmartRecruiters",
        "https://careers.smartrecruiters.com/{token}",
        "https://jobs.smartrecruiters.com/{token}/{key}",
        spider="crawler.spiders.smartrecruiters:SmartRecruitersSpider",
        opt_in="robots.txt of SmartRecruiters' API host closes all of it to programs.",
        every=timedelta(hours=1),
    ),
    "softgarden": tenant_hosts("Softgarden", ".softgarden.io", "", "/job/{key}"),
    "successfactors": Product("SAP SuccessFactors", "https://{host}", steps=(1, 2), first=HOST),
    "taleo": Product("Taleo", "https://{host}", domain=".taleo.net", steps=(2, 3)),
    "teamtailor": tenant_hosts(
        "Teamtailor",
        ".teamtailor.com",
        "/jobs",
        "/jobs/{key}",
        spider="crawler.spiders.teamtailor:TeamtailorSpider",
    ),
    "workable": Product(
        "Workable",
        "https://apply.workable.com/{token}",
        "https://apply.workable.com/{token}/j/{key}/",
        lower=True,
        delay=timedelta(milliseconds=500),
        spider="crawler.spiders.workable:WorkableSpider",
    ),
    "workday": Product(
        "Workday",
        "https://{host}/{rest}",
        domain=".myworkdayjobs.com",
        steps=(2, 2),
        first=re.compile(r"[a-z0-9][a-z0-9-]*\.wd[0-9]{1,4}", re.IGNORECASE),
        spider="crawler.spiders.workday:WorkdaySpider",
        every=timedelta(hours=1),
    ),
    "wttj": Product(
        "Welcome to the Jungle",
        "https://www.welcometothejungle.com/en/companies/{token}/jobs",
        lower=True,
    ),
}


def title(ats: str) -> str:
    """Return the title of an ATS; its name if it is not known."""
    return PRODUCTS[ats].title if ats in PRODUCTS else ats


_READABLE = frozenset(ats for ats, product in PRODUCTS.items() if product.spider)


def supported() -> frozenset[str]:
    """Return the names of the ATS that can be crawled."""
    return _READABLE


def is_readable(board: str) -> bool:
    """Return whether this board can be crawled."""
    return board.partition(":")[0] in _READABLE


def default_every(ats: str) -> timedelta | None:
    """Return the time between two checks that the ATS itself asks for; None for most."""
    return PRODUCTS[ats].every if ats in PRODUCTS else None


def default_delay(ats: str) -> timedelta:
    """Return the pause between two requests to one host that the ATS needs."""
    return PRODUCTS[ats].delay


def why_off(ats: str) -> str:
    """Return why this ATS is off until it is turned on, in one sentence; "" for one that is on."""
    return PRODUCTS[ats].opt_in


def reader_version(ats: str) -> int:
    """Return the version of today's reader of an ATS; 0 for one that can no longer be read."""
    return PRODUCTS[ats].reader if ats in _READABLE else 0
