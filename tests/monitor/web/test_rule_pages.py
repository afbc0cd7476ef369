"""`/rules`, `/rules/NAME` and their twins: words, what fits, what would have been sent, keys."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest
from sqlalchemy import Engine

from crawler.items import Probe
from monitor.alerts.watches import begin
from monitor.config.model import Rule
from monitor.rules.matches import match_backlog, register_rules
from monitor.rules.watches import with_watches
from monitor.web.keys import key_of
from tests.support.boards import posting, postings, snapshot
from tests.support.history import History, settings
from tests.support.story import STORY, tell
from tests.support.web import Serve, WebSite, words

HOSTILE = '<script>alert("1")</script>/any name?#%'
RULES = (
    Rule("research-engineer", any=("research engineer",), notify=("slack:#roles", "console")),
    Rule("kernels", any=("kernels",), read_in=("description",), mode="digest"),
    Rule(HOSTILE, any=("counsel",), none=("<b>intern*</b>",)),
    Rule("never", any=("zebra",)),
)
COLUMNS = ["name", "words", "channels", "fits_open", "told_30d", "feed", "calendar"]


@pytest.fixture(params=["matched", "not matched"])
def history(engine: Engine, request: pytest.FixtureRequest) -> History:
    """Return the shared story, with rules that are matched with it, or are new."""
    made = tell(engine)
    made.settings = settings(*RULES)
    if request.param == "matched":
        with engine.begin() as connection:
            register_rules(connection, made.settings)
        match_backlog(engine, made.settings, 30)
    return made


def test_the_twin_has_a_row_a_rule(site: WebSite) -> None:
    rows = site.json("/rules.json")
    assert [list(row) for row in rows] == [COLUMNS] * 4
    assert [(row["name"], row["fits_open"], row["told_30d"]) for row in rows] == [
        ("research-engineer", 3, 5),
        ("kernels", 1, 4),
        (HOSTILE, 0, 1),
        ("never", 0, 0),
    ]
    assert rows[0]["channels"] == ["slack:#roles", "console"]
    assert rows[0]["words"].startswith("The title has “research engineer”. An alert is sent")
    assert rows[0]["feed"] == "/feeds/research-engineer.atom"
    assert rows[0]["calendar"] == "/calendar/research-engineer.ics"


def test_the_page_says_what_a_rule_fits_and_sends(site: WebSite) -> None:
    page = words(site.html("/rules"))
    assert page.startswith("4 rules research-engineer The title has “research engineer”.")
    assert "3 open roles fit It would have sent 5 alerts since the first check." in page
    assert "1 open role fits It would have sent 4 alerts in digests since" in page


def test_a_rule_lists_its_open_roles(site: WebSite) -> None:
    rows = site.json("/rules/research-engineer.json")
    assert rows == site.json("/index.json?rule=research-engineer")
    assert len(rows) == 3
    page = site.html("/rules/research-engineer")
    assert "3 open roles fit now" in words(page)
    assert f'href="/roles/{STORY}"' in page
    assert 'href="/?rule=research-engineer"' in page


def test_a_rule_lists_its_alerts_newest_first(site: WebSite) -> None:
    page = words(site.html("/rules/research-engineer")).partition("would have sent in 30 days")[2]
    assert "It would have sent 5 alerts since the first check." in page
    found = re.findall(r" (opened|revised|closed|reopened) ", page.partition("not counted.")[2])
    assert found == ["reopened", "closed", "revised", "opened", "revised"]
    assert "title has “research engineer”" in page
    quiet = words(site.html("/rules/never"))
    assert "0 open roles fit now No open role fits." in quiet
    assert "It would have sent 0 alerts" in quiet


def test_any_name_has_its_page(site: WebSite) -> None:
    own = f"/rules/{quote(HOSTILE, safe='')}"
    for page in (site.html("/rules"), site.html(own)):
        assert "<script" not in page
        assert "<b>" not in page
    assert f'href="/rules/{quote(HOSTILE, safe=":")}"' in site.html("/rules")
    assert site.json(f"{own}.json") == []
    assert f"<h1>{HOSTILE}" in unescape(site.html(own))


@pytest.mark.parametrize("name", ["nothing", "RESEARCH-ENGINEER", "a/b", "%00", "watch:1"])
def test_an_unknown_rule_is_a_sentence(site: WebSite, name: str) -> None:
    answer = site.client.get(f"/rules/{name}.json")
    assert answer.status_code == 404
    assert "There is no rule “" in answer.json()["error"]
    assert site.client.get(f"/rules/{name}").status_code == 404


def test_links_have_no_key_without_a_password(site: WebSite) -> None:
    assert "key=" not in site.html("/rules") + site.html("/rules/kernels")
    assert 'href="/feeds/all.atom"' in site.html("/rules")
    assert 'href="/calendar.ics"' in site.html("/rules")


def test_links_have_keys_that_open_them(site: WebSite) -> None:
    site.with_password("correct horse")
    right = {"Authorization": "Basic " + b64encode(b"any:correct horse").decode()}
    site.client.headers.update(right)
    pages = site.html("/rules") + site.html("/rules/kernels")
    found = {unescape(link) for link in re.findall(r'href="(/(?:feeds|calendar)[^"]*)"', pages)}
    rows = site.json("/rules.json")
    assert {row["feed"] for row in rows} | {row["calendar"] for row in rows} <= found
    assert len(found) == 2 * len(RULES) + 2
    del site.client.headers["Authorization"]
    for link in found:
        address = urlsplit(link)
        key = key_of("correct horse", unquote(address.path))
        assert parse_qs(address.query) == {"key": [key]}
        assert site.client.get(link).status_code == 200


def test_a_rule_named_all_has_no_feed_of_its_own(engine: Engine, serve: Serve) -> None:
    made = History(engine, settings(Rule("all", any=("engineer",))))
    made.check(snapshot(postings(1)))
    site = serve(made)
    assert site.json("/rules.json")[0]["feed"] is None
    assert "has no feed of its own" in words(site.html("/rules/all"))
    assert 'href="/feeds/all.atom"' not in site.html("/rules/all")


def test_a_rule_whose_name_ends_like_a_twin_has_both(engine: Engine, serve: Serve) -> None:
    made = History(engine, settings(Rule("a.json", any=("engineer",))))
    made.check(snapshot(postings(1)))
    site = serve(made)
    assert "<h1>a.json</h1>" in site.html("/rules/a.json")
    assert len(site.json("/rules/a.json.json")) == 1


def test_personal_watches_are_not_shown(history: History, serve: Serve) -> None:
    with history.engine.begin() as connection:
        begin(connection, "U0ALICE", ["counsel"], employer=None, place="", now=history.now)
        whole = with_watches(connection, history.settings)
    assert len(whole.rules) == len(RULES) + 1
    site = serve(history)
    site.settings = whole
    watch = whole.rules[-1].name
    assert watch not in site.html("/rules")
    assert site.client.get(f"/rules/{watch}").status_code == 404
    assert [row["name"] for row in site.json("/rules.json")] == [rule.name for rule in RULES]


def test_old_alerts_are_not_counted(history: History, serve: Serve) -> None:
    site = serve(history)
    site.now += timedelta(days=29)
    assert site.json("/rules.json")[0]["told_30d"] == 5
    site.now += timedelta(days=1, hours=-1)
    page = words(site.html("/rules"))
    assert "about 1 a week" in page
    site.now += timedelta(days=2)
    assert site.json("/rules.json")[0]["told_30d"] == 0


def test_a_first_summary_is_not_counted(engine: Engine, serve: Serve) -> None:
    made = History(engine)
    made.check(snapshot(postings(5)))
    site = serve(made)
    assert site.json("/rules.json")[0]["told_30d"] == 0
    made.check(snapshot(postings(6)))
    made.check(snapshot(postings(5), {"6": Probe.GONE}))
    assert serve(made).json("/rules.json")[0]["told_30d"] == 2


def test_pages_of_a_rule_lead_to_each_other(engine: Engine, serve: Serve) -> None:
    made = History(engine)
    made.check(snapshot([replace(one, title="Research Engineer") for one in postings(120)]))
    site = serve(made)
    own = "/rules/research-engineer"
    found = [row["key"] for page in (1, 2, 3) for row in site.json(f"{own}.json?page={page}")]
    assert len(found) == len(set(found)) == 120
    assert f'rel="next" href="{own}?page=2"' in site.html(own)
    assert site.client.get(f"{own}?page=x").status_code == 400


def test_texts_of_boards_are_escaped(engine: Engine, serve: Serve) -> None:
    made = History(engine)
    made.check(snapshot([]))
    made.check(snapshot([posting("1", title=f"Research Engineer {HOSTILE}", company=HOSTILE)]))
    page = serve(made).html("/rules/research-engineer")
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 2


def test_an_empty_history_says_so(engine: Engine, serve: Serve) -> None:
    site = serve(History(engine))
    row = site.json("/rules.json")[0]
    assert (row["fits_open"], row["told_30d"]) == (0, 0)
    assert site.json("/rules/research-engineer.json") == []
    assert "Nothing is stored yet that it could have sent." in words(site.html("/rules"))


def test_a_configuration_without_rules_says_so(engine: Engine, serve: Serve) -> None:
    made = History(engine)
    made.settings = replace(made.settings, rules=())
    site = serve(made)
    assert site.json("/rules.json") == []
    assert "There is no rule yet." in words(site.html("/rules"))
