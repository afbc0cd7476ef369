"""A history for the pages: two employers, roles that move, a board that fails, hostile texts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Engine

from crawler.items import Deadline, Failure, Pay, Posting, Probe, Snapshot
from monitor.config.model import Rule
from monitor.rules.matches import match_backlog, register_rules
from tests.support.boards import BOARD, START, posting, postings, sighting, snapshot
from tests.support.history import History, settings

OTHER = "ashby:Other%20Labs"
HOSTILE = "<script>alert(1)</script> & “Engineer”\u202e \x07 {{ 7*7 }} ]]>"
RULES = (
    Rule("research-engineer", any=("research engineer",), notify=("slack:#roles",)),
    Rule("pay/over 150k", all=("engineer",), none=("intern*",), locations=("London", "remote")),
)
TEXT = """About the role

We look for an engineer who builds large models with care.

- You write Python every day.
- You measure before you decide.

We offer a good office."""


def _hero() -> Posting:
    return posting(
        "100",
        title="Senior Research Engineer, Reasoning",
        location="London, UK; Zurich, Switzerland",
        locations=("London, UK", "Zurich, Switzerland"),
        workplace="hybrid",
        employment_type="Full time",
        pay=Pay(98_000, 124_000, "GBP", "year", "£98,000 – £124,000"),
        deadline=Deadline(START + timedelta(days=40), "11 April 2026"),
        description=TEXT,
        requisition="R-100",
        stated=frozenset({"pay", "deadline"}),
    )


def tell(engine: Engine) -> History:
    """Record the story. Its last check is a week after the first."""
    story = History(engine, settings(*RULES, boards=(BOARD, OTHER)))
    hero = _hero()
    long_title = posting("101", title="Engineer, " + "very long words of a title " * 9)
    hostile = posting(
        "102", title=HOSTILE, description=HOSTILE, location=HOSTILE, locations=(HOSTILE,)
    )
    many = [*postings(57), long_title, hostile]
    story.check(snapshot(many), _other(postings(3)), minutes=60)
    story.check(snapshot([*many, hero]), minutes=24 * 60)
    raised = replace(hero, pay=Pay(112_000, 145_000, "GBP", "year", "£112,000 – £145,000"))
    story.check(snapshot([*many, raised]), minutes=24 * 60)
    edited = replace(
        raised,
        title="Staff Research Engineer, Reasoning",
        description=TEXT.replace("a good office", "a good office and two days at home"),
        location="London, UK",
        locations=("London, UK",),
    )
    story.check(snapshot([*many, edited]), Failure(OTHER, "HTTP 503", status=503), minutes=24 * 60)
    closed = {"1": Probe.GONE, "2": Probe.GONE}
    story.check(
        snapshot([*many[2:], edited], closed), Failure(OTHER, "HTTP 503", status=503), minutes=60
    )
    story.check(snapshot([*many[1:], edited]), Failure(OTHER, HOSTILE, status=503), minutes=24 * 60)
    again = replace(hero, key="200", requisition="R-200", title=many[0].title)
    story.check(snapshot([*many[1:], edited, again]), minutes=24 * 60)
    with engine.begin() as connection:
        register_rules(connection, story.settings)
    match_backlog(engine, story.settings, 10)
    return story


def _other(seen: list[Posting]) -> Snapshot:
    own = [
        replace(one, url=one.url.replace("examplelabs", "other"), company="Other Labs")
        for one in seen
    ]
    return Snapshot(OTHER, tuple(sighting(one) for one in own), company="Other Labs")
