"""Upgrade in separate processes, killed before their nth statement, or several at once.

Prints how each ended.

python upgrading.py URL 1 5 20      one after the other, killed there
python upgrading.py URL together 6  six at once
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable

import alembic.command  # so that a child has it  # noqa: F401
from sqlalchemy import event

from monitor.database.engine import make_engine
from monitor.database.schema import upgrade


def child(work: Callable[[], object]) -> int:
    """Start a process that does it. Return its id."""
    number = os.fork()
    if number:
        return number
    try:
        work()
    except BaseException as error:  # the end of a process  # noqa: BLE001
        print(repr(error), file=sys.stderr)  # for whoever reads the test
        os._exit(1)
    os._exit(0)


def ended(number: int) -> int:
    """Its exit code; the negative number of the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])


def die_at(moment: int, url: str) -> None:
    """Start an upgrade that is killed before that statement."""
    engine, seen = make_engine(url), 0

    def count(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen > moment:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "before_cursor_execute", count)
    upgrade(engine)


def main(url: str, *how: str) -> list[int]:
    if how[0] == "together":
        return [
            ended(number)
            for number in [child(lambda: upgrade(make_engine(url))) for _ in range(int(how[1]))]
        ]
    # bound now
    return [ended(child(lambda moment=moment: die_at(int(moment), url))) for moment in how]  # type: ignore[misc]


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))  # its output is what it is for
