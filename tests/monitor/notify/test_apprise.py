"""Apprise against a local server, through its own `json://`."""

from __future__ import annotations

import io
import json
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from monitor.delivery.outbox import Outbox
from monitor.logs import set_up
from monitor.messages import GroupMessage
from monitor.notify.apprise import AppriseNotifier
from monitor.notify.base import NotifyError, Receipt
from tests.support.alerts import HOSTILE, AlertWriter, every_kind, opened

SECRET = "verySecretTopic"

# Apprise imports it where a Python still has it
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr':DeprecationWarning")


@dataclass
class Service:
    """A server that accepts `json://` messages."""

    status: int = 200
    hang: Event | None = None
    taken: list[dict[str, Any]] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        return f"json://127.0.0.1:{self.port}/{SECRET}"


@pytest.fixture
def service() -> Iterator[Service]:
    with _serving(Service()) as running:
        yield running


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    """Collect the log at its lowest level."""
    root, stream = logging.getLogger(), io.StringIO()
    before, level = list(root.handlers), root.level
    set_up("debug", "text", stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


@contextmanager
def _serving(service: Service) -> Iterator[Service]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if service.hang:
                service.hang.wait(10)
            service.taken.append(body)
            self.send_response(service.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.port = server.server_port
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield service
    if service.hang:
        service.hang.set()
    server.shutdown()
    server.server_close()


def notifier(address: str, timeout: float = 5) -> AppriseNotifier:
    return AppriseNotifier({"apprise:phone": SecretStr(address)}, timeout=timeout)


async def refused(address: str, wait: float = 5) -> NotifyError:
    with pytest.raises(NotifyError) as caught:
        await notifier(address, wait).send("apprise:phone", opened(), "id1")
    return caught.value


async def test_every_kind_of_message_arrives(service: Service) -> None:
    way = notifier(service.address)
    for message in every_kind():
        assert await way.send("apprise:phone", message, "id") == Receipt()
    first = service.taken[0]
    assert "Example Labs is hiring" in first["title"]
    assert "https://jobs.example/1" in first["message"]
    assert [bool(one["message"]) for one in service.taken] == [True] * len(every_kind())


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_text_from_a_board_formats_links_and_mentions_nothing(
    service: Service, text: str
) -> None:
    await notifier(service.address).send("apprise:phone", opened(title=text), "id")
    (said,) = service.taken
    shown = said["title"] + said["message"].replace("https://jobs.example/1", "")
    assert not set(shown) & set("*_`~|<>@[]\\\x00\x1b\u202e")
    assert "://" not in shown
    assert len(said["title"]) <= 200


async def test_a_long_group_arrives_whole_in_parts(service: Service) -> None:
    group = GroupMessage(
        tuple(opened(str(number), title=f"Engineer {number} " + "x" * 150) for number in range(300))
    )
    await notifier(service.address).send("apprise:phone", group, "id")
    whole = "\n".join(one["message"] for one in service.taken)
    assert len(service.taken) > 1
    assert all(f"https://jobs.example/{number}\n" in whole + "\n" for number in range(300))


@pytest.mark.parametrize("status", [404, 429, 500])
async def test_a_refused_message_may_have_been_sent(service: Service, status: int) -> None:
    service.status = status
    error = await refused(service.address)
    assert (error.may_have_arrived, error.permanent) == (True, True)


async def test_a_hanging_call_delays_nothing(service: Service) -> None:
    service.hang = Event()
    began = time.monotonic()
    error = await refused(service.address, wait=0.2)
    assert time.monotonic() - began < 20
    assert error.may_have_arrived


@pytest.mark.parametrize(
    "address",
    [
        f"json://127.0.0.1:9/{SECRET}",
        f"nosuch://{SECRET}",
        f"tgram://{SECRET}",
        f"json://h:{SECRET}/",
    ],
)
async def test_the_address_is_in_no_error_and_no_log(said: io.StringIO, address: str) -> None:
    error = await refused(address)
    assert SECRET not in said.getvalue() + f"{error!r} {error.__cause__!r}"


async def test_the_address_is_not_logged_when_the_message_arrives(
    said: io.StringIO, service: Service
) -> None:
    await notifier(service.address).send("apprise:phone", opened(), "id")
    assert service.taken
    assert SECRET not in said.getvalue()


async def test_an_unreadable_address_needs_a_person() -> None:
    error = await refused("nosuch://x")
    assert (error.may_have_arrived, error.permanent) == (False, True)


async def test_a_missing_apprise_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    error = await refused("ntfy://topic")
    assert (error.may_have_arrived, error.reason) == (
        False,
        "Apprise is not installed: pip install 'rolewatch[apprise]'",
    )


async def test_the_channel_cannot_be_read() -> None:
    assert not AppriseNotifier.readable
    with pytest.raises(NotifyError, match="apprise:phone cannot be read"):
        await notifier("ntfy://topic").find("apprise:phone", "id1", datetime.now(UTC))


async def test_an_unclear_end_is_reported_and_retried_by_a_person_only(
    engine: Engine, service: Service
) -> None:
    writer, now = AlertWriter(engine), datetime.now(UTC)
    ways = {"apprise": notifier(service.address), "console": ConsoleLike()}
    service.status = 500
    writer.tell(opened(), channel="apprise:phone", at=now)
    later = [now]

    async def deliver() -> None:
        await Outbox(engine, ways, lambda: later[0], operators=("console",)).deliver(
            until_idle=True
        )

    await deliver()
    later[0] += timedelta(days=1)
    await deliver()
    assert writer.states() == ["failed", "sent"]
    assert (
        writer.deliveries()[0].reason
        == "maybe sent: the service refused the message or did not answer"
    )
    assert len(service.taken) == 1


class ConsoleLike(AppriseNotifier):
    """Accepts every message."""

    def __init__(self) -> None:
        super().__init__({})

    # it takes everything
    async def send(self, channel: str, message: object, delivery_id: str) -> Receipt:  # noqa: ARG002
        return Receipt()
