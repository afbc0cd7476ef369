"""Kill the daemon again and again while boards change and everything around it fails.

`python -m tests.support.chaos 200 [SEED]` kills 200 times, compares the database with a model and
prints the counts. A board changes again only when its last change is recorded, so that the model
knows every change and every alert. Everything else is random, also the moments of the kills.
"""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import Process
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from monitor.demo.board_server import BoardServer
from tests.support.chaos_world import BOARDS, Change, World
from tests.support.running import Place, until
from tests.support.slack_server import OPS, ROLES, TOKEN, SlackServer, shown, slack_server

_SLACK = (
    "accept_then_timeout",
    "accept_then_reset",
    "accept_then_500",
    "timeout",
    "reset",
    "500",
    "429",
    "bad_json",
)
PATIENCE = 25.0  # seconds
AIMS = ("any moment", "a round", "a write", "a delivery", "an answer of Slack's")


class Asking(Protocol):
    """Something that answers queries."""

    def ask(self, query: str) -> list[tuple[Any, ...]]: ...


@dataclass
class Chaos:
    """One daemon's hard life."""

    place: Place
    world: World
    slack: SlackServer
    random: Random
    kills: Counter[str] = field(default_factory=Counter)  # by aim
    _asked_at: float = 0.0

    async def live(self, kills: int) -> None:
        """Kill the daemon that often, let it send everything, then stop it."""
        await (await self.place.start("check")).communicate()
        for number in range(kills):
            self._stir()
            daemon, said = await self._start()
            aim = AIMS[number % len(AIMS)]
            await self._wait_for(aim, daemon)
            assert daemon.returncode is None, (await said)[1].decode()
            daemon.kill()
            self.kills[aim] += 1
            await said
        self._calm()
        daemon, said = await self._start()
        try:
            await until(
                lambda: said.done() or not (self._behind() or self._unsent()), within=60 + kills
            )
            assert not said.done()
        except AssertionError as error:
            self.place.kill_all()
            raise AssertionError(
                f"behind {self._behind()}, unsent {self._unsent()}: "
                f"{(await said)[1].decode()[-3000:]}"
            ) from error
        daemon.terminate()
        await asyncio.wait_for(said, 20)
        assert daemon.returncode == 0

    async def _start(self) -> tuple[Process, asyncio.Task[tuple[bytes, bytes]]]:
        """Start the daemon and read its output all the time, since a full pipe would stop it."""
        daemon = await self.place.start("run")
        return daemon, asyncio.create_task(daemon.communicate())

    def _behind(self) -> list[str]:
        """Return the boards whose last change is not recorded yet."""
        counts = dict(self.place.ask("SELECT board, count(*) FROM posting_changes GROUP BY board"))
        return [
            token
            for token, board in self.world.boards.items()
            if counts.get(f"greenhouse:{token}", 0) != board.changes
        ]

    def _unsent(self) -> list[Any]:
        """Alerts that are not delivered, and cards that are not today's."""
        cards = self.place.ask(
            "SELECT subject, wanted, shown, reason FROM card"
            " WHERE wanted <> shown AND ts IS NOT NULL"
        )
        return [
            *self.place.ask(
                "SELECT posting, kind, channel, state, reason FROM alerts WHERE state <> 'sent'"
            ),
            *cards,
        ]

    def _stir(self) -> None:
        behind = self._behind()
        for token in BOARDS:
            if token not in behind:
                self.world.move(token)
            if self.random.random() < 0.2:  # one check in five begins badly
                self.world.disturb(token)
        # some troubles pass
        self.slack.faults = [fault for fault in self.slack.faults if self.random.random() < 0.5]
        self.slack.hang = self.random.choice((0.1, 1.0))
        if self.random.random() < 0.6:  # more often than not
            self.slack.break_next(
                self.random.choice(_SLACK),
                self.random.choice(("chat.postMessage", "chat.postMessage", "chat.update")),
            )

    def _calm(self) -> None:
        self.world.server.troubles.clear()
        self.slack.faults.clear()

    async def _wait_for(self, aim: str, daemon: Process) -> None:
        """Wait for the moment to kill: the target and a few random milliseconds, or a timeout."""
        seen = self._signs()
        early = asyncio.get_running_loop().time() + self.random.random() * 3
        reached: dict[str, Callable[[], bool]] = {
            "any moment": lambda: asyncio.get_running_loop().time() > early,
            "a round": lambda: self._signs()[0] > seen[0],
            "a delivery": lambda: self._signs()[1] > seen[1],
            "an answer of Slack's": lambda: self._signs()[2] > seen[2],
            "a write": lambda: self._signs()[3] != seen[3] and self._signs()[0] > seen[0],
        }
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while True:
                    if daemon.returncode is not None or reached[aim]() or self._is_idle(seen):
                        break
                    await asyncio.sleep(0.001)
                await asyncio.sleep(
                    self.random.choice((0, 0.003, 0.03, 0.3)) * self.random.random()
                )

    def _is_idle(self, since: tuple[int, int, int, int]) -> bool:
        """Return True when all changes are recorded and sent. Checked four times a second."""
        now = asyncio.get_running_loop().time()
        if now < self._asked_at + 0.25 or self._signs()[0] == since[0]:
            return False
        self._asked_at = now
        return not self._behind() and not self._unsent()

    def _signs(self) -> tuple[int, int, int, int]:
        """Return the counts of requests, posts, edits and messages, and the log's last write."""
        wal = self.place.folder / "rolewatch.db-wal"
        written = wal.stat().st_mtime_ns if wal.exists() else 0
        calls = self.slack.calls["chat.postMessage"] + self.slack.calls["chat.update"]
        return len(self.world.server.requests), calls, len(_messages(self.slack)), written


