"""A small history that tests of queries share: two boards, and a posting with every change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, insert, select

from crawler.items import Deadline, Failure, Pay, Probe
from monitor.alerts.mutes import mute
from monitor.alerts.saved import save_role
from monitor.config.model import Rule, Settings
from monitor.database.tables import Posting, Worker
from tests.support.boards import BOARD, posting, snapshot
from tests.support.history import History, settings
from tests.support.snapshots import keep

OTHER = "greenhouse:otherworks"
STORY = f"{BOARD}:11"  # revised twice, closed, reopened
PAY = Pay(133000.0, 240000.0, "USD", "year", "$133,000 - $240,000 USD")
DEADLINE = Deadline(datetime(2026, 5, 19, 19, 0, tzinfo=UTC), "12pm PDT Tuesday 19th of May 2026")
RULES = (
    Rule("research-engineer", any=("research engineer",)),
    Rule("kernels", any=("kernels",), read_in=("description",)),
)
# a configuration file with the same boards and rules
CONFIG = """
[database]
url = "{url}"
[[boards]]
board = "greenhouse:examplelabs"
[[boards]]
board = "greenhouse:otherworks"
[[rules]]
name = "research-engineer"
any = ["research engineer"]
[[rules]]
name = "kernels"
any = ["kernels"]
in = ["description"]
"""

_STORY = posting(
    "11",
    title="Research Engineer, Gemini",
    workplace="hybrid",
    description="We build large models.\n\nApply soon.",
)
_SCIENTIST = posting(
    "12",
    title="Research Scientist/Engineer",
    location="Paris, France; Zürich",
    locations=("Paris, France", "Zürich"),
)
_LAWYER = posting(
    "13", title="Legal Counsel", pay=PAY, deadline=DEADLINE, description="We write kernels of law."
)


def story_settings() -> Settings:
    """Return the settings of the recorded story."""
    return settings(*RULES, boards=(BOARD, OTHER))


_FRESH = timedelta(minutes=2)
# its last check and what puts it into a database of a kind
_played: dict[str, tuple[datetime, Callable[[Engine], None]]] = {}


def tell(engine: Engine) -> History:
    """Record the story in an empty database: checks at intervals of 15 minutes until now."""
    ended, put = _played.get(engine.dialect.name, (None, None))
    if ended is None or put is None or ended < datetime.now(UTC) - _FRESH:
        history = _record(engine)
        _played[engine.dialect.name] = history.now, keep(engine)
        return history
    put(engine)
    return _history(engine, ended)


def _history(engine: Engine, now: datetime) -> History:
    return History(engine, story_settings(), now=now)


def _record(engine: Engine) -> History:
    history = _history(engine, datetime.now(UTC) - timedelta(minutes=91))
    theirs = [
        posting("12", title="Chef de Partie", company="Other Works"),
        posting("21", company="Other Works"),
    ]
    other = replace(snapshot(theirs), board=OTHER, company="Other Works")
    history.check(snapshot([_STORY, _LAWYER]), other)
    revised = replace(_STORY, location="Mountain View", locations=("Mountain View",), pay=PAY)
    history.check(snapshot([revised, _LAWYER, _SCIENTIST]))
    edited = replace(revised, description="We build very large kernels.\n\nApply soon.")
    history.check(snapshot([edited, _LAWYER, _SCIENTIST]), Failure(OTHER, "HTTP 500", 500))
    history.check(snapshot([_LAWYER, _SCIENTIST], {"11": Probe.GONE}))
    history.check(snapshot([edited, _LAWYER, _SCIENTIST]))
    history.check(snapshot([edited, _SCIENTIST], {"13": Probe.GONE}))
    return history


def save_and_mute(engine: Engine) -> None:
    """Let a person save a role and mute another, and a rule, for rows of those views."""
    now = datetime.now(UTC)
    with engine.begin() as connection:
        names = select(Posting.name, Posting.id).where(Posting.name.like(f"{BOARD}:%"))
        ids = {name: row for name, row in connection.execute(names)}  # noqa: C416  # typed as rows
        save_role(connection, "U0ALICE", ids[STORY], now)
        for posting_id, rule in ((ids[f"{BOARD}:12"], None), (None, RULES[1].name)):
            mute(connection, "slack:#roles", posting_id=posting_id, rule=rule, by="U0BOB", now=now)


def add_worker(engine: Engine) -> None:
    """Store a worker that is idle."""
    now = datetime.now(UTC)
    signs = {"started_at": now, "last_seen_at": now, "lost_at": now + timedelta(days=1)}
    worker = {"id": "w1", "host": "here", "pid": 1, "version": "0.2.0", "done": 3}
    with engine.begin() as connection:
        connection.execute(insert(Worker).values(**worker, **signs))
