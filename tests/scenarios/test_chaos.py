"""The daemon killed at the worst moments; the long version is `make chaos`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.chaos import AIMS, run


@pytest.mark.slow
@pytest.mark.timeout(600)  # on a machine that is busy with others
async def test_killed_at_any_moment_it_loses_nothing_and_tells_nothing_twice(
    tmp_path: Path,
) -> None:
    outcome = await run(tmp_path, 2 * len(AIMS), seed=11)
    assert outcome.kills == dict.fromkeys(AIMS, 2)
    assert outcome.alerts > 0
    assert outcome.messages >= outcome.alerts
    assert (outcome.lost, outcome.doubled, outcome.wrong) == ([], [], [])
