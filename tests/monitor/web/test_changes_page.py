"""`/changes` and its twin: what happened, by day, with filters and pages."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import html  # type: ignore[import-untyped]  # it ships no types
from sqlalchemy import Engine, delete

from crawler.items import Probe
from monitor.database.tables import MatchedRule
from monitor.text.page_addresses import role_path
from tests.support.alerts import HOSTILE
from tests.support.boards import BOARD, posting, postings, snapshot
from tests.support.history import History
from tests.support.lives import AGAIN, COUNSEL, GEMINI, RULES, lead_lives
from tests.support.web import Serve, WebSite


def listed(site: WebSite, query: str) -> list[str]:
    """Return the changes that an address lists: the key's last part, the kind, the field."""
    return [
        " ".join(
            filter(None, (re.split("[/:]", row["posting"])[-1], row["kind"], row["field"] or ""))
        )
        for row in site.json(f"/changes.json{query}")
    ]


ALL = [
    "13 opened",
    "12 closed",
    "11 revised workplace",
    "11 revised title",
    "11 reopened",
    "11 closed",
    "11 revised description",
    "11 revised deadline",
    "11 revised pay",
    "11 revised location",
    "14.json opened",
    "12 opened",
]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ALL),
        ("?since=90d&unknown=1", ALL),
        ("?since=36h", ALL[:5]),
        ("?since=2026-03-08", ALL[:1]),
        ("?kind=opened", [ALL[0], ALL[10], ALL[11]]),
        ("?kind=closed&kind=reopened", [ALL[1], ALL[4], ALL[5]]),
        ("?field=pay&field=title", [ALL[3], ALL[8]]),
        ("?field=pay&kind=opened", []),
        ("?board=greenhouse:examplelabs", ALL),
        ("?board=Example%20Labs&kind=reopened", [ALL[4]]),
        # the content after a change fits, or before a revision
        ("?rule=engineers", ALL[2:10]),
        ("?rule=kernels%20in%20Paris", ALL[2:10]),
        ("?rule=engineers&rule=kernels%20in%20Paris&field=location", [ALL[9]]),
        ("?rule=engineers&board=examplelabs&since=36h", ALL[2:5]),
        ("?page=2", []),
    ],
)
def test_the_filters_find_what_they_say(site: WebSite, query: str, found: list[str]) -> None:
    assert listed(site, query) == found


def test_a_rule_without_stored_matches_finds_the_same(history: History, serve: Serve) -> None:
    queries = [f"?rule={rule.name}{more}" for rule in RULES for more in ("", "&kind=revised")]
    site = serve(history)
    stored = [listed(site, query) for query in queries]
    with history.engine.begin() as connection:
        connection.execute(delete(MatchedRule))
    assert [listed(site, query) for query in queries] == stored


def test_a_rule_on_many_postings_finds_the_same(
    site: WebSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    queries = ("?rule=engineers", "?board=examplelabs&kind=closed", "?rule=kernels%20in%20Paris")
    few = [listed(site, query) for query in queries]
    monkeypatch.setattr("monitor.queries.changes._FEW", 0)
    assert [listed(site, query) for query in queries] == few


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?kind=gone", "kind=gone: use one of opened, revised, closed, reopened."),
        ("?field=salary", "field=salary: use one of title, "),
        ("?since=neverday", "is no time"),
        ("?board=nosuch", "no board"),
        ("?rule=nosuch", "no rule has this name; there is engineers, kernels in Paris"),
        ("?page=0", "use a whole number from 1."),
    ],
)
def test_a_wrong_value_is_one_sentence(site: WebSite, query: str, words: str) -> None:
    answer = site.client.get(f"/changes.json{query}")
    assert answer.status_code == 400
    assert words in answer.json()["error"]
    assert site.client.get(f"/changes{query}").status_code == 400


def test_a_day_has_its_events_and_an_event_all_that_one_check_found(site: WebSite) -> None:
    tree = html.fromstring(site.html("/changes"))
    days = [one.text_content() for one in tree.xpath("//section[@class='day']/h2")]
    assert days == [
        "Today · Sunday, Mar 8",
        "Yesterday · Saturday, Mar 7",
        "Friday, Mar 6",
        "Thursday, Mar 5",
        "Wednesday, Mar 4",
    ] or days[0].startswith("Today · ")
    events = tree.xpath("//article[@class='event']")
    assert len(events) == 8
    badges = [event.xpath(".//span[contains(@class, 'badge')]/text()") for event in events]
    assert ["reopened", "revised"] in badges
    edited = next(one for one in events if "Raised pay" in one.text_content())
    words = " ".join(edited.text_content().split())
    assert "Raised pay: $133k–240k → $150k–264k +10%" in words
    assert "Extended the deadline: May 19, 9 am UTC → May 31" in words
    assert [one.text for one in edited.xpath(".//details//ins")] == ["six"]
    assert not edited.xpath(".//details[@open]")


