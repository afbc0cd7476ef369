"""`slack setup` at a terminal, without one, and the file that it writes."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import signal
import stat
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

# it ships no types, and one test reads one file with it
import yaml  # type: ignore[import-untyped]

from monitor.cli.slack import _manifest, as_channel
from monitor.config.environment import set_variable, with_variables
from monitor.config.file import EXAMPLE
from monitor.errors import UserError
from monitor.notify.slack.tokens import wrong_kind
from tests.support.program import Program
from tests.support.running import ROLEWATCH
from tests.support.slack_server import APP_TOKEN, OPS, ROLES, TOKEN, SlackServer, slack_server

CONFIG = """
[[boards]]
board = "greenhouse:examplelabs"
[[rules]]
name = "r"
any = ["x"]
notify = ["slack:#roles"]
[slack]
api_url = "{url}"
"""
_CTRL_C = "^C"
_QUESTION = re.compile(r"[)\]]: ")  # what stands before an answer


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with slack_server() as server:
        server.scopes += ",commands,files:write"
        yield server


@pytest.fixture
def folder(tmp_path: Path, slack: SlackServer) -> Path:
    (tmp_path / "rolewatch.toml").write_text(CONFIG.format(url=slack.api_url))
    return tmp_path


async def at_a_terminal(
    folder: Path, answers: Sequence[str], interrupt: asyncio.Event | None = None
) -> tuple[int, str]:
    """Return the exit code and the output of a terminal, with an answer to each question.

    The answer `_CTRL_C` is an interrupt, and so is the event.
    """
    ours, theirs = pty.openpty()
    environ = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SLACK_", "ROLEWATCH_"))
    }
    command = [str(ROLEWATCH), "--config", str(folder / "rolewatch.toml"), "slack", "setup"]
    process = await asyncio.create_subprocess_exec(
        *command, stdin=theirs, stdout=theirs, stderr=theirs, env=environ, start_new_session=True
    )
    os.close(theirs)
    os.set_blocking(ours, False)
    ended = asyncio.ensure_future(process.wait())
    said, given = "", 0
    async with asyncio.timeout(60):
        while not ended.done():
            said += _read(ours)
            if given < min(len(answers), len(_QUESTION.findall(said))):
                if answers[given] == _CTRL_C:
                    process.send_signal(signal.SIGINT)
                else:
                    os.write(ours, f"{answers[given]}\n".encode())
                given += 1
            if interrupt and interrupt.is_set():
                process.send_signal(signal.SIGINT)
                interrupt.clear()
            await asyncio.wait([ended], timeout=0.02)
    said += _read(ours)
    os.close(ours)
    return process.returncode or 0, said


def _read(ours: int) -> str:
    said = b""
    try:
        while part := os.read(ours, 65536):
            said += part
    except (BlockingIOError, OSError):  # nothing more now; or at all
        pass
    return said.decode(errors="replace")


async def test_tokens_are_asked_for_checked_kept_and_tried(
    folder: Path, slack: SlackServer
) -> None:
    (folder / ".env").write_text("# mine\nOTHER=1\nSLACK_BOT_TOKEN=xoxb-old\n")
    before = (folder / "rolewatch.toml").read_text()
    code, said = await at_a_terminal(folder, ["", TOKEN, APP_TOKEN])
    assert code == 0, said
    assert (
        folder / ".env"
    ).read_text() == f"# mine\nOTHER=1\nSLACK_BOT_TOKEN={TOKEN}\nSLACK_APP_TOKEN={APP_TOKEN}\n"
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600
    assert (folder / "rolewatch.toml").read_text() == before
    assert len(slack.channels[ROLES].messages) == 1
    assert TOKEN not in said
    assert APP_TOKEN not in said
    assert f"taken: a bot token of {len(TOKEN)} characters" in said
    assert f"taken: an app token of {len(APP_TOKEN)} characters" in said


async def test_it_opens_with_a_link_that_fills_in_the_manifest(folder: Path) -> None:
    _, said = await at_a_terminal(folder, ["", TOKEN, ""])
    [link] = re.findall(r"https://api\.slack\.com/apps\?\S+", said)
    asked = parse_qs(urlsplit(link).query)
    assert asked["new_app"] == ["1"]
    assert yaml.safe_load(asked["manifest_yaml"][0]) == yaml.safe_load(_manifest())
    assert len(link) < 4000


async def test_without_a_configuration_it_writes_one_with_the_channel(tmp_path: Path) -> None:
    code, said = await at_a_terminal(tmp_path, ["jobs", "xoxb-wrong", "", "n"])
    assert code == 1, said
    written = (tmp_path / "rolewatch.toml").read_text()
    assert 'notify = ["slack:#jobs"]           # slack:#name' in written
    assert written.replace("slack:#jobs", "slack:#roles") == EXAMPLE
    assert "There was no configuration" in said


@pytest.mark.parametrize(("answer", "changed_"), [("y", True), ("n", False)])
async def test_an_example_channel_is_changed_when_the_person_agrees(
    folder: Path, slack: SlackServer, answer: str, changed_: bool
) -> None:
    code, said = await at_a_terminal(folder, ["ops", answer, TOKEN, ""])
    assert code == 0, said
    assert ("slack:#ops" in (folder / "rolewatch.toml").read_text()) is changed_
    assert len(slack.channels[OPS].messages) == changed_


async def test_another_channel_of_an_own_configuration_is_left_to_the_person(folder: Path) -> None:
    file = folder / "rolewatch.toml"
    file.write_text(file.read_text().replace("#roles", "#ops"))
    _, said = await at_a_terminal(folder, ["#roles", TOKEN, ""])
    assert 'add "slack:#roles" to the `notify` of a rule' in said
    assert "slack:#roles" not in file.read_text()


async def test_a_token_of_the_wrong_kind_is_refused_and_asked_for_again(folder: Path) -> None:
    code, said = await at_a_terminal(folder, ["", APP_TOKEN, TOKEN, ""])
    assert code == 0, said
    assert "this is an app token (xapp-…)" in said
    assert (folder / ".env").read_text() == f"SLACK_BOT_TOKEN={TOKEN}\n"


async def test_a_token_that_slack_refuses_is_asked_for_again_before_the_next_one(
    folder: Path,
) -> None:
    code, said = await at_a_terminal(folder, ["", "xoxb-wrong", TOKEN, "xapp-1-wrong", APP_TOKEN])
    assert code == 0, said
    assert said.count("Bot token") == 2
    assert said.rindex("Bot token") < said.index("App token")
    assert (
        folder / ".env"
    ).read_text() == f"SLACK_BOT_TOKEN={TOKEN}\nSLACK_APP_TOKEN={APP_TOKEN}\n"


async def test_a_token_that_slack_refuses_is_kept_only_on_request(folder: Path) -> None:
    code, said = await at_a_terminal(folder, ["", "xoxb-wrong", "", "n"])
    assert code == 1
    assert "No token was saved" in said
    assert "invalid_auth" in said
    assert not (folder / ".env").exists()
    code, _ = await at_a_terminal(folder, ["", "xoxb-wrong", "", "y", ""])
    assert code == 1
    assert (folder / ".env").read_text() == "SLACK_BOT_TOKEN=xoxb-wrong\n"


async def test_a_refused_app_token_does_not_cost_the_bot_token(folder: Path) -> None:
    code, _ = await at_a_terminal(folder, ["", TOKEN, "xapp-1-wrong", "", "n"])
    assert code == 1
    assert (folder / ".env").read_text() == f"SLACK_BOT_TOKEN={TOKEN}\n"


async def test_three_app_tokens_of_the_wrong_kind_do_not_cost_the_bot_token(folder: Path) -> None:
    code, said = await at_a_terminal(folder, ["", TOKEN, "foo", "foo", "foo"])
    assert code == 0, said
    assert (folder / ".env").read_text() == f"SLACK_BOT_TOKEN={TOKEN}\n"


@pytest.mark.parametrize("answers", [[_CTRL_C], ["", _CTRL_C], ["", "foo", "foo", "foo"]])
async def test_who_stops_before_a_token_reads_that_none_was_saved(
    tmp_path: Path, answers: Sequence[str]
) -> None:
    code, said = await at_a_terminal(tmp_path, answers)
    assert code == 2
    last = said.splitlines()[-1]
    assert last.endswith("no token was saved; `rolewatch slack setup` starts again")
    assert "nothing was written" not in said  # it has just written a configuration
    assert not (tmp_path / ".env").exists()


async def test_an_interrupt_while_a_token_is_tried_saves_none(
    folder: Path, slack: SlackServer
) -> None:
    called = asyncio.Event()

    async def interrupt(_method: str) -> None:
        called.set()

    slack.hook, slack.faults = interrupt, [("auth.test", "timeout")]
    code, said = await at_a_terminal(folder, ["", TOKEN], called)
    assert (code, said.splitlines()[-1]) == (
        2,
        "no token was saved; `rolewatch slack setup` starts again",
    )
    assert not (folder / ".env").exists()


@pytest.mark.parametrize(
    ("given", "channel"),
    [
        ("roles", "slack:#roles"),
        ("#Roles", "slack:#roles"),
        ("slack:#roles", "slack:#roles"),
        ("C0ROLES001", "slack:C0ROLES001"),
        ("U0ALICE001", "slack:U0ALICE001"),
        ("two words", None),
        ("", None),
        ("#", None),
    ],
)
def test_a_channel_is_named_as_people_name_it(given: str, channel: str | None) -> None:
    assert as_channel(given) == channel


def test_without_a_terminal_it_is_one_clear_line(folder: Path) -> None:
    ran = Program(str(folder / "rolewatch.toml"))("slack", "setup")
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert f"into {folder}/.env" in ran.err


def test_the_manifest_asks_for_the_scopes_that_are_used(folder: Path) -> None:
    manifest = yaml.safe_load(Program(str(folder / "rolewatch.toml"))("slack", "manifest").out)
    scopes = [
        "chat:write",
        "channels:read",
        "channels:history",
        "groups:read",
        "groups:history",
        "im:read",
        "im:history",
        "commands",
        "files:write",
    ]
    assert manifest["oauth_config"]["scopes"]["bot"] == scopes
    assert manifest["settings"]["socket_mode_enabled"]
    assert manifest["settings"]["interactivity"]["is_enabled"]
    assert [one["command"] for one in manifest["features"]["slash_commands"]] == ["/rolewatch"]
    assert len(manifest["display_information"]["description"]) <= 140
    assert len(manifest["features"]["slash_commands"][0]["description"]) <= 100


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "A=1\n"),
        ("B=2", "B=2\nA=1\n"),
        ("# A=0\nAB=3\n", "# A=0\nAB=3\nA=1\n"),
        ("A=0\nB=2\n", "A=1\nB=2\n"),
        ("export A = 0\nB=2\nA=5\n", "B=2\nA=1\n"),
        ("B=2\r\nA=0\r\n", "B=2\r\nA=1\n"),
    ],
)
def test_a_variable_is_set_once_and_all_other_lines_stay(text: str, expected: str) -> None:
    assert with_variables(text, {"A": "1"}) == expected


def test_a_link_stays_a_link_and_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("B=2\n")
    (tmp_path / ".env").symlink_to("real")
    set_variable(tmp_path / ".env", {"A": "1"})
    assert (tmp_path / ".env").is_symlink()
    assert (tmp_path / "real").read_text() == "B=2\nA=1\n"
    (tmp_path / "folder").mkdir()
    with pytest.raises(UserError, match="cannot be written"):
        set_variable(tmp_path / "folder", {"A": "1"})


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("xoxp-1", "a person's token"),
        ("xapp-1", "an app token"),
        ("xoxe.xoxb-1", "expires"),
        ("https://hooks.slack.com/services/x", "$SLACK_WEBHOOK_URL"),
        ("0123456789abcdef", "not a Slack token"),
    ],
)
def test_a_wrong_kind_of_token_is_explained(token: str, said: str) -> None:
    assert said in (wrong_kind(token, "xoxb-") or "")
    assert wrong_kind("xoxb-1-2-3", "xoxb-") is None
