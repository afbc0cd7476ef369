from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator

import pytest
import structlog
from pydantic import SecretStr

from monitor.logs import set_up
from monitor.redaction import printable, redact


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Restore the logging module after each test."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield
    root.setLevel(level)
    root.handlers[:] = handlers
    structlog.reset_defaults()


def test_a_line_is_time_level_event_and_fields() -> None:
    out = io.StringIO()
    set_up("info", "text", out)
    structlog.get_logger().info("board_checked", board="greenhouse:deepmind", opened=2)
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ INFO board_checked board=greenhouse:deepmind opened=2\n",
        out.getvalue(),
    )


def test_values_with_spaces_are_quoted_and_line_ends_written_out() -> None:
    out = io.StringIO()
    set_up("info", "text", out)
    structlog.get_logger().info(
        "odd\nevent", title="Research\nEngineer\x1b[31m", empty="", reason="no answer"
    )
    line = out.getvalue().split(" INFO ")[1]
    assert (
        line == 'odd\\nevent title="Research\\nEngineer\\u001b[31m" empty="" reason="no answer"\n'
    )


def test_json_has_one_object_a_line() -> None:
    out = io.StringIO()
    set_up("info", "json", out)
    structlog.get_logger().warning(
        "board_failed", board="greenhouse:x", title="a\u2028b “é”", seconds=0.5
    )
    found = json.loads(out.getvalue())
    assert list(found)[:3] == ["timestamp", "level", "event"]
    assert found | {"timestamp": ""} == {
        "timestamp": "", "level": "warning", "event": "board_failed",
        "board": "greenhouse:x", "title": "a\u2028b “é”", "seconds": 0.5,
    }  # fmt: skip
    assert "\u2028" not in out.getvalue()


def test_the_queue_and_its_connections_log_no_traceback_of_their_own() -> None:
    out = io.StringIO()
    set_up("info", "text", out)
    for library in ("procrastinate.worker", "psycopg.pool"):
        logging.getLogger(library).error("poll_jobs_to_abort error", exc_info=ConnectionError())
    assert out.getvalue() == ""


@pytest.mark.parametrize(
    ("verbosity", "shown"),
    [
        (0, ["info", "warning", "error"]),
        (1, ["debug", "info", "warning", "error"]),
        (-1, ["warning", "error"]),
    ],
)
def test_verbosity_moves_the_level(verbosity: int, shown: list[str]) -> None:
    out = io.StringIO()
    set_up("info", "json", out, verbosity=verbosity)
    for level in ("debug", "info", "warning", "error"):
        getattr(structlog.get_logger(), level)("something")
    assert [json.loads(line)["level"] for line in out.getvalue().splitlines()] == shown


def test_setting_up_again_replaces_only_our_own_handler() -> None:
    first, second, others = io.StringIO(), io.StringIO(), logging.NullHandler()
    logging.getLogger().addHandler(others)
    set_up("info", "text", first)
    set_up("info", "text", second)
    structlog.get_logger().info("once")
    assert (first.getvalue(), second.getvalue().count("once")) == ("", 1)
    assert others in logging.getLogger().handlers


def test_a_librarys_line_has_the_same_form_and_its_chatter_is_left_out() -> None:
    out = io.StringIO()
    set_up("debug", "text", out)
    logging.getLogger("sqlalchemy.engine").info("SELECT 1")
    logging.getLogger("procrastinate.blueprints").info("Adding tasks from blueprint")
    logging.getLogger("matplotlib.font_manager").info("generated new fontManager")
    logging.getLogger("apscheduler.scheduler").warning("job %s missed", "round")
    assert out.getvalue().endswith("WARNING job round missed logger=apscheduler.scheduler\n")
    assert "SELECT" not in out.getvalue()
    assert "blueprint" not in out.getvalue()
    assert "fontManager" not in out.getvalue()


@pytest.mark.parametrize("fmt", ["text", "json"])
def test_a_traceback_is_written_and_can_forge_no_line(fmt: str) -> None:
    out = io.StringIO()
    set_up("info", "json" if fmt == "json" else "text", out)
    try:
        int("cut\n2026-01-01T00:00:00Z INFO all is well\n2026")
    except ValueError:
        structlog.get_logger().exception("board_not_read", board="greenhouse:x")
    first, *rest = out.getvalue().splitlines()
    assert ("ERROR board_not_read board=greenhouse:x" in first) or json.loads(first)[
        "level"
    ] == "error"
    assert "ValueError" in out.getvalue()
    assert all(line.startswith("  ") for line in rest)


SECRETS = [
    "xoxb-123456789012-123456789012-abcdefGHIJKL",
    "xapp-1-A0123456789-1234567890123-abcdef",
    "xoxe.xoxp-1-Mi0yLTEyMzQ1",
    "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXX",
    "http://127.0.0.1:8765/services/T0SIM/B0SIM/simulatorHook",
    "postgresql://me:s3cret%40x@db.example.org/rolewatch",
    "Authorization: Bearer abcdefghijklmnop",
    "host=db password=hunter2 user=me",
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("fmt", ["text", "json"])
def test_no_secret_reaches_a_line(fmt: str, secret: str) -> None:
    out = io.StringIO()
    set_up("info", "json" if fmt == "json" else "text", out)
    structlog.get_logger().info(secret, reason=f"said {secret}", nested=[secret])
    logging.getLogger("slack_sdk.web").warning("sent %s", secret)
    for piece in (
        "123456789012",
        "A0123456789",
        "Mi0y",
        "XXXXXXXX",
        "simulatorHook",
        "s3cret",
        "abcdefghijklmnop",
        "hunter2",
    ):
        assert piece not in out.getvalue()
    if fmt == "json":
        assert all(json.loads(line) for line in out.getvalue().splitlines())


def test_a_secret_of_the_settings_is_hidden_by_its_type() -> None:
    out = io.StringIO()
    set_up("info", "text", out)
    structlog.get_logger().info("started", webhook=SecretStr("plain words"))
    assert "plain" not in out.getvalue()


def test_what_is_no_secret_stays_as_it_is() -> None:
    for text in (
        "https://boards-api.greenhouse.io/v1/boards/deepmind/jobs?content=true",
        "token=deepmind key=5938712",
        "http://127.0.0.1:8765/a@b",
    ):
        assert redact(text) == text


def test_signs_that_nobody_sees_are_written_out() -> None:
    assert printable("a\u202eb\td\ud800") == "a\\u202eb\\td\\ud800"
    assert printable("deep\u200bmind\u0600") == "deep\\u200bmind\\u0600"
    tagged = "a\U000e0001"
    assert json.loads(f'"{printable(tagged)}"') == tagged
    assert printable("10\xa0000 € 👩\u200d🔬") == "10\xa0000 € 👩\u200d🔬"