@dataclass(frozen=True)
class Outcome:
    """The contents of the database and the channel, compared with the model."""

    kills: dict[str, int]
    changes: int  # in the model
    alerts: int
    messages: int  # in the channels
    lost: list[Any]
    doubled: list[Any]
    wrong: list[str]  # of the history


async def compare_all(chaos: Chaos) -> Outcome:
    world, place = chaos.world, chaos.place
    sent = Counter({(posting, kind): count for posting, kind, count in place.ask(_SENT)})
    copies = Counter(_ids(chaos.slack))
    deliveries = {
        name
        for (name,) in place.ask("SELECT delivery_id FROM delivery WHERE channel LIKE 'slack:%'")
    }
    lost = [*(world.alerts - sent).items(), *(name for name in deliveries if not copies[name])]
    doubled = [
        *(sent - world.alerts).items(),
        *(name for name, count in copies.items() if count > 1 or name not in deliveries),
    ]
    messages = len(_messages(chaos.slack))
    wrong = [*compare_history(world, place), *_cards(chaos), *chaos.slack.complaints]
    wrong += [
        f"integrity_check: {line}"
        for (line,) in place.ask("PRAGMA integrity_check")
        if line != "ok"
    ]
    code, out, err = await place.run("db", "check")
    wrong += [] if (code, out) == (0, "ok\n") else [f"db check: {out}{err}"]
    return Outcome(
        dict(chaos.kills),
        sum(map(len, world.changes.values())),
        world.alerts.total(),
        messages,
        lost,
        doubled,
        wrong,
    )


_SENT = """
SELECT posting, kind, count(*) FROM alerts
WHERE rule IS NOT NULL AND kind <> 'summary' AND state = 'sent' GROUP BY posting, kind"""


def _ids(slack: SlackServer) -> list[str]:
    """Return the delivery id of every message and reply."""
    return [
        str(message["metadata"]["event_payload"]["delivery_id"]) for message in _messages(slack)
    ]


def _messages(slack: SlackServer) -> list[dict[str, Any]]:
    return [message for name in (ROLES, OPS) for message in slack.channels[name].everything()]


def _cards(chaos: Chaos) -> list[str]:
    """Cards that show another title than today's, or a closed role that is not struck through."""
    shown_at = {message["ts"]: shown(message) for message in _messages(chaos.slack)}
    wrong = []
    for subject, ts, title, state in chaos.place.ask(_CARDS):
        text = shown_at.get(ts, "")
        if title not in text or (state == "closed" and '"strike": true' not in text):
            wrong.append(f"the card of {subject} is not today's: {state} {title} ≠ {text[:200]}")
    return wrong


_CARDS = """
SELECT c.subject, c.ts, p.title, p.state FROM card c JOIN postings p ON p.posting = c.subject
WHERE c.ts IS NOT NULL"""


def compare_history(world: World, place: Asking) -> list[str]:
    """Return where the history differs from the model's."""
    found: defaultdict[str, list[Change]] = defaultdict(list)
    for posting, kind, name in place.ask(
        "SELECT posting, kind, field FROM posting_changes ORDER BY change_id"
    ):
        found[posting].append((kind, name))
    wrong = [
        f"{posting}: {found[posting]} instead of {world.changes[posting]}"
        for posting in {*found, *world.changes}
        if found[posting] != world.changes[posting]
    ]
    rows = {
        posting: row
        for posting, *row in place.ask("SELECT posting, state, title, location FROM postings")
    }
    expected = {
        f"greenhouse:{token}:{key}": [state, one["title"], one["location"]["name"]]
        for token, board in world.boards.items()
        for state, jobs in (("open", board.listed), ("closed", board.closed))
        for key, one in jobs.items()
    }
    return wrong + [
        f"{name}: {rows.get(name)} instead of {expected.get(name)}"
        for name in {*rows, *expected}
        if rows.get(name) != expected.get(name)
    ]


async def run(folder: Path, kills: int, seed: int) -> Outcome:
    """Kill that many times, with the files in that folder."""
    random = Random(seed)
    async with BoardServer() as server, slack_server() as slack:
        slack.page = 100
        place = Place(folder, server.url, slack.api_url, TOKEN, watched=BOARDS)
        chaos = Chaos(place, World(server, random), slack, random)
        try:
            await chaos.live(kills)
            return await compare_all(chaos)
        finally:
            place.kill_all()


if __name__ == "__main__":
    with TemporaryDirectory() as scratch:
        seed = int(sys.argv[2]) if len(sys.argv) > 2 else Random().randrange(10_000)
        print(f"seed {seed}")  # its output is what it is for
        result = asyncio.run(run(Path(scratch), int(sys.argv[1]), seed))
        print(result)
        sys.exit(bool(result.lost or result.doubled or result.wrong))
