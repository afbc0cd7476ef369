"""One target under atheris: `python -m tests.fuzz.fuzz TARGET SECONDS`. https://github.com/google/atheris

What it finds is written to `.fuzz/TARGET/` as a file; put it into `tests/fuzz/corpus/TARGET/`, so
that the suite keeps it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["crawler", "monitor"]):
    from tests.support.fuzz_targets import CORPUS, TARGETS


def main() -> None:
    name, seconds = sys.argv[1:]
    grown = Path(".fuzz") / name
    grown.mkdir(parents=True, exist_ok=True)
    options = [
        f"-max_total_time={seconds}",
        "-max_len=4096",
        "-timeout=20",
        f"-artifact_prefix={grown}/crash-",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], str(grown), str(CORPUS / name), *options], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
