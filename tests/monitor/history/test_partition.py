"""The partition of a snapshot's sightings, and the decision on postings it does not list."""

from __future__ import annotations

import pytest

from crawler.items import Probe
from monitor.history.partition import Verdict, missing_verdict, partition
from monitor.history.values import KnownPosting
from tests.support.boards import posting, sighting


def test_partition_sorts_sightings_by_their_next_step() -> None:
    same = sighting(posting("1"))
    changed = sighting(posting("2"))
    back = sighting(posting("3"))
    found = sighting(posting("4"))
    known = {
        "1": KnownPosting("1", open=True, raw_digest=same.digest),
        "2": KnownPosting("2", open=True, raw_digest="another"),
        "3": KnownPosting("3", open=False, raw_digest=back.digest),
        "4": KnownPosting("4", open=True, raw_digest=found.digest, unlisted=True),
        "5": KnownPosting("5", open=True, raw_digest="x"),
        "6": KnownPosting("6", open=False, raw_digest="x"),
    }
    new = sighting(posting("7"))
    sifted = partition(known, [new, found, back, changed, same])
    assert (sifted.new, sifted.changed, sifted.back, sifted.found, sifted.missing) == (
        (new,),
        (changed,),
        (back,),
        ("4",),
        ("5",),
    )


def test_a_key_that_is_still_listed_is_found_only_if_it_is_open_and_was_not_listed() -> None:
    known = {
        "1": KnownPosting("1", open=True, raw_digest="x", unlisted=True),
        "2": KnownPosting("2", open=True, raw_digest="x"),
        "3": KnownPosting("3", open=False, raw_digest="x", unlisted=True),
    }
    sifted = partition(known, [], ["1", "2", "3", "unknown"])
    assert (sifted.found, sifted.missing) == (("1",), ())


@pytest.mark.parametrize(
    ("missed_checks", "probe", "collapsed", "whole", "verdict"),
    [
        (0, Probe.GONE, False, True, Verdict.CLOSED),
        (0, Probe.GONE, True, False, Verdict.CLOSED),
        (9, Probe.THERE, False, True, Verdict.THERE),
        (0, None, False, True, Verdict.MISSING),
        (0, Probe.SILENT, False, True, Verdict.MISSING),
        (1, Probe.SILENT, False, True, Verdict.CLOSED),
        (1, None, True, True, Verdict.MISSING),
        (2, None, True, True, Verdict.CLOSED),
        (5, None, False, False, Verdict.UNKNOWN),
    ],
)
def test_a_missing_posting_closes_only_by_proof_or_by_checks_that_agree(
    missed_checks: int, probe: Probe | None, collapsed: bool, whole: bool, verdict: Verdict
) -> None:
    known = KnownPosting(
        "1", open=True, raw_digest=None, unlisted=missed_checks > 0, missed_checks=missed_checks
    )
    assert missing_verdict(known, probe, collapsed=collapsed, list_is_whole=whole) is verdict


@pytest.mark.parametrize("collapsed", [True, False])
def test_a_posting_that_was_not_asked_about_waits_for_its_turn_while_the_host_answers(
    *, collapsed: bool
) -> None:
    known = KnownPosting("1", open=True, raw_digest=None, unlisted=True, missed_checks=7)
    decided = {
        probe: missing_verdict(
            known, probe, collapsed=collapsed, list_is_whole=True, host_answers=True
        )
        for probe in (None, *Probe)
    }
    assert decided == {
        None: Verdict.WAITING,
        Probe.GONE: Verdict.CLOSED,
        Probe.THERE: Verdict.THERE,
        Probe.SILENT: Verdict.CLOSED,
    }
