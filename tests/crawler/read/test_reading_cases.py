"""Run the readers on cases with known values: our own sets, and given ones where present.

Each of seven sets was written before any of its results was seen. The first one came before the
readers were changed. The others tested how well the readers handle new cases. The eighth set has
cases that taught something, and the ninth those that are read now. See `docs/accuracy.md`.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.support.places import ROOT
from tests.support.reading_cases import load, run, table

OURS = ROOT / "tests" / "recordings" / "reading"
GIVEN = ROOT.parent / "shared" / "facts" / "READING_CASES.tsv"
SETS = [
    *sorted(OURS.glob("*.tsv")),
    pytest.param(GIVEN, marks=pytest.mark.needs(GIVEN)),
]


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem)
def test_no_case_is_false_and_few_are_unknown(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = run(load(path))
    with capsys.disabled():
        print(f"\n\n{path.name}\n{table(results)}")
    wrong = [
        f"{result.score} {result.case.id} {result.case.input!r}: "
        f"{result.read}, right {result.case.right}"
        for result in results
        if result.score != "exact"
    ]
    report = "\n".join([table(results), *wrong])
    assert not [result for result in results if result.score == "false"], report
    assert len(wrong) <= 0.02 * len(results), report


def test_our_own_cases_cover_every_kind() -> None:
    cases = [case for path in OURS.glob("*.tsv") for case in load(path)]
    kinds = Counter(case.kind for case in cases)
    assert len(cases) > 1000
    assert all(count >= 8 for count in kinds.values()), kinds
