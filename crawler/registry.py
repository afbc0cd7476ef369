"""The ATS that rolewatch knows: titles, pages for people, forms of tokens and keys, spiders."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from pkgutil import resolve_name
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from crawler.items import Posting

if TYPE_CHECKING:
    from crawler.spiders.base import BoardSpider


_STEP = re.compile(r"[a-z0-9][a-z0-9_.&-]{0,99}", re.IGNORECASE | re.ASCII)
_NAME = re.compile(r"\w[\w .,&'()!+@-]{0,99}")  # names that people typed, spaces and all
_HOST = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}", re.IGNORECASE | re.ASCII
)
_LABEL = re.compile(
    r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*",
    re.IGNORECASE | re.ASCII,
)
_KEY = re.compile(r"[a-z0-9][\w.~-]{0,127}", re.IGNORECASE | re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Product:
    """An ATS: its title, its pages for people, and the forms of its tokens and keys."""

    title: str
    page: str  # a board's page for people
    job: str = ""  # a posting's page, where token and key are enough to write it
    domain: str = ""  # around a tenant's label: ".teamtailor.com"
    steps: tuple[int, int] = (1, 1)  # of a token, at least and at most
    step: re.Pattern[str] = _STEP  # each of them, decoded
    first: re.Pattern[str] | None = None  # the first of them, where it has a form of its own
    key: re.Pattern[str] = _KEY
    lower: bool = False  # tokens are always lower case; otherwise they keep their case
    cased: bool = False  # two tokens that differ in case are two boards
    no_tokens: frozenset[str] = frozenset({"embed", "api"})  # steps of its own addresses
    spider: str = ""  # a dotted path; "" for an ATS that cannot be read yet
    # raised when it reads pay, deadline or workplace differently: stored postings are read again
    reader: int = 1
    # why it is off until `[ats.NAME] enabled = true`: one sentence; "" for one that is on
    opt_in: str = ""
    # the time between two checks, if a check costs the host many requests; None: as [crawl] says
    every: timedelta | None = None
    delay: timedelta = timedelta(milliseconds=250)  # between requests to one host, at least


def _labels(
    title: str,
    domain: str,
    page: str = "",
    job: str = "",
    *,
    cased: bool = False,
    spider: str = "",
    every: timedelta | None = None,
    delay: timedelta = timedelta(milliseconds=250),
) -> Product:
    """Return an ATS that gives each tenant a host."""
    job = "https://{host}" + job if job else ""
    return Product(
        title,
        "https://{host}" + page,
        job,
        domain,
        step=_LABEL,
        lower=not cased,
        cased=cased,
        spider=spider,
        every=every,
        delay=delay,
    )


_GOOGLE = "https://www.google.com/about/careers/applications/jobs/results/"
_ALL = "all"
_BRANDS = {
    "deepmind": "DeepMind",
    "gfiber": "GFiber",
    "verily life sciences": "Verily Life Sciences",
    "youtube": "YouTube",
}

PRODUCTS = {
    "adp": Product("ADP Workforce Now", "https://workforcenow.adp.com", steps=(2, 2)),
    "amazon": Product(
        "Amazon Jobs",
        "https://www.amazon.jobs/en/search",
        "https://www.amazon.jobs/en/jobs/{key}",
        step=_NAME,
        lower=True,
        spider="crawler.spiders.amazon:AmazonSpider",
        every=timedelta(hours=1),
    ),
    "ashby": Product(
        "Ashby",
        "https://jobs.ashbyhq.com/{token}",
        "https://jobs.ashbyhq.com/{token}/{key}",
        step=_NAME,
        spider="crawler.spiders.ashby:AshbySpider",
        reader=2,
    ),
    "avature": Product("Avature", "https://{host}/{rest}", domain=".avature.net", steps=(2, 2)),
    "bamboohr": _labels(
        "BambooHR",
        ".bamboohr.com",
        "/careers",
        "/careers/{key}",
        spider="crawler.spiders.bamboohr:BambooSpider",
    ),
    "breezy": _labels("Breezy HR", ".breezy.hr", "", "/p/{key}"),
    "comeet": Product("Comeet", "https://www.comeet.com/jobs/{token}", steps=(2, 2)),
    "dvinci": _labels("d.vinci", ".dvinci-hr.com", "", "/jobs/{key}"),
    "eightfold": _labels(
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
        _GOOGLE,
        _GOOGLE + "{key}",
        step=_NAME,
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
        reader=3,
    ),
    "icims": _labels(
        "iCIMS",
        ".icims.com",
        "/jobs",
        "/jobs/{key}/job",
        spider="crawler.spiders.icims:IcimsSpider",
        every=timedelta(hours=1),
        delay=timedelta(seconds=2),  # its hosts refuse faster ones
    ),
    "jazzhr": _labels("JazzHR", ".applytojob.com", "/apply", "/apply/{key}", cased=True),
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
        first=_HOST,
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
        reader=2,
    ),
    "oracle": Product(
        "Oracle Recruiting Cloud",
        "https://{host}/hcmUI/CandidateExperience/en/sites/{rest}",
        "https://{host}/hcmUI/CandidateExperience/en/sites/{rest}/job/{key}",
        steps=(2, 2),
        first=_HOST,
        spider="crawler.spiders.oracle:OracleSpider",
        every=timedelta(hours=1),
    ),
    "personio": _labels(
        "Personio",
        ".jobs.personio.com",
        "",
        "/job/{key}",
        spider="crawler.spiders.personio:PersonioSpider",
    ),
    "pinpoint": _labels(
        "Pinpoint",
        ".pinpointhq.com",
        "",
        "/en/postings/{key}",
        spider="crawler.spiders.pinpoint:PinpointSpider",
    ),
    "recruitee": _labels(
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
    "softgarden": _labels("Softgarden", ".softgarden.io", "", "/job/{key}"),
    "successfactors": Product("SAP SuccessFactors", "https://{host}", steps=(1, 2), first=_HOST),
    "taleo": Product("Taleo", "https://{host}", domain=".taleo.net", steps=(2, 3)),
    "teamtailor": _labels(
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
_UPPER_KEYS = {"workable"}


def title(ats: str) -> str:
    """Return the title of an ATS; its name if it is not known."""
    return PRODUCTS[ats].title if ats in PRODUCTS else ats


def canonical_token(ats: str, token: str) -> str:
    """Return the token as rolewatch writes it: `Merge%20Labs` for "Merge Labs".

    Raises ValueError when it can be no token of this ATS.
    """
    product = PRODUCTS[ats]
    steps = [unquote(step, errors="strict").strip() for step in token.split("/")]
    if (
        not product.steps[0] <= len(steps) <= product.steps[1]
        or steps[0].casefold() in product.no_tokens
    ):
        raise ValueError(token)
    for pattern, step in zip(
        (product.first or product.step, *[product.step] * len(steps)), steps, strict=False
    ):
        if not pattern.fullmatch(step):
            raise ValueError(token)
    if product.lower:
        steps = [step.lower() for step in steps]
        if ats == "google":
            steps[0] = steps[0].removeprefix("google ").lstrip()
    elif product.first is not None or product.domain:
        steps[0] = steps[0].lower()
    return "/".join(quote(step, safe="&") for step in steps)


def canonical_key(ats: str, key: str) -> str:
    """Return the key as the ATS sends it. Raises ValueError when it can be none."""
    if not PRODUCTS[ats].key.fullmatch(key):
        raise ValueError(key)
    if _UUID.fullmatch(key):
        return key.lower()
    return key.upper() if ats in _UPPER_KEYS else key


def fold(board: str) -> str:
    """Return the form that all spellings of one board share: `ashby:openai` for `ashby:OpenAI`.

    Use it to compare, never to show.
    """
    ats, _, token = board.partition(":")
    ats = ats.lower()
    if ats in PRODUCTS and PRODUCTS[ats].cased:
        return f"{ats}:{unquote(token)}"
    return f"{ats}:{unquote(token).casefold()}"


def same_board(one: str, other: str) -> bool:
    """Return whether two names mean one board."""
    return fold(one) == fold(other)


def brand(token: str) -> str:
    """Return a brand of Google's as its site writes it: `DeepMind` for the token `deepmind`."""
    name = unquote(token)
    return _BRANDS.get(name.casefold(), name.title())


