"""DeepMind moves from Greenhouse to Google Careers: recorded days, or a small copy of them."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from crawler.items import Posting, Snapshot
from crawler.readers import reread
from monitor.config.model import Settings
from monitor.messages import FirstCheckSummary, load
from monitor.queries.changes import timeline
from monitor.queries.moved import former_lives
from monitor.queries.resolve import find_posting
from tests.support.boards import posting
from tests.support.history import History, settings
from tests.support.moves import listing, move
from tests.support.outbox_fixture import PostOffice
from tests.support.places import ROOT
from tests.support.slack_scenario import RULE, SlackScenario
from tests.support.slack_server import ROLES, shown

SERIES = ROOT.parent / "shared" / "recordings" / "timeseries" / "greenhouse-deepmind_daily"
OLD, NEW = "greenhouse:deepmind", "google:deepmind"
MOUNTAIN_VIEW, LONDON, ZURICH = "Mountain View, California, US", "London, UK", "Zurich, Switzerland"
ROLES_THERE = [
    ("Research Engineer, Gemini", LONDON),
    ("Research Engineer, Gemini", MOUNTAIN_VIEW),
    ("Research Engineer, Post-Training, Google DeepMind", f"{ZURICH}; {LONDON}"),
    ("Research Scientist, Reasoning & AGI", MOUNTAIN_VIEW),
    ("Executive Business Partner", "Paris, France"),
    ("Executive Business Partner", "Paris, France"),
    ("Events Manager ( 9 Month Fixed Term Contract ) ", MOUNTAIN_VIEW),
    ("Engineering Lead, Google DeepMind Impact Accelerator", "Singapore "),
    ("Research Engineer, Safety", LONDON),
    ("Senior Research Engineer, Gemini", LONDON),
]
GOOGLES = {
    MOUNTAIN_VIEW: "Mountain View, CA, USA",
    "New York City, New York, US": "New York, NY, USA",
    ZURICH: "Zürich, Switzerland",
}


def series() -> list[list[Posting]]:
    """Return Greenhouse's answer of each day. That recording has no texts."""
    days = [json.loads(file.read_text())["jobs"] for file in sorted(SERIES.glob("*.json"))]
    return [[reread("greenhouse", json.dumps(job).encode()) for job in day] for day in days]


def miniature() -> list[list[Posting]]:
    """Return three days of ten roles: one opened on the third day, one was edited."""
    made = [
        posting(
            str(5000 + row),
            title=title,
            location=place,
            locations=tuple(place.split("; ")),
            description="",
            company="Google DeepMind",
        )
        for row, (title, place) in enumerate(ROLES_THERE)
    ]
    return [
        made[:-1],
        [replace(made[0], department="Gemini"), *made[1:-1]],
        [replace(made[0], department="Gemini"), *made[1:]],
    ]


def there(seen: Posting) -> Posting:
    """Return the role as Google writes it, with a text."""
    title = f"{seen.title.strip().removesuffix(', Google DeepMind')}, DeepMind"
    places = tuple(GOOGLES.get(place, place.strip()) for place in seen.locations)
    text = f"Minimum qualifications of {title}."
    key, where = f"1325{seen.key}", "; ".join(places)
    url = f"https://www.google.com/about/careers/applications/jobs/results/{key}"
    return replace(
        seen,
        key=key,
        url=url,
        title=title,
        location=where,
        locations=places,
        description=text,
        requisition=None,
    )


def newcomers() -> list[Posting]:
    return [
        posting(
            f"99{number}",
            title=f"Research Engineer, Robotics {number}, DeepMind",
            location="London, UK",
        )
        for number in range(5)
    ]


def day(seen: list[Posting]) -> Snapshot:
    return replace(listing(seen, OLD), company="Google DeepMind")


def _of_deepmind(wanted: Settings) -> Settings:
    return replace(wanted, boards=settings(RULE, boards=(OLD,)).boards)


@pytest.mark.parametrize(
    "recorded", [miniature, pytest.param(series, marks=pytest.mark.needs(SERIES))]
)
# one of both
async def test_a_move_is_one_message_and_every_match_is_right(
    office: PostOffice, recorded: Any
) -> None:
    life = SlackScenario(office)
    history = life.history
    history.settings = _of_deepmind(history.settings)
    days = recorded()
    for seen in days:
        history.check(day(seen), minutes=60 * 24)
    await life.deliver()
    messages_before, alerts = len(life.slack.channels[ROLES].messages), len(history.alerted())
    move(history, OLD, NEW)
    listed = [there(one) for number, one in enumerate(days[-1]) if number % 5 < 3]
    history.check(replace(listing([*listed, *newcomers()], NEW), company="Google DeepMind"))
    await life.deliver()
    _assert_right(history, days[-1], listed)
    _assert_counted(history, listed)
    _assert_both_lives(history)
    assert history.alerted()[alerts:] == ["summary"]
    messages = life.slack.channels[ROLES].messages
    assert len(messages) == messages_before + 1
    assert "Google DeepMind moved from Greenhouse to Google Careers: " in shown(messages[-1])
    assert office.one_copy_each()


def _assert_right(history: History, last: list[Posting], listed: list[Posting]) -> None:
    """Check that each match is right, and that no unique title and place is left unmatched."""
    found = {
        new.removeprefix(f"{NEW}:"): old.removeprefix(f"{OLD}:") for new, old in _reposts(history)
    }
    assert all(new == f"1325{old}" for new, old in found.items())
    faces = Counter((one.title.strip(), frozenset(one.locations)) for one in last)
    origins = {f"1325{one.key}": one for one in last}
    alone = {
        one.key
        for one in listed
        if faces[origins[one.key].title.strip(), frozenset(origins[one.key].locations)] == 1
    }
    assert alone <= found.keys()


def _assert_counted(history: History, listed: list[Posting]) -> None:
    [(before,)], found = (
        history.ask(f"SELECT open_postings FROM boards WHERE board = '{OLD}'"),
        _reposts(history),
    )
    message = load(history.alerted("(SELECT message FROM alert WHERE id = alert_id)")[-1])
    assert isinstance(message, FirstCheckSummary)
    [moved] = message.moves
    assert (moved.before, moved.came + moved.back) == (before, len(found))
    assert moved.new == len(listed) + 5 - len(found)


def _reposts(history: History) -> list[Any]:
    return history.ask(
        f"SELECT posting, repost_of FROM postings WHERE board = '{NEW}' AND repost_of IS NOT NULL"
    )


_REVISED = """SELECT p.posting, p.repost_of
FROM postings p JOIN postings o ON o.posting = p.repost_of
WHERE o.version > 1 ORDER BY p.posting LIMIT 1"""


def _assert_both_lives(history: History) -> None:
    [(new, old)] = history.ask(_REVISED)
    with history.engine.connect() as connection:
        posting_ = find_posting(connection, new)
        lives = former_lives(connection, posting_)
        assert [life.posting for life in lives] == [old]
        assert {row["kind"] for row in timeline(connection, lives[0]).rows} >= {"revised"}
