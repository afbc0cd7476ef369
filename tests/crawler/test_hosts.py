"""Hosts that are hard to talk to: a certificate that nobody vouches for, an address that moved."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from crawling import BOARD, look, snapshot
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from greenhouse import job

from crawler.items import BoardRequest, Failure, Manners, Probe
from crawler.run import crawl
from monitor.demo.board_server import BoardServer, Trouble

JOBS = "/v1/boards/examplelabs/jobs"


@pytest.fixture
async def server() -> AsyncIterator[BoardServer]:
    async with BoardServer() as server:
        server.board("examplelabs", job(1), job(2))
        yield server


def self_signed(folder: Path) -> ssl.SSLContext:
    """A server's TLS context with a certificate of its own making."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - timedelta(days=1), now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "host.pem"
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


async def test_a_host_that_cannot_prove_who_it_is_is_not_believed(tmp_path: Path) -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"jobs":[]}')
        writer.close()

    host = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=self_signed(tmp_path))
    url = f"https://127.0.0.1:{host.sockets[0].getsockname()[1]}"
    [failure] = [result async for result in crawl("greenhouse", [BoardRequest(BOARD)], Manners(api_url=url, delay=0))]
    host.close()
    assert isinstance(failure, Failure)
    assert failure.reason == "no secure connection to 127.0.0.1: self-signed certificate"
    assert failure.seconds < 1  # asking again would not help


async def test_a_board_that_moved_within_its_host_is_followed_there(server: BoardServer) -> None:
    server.board("oldname")
    server.troubles["oldname"] = Trouble(status=301, headers={"Location": f"{JOBS}?content=true&pay_transparency=true"})
    found = await snapshot(server, "greenhouse:oldname")
    assert [sighting.key for sighting in found.sightings] == ["1", "2"]
    assert found.board == "greenhouse:oldname"


async def test_a_validator_goes_with_a_redirect(server: BoardServer) -> None:
    etag = (await snapshot(server)).etag
    server.troubles["oldname"] = Trouble(status=301, headers={"Location": JOBS})
    [result] = (await look(server, BoardRequest("greenhouse:oldname", etag=etag))).values()
    assert type(result).__name__ == "Unchanged"


async def test_a_redirect_that_ends_in_a_page_is_a_failure(server: BoardServer) -> None:
    server.troubles["examplelabs"] = Trouble(status=302, headers={"Location": "/login"})
    server.troubles["/login"] = Trouble(body=b"<!doctype html><title>Log in</title>", headers={"Content-Type": "text/html"})
    failure = (await look(server))[BOARD]
    assert isinstance(failure, Failure)
    assert failure.reason == "the answer is a web page"


async def test_a_redirect_that_never_ends_is_left_after_six_requests(server: BoardServer) -> None:
    server.troubles["examplelabs"] = Trouble(status=302, headers={"Location": JOBS})
    assert isinstance((await look(server))[BOARD], Failure)
    assert len(server.requests) == 6


async def test_a_probe_that_is_led_to_a_page_says_nothing(server: BoardServer) -> None:
    server.troubles["examplelabs/7"] = Trouble(status=302, headers={"Location": "/careers?error=true"})
    server.troubles["/careers"] = Trouble(body=b"<html>All our jobs</html>")
    found = await snapshot(server, BoardRequest(BOARD, known=("7",)))
    assert found.probes == {"7": Probe.SILENT}
