"""Every source with details: one that does not come, or has another form, edits no posting."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec
import pytest

from crawler.items import Unreadable
from crawler.readers import reread
from monitor.history.compare import differences, keep_unsent
from tests.support import bamboohr, eightfold, icims, oracle, rippling, smartrecruiters, workday
from tests.support.ats_server import AtsServer
from tests.support.crawling import snapshot

BOARDS = [
    (bamboohr.BOARD, partial(bamboohr.BambooServer, 3)),
    (eightfold.BOARD, partial(eightfold.EightfoldServer, 3)),
    (icims.PORTAL, partial(icims.IcimsServer, cards=3)),
    (oracle.BOARD, partial(oracle.OracleServer, 3)),
    (rippling.BOARD, partial(rippling.RipplingServer, 3)),
    (smartrecruiters.BOARD, partial(smartrecruiters.SmartRecruitersServer, 3)),
    (workday.BOARD, partial(workday.WorkdayServer, 3)),
]


def names(value: object) -> str:
    return value.partition(":")[0] if isinstance(value, str) else ""


@pytest.mark.parametrize(("board", "server"), BOARDS, ids=names)
async def test_a_row_without_its_detail_is_no_edit(
    board: str, server: Callable[[], AtsServer]
) -> None:
    async with server() as running:
        found = await snapshot(running, board)
    for sighting in found.sightings:
        job = msgspec.json.decode(sighting.keep())
        assert job.pop("detail")
        before = sighting.read()
        row = reread(board.partition(":")[0], msgspec.json.encode(job))
        assert differences(before, keep_unsent(before, row)) == ()
    assert len(found.sightings) == 3


TEXTS = {
    "bamboohr": ("description",),
    "eightfold": ("jobDescription",),
    "icims": ("description",),
    "oracle": ("ExternalDescriptionStr",),
    "rippling": ("description", "role"),
    "workday": ("jobDescription",),
}


@pytest.mark.parametrize(("board", "server"), BOARDS, ids=names)
async def test_a_detail_without_its_text_is_unreadable(
    board: str, server: Callable[[], AtsServer]
) -> None:
    """A text that has another name in a new release of the ATS is no empty one."""
    ats = board.partition(":")[0]
    async with server() as running:
        found = await snapshot(running, board)
    job = msgspec.json.decode(found.sightings[0].keep())
    *path, last = TEXTS.get(ats, ("jobAd",))
    del (job["detail"][path[0]] if path else job["detail"])[last]
    with pytest.raises(Unreadable):
        reread(ats, msgspec.json.encode(job))
