"""The changes that a rule sends, by kind, mode, fields and fit."""

from __future__ import annotations

from typing import Literal

import pytest

from monitor.alerts.wanted import wanted, wants_board_wide_edits
from monitor.config.model import Rule
from monitor.config.values import Kind, RevisionField
from monitor.rules.matcher import Explanation

FITS = Explanation("r", fits=True)
UNFIT = Explanation("r", fits=False)
PAY: tuple[RevisionField, ...] = ("pay",)


def rule(on: tuple[Kind, ...], *, mode: Literal["instant", "digest"] = "instant") -> Rule:
    return Rule(name="r", any=("x",), notify=("console",), on=on, fields=PAY, mode=mode)


@pytest.mark.parametrize("kind", ["opened", "closed", "reopened"])
def test_a_kind_is_sent_when_the_rule_asks_for_it_and_fits(kind: Kind) -> None:
    assert wanted(rule((kind,)), kind, (), (), before=None, after=FITS) is not None
    assert wanted(rule((kind,)), kind, (), (), before=None, after=UNFIT) is None
    assert wanted(rule(("revised",)), kind, (), (), before=None, after=FITS) is None


@pytest.mark.parametrize(
    ("on", "fields", "before", "after", "change"),
    [
        (("revised",), PAY, FITS, FITS, ""),
        (("revised",), ("title",), FITS, FITS, None),
        (("opened",), PAY, FITS, FITS, None),
        (("revised",), ("title",), UNFIT, FITS, "now fits"),
        (("opened",), ("title",), UNFIT, FITS, "now fits"),
        (("closed",), ("title",), UNFIT, FITS, None),
        (("revised",), ("title",), FITS, UNFIT, "no longer fits"),
        (("closed",), ("title",), FITS, UNFIT, "no longer fits"),
        (("opened",), ("title",), FITS, UNFIT, None),
        (("revised", "opened", "closed"), PAY, UNFIT, UNFIT, None),
    ],
)
def test_a_revision_is_sent_by_fields_or_by_a_change_of_fit(
    on: tuple[Kind, ...],
    fields: tuple[str, ...],
    before: Explanation,
    after: Explanation,
    change: str | None,
) -> None:
    sent = wanted(rule(on), "revised", fields, fields, before=before, after=after)
    assert (sent.why.fit_change if sent else None) == change


def test_a_board_wide_edit_counts_only_in_a_digest() -> None:
    edited = rule(("revised",)), rule(("revised",), mode="digest")
    instant, digest = (
        wanted(each, "revised", ("pay", "title"), ("title",), before=FITS, after=FITS)
        for each in edited
    )
    assert instant is None
    assert digest is not None
    assert digest.fields == ("pay", "title")


def test_a_change_of_fit_shows_all_fields() -> None:
    sent = wanted(
        rule(("revised",)), "revised", ("pay", "title"), ("title",), before=UNFIT, after=FITS
    )
    assert sent is not None
    assert sent.fields == ("pay", "title")


def test_a_digest_has_no_message_for_board_wide_edits() -> None:
    def asks(mode: Literal["instant", "digest"]) -> bool:
        texts = Rule(name="r", any=("x",), notify=("console",), fields=("description",), mode=mode)
        return wants_board_wide_edits(texts)

    assert asks("instant")
    assert not asks("digest")
