"""Log lines in one form, for our own events and those of libraries.

    2026-11-23T09:00:00Z INFO board_checked board=greenhouse:deepmind opened=2

Secrets are not logged: settings keep them in SecretStr, and errors have no addresses. `redact` is
the last line of defense, over the finished line.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, ProcessorReturnValue, WrappedLogger

from monitor.redaction import printable, redact

LEVELS = ("debug", "info", "warning", "error")

_WARNINGS_ONLY = (
    "aiohttp",
    "alembic",
    "apscheduler",
    "asyncio",
    "dateparser",
    "matplotlib",
    "scrapy",
    "slack_sdk",
    "sqlalchemy",
    "twisted",
    "tzlocal",
)
# Procrastinate logs each job that fails, and both log each outage with a traceback: the daemon and
# its workers log their own findings.
_SILENT = ("procrastinate", "psycopg.pool")

_BARE = re.compile(r"[^\s\"'=]+")
_HEAD = ("timestamp", "level", "event", "exception")


class _Handler(logging.StreamHandler[TextIO]):
    """Our handler, which a second `set_up` replaces; those of others stay."""


def set_up(level: str, fmt: Literal["text", "json"], stream: TextIO, *, verbosity: int = 0) -> None:
    """Send every log line to `stream`. It may be called again.

    `verbosity` is the number of `-v`, each one level more; -1 is `-q`.
    """
    handler = _Handler(stream)
    steps: list[Processor] = [
        _fields,
        structlog.processors.format_exc_info,
        _as_json if fmt == "json" else _as_text,
    ]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=steps))
    root = logging.getLogger()
    for old in [handler for handler in root.handlers if isinstance(handler, _Handler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(_shifted(level, verbosity).upper())
    for name in _WARNINGS_ONLY:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def _shifted(level: str, verbosity: int) -> str:
    index = LEVELS.index(level) - verbosity
    return LEVELS[max(0, min(index, len(LEVELS) - 1))]


def _fields(_logger: WrappedLogger, method: str, line: EventDict) -> EventDict:
    """Order the fields: time, level, event, then all others; a library's line has its logger."""
    record: logging.LogRecord = line.pop("_record")
    if not line.pop("_from_structlog"):
        line["logger"] = record.name
    first: EventDict = {
        "timestamp": datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "level": method if method != "exception" else "error",
        "event": line.pop("event", ""),
    }
    return {**first, **{name: value for name, value in line.items() if name not in first}}


def _as_text(_logger: WrappedLogger, _method: str, line: EventDict) -> ProcessorReturnValue:
    fields = [
        f"{printable(name)}={_value(value)}" for name, value in line.items() if name not in _HEAD
    ]
    head = " ".join(
        [line["timestamp"], line["level"].upper(), printable(str(line["event"])), *fields]
    )
    traceback = [f"  {printable(row)}" for row in str(line.get("exception", "")).splitlines()]
    return redact("\n".join([head, *traceback]))


def _value(value: object) -> str:
    text = str(value)
    return printable(text if _BARE.fullmatch(text) else json.dumps(text, ensure_ascii=False))


def _as_json(_logger: WrappedLogger, _method: str, line: EventDict) -> ProcessorReturnValue:
    return redact(printable(json.dumps(line, ensure_ascii=False, default=str)))
