"""Boards with the same postings in the form of each ATS, for `bench_sources`."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from monitor.demo.board_server import BoardServer
from tests.benchmarks import board_farm
from tests.support import (
    amazon,
    ashby,
    bamboohr,
    eightfold,
    gem,
    icims,
    lever,
    oracle,
    personio,
    pinpoint,
    recruitee,
    rippling,
    smartrecruiters,
    teamtailor,
    workable,
    workday,
)

POSTINGS = 140
_JOBS = {number: board_farm.job(number) for number in range(1, POSTINGS + 1)}
_STYLED = '<p style="min-height:1.5em">'  # as Ashby writes every paragraph
_EMPTY = (
    *("JobFunction", "WorkerType", "ContractType", "ManagerLevel", "JobShift", "JobType"),
    *("StudyLevel", "WorkDurationYears", "WorkHours", "WorkDays", "LegalEmployer"),
    *("BusinessUnit", "Organization", "ExternalQualificationsStr"),
)  # fields of an Oracle row that are null
Row = dict[str, Any]


class Text(NamedTuple):
    """The facts of one posting, which every ATS states in its own form."""

    number: int
    title: str
    html: str

    def parts(self, count: int) -> list[str]:
        """Return the text in so many parts of one length, for an ATS with several fields."""
        paragraphs = self.html.split("</p>")
        step = -(-len(paragraphs) // count)
        starts = range(0, step * count, step)
        return ["</p>".join(paragraphs[start : start + step]) for start in starts]


class Board(NamedTuple):
    """One board: its server, its rows, and what a row calls the title."""

    server: BoardServer
    rows: list[Row]
    title: str = "title"


def texts(board: int) -> list[Text]:
    """Return the postings of a board: 6 to 8 kB each."""
    written = [
        Text(number, job["title"], html.unescape(job["content"])) for number, job in _JOBS.items()
    ]
    return [
        one._replace(html=one.html.replace("Number", f"Board {board}, number")) for one in written
    ]


def _greenhouse(jobs: Sequence[Text], _: str) -> Board:
    server = BoardServer()
    rows = [_JOBS[job.number] | {"content": html.escape(job.html, quote=False)} for job in jobs]
    return Board(server, server.board("farm", *rows).jobs)


def _ashby(jobs: Sequence[Text], _: str) -> Board:
    server = ashby.AshbyServer()
    rows = [
        ashby.job(
            job.number,
            job.title,
            descriptionHtml=job.html.replace("<p>", _STYLED),
            descriptionPlain=job.html,
        )
        for job in jobs
    ]
    server.lists("farm", *rows)
    return Board(server, rows)


def _lever(jobs: Sequence[Text], _: str) -> Board:
    """Return a board with the text in three parts, the first one four times and the last twice."""
    server = lever.LeverServer()
    server.sites["farm"] = []
    for job in jobs:
        first, second, third = job.parts(3)
        server.sites["farm"].append(
            lever.job(
                job.number,
                job.title,
                description=first,
                descriptionPlain=first,
                descriptionBody=first,
                descriptionBodyPlain=first,
                lists=[{"text": "You will", "content": second}],
                additional=third,
                additionalPlain=third,
            )
        )
    return Board(server, server.sites["farm"], "text")


def _workable(jobs: Sequence[Text], _: str) -> Board:
    server = workable.WorkableServer()
    server.rows = [workable.row(job.number, job.title, description=job.html) for job in jobs]
    return Board(server, server.rows)


def _smartrecruiters(jobs: Sequence[Text], name: str) -> Board:
    server = smartrecruiters.SmartRecruitersServer()
    company = {"identifier": name, "name": "Farm"}
    for job in jobs:
        sections = {
            "jobDescription": {"title": "Job Description", "text": job.html},
            "videos": {"urls": []},
        }
        key = smartrecruiters.key(job.number)
        server.rows.append(smartrecruiters.row(job.number, job.title, company=company))
        server.details[key] = smartrecruiters.detail(job.number, jobAd={"sections": sections})
    return Board(server, server.rows, "name")


def _gem(jobs: Sequence[Text], _: str) -> Board:
    server = gem.GemServer()
    server.jobs = [
        gem.job(job.number, job.title, content=job.html, content_plain=job.html) for job in jobs
    ]
    return Board(server, server.jobs)


def _eightfold(jobs: Sequence[Text], _: str) -> Board:
    server = eightfold.EightfoldServer()
    server.rows = [eightfold.row(job.number, job.title) for job in jobs]
    server.details = {
        str(job.number): {"id": job.number, "jobDescription": job.html} for job in jobs
    }
    return Board(server, server.rows, "name")


def _oracle(jobs: Sequence[Text], _: str) -> Board:
    server = oracle.OracleServer()
    names = ("ExternalDescriptionStr", "ExternalResponsibilitiesStr", "ExternalQualificationsStr")
    for job in jobs:
        server.rows.append(oracle.row(job.number, job.title, **dict.fromkeys(_EMPTY)))
        detail = oracle.detail(job.number, **dict(zip(names, job.parts(3), strict=True)))
        server.details[f"R_{job.number}"] = detail
    return Board(server, server.rows, "Title")


def _rippling(jobs: Sequence[Text], _: str) -> Board:
    server = rippling.RipplingServer()
    for job in jobs:
        company, role = job.parts(2)
        server.rows.append(rippling.row(job.number, name=job.title))
        server.details[rippling.key(job.number)] = rippling.detail(
            job.number, description={"company": company, "role": role}
        )
    return Board(server, server.rows, "name")


def _pinpoint(jobs: Sequence[Text], _: str) -> Board:
    server = pinpoint.PinpointServer()
    names = ("description", "key_responsibilities", "skills_knowledge_expertise", "benefits")
    server.jobs = [
        pinpoint.job(job.number, job.title, **dict(zip(names, job.parts(4), strict=True)))
        for job in jobs
    ]
    return Board(server, server.jobs)


def _recruitee(jobs: Sequence[Text], _: str) -> Board:
    """Return a board with the text in two parts, and both once more as its translation."""
    server = recruitee.RecruiteeServer()
    for job in jobs:
        parts = dict(zip(("description", "requirements"), job.parts(2), strict=True))
        again = {"en": {"title": job.title, **parts}}
        server.jobs.append(recruitee.job(job.number, job.title, translations=again, **parts))
    return Board(server, server.jobs)


def _bamboohr(jobs: Sequence[Text], _: str) -> Board:
    server = bamboohr.BambooServer()
    server.rows = [bamboohr.row(job.number, job.title) for job in jobs]
    server.details = {
        str(job.number): bamboohr.detail(job.number, description=job.html) for job in jobs
    }
    return Board(server, server.rows, "jobOpeningName")


def _amazon(jobs: Sequence[Text], name: str) -> Board:
    server = amazon.AmazonServer()
    names = ("description", "basic_qualifications", "preferred_qualifications")
    for job in jobs:
        parts = dict(zip(names, job.parts(3), strict=True))
        server.jobs.append(amazon.job(job.number, job.title, business_category=name, **parts))
    return Board(server, server.jobs)


def _icims(jobs: Sequence[Text], _: str) -> Board:
    """Return a board with the text whole, and once more in two parts."""
    server = icims.IcimsServer()
    for job in jobs:
        parts = dict(zip(("responsibilities", "qualifications"), job.parts(2), strict=True))
        server.jobs.append(icims.job(job.number, job.title, description=job.html, **parts))
    return Board(server, server.jobs)


def _workday(jobs: Sequence[Text], _: str) -> Board:
    server = workday.WorkdayServer()
    server.rows = [workday.row(job.number, job.title) for job in jobs]
    server.details = {
        workday.path(job.number): workday.detail(job.number, jobDescription=job.html)
        for job in jobs
    }
    return Board(server, server.rows)


def _personio(jobs: Sequence[Text], _: str) -> Board:
    rows = [personio.job(job.number, ("Your tasks", job.html), name=job.title) for job in jobs]
    server = personio.PersonioServer(*rows)
    server.feeds[""] = rows
    return Board(server, rows, "name")


def _teamtailor(jobs: Sequence[Text], _: str) -> Board:
    server = teamtailor.TeamtailorServer()
    server.jobs = [teamtailor.job(job.number, job.title, description=job.html) for job in jobs]
    return Board(server, server.jobs)


@dataclass(frozen=True)
class Source:
    """One ATS: its boards, and the name of the one board that a server of it knows."""

    make: Callable[[Sequence[Text], str], Board]
    known_as: str = "examplelabs"
    token: str = "{}"
    is_json: bool = True  # others are measured for information


SOURCES = {
    "greenhouse": Source(_greenhouse, "farm"),
    "ashby": Source(_ashby, "farm"),
    "lever": Source(_lever, "farm"),
    "workable": Source(_workable),
    "gem": Source(_gem, "ExampleLabs"),
    "pinpoint": Source(_pinpoint),
    "recruitee": Source(_recruitee),
    "amazon": Source(_amazon, ""),
    "icims": Source(_icims, "careers", "{}.example.org"),
    "smartrecruiters": Source(_smartrecruiters, "ExampleLabs"),
    "oracle": Source(_oracle, "exampl", "{}.fa.us2.oraclecloud.com/Careers"),
    "rippling": Source(_rippling, token="{}-careers"),
    "bamboohr": Source(_bamboohr),
    "eightfold": Source(_eightfold),
    "workday": Source(_workday, token="{}.wd5/Careers"),
    "personio": Source(_personio, is_json=False),
    "teamtailor": Source(_teamtailor, is_json=False),
}