def board_url(ats: str, token: str) -> str:
    """Return the page of a board for people; "" for an ATS that is not known."""
    if ats not in PRODUCTS:
        return ""
    if ats == "google":
        return _GOOGLE if token == _ALL else f"{_GOOGLE}?company={quote(brand(token))}"
    return _filled(PRODUCTS[ats], PRODUCTS[ats].page, token)


def board_page(board: str) -> str:
    """Return the page of a board for people, given as `ats:token`."""
    ats, _, token = board.partition(":")
    return board_url(ats, token)


def posting_url(ats: str, token: str, key: str) -> str:
    """Return the page of a posting for people; its board's if token and key don't lead to it."""
    job = PRODUCTS[ats].job if ats in PRODUCTS else ""
    return _filled(PRODUCTS[ats], job, token, key) if job else board_url(ats, token)


def tenant_host(ats: str, token: str) -> str:
    """Return the host of a board where each tenant has one; "" where all boards share hosts."""
    product = PRODUCTS[ats]
    begins_with_host = product.page.startswith(("https://{host}", "https://{token}"))
    return _host(product, token) if begins_with_host else ""


def _host(product: Product, token: str) -> str:
    first = token.partition("/")[0]
    in_domain = product.domain and ("." not in first or product.title in {"Workday", "Taleo"})
    return first + product.domain if in_domain else first


def _filled(product: Product, template: str, token: str, key: str = "") -> str:
    rest = token.partition("/")[2]
    return template.format(token=token, host=_host(product, token), rest=rest, key=key)


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


def spider(ats: str) -> type[BoardSpider]:
    """Return the spider class of an ATS that can be crawled."""
    found: type[BoardSpider] = resolve_name(PRODUCTS[ats].spider)
    return found


def reader_version(ats: str) -> int:
    """Return the version of today's reader of an ATS; 0 for one that can no longer be read."""
    return PRODUCTS[ats].reader if ats in _READABLE else 0


def reread(ats: str, raw: bytes) -> Posting:
    """Return the posting of a stored raw job, as today's reader reads it. Raises Unreadable."""
    return spider(ats).read(raw)
