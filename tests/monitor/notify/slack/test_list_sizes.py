"""Lists of any size: within Slack's limits, and each role once over all messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from msgspec.structs import replace

from monitor.message_parts import BoardCount, FieldChange, Passage, Reminder, Role, RuleCount, Why
from monitor.messages import (
    BoardWideEdit,
    DigestMessage,
    FirstCheckSummary,
    GroupMessage,
    Message,
    ReminderMessage,
    RoleMessage,
)
from monitor.notify.compose.pages import (
    SHOWN,
    split_board_wide_edit,
    split_changes,
    split_digest,
    split_reminders,
    split_summary,
)
from monitor.notify.compose.style import Style
from monitor.notify.plain import lines
from monitor.notify.slack.blockkit import Parts
from monitor.notify.slack.draw import draw
from tests.support.alerts import AT, HOSTILE, digest, role
from tests.support.block_rules import faults, length, parts

LIMIT = 11_500
SENTENCE = 220
SIZES = [1, 2, 5, 6, 11, 49, 151, 640]
LARGEST = 2_000
LONG = "Senior Staff Research Engineer, Foundations of Very Large World Models and Evaluation"
WHY = (Why("engineers", "x"),)
RULES = ("engineers", "a rule with a rather long name", "another rule that is long too", "d", "e")


def made(number: int, employers: int = 1, title: str = "Research Engineer") -> list[Role]:
    """Return so many roles of some employers, each with a title of its own in front."""
    return [
        replace(
            role(str(key), f"{key} {title}", deadline_at=AT + timedelta(days=key % 9 + 1)),
            posting=f"greenhouse:lab{key % employers}:{key}",
            company=f"Laboratory {key % employers}",
        )
        for key in range(number)
    ]


def links(drawn: Iterable[tuple[str, Parts]]) -> Counter[str]:
    """Return how often each role's link is in the drawn messages."""
    return Counter(
        part["url"] for _, blocks in drawn for part in parts(blocks) if part.get("type") == "link"
    )


def once(roles: Iterable[Role]) -> Counter[str]:
    return Counter(one.url for one in roles)


def check(messages: Sequence[Message], roles: Sequence[Role]) -> None:
    drawn = [draw(message) for message in messages]
    for text, blocks in drawn:
        assert faults(blocks) == []
        assert length(blocks) <= LIMIT
        assert 0 < len(text) <= SENTENCE
    assert links(drawn) == once(roles)


def summary(roles: Sequence[Role], rules: Sequence[str] = ("engineers",)) -> FirstCheckSummary:
    boards = {one.posting.rpartition(":")[0]: one.company for one in roles}
    return FirstCheckSummary(
        tuple(BoardCount(board, company, "", 57) for board, company in boards.items()),
        tuple(RuleCount(rule, tuple(roles)) for rule in rules),
        at=AT,
    )


def edit(roles: Sequence[Role]) -> BoardWideEdit:
    passages = (Passage("old " * 200, "new " * 200, 9),) * 5
    rules = (RuleCount("engineers", tuple(roles)),)
    return BoardWideEdit("greenhouse:lab0", "Laboratory", "", AT, passages, 9, 10, rules, WHY)


@pytest.mark.parametrize("threaded", [True, False])
@pytest.mark.parametrize(
    ("number", "employers"),
    [*product(SIZES, (1, 60)), (LARGEST, 370)],
)
def test_a_first_summary_of_any_size_leaves_nothing_out(
    number: int, employers: int, threaded: bool
) -> None:
    roles = made(number, employers, LONG)
    head, rests = split_summary(summary(roles), threaded=threaded)
    check([head, *rests], roles)
    shown = Counter(one.company for one in head.rules[0].roles)
    assert not threaded or max(shown.values()) <= SHOWN
    left = number - len(head.rules[0].roles)
    assert sum(one.roles for one in head.more) == (left if threaded else 0)


