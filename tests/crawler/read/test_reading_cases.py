"""Reading on cases with their right values: our own, in five sets, and the given ones where they lie beside the repository.

Each set was written before any of its results was seen: the first before the readers were changed,
the others after that, to see how well they read what they were not made for. `docs/accuracy.md` has
both numbers.
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
def test_cases_are_read_right_and_none_falsely(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = run(load(path))
    with capsys.disabled():
        print(f"\n\n{path.name}\n{table(results)}")  # for whoever reads the output
    wrong = [
        f"{one.score} {one.case.id} {one.case.input!r}: {one.read}, right {one.case.right}"
        for one in results
        if one.score != "exact"
    ]
    report = "\n".join([table(results), *wrong])
    assert not [one for one in results if one.score == "false"], report
    assert len(wrong) <= 0.02 * len(results), report


def test_our_own_cases_are_many_and_of_every_kind() -> None:
    cases = [case for path in OURS.glob("*.tsv") for case in load(path)]
    kinds = Counter(case.kind for case in cases)
    assert len(cases) > 1000
    assert all(count >= 8 for count in kinds.values()), kinds
