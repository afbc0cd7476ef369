# ruff: noqa: E501  # a link and its board share a line
"""Links of every kind lead to the right board and posting, or to one sentence with the reason."""

from __future__ import annotations

import pytest

from crawler.links.address import linked_boards, parse
from crawler.links.forms import fold
from crawler.registry import title
from tests.support.places import ROOT

UUID = "34413f8d-26bf-4bbc-8ade-eb309a0e2245"
OTHER = "e9877d64-61b1-4b37-8518-65af0431cd09"
GOOGLE = "https://www.google.com/about/careers/applications"
ORACLE = "https://acme.fa.us2.oraclecloud.com"
ORACLE_JOBS = f"{ORACLE}/hcmRestApi/resources/latest/recruitingCEJobRequisitions"
KEY = "138166347879064262"

LINKS = {
    # Greenhouse
    "https://boards.greenhouse.io/acme": "greenhouse:acme",
    "http://boards.greenhouse.io/acme/": "greenhouse:acme",
    "HTTPS://Job-Boards.Greenhouse.IO/Acme/jobs/7822249": "greenhouse:acme:7822249",
    "https://job-boards.greenhouse.io/acme?page=2": "greenhouse:acme",
    "https://job-boards.greenhouse.io/acme?error=true": "greenhouse:acme",
    "https://job-boards.greenhouse.io/acme/jobs/694?gh_src=d39&utm_source=x": "greenhouse:acme:694",
    "https://boards.greenhouse.io/acme?gh_jid=694": "greenhouse:acme:694",
    "https://job-boards.eu.greenhouse.io/acme/jobs/4907671101": "greenhouse:acme:4907671101",
    "https://boards.eu.greenhouse.io/acme": "greenhouse:acme",
    "https://boards-api.greenhouse.io/v1/boards/acme/jobs?content=true": "greenhouse:acme",
    "https://api.greenhouse.io/v1/boards/acme/embed/departments": "greenhouse:acme",
    "https://boards-api.greenhouse.io/v1/boards/acme/jobs/5938712": "greenhouse:acme:5938712",
    "https://boards.greenhouse.io/embed/job_board?for=Acme&b=https%3A%2F%2Facme.example": "greenhouse:acme",
    "https://boards.eu.greenhouse.io/embed/job_board/js?for=acme": "greenhouse:acme",
    "https://boards.greenhouse.io/embed/job_app?for=acme&token=7833599&gh_jid=1": "greenhouse:acme:7833599",
    "https://boards.greenhouse.io.:443//acme//jobs/5": "greenhouse:acme:5",
    # Ashby
    "https://jobs.ashbyhq.com/acme": "ashby:acme",
    "jobs.ashbyhq.com//acme//": "ashby:acme",
    "  https://jobs.ashbyhq.com/Acme#jobs ": "ashby:Acme",
    f"https://jobs.ashbyhq.com/acme/{UUID.upper()}/application?utm_source=x": f"ashby:acme:{UUID}",
    f"https://jobs.ashbyhq.com/acme?ashby_jid={UUID}": f"ashby:acme:{UUID}",
    f"https://jobs.ashbyhq.com/acme/{UUID}?departmentId={OTHER}": f"ashby:acme:{UUID}",
    f"https://jobs.ashbyhq.com/acme?departmentId={OTHER}": "ashby:acme",
    f"https://jobs.ashbyhq.com/flock%20safety%20two/{UUID}": f"ashby:flock%20safety%20two:{UUID}",
    "https://jobs.ashbyhq.com/flock safety two": "ashby:flock%20safety%20two",
    "https://jobs.ashbyhq.com/acme.co.uk": "ashby:acme.co.uk",
    "https://jobs.ashbyhq.com/acme/embed?version=2": "ashby:acme",
    "https://jobs.ashbyhq.com/acme?embed=js": "ashby:acme",
    "https://api.ashbyhq.com/posting-api/job-board/Acme%20One?includeCompensation=true": "ashby:Acme%20One",
    "https://jobs.ashbyhq.com/THINKINGMACHINES": "ashby:ThinkingMachines",
    # Google
    GOOGLE: "google:all",
    f"{GOOGLE}/jobs/results": "google:all",
    f"{GOOGLE}/jobs/results/?q=research%20engineer&location=London&page=3": "google:all",
    f"{GOOGLE}/jobs/results/?company=deepmind&hl=de": "google:deepmind",
    f"{GOOGLE}/jobs/results?company=Google+DeepMind": "google:deepmind",
    f"{GOOGLE}/jobs/results?company=YouTube": "google:youtube",
    f"{GOOGLE}/jobs/results?company=Verily%20Life%20Sciences": "google:verily%20life%20sciences",
    f"{GOOGLE}/jobs/results/{KEY}-research-engineer-deepmind?q=x": f"google:deepmind:{KEY}",
    f"{GOOGLE}/jobs/results/{KEY}-student-researcher": f"google:all:{KEY}",
    f"{GOOGLE}/jobs/results/{KEY}-research-engineer?company=DeepMind": f"google:deepmind:{KEY}",
    f"{GOOGLE}/jobs/results/{KEY}": f"google:all:{KEY}",
    f"{GOOGLE}/u/1/jobs/results/{KEY}-x": f"google:all:{KEY}",
    f"https://careers.google.com/jobs/results/{KEY}-research-engineer-DeepMind/": f"google:deepmind:{KEY}",
    "https://careers.google.com": "google:all",
    f"{GOOGLE}/jobs/sitemap.xml": "google:all",
    # Lever
    "https://jobs.lever.co/Acme/": "lever:Acme",
    f"http://jobs.lever.co/acme/{UUID}/apply?lever-source%5B%5D=x": f"lever:acme:{UUID}",
    f"https://jobs.eu.lever.co/acme/{UUID.upper()}": f"lever:acme:{UUID}",
    "https://jobs.lever.co/acme-": "lever:acme-",
    "https://jobs.lever.co/1840&Acme?team=x": "lever:1840&Acme",
    f"https://api.eu.lever.co/v0/postings/acme/{UUID}?mode=json": f"lever:acme:{UUID}",
    # Workday
    "https://Acme.wd5.myworkdayjobs.com/External": "workday:acme.wd5/External",
    "https://acme.wd12.myworkdayjobs.com/fr-CA/jobs/job/Paris/Engineer_R_38?redirect=/External/job/x_R9": "workday:acme.wd12/jobs:R_38",
    "https://acme.wd501.myworkdayjobs.com/apply/job/Engineer_R-1/apply/applyManually": "workday:acme.wd501/apply:R-1",
    "https://acme.wd5.myworkdayjobs.com/nw/details/Engineer_01865158": "workday:acme.wd5/nw:01865158",
    "https://acme.wd1.myworkdayjobs.com/wday/cxs/acme/External/jobs": "workday:acme.wd1/External",
    "https://wd3.myworkdaysite.com/en-US/recruiting/acme/USA/job/Rome/Engineer_30": "workday:acme.wd3/USA:30",
    "https://acme.wd5.myworkdayjobs.com/External/1/refreshFacet/318c8bb6": "workday:acme.wd5/External",
    # SmartRecruiters, Workable, Gem, Eightfold, Rippling, Oracle
    "https://careers.smartrecruiters.com/Acme/students?search=new%20grad": "smartrecruiters:Acme",
    "https://jobs.smartrecruiters.com/Acme/744000142591139-engineer-m-f-d-?oga=true": "smartrecruiters:Acme:744000142591139",
    f"https://jobs.smartrecruiters.com/ni/Acme/{UUID}-engineer": f"smartrecruiters:Acme:{UUID}",
    f"https://jobs.smartrecruiters.com/oneclick-ui/company/Acme/publication/{UUID}?dcr_id=1": f"smartrecruiters:Acme:{UUID}",
    "https://www.smartrecruiters.com/Acme/743999724513159": "smartrecruiters:Acme:743999724513159",
    "https://api.smartrecruiters.com/v1/companies/Acme/postings/744000141247940": "smartrecruiters:Acme:744000141247940",
    "https://apply.workable.com/Acme/j/9918167ed4/apply/": "workable:acme:9918167ED4",
    "https://apply.workable.com/api/v3/accounts/acme/jobs": "workable:acme",
    "https://acme.workable.com/jobs/123456": "workable:acme",
    "https://apply.workable.com/acme/jobs/view/9918167ED4.md": "workable:acme:9918167ED4",
    "https://jobs.gem.com/acme/am9icG9zdDpfHfomMwhgi_z8_5e1eD4l/": "gem:acme:am9icG9zdDpfHfomMwhgi_z8_5e1eD4l",
    "https://api.gem.com/job_board/v0/acme/job_posts/": "gem:acme",
    "https://acme.eightfold.ai/careers?query=x&pid=12787262&domain=acme.com": "eightfold:acme:12787262",
    "https://apply.careers.microsoft.com/careers/job/1970393556951950-engineer": "eightfold:apply.careers.microsoft.com:1970393556951950",
    f"https://ats.rippling.com/en-GB/acme-/jobs/{UUID}/apply": f"rippling:acme-:{UUID}",
    "https://api.rippling.com/platform/api/ats/v1/board/acme/jobs": "rippling:acme",
    f"{ORACLE}:443/hcmui/candidateexperience/en/sites/cx_1/requisitions/preview/17/apply": "oracle:acme.fa.us2.oraclecloud.com/CX_1:17",
    f"{ORACLE}/hcmUI/CandidateExperience/fr/sites/Jobs/job/USA1": "oracle:acme.fa.us2.oraclecloud.com/Jobs:USA1",
    f"{ORACLE_JOBS}?finder=findReqs;siteNumber=CX_2,limit=25": (
        "oracle:acme.fa.us2.oraclecloud.com/CX_2"
    ),
    # a host for each tenant
    "https://Acme.teamtailor.com/fr/jobs/5123456-formateur": "teamtailor:acme:5123456",
    "https://acme.na.teamtailor.com/jobs.rss": "teamtailor:acme.na.teamtailor.com",
    f"https://acme.pinpointhq.com/en/postings/{UUID}/applications/new": f"pinpoint:acme:{UUID}",
    "https://acme.jobs.personio.de/job/848970?language=de#apply": "personio:acme:848970",
    "https://careers-acme.icims.com/jobs/8214/engineer/job?in_iframe=1": "icims:careers-acme:8214",
    "https://acme.recruitee.com/l/de/o/engineer/c/new": "recruitee:acme",
    "https://acme.bamboohr.co.uk/jobs/view.php?id=77": "bamboohr:acme:77",
    "https://acme.breezy.hr/p/9b5dbab30b78-engineer": "breezy:acme:9b5dbab30b78",
    "https://acme.applytojob.com/apply/ujxQN2lhPz/Engineer": "jazzhr:acme:ujxQN2lhPz",
    # the others
    "https://www.amazon.jobs/en/search.json?business_category[]=aws": "amazon:aws",
    "https://amazon.jobs/de/jobs/SF210055473/engineer": "amazon:all:SF210055473",
    "https://jobs.jobvite.com/careers/acme/job/oiiRyfwJ": "jobvite:acme:oiiRyfwJ",
    "https://career5.successfactors.eu/career?company=Acme": "successfactors:career5.successfactors.eu/Acme",
    "https://acme.taleo.net/careersection/2/jobdetail.ftl?job=264858": "taleo:acme/2:264858",
    "https://acme.avature.net/en_US/careers/JobDetail/Engineer/16889": "avature:acme/careers:16889",
    "https://www.comeet.com/jobs/acme/F6.003/engineer/18.767-9B.20A": "comeet:acme/F6.003:18.767",
    "https://join.com/companies/acme/16405887-engineer": "join:acme",
    "https://www.welcometothejungle.com/fr/companies/acme/jobs/engineer": "wttj:acme",
}
NAMELESS = {
    "https://boards.greenhouse.io/": "expected ats:token",
    "https://boards.greenhouse.io/embed/job_board?for=": "expected ats:token",
    "https://boards.greenhouse.io/embed/job_app?token=7833599": "a Greenhouse form that does not "
    "name its board: give greenhouse:TOKEN",
    "https://boards.greenhouse.io/v1/boards": "expected ats:token",
    "https://acme.example/jobs?gh_jid=8070570&gh_jid=8070570": "a job of Greenhouse on the "
    "employer's own site",
    f"https://acme.example/careers?ashby_jid={UUID}": "a job of Ashby on the employer's own site",
    "https://grnh.se/3d8f6c4b2us": "a short link of Greenhouse",
    "https://apply.workable.com/j/635C2F816F": "a short link of Workable",
    f"{GOOGLE}/jobs/results?company=DeepMind&company=YouTube": "several brands",
    f"{GOOGLE}/teams/": "expected ats:token",
    "https://www.google.com/search?q=research+engineer&ibp=htl;jobs": "expected ats:token",
    "https://www.google.com/": "expected ats:token",
    "https://jobs.ashbyhq.com/api/non-user-graphql?op=ApiJobBoard": "expected ats:token",
    "https://jobs.ashbyhq.com.example.org/openai": "expected ats:token",
    "https://evil.example/boards.greenhouse.io/deepmind": "expected ats:token",
    "https://evil.example/?u=https%3A%2F%2Fboards.greenhouse.io%2Fdeepmind": "expected ats:token",
    "https://boards.greenhouse.io@evil.example/deepmind": "expected ats:token",
    "https://evil.example\\@jobs.ashbyhq.com/openai": "is not an address",
    "https://jobs.ashbyhq.com/meeting/x": "expected ats:token",
    "https://jobs.ashbyhq.com/b/abc": "expected ats:token",
    "https://boards.greenhouse.io/acme/../deepmind": "expected ats:token",
    "https://nvidia.wd5.myworkdayjobs.com/en-US": "expected ats:token",
    "https://nvidia.wd5.myworkdayjobs.com/wday/cxs": "expected ats:token",
    "https://acme.wd5.myworkdayjobs-impl.com/External": "expected ats:token",
    "https://app.eightfold.ai/careers/job?domain=acme.com&pid=6": "expected ats:token",
    "https://cdn13.icims.com/logo.png": "expected ats:token",
    "https://-acme.pinpointhq.com/postings.json": "expected ats:token",
    "mailto:jobs@deepmind.example": "expected ats:token",
    "ftp://boards.greenhouse.io/deepmind": "expected ats:token",
    "https://jobs.lever.co/" + "a" * 5000: "expected ats:token",
}
FACTS = ROOT.parent / "shared" / "facts"


