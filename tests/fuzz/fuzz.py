"""Run one fuzz target under atheris.

`python -m tests.fuzz.fuzz TARGET SECONDS` writes each finding to a file in `.fuzz/TARGET/`. Copy it
to `tests/fuzz/corpus/TARGET/`, so that the suite tests it. https://github.com/google/atheris
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["crawler", "monitor"]):
    from tests.support.fuzz_targets import CORPUS, TARGETS


def main() -> None:
    name, seconds = sys.argv[1:]
    findings = Path(".fuzz") / name
    findings.mkdir(parents=True, exist_ok=True)
    options = [
        f"-max_total_time={seconds}",
        "-max_len=4096",
        "-timeout=20",
        f"-artifact_prefix={findings}/crash-",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], str(findings), str(CORPUS / name), *options], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
