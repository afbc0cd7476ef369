"""`/roles/POSTING` and its twin: a life, now and at a moment, by any spelling of the name."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from lxml import html  # type: ignore[import-untyped]  # it ships no types
from sqlalchemy import Engine

from crawler.items import Pay
from monitor.alerts.watches import begin
from monitor.database.engine import read_transaction
from monitor.queries.describe import describe
from monitor.queries.resolve import find_posting
from monitor.rules.watches import with_watches
from monitor.text.page_addresses import role_path
from monitor.text.values import plain
from tests.support.alerts import HOSTILE
from tests.support.boards import BOARD, START, posting, snapshot, unreadable
from tests.support.history import History
from tests.support.lives import AGAIN, COUNSEL, GEMINI, ODD, lead_lives
from tests.support.moves import NEW, listing, move, there
from tests.support.web import Serve, WebSite


def words_of(page: str) -> str:
    """Return the page's text, with single spaces."""
    texts = " ".join(html.fromstring(page).itertext())
    return re.sub(r" (?=[.,:)])", "", " ".join(texts.split()))


def day(number: int) -> str:
    """Return the moment just after so many checks."""
    return f"2026-03-0{2 + number}T09:30:00Z"


def test_the_page_tells_a_life(site: WebSite) -> None:
    page = site.html(role_path(GEMINI))
    words = words_of(page)
    for phrase in (
        "Senior Research Engineer, Gemini",
        "London, UK · Paris, France remote",
        "$150k–264k “$150,000 - $264,000 USD”",
        "Requisition REQ-7",
        "open before its board was watched",
        "Reopened 1 time",
        "Raised pay: $133k–240k → $150k–264k +10%",
        "Added Paris",
        "Made this role remote",
        "fits engineers title has “research engineer”",
        "Write kernels",
    ):
        assert phrase in words
    assert "within <del>two</del> <ins>six</ins> weeks" in re.sub(r"\s+", " ", page)
    assert 'href="https://job-boards.greenhouse.io/examplelabs/jobs/11"' in page


def test_a_deadline_is_shown_in_the_configured_time_zone(site: WebSite) -> None:
    alerts = replace(site.settings.alerts, timezone=ZoneInfo("America/Los_Angeles"))
    site.settings = replace(site.settings, alerts=alerts)
    early = words_of(site.html(f"{role_path(GEMINI)}?as_of={day(1)}"))
    assert "Deadline May 19, 2 am PDT “12pm PDT Tuesday 19th of May 2026”" in early
    assert "Deadline May 31 “May 31, 2026”" in words_of(site.html(role_path(GEMINI)))


def test_a_closed_role_says_both_ends_of_its_interval_and_where_it_is_now(site: WebSite) -> None:
    page = site.html(role_path(COUNSEL))
    words = words_of(page)
    assert "Opened between Mar 3, 9 am UTC and Mar 4, 9 am UTC" in words
    assert (
        "Closed between Mar 6, 9 am UTC, when it was last seen, and Mar 7, 9 am UTC"
        " (open for 2 days)" in words
    )
    assert "This role was posted again: Legal Counsel." in words
    assert f'href="{role_path(AGAIN)}"' in page
    assert "does not fit engineers fails on: none of “research engineer” in title" in words
    later = words_of(site.html(role_path(AGAIN)))
    assert "Repeats Legal Counsel" in later
    assert "the same requisition REQ-9, title and place" in later


def test_the_twin_is_what_show_says_with_changes_and_rules(site: WebSite) -> None:
    data = site.json(f"{role_path(GEMINI)}.json")
    changes, rules = data.pop("changes"), data.pop("rules")
    with read_transaction(site.engine) as connection:
        assert data == plain(describe(connection, find_posting(connection, GEMINI)))
    assert [(row["kind"], row["field"]) for row in changes] == [
        ("revised", "location"),
        ("revised", "pay"),
        ("revised", "deadline"),
        ("revised", "description"),
        ("closed", None),
        ("reopened", None),
        ("revised", "title"),
        ("revised", "workplace"),
    ]
    assert rules == [
        {
            "rule": "engineers",
            "fits": True,
            "words": "title has “research engineer”",
            "failed": "",
        },
        {
            "rule": "kernels in Paris",
            "fits": True,
            "words": "description has “kernels”; location has “Paris”",
            "failed": "",
        },
    ]


def test_both_databases_give_the_same_twins(
    sqlite_engine: Engine, postgres_engine: Engine, serve: Serve
) -> None:
    one, other = (serve(lead_lives(engine)) for engine in (sqlite_engine, postgres_engine))
    for name in (GEMINI, COUNSEL, AGAIN, ODD):
        for query in ("", f"?as_of={day(4)}"):
            address = f"{role_path(name)}.json{query}"
            assert one.client.get(address).text == other.client.get(address).text
    assert words_of(one.html(role_path(GEMINI))) == words_of(other.html(role_path(GEMINI)))


def test_a_moment_shows_the_role_as_it_was_known(site: WebSite) -> None:
    address = f"{role_path(GEMINI)}?as_of={day(2)}"
    words = words_of(site.html(address))
    assert "as it was known on Mar 4, 9:30 am UTC" in words
    assert "Show it as it is today" in words
    assert "$133k–240k" in words
    assert "$150k" not in words
    assert "Renamed" not in words
    data = site.json(f"{role_path(GEMINI)}.json?as_of={day(1)}")
    assert (data["pay_max"], data["state"], data["changes"]) == (240_000, "open", [])
    assert [rule["fits"] for rule in data["rules"]] == [True, False]  # not in Paris yet
    closed = site.json(f"{role_path(GEMINI)}.json?as_of={day(4)}")
    assert (closed["state"], closed["closed_at"]) == ("closed", "2026-03-06T09:00:00.000000Z")