@pytest.mark.parametrize(("link", "meant"), LINKS.items())
def test_a_link_leads_to_its_board_and_posting(link: str, meant: str) -> None:
    address = parse(link)
    assert (address.posting or address.board) == meant


@pytest.mark.parametrize(("link", "reason"), NAMELESS.items())
def test_a_link_without_a_board_is_refused_in_one_sentence(link: str, reason: str) -> None:
    with pytest.raises(ValueError, match=r"is|names") as refused:
        parse(link)
    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)


def test_links_cover_every_ats() -> None:
    assert len(LINKS) + len(NAMELESS) >= 100
    assert {link.split(":")[0] for link in LINKS.values()} >= {
        "greenhouse",
        "ashby",
        "google",
        "lever",
        "workday",
        "oracle",
        "icims",
    }


def test_links_without_a_board_on_a_page_are_ignored() -> None:
    assert (
        linked_boards("".join(f'<a href="{link}">' for link in NAMELESS if link.startswith("http")))
        == ()
    )
    assert (
        len(
            linked_boards(
                "".join(f'<a href="{link}">' for link in LINKS if link.startswith("http"))
            )
        )
        > 40
    )


@pytest.mark.needs(FACTS / "LINKS_A.tsv")
@pytest.mark.parametrize("file", ["LINKS_A.tsv", "LINKS_B.tsv"])
def test_collected_links_lead_to_the_right_board_or_a_reason(file: str) -> None:
    for line in (FACTS / file).read_text(encoding="utf-8").splitlines()[1:]:
        link, board, key, note = (*line.split("\t"), "", "", "")[:4]
        if "-deepmind" in link and board == "google:all":
            board = "google:deepmind"  # PRODUCT §12: the link of a DeepMind role
        try:
            address = parse(link)
        except ValueError:
            assert board == "none" or "[page]" in note, link
            continue
        assert (fold(address.board), address.key or "") == (fold(board), key), link
        assert title(address.ats) != address.ats
