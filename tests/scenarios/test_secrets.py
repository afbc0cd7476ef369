"""Marked secrets in every place for one appear in no output, log, file or process list."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from monitor.demo.board_server import BoardServer
from tests.support.greenhouse import job
from tests.support.running import Place, placed, until

MARK = "s3cr3tmark"
SECRETS = {
    "SLACK_BOT_TOKEN": f"xoxb-{MARK}-1",
    "SLACK_APP_TOKEN": f"xapp-{MARK}-2",
    "SLACK_WEBHOOK_URL": f"http://127.0.0.1:9/services/T1/B1/{MARK}",
    "ROLEWATCH_APPRISE_PHONE": f"json://user:{MARK}@127.0.0.1:9/{MARK}",
}
MORE = f"""
[[rules]]
name = "all"
any = ["engineer"]
notify = ["webhook", "apprise:phone", "console"]
[log]
level = "debug"
[health]
heartbeat_url = "http://127.0.0.1:9/{MARK}"
"""
COMMANDS = [
    ["-vv", "check"],
    ["-vv", "doctor"],
    ["-vv", "alerts", "test"],
    ["sql", "SELECT * FROM alerts"],
]


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with BoardServer() as boards:
        boards.board("examplelabs", *(job(key) for key in range(1, 4)))
        (tmp_path / ".env").write_text(
            "".join(f"{name}={value}\n" for name, value in SECRETS.items())
        )
        async with placed(Place(tmp_path, boards.url, every="1h")) as place:
            place.configure(MORE)
            yield place


def written(folder: Path) -> list[str]:
    """Return the files that hold the mark, except the two in which a person put it."""
    files = [
        file
        for file in folder.rglob("*")
        if file.is_file() and file.name not in {".env", "rolewatch.toml"}
    ]
    return [file.name for file in files if MARK.encode() in file.read_bytes()]


def listed(process: Process) -> bytes:
    return Path(f"/proc/{process.pid}/cmdline").read_bytes()


@pytest.mark.slow  # a minute: it runs whatever prints, in processes of its own
async def test_no_secret_comes_out_again(place: Place) -> None:
    seen = []
    for command in COMMANDS:
        process = await place.start(*command)
        seen.append(listed(process))
        seen += await asyncio.wait_for(process.communicate(), 90)
        assert process.returncode in {0, 1}, (command, seen[-1])
    daemon = await place.start("-vv", "run", "--announce")
    await until(
        lambda: place.ask("SELECT 1 FROM lease WHERE command = 'run' AND stopped_at IS NULL"),
        within=60,
    )
    await asyncio.sleep(1)  # it has read its configuration, and reads it again when it changes
    place.configure(MORE.replace("heartbeat_url", "heartbeet_url"))
    await until(
        lambda: place.ask("SELECT 1 FROM alerts WHERE why LIKE '%configuration was refused'"),
        within=60,
    )
    seen.append(listed(daemon))
    daemon.terminate()
    seen += await asyncio.wait_for(daemon.communicate(), 60)
    output = b"\n".join(seen).decode()
    assert len(output) > 3000  # it did say a lot
    assert MARK not in output, output[max(0, output.index(MARK) - 300) :][:600]
    assert written(place.folder) == []


async def test_a_database_password_is_never_printed(place: Place) -> None:
    address = f"postgresql://rolewatch:{MARK}@127.0.0.1:9/rolewatch"
    for more in (f'[database]\nurl = "{address}"\n', f'[database]\nurl = "mysql://a:{MARK}@h/d"\n'):
        place.configure(more)
        for runs, command in ((place.run, "run"), (place.here, "doctor")):
            code, out, err = await runs("-vv", command)
            assert code in {1, 2}
            assert MARK not in out + err, (command, out + err)


async def test_what_holds_state_is_read_by_its_owner_alone(place: Place) -> None:
    before = os.umask(0o022)
    try:
        daemon = await place.start("run")
        await until(lambda: place.ask("SELECT 1 FROM board_check"))
        await place.run("db", "backup", "copy.db")
        kept = [file for file in place.folder.iterdir() if ".db" in file.name]
        assert {file.name for file in kept} >= {"rolewatch.db", "rolewatch.db-wal", "copy.db"}
        assert {stat.filemode(file.stat().st_mode) for file in kept} == {"-rw-------"}
    finally:
        os.umask(before)
    daemon.terminate()
    await daemon.communicate()


async def test_a_traceback_shows_no_secret_either() -> None:
    """The last line of defence: a library that writes an address into its error."""
    code = f"""
import sys, logging, structlog
from monitor.logs import set_up
for form in ("text", "json"):
    set_up("debug", form, sys.stderr)
    try:
        url, header = "postgresql://u:{MARK}@h/d", "Authorization: Bearer {MARK}{MARK}"
        raise RuntimeError({list(SECRETS.values())[:3]!r}, url, header)
    except RuntimeError:
        structlog.get_logger().exception("broke")
        logging.getLogger("other").exception("broke")
"""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=PIPE, stderr=PIPE
    )
    _, err = await process.communicate()
    assert err.count(b"broke") == 4
    assert MARK.encode() not in err