def test_every_event_links_to_the_role_as_it_was_then(site: WebSite) -> None:
    links = html.fromstring(site.html(role_path(GEMINI))).xpath("//a[@class='then']")
    assert len(links) == 4
    for link in links:
        assert "as it was known on" in words_of(site.html(link.get("href")))


def test_a_moment_that_is_wrong_or_too_early_is_a_sentence(site: WebSite) -> None:
    wrong = site.client.get(f"{role_path(GEMINI)}?as_of=neverday")
    assert wrong.status_code == 400
    assert "is no time" in wrong.text
    early = site.client.get(f"{role_path(GEMINI)}.json?as_of=2020-01-01")
    assert early.status_code == 404
    assert early.json()["error"].startswith(f"The role {GEMINI} was not known at 2020-01-01")


def test_a_moment_ahead_is_now(site: WebSite) -> None:
    now, ahead = (site.json(f"{role_path(GEMINI)}.json{query}") for query in ("", "?as_of=2099-01"))
    assert ahead["version"] == now["version"]
    assert "as it was known on Mar 8," in words_of(site.html(f"{role_path(GEMINI)}?as_of=2099-01"))


@pytest.mark.parametrize(
    "name", ["Greenhouse:ExampleLabs:11", "11", "https://boards.greenhouse.io/examplelabs/jobs/11"]
)
def test_another_spelling_leads_to_the_role(site: WebSite, name: str) -> None:
    for ending in ("", ".json"):
        answer = site.client.get(f"{role_path(name)}{ending}?as_of=1d", follow_redirects=False)
        assert answer.status_code == 302
        assert answer.headers["location"] == f"{role_path(GEMINI)}{ending}?as_of=1d"


def test_a_key_may_have_slashes_spaces_and_end_like_a_twin(site: WebSite) -> None:
    for path in (role_path(ODD), f"/roles/{ODD}"):
        assert "<h1>Chef de Partie</h1>" in site.html(path)
        assert site.json(f"{path}.json")["posting"] == ODD
    assert "no text that rolewatch could read" in site.html(role_path(ODD))
    assert site.client.get(f"{role_path(ODD)}?as_of=2020-01-01").status_code == 404


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("greenhouse:examplelabs:111", "nearest: greenhouse:examplelabs:11"),
        ("greenhouse:examplelab:11", "nearest: greenhouse:examplelabs"),
        ("greenhouse:examplelabs:zzz", "was ever seen"),
        ("nonsense", "No posting"),
        ("a\0b:c:d", "There is no such role."),
        ("<script>alert(1)</script>:b:c", "No posting"),
    ],
)
def test_an_unknown_role_is_a_sentence(site: WebSite, name: str, sentence: str) -> None:
    twin = site.client.get(f"{role_path(name)}.json")
    assert twin.status_code == 404
    assert sentence in twin.json()["error"]
    page = site.client.get(role_path(name))
    assert page.status_code == 404
    assert "<script" not in page.text


def test_a_role_that_could_not_be_read_yet_is_shown(history: History, serve: Serve) -> None:
    history.check(snapshot([*(posting(key) for key in "123"), unreadable("99")]))
    name = f"{BOARD}:99"
    page = serve(history).html(role_path(name))
    assert "(not read yet)" in page
    assert "could not be read yet" in page
    assert serve(history).json(f"{role_path(name)}.json")["rules"] == []


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_stay_texts(sqlite_engine: Engine, serve: Serve, text: str) -> None:
    sent = text.replace("\0", "").encode("utf-8", "replace").decode()  # as a crawl gives it
    hostile = posting(
        "1",
        title=f"{sent} <img src=x onerror=alert(1)>",
        location=sent,
        locations=(sent,),
        department=sent,
        url="javascript:alert(1)",
        pay=Pay(None, None, None, None, sent),
        description=f"{sent}\n\n• </li><script>alert(1)</script>",
        requisition=sent,
    )
    history = History(sqlite_engine)
    history.check(snapshot([hostile, posting("2")]))
    edited = replace(hostile, title=f"<b>{sent}", description=f"{sent}</ins><script>x</script>")
    history.check(snapshot([replace(edited, location="London"), posting("2")]))
    tree = html.fromstring(serve(history).html(role_path(f"{BOARD}:1")))
    assert not tree.xpath("//script | //img[@onerror] | //*[@style] | //main//b")
    assert not tree.xpath("//a[starts-with(@href, 'javascript')]")
    shown = tree.text_content()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069]", shown)


def test_a_moved_board_leads_from_one_life_to_the_next(engine: Engine, serve: Serve) -> None:
    history = History(engine)
    old = posting("1", title="Research Engineer, Gemini")
    history.check(snapshot([old]))
    move(history)
    history.check(listing([there(old)]))
    site = serve(history)
    new = f"{NEW}:131"
    assert "Its board has moved. The role continues as" in site.html(role_path(f"{BOARD}:1"))
    assert f'href="{role_path(new)}"' in site.html(role_path(f"{BOARD}:1"))
    assert "Before its board moved: Research Engineer, Gemini" in words_of(
        site.html(role_path(new))
    )


def test_personal_watches_are_shown_to_nobody(
    history: History, serve: Serve, engine: Engine
) -> None:
    with engine.begin() as connection:
        begin(connection, "U0ALICE", ["gemini"], employer=None, place="", now=START)
        history.settings = with_watches(connection, history.settings)  # as a daemon has them
    site = serve(history)
    assert "U0ALICE" not in site.html(role_path(GEMINI))
    data = site.json(f"{role_path(GEMINI)}.json")
    assert "watch:" not in json.dumps(data)
    assert [rule["rule"] for rule in data["rules"]] == ["engineers", "kernels in Paris"]
