"""The page as people start it: alone, beside a daemon, for the demo, and what is refused."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

from tests.support.running import ROLEWATCH
from tests.support.sockets import free_port

CONFIG = """
[crawl]
every = "1h"
[ats.greenhouse]
api_url = "http://127.0.0.1:9"
[[boards]]
board = "greenhouse:examplelabs"
{web}
"""


@contextmanager
def running(*arguments: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """Run the program, and stop it as Ctrl-C does."""
    process = subprocess.Popen(
        [ROLEWATCH, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "PYTHONPATH": ":".join(sys.path)}
        | environ,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(15)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def answered(url: str, within: float = 60) -> str:
    """Return the text of an address once it is served."""
    end = time.monotonic() + within
    while True:
        try:
            with urlopen(url, timeout=10) as answer:  # loopback  # noqa: S310
                return str(answer.read().decode())
        except HTTPError:
            raise
        except (URLError, ConnectionError):
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def refused(*arguments: str) -> str:
    """Run the program, which refuses to start. Return its standard error."""
    found = subprocess.run(
        [ROLEWATCH, *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    assert found.returncode == 2
    return found.stderr


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a configuration and the database of its first check."""
    folder = tmp_path_factory.mktemp("checked")
    file = folder / "rolewatch.toml"
    file.write_text(CONFIG.format(web=""))
    subprocess.run([ROLEWATCH, "--config", file, "check"], capture_output=True, check=False)
    return folder


@pytest.fixture
def config(checked: Path, tmp_path: Path) -> Path:
    shutil.copytree(checked, tmp_path, dirs_exist_ok=True)
    return tmp_path / "rolewatch.toml"


def test_the_page_is_served_alone_and_ends_on_ctrl_c(config: Path) -> None:
    port = free_port()
    listen = ("--listen", f"127.0.0.1:{port}")
    with running("--config", str(config), "web", *listen) as process:
        assert "<h1>0 open roles</h1>" in answered(f"http://127.0.0.1:{port}/")
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert process.stdout is not None
        assert f"The page is at http://127.0.0.1:{port}/" in process.stdout.read()


def test_the_daemon_serves_the_page_and_follows_its_address(config: Path) -> None:
    first, second = free_port(), free_port()
    config.write_text(CONFIG.format(web=f'[web]\nlisten = "127.0.0.1:{first}"'))
    with running("--config", str(config), "run") as process:
        assert "open roles</h1>" in answered(f"http://127.0.0.1:{first}/")
        config.write_text(CONFIG.format(web=f'[web]\nlisten = "127.0.0.1:{second}"'))
        assert "open roles</h1>" in answered(f"http://127.0.0.1:{second}/")
        with pytest.raises(URLError):
            answered(f"http://127.0.0.1:{first}/", within=0)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_a_port_that_the_system_chooses_is_told(config: Path) -> None:
    with running("--config", str(config), "web", "--listen", "127.0.0.1:0") as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[4]
        assert "<h1>0 open roles</h1>" in answered(address)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


@pytest.mark.parametrize("command", [["web"], ["run"]])
def test_an_address_beyond_this_machine_needs_a_password(config: Path, command: list[str]) -> None:
    config.write_text(CONFIG.format(web=f'[web]\nlisten = "0.0.0.0:{free_port()}"'))
    errors = refused("--config", str(config), *command)
    assert "$ROLEWATCH_WEB_PASSWORD" in errors
    assert "Traceback" not in errors


def test_an_address_in_use_is_one_line(config: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        errors = refused("--config", str(config), "web", "--listen", listen)
    assert (
        errors.strip()
        .splitlines()[-1]
        .endswith(
            f"web.listen: {listen} cannot be listened on: Address already in use;"
            " choose another host or port"
        )
    )


@pytest.mark.parametrize("listen", ["here", "127.0.0.1:99999"])
def test_a_wrong_address_is_one_line(config: Path, listen: str) -> None:
    errors = refused("--config", str(config), "web", "--listen", listen)
    assert "expected a host and a port" in errors


def test_a_missing_database_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "rolewatch.toml"
    file.write_text(CONFIG.format(web=""))
    errors = refused("--config", str(file), "web")
    assert "there is no database at" in errors
    assert not (tmp_path / "rolewatch.db").exists()


@pytest.mark.slow
def test_the_demo_shows_its_page(tmp_path: Path) -> None:
    with running("demo", "--web", "--dir", str(tmp_path / "demo")) as process:
        assert process.stdout is not None
        url = next(
            match[0] for line in process.stdout if (match := re.search(r"http://127\S+/", line))
        )
        page = answered(url)
        assert "1 open role</h1>" in page or "open roles</h1>" in page
        assert "/roles/greenhouse:" in page
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
