"""Every answer of a board, with its effect on `check`, history, alerts and operator."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any, get_args

import pytest

from crawler import retries
from monitor.cli import check, sending
from tests.support.certificate import self_signed
from tests.support.fault_story import WELL, Seen, Story
from tests.support.faults import FAULTS, Fault, Where, table
from tests.support.places import ROOT
from tests.support.server_threads import serving

DOCUMENT = ROOT / "docs" / "reliability.md"


def of(where: Where) -> dict[str, Fault]:
    """Return the faults of one kind, each with a token."""
    return {
        f"{where}{number}": fault for number, fault in enumerate(FAULTS) if fault.where == where
    }


def parted() -> Iterator[tuple[str, Where, dict[str, Fault]]]:
    """Return the stories: name, kind, faults. A fault that holds its host has its own host."""
    for where in get_args(Where):
        faults = of(where)
        if where == "held":
            yield from ((token, where, {token: fault}) for token, fault in faults.items())
        else:
            yield where, where, faults


@contextmanager
def host(talk: Callable[[socket.socket], object]) -> Iterator[str]:
    """Return the address of a TLS host that answers every visitor like this."""

    def open_up(door: socket.socket) -> None:
        while True:
            try:
                visitor, _ = door.accept()
            except OSError:
                return
            with suppress(OSError), visitor:
                talk(visitor)

    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=open_up, args=[door], daemon=True).start()
        yield f"https://127.0.0.1:{door.getsockname()[1]}"
        door.shutdown(socket.SHUT_RDWR)


def closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return f"http://127.0.0.1:{door.getsockname()[1]}"


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Story]]:
    """Return a story that was played, per kind of fault."""
    folder = tmp_path_factory.mktemp("faults")
    jumps, ahead = cycle([timedelta(days=365), timedelta()]), [timedelta()]

    def jump() -> None:
        ahead[0] = next(jumps)

    def wait() -> None:
        ahead[0] += timedelta(hours=3)  # longer than any host of the table asks for

    certificate = self_signed(folder)
    with (
        host(
            lambda visitor: certificate.wrap_socket(visitor, server_side=True).close()
        ) as impostor,
        host(lambda visitor: visitor.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as plain,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(retries, "FIRST_WAIT", 0.01)  # what passes is asked for again at once
        for module in (check, sending):
            patch.setattr(module, "now", lambda: datetime.now(UTC) + ahead[0])
        hosts = {
            "refused": closed_port(),
            "self-signed": impostor,
            "plain": plain,
            "nameless": "http://boards.invalid",
        }
        own: dict[Where, dict[str, Any]] = {
            "slow": {"timeout": "600ms"},
            "clock": {"between": jump},
            "held": {"between": wait},
        }
        stories = []
        for name, where, faults in parted():
            ahead[0] = timedelta()
            with serving() as server:
                more = own.get(where, {"api_url": hosts.get(where, "")})
                stories.append(Story(folder / name, server, faults, **more))
                stories[-1].play()
        yield stories


@pytest.fixture(scope="module")
def seen(stories: list[Story]) -> dict[str, Seen]:
    return {answer: what for story in stories for answer, what in story.seen.items()}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.answer)
def test_what_comes_of_an_answer(seen: dict[str, Seen], fault: Fault) -> None:
    what = seen[fault.answer]
    failed, collapsed = fault.outcome == "failure", fault.outcome == "collapsed"
    assert what.exit_code == fault.exit_code
    assert fault.says in what.line
    assert ("FAILED" in what.line) is failed
    baseline, *during, after = what.checks
    assert baseline == ("snapshot", None, 0)
    assert after[0] == "snapshot"
    assert [result == "failure" for result, _, _ in during] == [failed] * 3
    assert [unreadable for _, _, unreadable in during] == [fault.unreadable] * 3
    # nothing else: no closing, no revision
    assert what.changes == [("opened", fault.opened)] * bool(fault.opened)
    assert (
        what.alerts_during
        == _rules(fault.opened)
        + _operator("3 checks in a row failed") * failed
        + _operator("roles at once") * collapsed
    )
    assert (
        what.alerts_after
        == _rules(0, closed=fault.opened) + _rules(1) + _operator("is back after") * failed
    )
    assert what.postings == [
        ("open", 21, 1),
        *([("closed", fault.opened, 1)] if fault.opened else []),
    ]


def _rules(opened: int, closed: int = 0) -> list[tuple[str, str]]:
    return [("closed", "title has “research engineer”")] * closed + [
        ("opened", "title has “research engineer”")
    ] * opened


class _Says(str):
    """Equal to a text that has it."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and str(self) in other


def _operator(headline: str) -> list[tuple[str, str]]:
    return [("operator", _Says(headline))]


def test_a_board_beside_them_goes_on_as_if_they_were_well(stories: list[Story]) -> None:
    for story in stories:
        # that host asked to be left alone by all
        if not story.api_url and not story.folder.name.startswith("held"):
            checks = story.ask(
                "SELECT result, opened FROM checks WHERE board = ? ORDER BY check_id",
                f"greenhouse:{WELL}",
            )
            assert checks == [("snapshot", 0), *[("snapshot", 1)] * 3], story.folder
            assert story.ask(
                "SELECT count(*) FROM alerts WHERE kind = 'opened' AND board = ?",
                f"greenhouse:{WELL}",
            ) == [(3,)]


def test_a_host_that_says_when_is_not_asked_before(seen: dict[str, Seen]) -> None:
    assert seen["429 with Retry-After: 7200"].wait == timedelta(hours=2)
    assert timedelta(minutes=45) < seen["429"].wait < timedelta(minutes=65)
    assert seen["500 once, then a good list"].wait <= timedelta(minutes=15)


def test_checks_stay_in_order_whatever_the_clock_does(stories: list[Story]) -> None:
    for story in stories:
        disorder = (
            "SELECT c.check_id FROM checks c "
            "JOIN checks d ON d.board = c.board AND d.check_id > c.check_id"
        )
        assert story.ask(f"{disorder} WHERE d.finished_at <= c.finished_at") == []


def test_returned_postings_are_reported_in_one_round_and_few_messages(stories: list[Story]) -> None:
    """50 boards that recover at once make 50 operator lines and one message about roles."""
    story = next(one for one in stories if len(one.faults) > 10)
    of_rules = "SELECT count(*), count(DISTINCT delivery_id) FROM alerts WHERE rule IS NOT NULL"
    [(alerts, messages)] = story.ask(
        f"{of_rules} AND created_at > "
        "(SELECT max(finished_at) FROM checks WHERE result = 'failure')"
    )
    assert alerts > len(story.faults)
    assert messages == 1


def test_the_document_has_this_table() -> None:
    assert table() in DOCUMENT.read_text(), (
        "python -m tests.support.faults prints the table as it is now"
    )
