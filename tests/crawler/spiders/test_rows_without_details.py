"""Every source with details: a known posting whose detail does not come is not edited."""

from __future__ import annotations

import msgspec
import pytest

from crawler.registry import reread
from monitor.history.compare import differences, keep_unsent
from tests.support import bamboohr, eightfold, icims, oracle, rippling, smartrecruiters, workday
from tests.support.ats_server import AtsServer
from tests.support.crawling import snapshot


@pytest.mark.parametrize(
    ("board", "server"),
    [
        (bamboohr.BOARD, bamboohr.BambooServer(3)),
        (eightfold.BOARD, eightfold.EightfoldServer(3)),
        (icims.PORTAL, icims.IcimsServer(cards=3)),
        (oracle.BOARD, oracle.OracleServer(3)),
        (rippling.BOARD, rippling.RipplingServer(3)),
        (smartrecruiters.BOARD, smartrecruiters.SmartRecruitersServer(3)),
        (workday.BOARD, workday.WorkdayServer(3)),
    ],
    ids=lambda value: value.partition(":")[0] if isinstance(value, str) else "",
)
async def test_a_row_without_its_detail_is_no_edit(board: str, server: AtsServer) -> None:
    async with server:
        found = await snapshot(server, board)
    for sighting in found.sightings:
        job = msgspec.json.decode(sighting.keep())
        assert job.pop("detail")
        before = sighting.read()
        row = reread(board.partition(":")[0], msgspec.json.encode(job))
        assert differences(before, keep_unsent(before, row)) == ()
    assert len(found.sightings) == 3
