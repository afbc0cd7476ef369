"""`/` and its twin: the filters, their order, their pages, and what a wrong value says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from crawler.items import Deadline, Pay, Probe
from monitor.config.model import Rule
from monitor.config.sections import AlertSettings
from monitor.rules.matches import match_backlog, register_rules
from tests.support.boards import START, posting, postings, snapshot, unreadable
from tests.support.history import History, settings
from tests.support.web import Serve, WebSite, words

ENGINEERS = Rule("engineers", any=("research engineer",))
PARIS = Rule("paris/all of it", all=("engineer",), locations=("Paris",))

SEEN = (
    posting(
        "1",
        title="Research Engineers, Gemini",
        location="London, UK",
        locations=("London, UK",),
        pay=Pay(150_000, 200_000, "USD", "year", "$150,000–200,000"),
        deadline=Deadline(START + timedelta(days=9), "soon"),
    ),
    posting(
        "2",
        title="Senior Ingénieur de recherche",
        location="Paris, France; Zürich, Switzerland",
        locations=("Paris, France", "Zürich, Switzerland"),
        workplace="hybrid",
        pay=Pay(60, 80, "EUR", "hour", "€60–80 an hour"),
        company="Example Labs France",
    ),
    posting(
        "3",
        title="Staff Engineer",
        location="Remote",
        locations=("Remote",),
        workplace="remote",
        pay=Pay(100_000, 120_000, "USD", "year", "$100,000–120,000"),
        deadline=Deadline(START + timedelta(days=2), "sooner"),
        description="For a research engineer at heart.",
    ),
    posting(
        "4",
        title="Counsel",
        location="",
        locations=(),
        pay=Pay(140_000, None, "USD", "year", "from $140,000"),
    ),
)


@pytest.fixture
def history(engine: Engine) -> History:
    made = History(engine, settings(ENGINEERS, PARIS))
    for count in range(1, len(SEEN) + 1):  # each is newer than the one before
        made.check(snapshot(SEEN[:count]))
    with engine.begin() as connection:
        register_rules(connection, made.settings)
    match_backlog(engine, made.settings, 5)
    return made


def keys(site: WebSite, query: str = "") -> str:
    """Return the keys of the roles that an address lists, in its order."""
    return "".join(row["key"] for row in site.json(f"/index.json{query}"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "4321"),
        ("?q=research+engineer", "1"),
        ("?q=engineer", "31"),
        ("?q=ENGINEERS", "31"),
        ("?q=ingenieur", "2"),
        ("?q=ingen*", "2"),
        ("?q=france", "2"),
        ("?q=example+counsel", "4"),
        ("?q=%22engineer+research%22", ""),
        ("?q=zzz", ""),
        ("?q=%E2%80%94", "4321"),  # a dash is no word
        ("?company=example+labs", "431"),
        ("?company=Example+Labs+France", "2"),
        ("?company=Nobody", ""),
        ("?board=greenhouse:examplelabs", "4321"),
        ("?board=examplelabs", "4321"),
        ("?location=london", "1"),
        ("?location=Zurich", "2"),
        ("?location=paris&location=london", "21"),
        ("?location=remote", "3"),
        ("?country=GB", "1"),
        ("?country=gb&country=France", "21"),
        ("?country=Japan", ""),
        ("?rule=engineers", "1"),
        ("?rule=paris/all+of+it", ""),
        ("?workplace=remote", "3"),
        ("?workplace=remote&workplace=hybrid", "32"),
        ("?seniority=senior", "2"),
        ("?seniority=Staff", "3"),
        ("?min_pay=150000+USD", "421"),  # euros, and a pay without an end, are unknown
        ("?min_pay=120001+USD", "421"),
        ("?min_pay=120000+USD", "4321"),
        ("?min_pay=170000+EUR", "431"),
        ("?sort=deadline", "3142"),
        ("?sort=pay&min_pay=1+USD", "1324"),
        ("?sort=company", "4312"),
        ("?status=all", "4321"),
        ("?status=closed", ""),
        ("?since=20m", "43"),
        ("?page=2", ""),
        ("?unknown=1", "4321"),
        ("?q=&location=&page=", "4321"),
    ],
)
def test_the_filters_find_what_they_say(site: WebSite, query: str, found: str) -> None:
    assert keys(site, query) == found


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?status=opened", "status=opened: use one of open, closed, all."),
        ("?sort=old", "use one of new, deadline, pay, company."),
        ("?workplace=office", "use one of remote, hybrid, onsite."),
        ("?seniority=wizard", "use one of intern, "),
        ("?min_pay=150000", "expected an amount a year and its currency"),
        ("?min_pay=lots", "min_pay=lots"),
        ("?page=0", "use a whole number from 1."),
        ("?page=-1", "use a whole number from 1."),
        ("?page=%D9%A1", "use a whole number from 1."),
        ("?page=99999999999999999999", "use a whole number from 1."),
        ("?since=neverday", "is no time"),
        ("?country=Atlantis", "use a code of two letters such as GB"),
        ("?board=nosuch", "no board"),
        ("?rule=nosuch", "no rule"),
        ("?location=/(/", "location"),
    ],
)
def test_a_wrong_value_is_one_sentence(site: WebSite, query: str, sentence: str) -> None:
    answer = site.client.get(f"/index.json{query}")
    assert answer.status_code == 400
    assert sentence in answer.json()["error"]
    page = site.client.get(f"/{query}")
    assert page.status_code == 400
    assert "<h1>" in page.text


def test_a_closed_role_leaves_the_open_list(history: History, serve: Serve) -> None:
    history.check(snapshot(SEEN[1:], probes={"1": Probe.GONE}))
    site = serve(history)
    assert keys(site) == "432"
    assert keys(site, "?status=closed") == "1"
    assert keys(site, "?status=all") == "4321"
    assert keys(site, "?status=closed&q=gemini") == "1"
    assert 'class="role closed"' in site.html("/?status=closed")


def test_the_list_follows_a_revision(history: History, serve: Serve) -> None:
    moved = replace(SEEN[0], location="Tokyo, Japan", locations=("Tokyo, Japan",), pay=None)
    moved = replace(moved, workplace="remote")
    history.check(snapshot([moved, *SEEN[1:]]))
    site = serve(history)
    assert keys(site, "?location=london") == ""
    assert keys(site, "?country=JP") == "1"
    assert keys(site, "?workplace=remote") == "31"
    assert keys(site, "?min_pay=900000+USD") == "421"


def test_a_rule_that_no_daemon_has_matched_is_matched_for_the_page(
    history: History, serve: Serve
) -> None:
    history.settings = settings(Rule("new", any=("counsel", "staff")), ENGINEERS)
    assert keys(serve(history), "?rule=new") == "43"


def test_the_twin_has_the_columns_of_the_view(site: WebSite, history: History) -> None:
    row = site.json()[0]
    with history.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT * FROM postings LIMIT 1")
        assert list(row) == list(found.keys())
    assert row["first_seen_at"] == "2026-03-02T10:00:00.000000Z"
    assert row["description"].startswith("We look for")


def test_an_unreadable_role_is_listed_without_its_content(engine: Engine, serve: Serve) -> None:
    made = History(engine)
    made.check(snapshot([unreadable("9")]))
    site = serve(made)
    assert keys(site) == "9"
    assert "(not read yet)" in site.html()


def test_pages_lead_to_each_other(engine: Engine, serve: Serve) -> None:
    made = History(engine)
    made.check(snapshot(postings(120)))
    site = serve(made)
    found = [row["key"] for page in (1, 2, 3) for row in site.json(f"/index.json?page={page}")]
    assert len(found) == len(set(found)) == 120
    first, last = site.html("/?q=research&sort=company"), site.html("/?q=research&page=3")
    assert 'rel="next" href="/?q=research&amp;sort=company&amp;page=2"' in first
    assert 'rel="prev"' not in first
    assert 'rel="prev" href="/?q=research&amp;page=2"' in last
    assert "120 open roles" in first


def test_an_empty_history_says_so(engine: Engine, serve: Serve) -> None:
    site = serve(History(engine))
    assert site.json() == []
    assert "No role yet" in site.html()
    assert "No open role fits these filters." in site.html("/?q=zzz")


def test_the_form_keeps_what_was_asked(site: WebSite) -> None:
    page = site.html("/?q=%22%3E%3Cscript%3E&country=GB&workplace=remote&min_pay=1+USD")
    assert "<script>" not in page
    assert 'value="&#34;&gt;&lt;script&gt;"' in page
    assert '<option value="GB" selected>United Kingdom</option>' in page
    assert '<option value="remote" selected>' in page


def test_the_form_names_the_least_pay_as_pay(site: WebSite) -> None:
    form = site.html("/").partition('name="min_pay"')[0]
    assert form.rpartition("<label>")[2].startswith("Yearly pay at least")


@pytest.mark.parametrize(
    ("query", "label"),
    [
        ("", "First seen since"),
        ("?status=closed", "Closed since"),
        ("?status=all", "First seen or closed since"),
    ],
)
def test_the_form_says_what_since_means(site: WebSite, query: str, label: str) -> None:
    assert f"<label>{label}\n" in site.html(f"/{query}")


def test_an_unknown_address_is_a_sentence(site: WebSite) -> None:
    assert site.client.get("/nothing").status_code == 404
    assert "There is no such page." in site.client.get("/nothing").text
    assert site.client.get("/nothing.json").json() == {"error": "There is no such page."}


def test_a_key_in_the_address_is_not_passed_on(engine: Engine, serve: Serve) -> None:
    made = History(engine)
    made.check(snapshot(postings(60)))
    assert "secret" not in serve(made).html("/?key=secret").split("page=2")[0][-200:]


def test_a_deadline_has_the_day_that_its_words_state(engine: Engine, serve: Serve) -> None:
    made = History(engine, settings(alerts=AlertSettings(timezone=ZoneInfo("Europe/London"))))
    end_in_new_york = datetime(2026, 3, 11, 3, 59, 59, tzinfo=UTC)
    role = posting(deadline=Deadline(end_in_new_york, "March 10, 2026"))
    made.check(snapshot([role]))
    site = serve(made)
    assert "apply by Mar 10" in words(site.html())
    site.now = end_in_new_york + timedelta(seconds=1)
    assert "deadline passed Mar 10" in words(site.html())


def test_the_time_of_the_page_is_shown(site: WebSite) -> None:
    site.now = datetime(2026, 3, 5, 12, 30, tzinfo=UTC)
    page = site.html()
    assert '<time datetime="2026-03-05T12:30:00Z">' in page
    assert "3d ago" in page