def test_a_change_links_to_its_role_and_a_repost_to_what_it_repeats(site: WebSite) -> None:
    first = html.fromstring(site.html("/changes")).xpath("//article[@class='event']")[0]
    links = first.xpath(".//a/@href")
    assert links == [role_path(AGAIN), role_path(COUNSEL)]
    assert "the same requisition REQ-9" in first.text_content()


def test_long_lists_have_pages(sqlite_engine: Engine, serve: Serve) -> None:
    history = History(sqlite_engine)
    history.check(snapshot([posting("999")]))
    history.check(snapshot([posting("999"), *postings(120)]))
    site = serve(history)
    pages = [site.json(f"/changes.json?page={number}") for number in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [50, 50, 20, 0]
    assert len({row["change_id"] for page in pages for row in page}) == 120
    second = html.fromstring(site.html("/changes?kind=opened&page=2"))
    assert "Page 2 of 3" in " ".join(second.text_content().split())
    assert second.xpath("//a[@rel='prev']/@href") == ["/changes?kind=opened"]
    assert second.xpath("//a[@rel='next']/@href") == ["/changes?kind=opened&page=3"]
    assert second.xpath("//h1")[0].text == "120 changes"


def test_more_than_a_thousand_changes_are_not_counted(
    sqlite_engine: Engine, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.web.pages.changes._COUNTED", 100)
    history = History(sqlite_engine)
    history.check(snapshot([posting("999")]))
    history.check(snapshot([posting("999"), *postings(120)]))
    site = serve(history)
    page = " ".join(html.fromstring(site.html("/changes")).text_content().split())
    assert "More than 100 changes" in page
    assert "Page 1 of 2 or more" in page
    last = html.fromstring(site.html("/changes?page=3"))
    assert last.xpath("//h1")[0].text == "120 changes"
    assert not last.xpath("//a[@rel='next']")


def test_an_empty_history_says_so(engine: Engine, serve: Serve) -> None:
    site = serve(History(engine))
    assert "Nothing has changed in the last 7 days." in site.html("/changes")
    assert "No change fits these filters." in site.html("/changes?since=30d")
    assert site.json("/changes.json") == []


def test_both_databases_give_the_same_twin(
    sqlite_engine: Engine, postgres_engine: Engine, serve: Serve
) -> None:
    one, other = (serve(lead_lives(engine)) for engine in (sqlite_engine, postgres_engine))
    for query in ("", "?kind=revised", "?rule=engineers"):
        addresses = (f"/changes.json{query}", f"/changes{query}")
        for address in addresses:
            assert one.client.get(address).text == other.client.get(address).text


def test_hostile_texts_stay_texts(sqlite_engine: Engine, serve: Serve) -> None:
    sent = [text.replace("\0", "").encode("utf-8", "replace").decode() for text in HOSTILE]
    before = [
        posting(str(number), title=f"{text}<script>x</script>", location=text, locations=(text,))
        for number, text in enumerate(sent)
    ]
    after = [
        replace(
            one,
            title=f"<img src=x onerror=alert(1)>{text}",
            department=f"<b>{text}",
            location=f"<i>{text}",
            locations=(f"<i>{text}",),
            description=f"{one.description} <script>{text}</script>",
        )
        for one, text in zip(before, sent, strict=True)
    ]
    history = History(sqlite_engine)
    history.check(snapshot(before))
    history.check(snapshot(after))
    tree = html.fromstring(serve(history).html("/changes"))
    assert not tree.xpath("//script | //img[@onerror] | //*[@style] | //main//b | //main//i")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", tree.text_content())
    assert len(tree.xpath("//article[@class='event']")) > len(HOSTILE) // 2


def test_a_closing_says_when_the_role_was_last_seen(history: History, serve: Serve) -> None:
    history.check(snapshot([], {"13": Probe.GONE}), minutes=60)
    site = serve(history)
    site.now += timedelta(minutes=5)
    page = html.fromstring(site.html("/changes?since=1h30m&kind=closed&since=2h"))
    text = " ".join(page.text_content().split())
    assert "last seen Mar 8, 9 am UTC" in text
    assert f"{BOARD}:11" == GEMINI