@pytest.mark.parametrize("number", [1, 40, 300])
def test_a_first_summary_with_many_rules_leaves_nothing_out(number: int) -> None:
    roles = made(number, 30, LONG)
    head, rests = split_summary(summary(roles, RULES), threaded=True)
    check([head, *rests], roles)


@pytest.mark.parametrize("number", SIZES)
def test_a_board_wide_edit_of_any_size_leaves_nothing_out(number: int) -> None:
    roles = made(number, title=LONG)
    for threaded in (True, False):
        head, rests = split_board_wide_edit(edit(roles), threaded=threaded)
        check([head, *rests], roles)
        assert not threaded or links([draw(head)]) == Counter()


def changes(roles: Sequence[Role]) -> list[RoleMessage]:
    fields = tuple(
        FieldChange(field, "old " * 40, "new " * 40)
        for field in ("title", "location", "department", "employment_type", "description")
    )
    kinds: tuple[Any, ...] = ("opened", "revised", "closed", "reopened")
    return [
        RoleMessage(
            kinds[number % 4], one, WHY, AT, fields if number % 4 == 1 else (), before_at=None
        )
        for number, one in enumerate(roles)
    ]


@pytest.mark.parametrize(("number", "employers"), [*product(SIZES, (1, 60)), (LARGEST, 60)])
def test_a_grouped_round_of_any_size_leaves_nothing_out(number: int, employers: int) -> None:
    roles = made(number, employers, LONG)
    pages = split_changes(changes(roles))
    check(
        [GroupMessage(page, part, len(pages)) for part, page in enumerate(pages, 1)],
        roles,
    )


@pytest.mark.parametrize("number", SIZES)
def test_a_digest_of_any_size_leaves_nothing_out(number: int) -> None:
    roles = made(number, 60, LONG)
    message = replace(digest(*changes(roles), near=tuple(roles[::3])), at=AT)
    pages = split_digest(message)
    check(list(pages), roles)
    assert [page.part for page in pages] == list(range(1, len(pages) + 1))


@pytest.mark.parametrize("number", [2, 11, 150, LARGEST])
def test_reminders_of_any_number_leave_nothing_out(number: int) -> None:
    roles = made(number, 60, LONG)
    pages = split_reminders(Reminder(one, WHY, 86400.0) for one in roles)
    messages = [ReminderMessage(page, AT, part, len(pages)) for part, page in enumerate(pages, 1)]
    check(messages, roles)


@pytest.mark.parametrize("number", [7, 300])
def test_a_channel_without_limits_gets_everything_in_full(number: int) -> None:
    roles = made(number, 3, LONG)
    said = "\n".join(lines(summary(roles), Style(limited=False)))
    assert all(said.count(one.url + "\n") + said.endswith(one.url) == 1 for one in roles)
    assert all(one.title in said for one in roles)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_breaks_no_list(text: str) -> None:
    bad = [
        replace(one, title=text, company=text, location=text, pay=text, deadline_text=text)
        for one in made(40)
    ]
    many = changes(bad)
    board = (BoardCount(text, text, text, 3),)
    rules = tuple(RuleCount(name, tuple(bad)) for name in (text, text + "2"))
    near: DigestMessage = digest(*many, near=tuple(bad), company=text)
    listed = FirstCheckSummary(board * 40, rules, at=AT)
    wide = replace(edit(bad), company=text, passages=(Passage(text, text + "!", 3, text, text),))
    messages: list[Message] = [
        *(GroupMessage(page) for page in split_changes(many)),
        *split_digest(near),
    ]
    for threaded in (True, False):
        for head, rests in (
            split_summary(listed, threaded=threaded),
            split_board_wide_edit(wide, threaded=threaded),
        ):
            messages += [head, *rests]
    for message in messages:
        said, blocks = draw(message)
        assert faults(blocks) == []
        assert length(blocks) <= LIMIT
        assert 0 < len(said) <= 2 * SENTENCE
