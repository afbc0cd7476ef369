"""Connections that bring no whole request."""

from __future__ import annotations

import socket
import time

import pytest
from sqlalchemy import Engine

from tests.support.history import History, settings
from tests.support.page_server import served


def _asked(address: str, request: bytes, patience: float = 10) -> tuple[bytes, float]:
    """Return all bytes of the answer, and the seconds until the server closed the connection."""
    host, _, port = address.removeprefix("http://").partition(":")
    began, found = time.monotonic(), b""
    with socket.create_connection((host, int(port)), timeout=patience) as connection:
        connection.sendall(request)
        while piece := connection.recv(65_536):
            found += piece
    return found, time.monotonic() - began


def test_a_broken_request_is_answered_with_our_headers(sqlite_engine: Engine) -> None:
    story = History(sqlite_engine)
    with served(str(sqlite_engine.url), settings(), story.now) as address:
        answer, _ = _asked(address, b"NO REQUEST AT ALL\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"default-src 'none'" in answer
    assert b"nosniff" in answer


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: "])
def test_a_connection_without_a_whole_request_is_closed(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr("monitor.web.server.ARRIVES_WITHIN", 0.3)
    story = History(sqlite_engine)
    with served(str(sqlite_engine.url), settings(), story.now) as address:
        answer, took = _asked(address, sent)
    assert answer == b""
    assert 0.2 < took < 5
