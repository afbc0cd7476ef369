"""Several commands in one process of their own: starting one for each takes a second.

`python -m tests.support.commands CONFIG COMMAND…` runs each command, a line of words, and prints
what each left behind as JSON.
"""

from __future__ import annotations

import json
import shlex
import sys
from dataclasses import asdict

from tests.support.program import Program


def main(config: str, commands: list[str]) -> None:
    program = Program(config)
    json.dump([asdict(program(*shlex.split(command))) for command in commands], sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
