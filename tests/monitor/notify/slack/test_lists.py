"""Lists are true: counts, order, periods, rules and employers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from monitor.message_parts import BoardCount, FieldChange, Passage, Role, RoleKind, RuleCount, Why
from monitor.messages import (
    BoardWideEdit,
    DigestMessage,
    FirstCheckSummary,
    GroupMessage,
    Message,
    QuietHoursMessage,
    RoleMessage,
)
from monitor.notify.compose.counts import counted, named
from monitor.notify.compose.message import compose
from monitor.notify.compose.pages import split_digest
from monitor.notify.compose.style import Style
from monitor.notify.plain import lines
from monitor.notify.slack.draw import draw
from monitor.notify.slack.render import render
from tests.support.alerts import AT, digest, opened, revised, role, summary

LONDON = Style(ZoneInfo("Europe/London"), limited=False)


def of(company: str, key: str, title: str, kind: RoleKind = "opened") -> RoleMessage:
    shown = replace(role(key, title), company=company, posting=f"greenhouse:{company}:{key}")
    return RoleMessage(kind, shown, (Why("engineers", ""),), AT)


def titles(message: Message) -> list[str]:
    """Return the lines without links, in order."""
    return [line for line in lines(message, LONDON) if "https://" not in line]


@pytest.mark.parametrize(
    ("kinds", "expected", "with_noun"),
    [
        (("opened",), "1 new", "1 new role"),
        (("opened", "opened", "closed"), "2 new, 1 closed", "2 new roles, 1 closed"),
        (("closed", "revised"), "1 changed, 1 closed", "1 changed role, 1 closed"),
        (("reopened",) * 2, "2 open again", "2 roles open again"),
        ((), "", ""),
    ],
)
def test_counts_leave_out_zeros(kinds: tuple[RoleKind, ...], expected: str, with_noun: str) -> None:
    items = [of("A", "1", "x", kind) for kind in kinds]
    assert (counted(items), counted(items, "role")) == (expected, with_noun)


@pytest.mark.parametrize(
    ("names", "length", "expected"),
    [
        (["B"], 99, "B"),
        (["B", "a"], 99, "a and B"),
        (["C", "B", "a", "B"], 99, "a, B, and C"),
        (["Long name", "Longer name", "b"], 24, "b, Long name, and 1 more"),
        (["Long name", "Longer name"], 5, "2 employers"),
    ],
)
def test_employers_are_named_within_the_length(
    names: list[str], length: int, expected: str
) -> None:
    assert named(names, length) == expected


def test_a_list_is_by_employer_then_kind_then_deadline_then_title() -> None:
    due = of("Beta", "5", "Zoo keeper")
    due = replace(due, role=replace(due.role, deadline_at=AT + timedelta(days=9)))
    items = (
        of("beta", "1", "Third", "closed"),
        of("Alpha", "2", "b"),
        of("Beta", "3", "Second", "revised"),
        of("Beta", "4", "First"),
        due,
        of("Alpha", "6", "A"),
        of("Beta", "7", "Again", "reopened"),
    )
    shown = titles(
        GroupMessage(
            tuple(replace(i, role=replace(i.role, company=i.role.company.title())) for i in items)
        )
    )
    words = [line.split(" · ")[0].split(maxsplit=1)[-1] for line in shown[1:-1]]
    assert words == ["Alpha", "A", "b", "Beta", "Zoo keeper", "First", "Again", "Second", "Third"]


def test_one_rule_is_named_once_and_several_behind_their_roles() -> None:
    one = titles(GroupMessage((opened("1"), opened("2"))))
    assert [line for line in one if "engineers" in line] == ["engineers"]
    shared = titles(
        GroupMessage((of("A", "1", "x"), replace(of("B", "2", "y"), why=(Why("b", ""),))))
    )
    assert [line for line in shared if line.startswith(("A", "B"))] == ["A · engineers", "B · b"]
    mixed = titles(GroupMessage((opened("1"), opened("2", "london"))))
    assert mixed[1] == "Example Labs"
    assert [line.rsplit(" · ", 1)[-1] for line in mixed[2:]] == ["engineers", "london"]


def _digest(items: tuple[RoleMessage, ...], since: datetime, at: datetime) -> DigestMessage:
    return replace(digest(*items), since=since, at=at, boards=())


MORNING, EVENING = datetime(2026, 5, 4, 8, tzinfo=UTC), datetime(2026, 5, 4, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "at", "expected"),
    [
        (MORNING - timedelta(days=1), MORNING, "Since yesterday"),
        (EVENING - timedelta(days=1), EVENING, "Today"),
        (EVENING - timedelta(days=4), EVENING, "Since Apr 30"),
        (
            datetime(2026, 5, 3, 22, 30, tzinfo=UTC),
            datetime(2026, 5, 4, 10, 59, tzinfo=UTC),
            "Since yesterday",
        ),
        (
            datetime(2026, 5, 3, 22, 30, tzinfo=UTC),
            datetime(2026, 5, 4, 11, 0, tzinfo=UTC),
            "Today",
        ),
    ],
)
def test_a_digest_names_its_period(since: datetime, at: datetime, expected: str) -> None:
    message = _digest((opened(),), since, at)
    assert titles(message)[0].endswith(f"{expected}: 1 new")
    assert draw(message, LONDON)[0].startswith(f"{expected}: 1 new")


@pytest.mark.parametrize(
    ("since", "at", "expected"),
    [
        (MORNING - timedelta(days=1), MORNING, "May 3 to May 4"),
        (MORNING - timedelta(hours=7), MORNING, "May 4"),
        (EVENING - timedelta(days=1), EVENING, "May 4"),
        (EVENING - timedelta(days=4), EVENING, "Apr 30 to May 4"),
    ],
)
def test_a_digest_that_is_sent_on_a_later_day_names_its_dates(
    since: datetime, at: datetime, expected: str
) -> None:
    message = _digest((opened(),), since, at)
    night = replace(message, sent_at=at.replace(hour=23, minute=5))  # in London it is May 5
    assert titles(night)[0].endswith(f"{expected}: 1 new")
    assert draw(night, LONDON)[0].startswith(f"{expected}: 1 new")
    quiet = replace(night, items=())
    assert draw(quiet, LONDON)[0].startswith(f"{expected}: nothing new.")


def test_a_late_digest_says_on_which_day_a_role_opened_and_closed() -> None:
    item = opened(kind="closed", before_at=EVENING - timedelta(hours=2), after="opened")
    message = replace(
        _digest((item,), EVENING - timedelta(days=1), EVENING),
        sent_at=EVENING + timedelta(days=1),
    )
    assert any(line.endswith("opened and closed on May 4") for line in titles(message))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (EVENING - timedelta(hours=3), "new today"),
        (EVENING - timedelta(hours=20), "new since yesterday"),
        (EVENING - timedelta(days=3), "new since May 1"),
    ],
)
def test_new_today_is_said_of_today_only(found: datetime, expected: str) -> None:
    due = role("1", deadline_at=EVENING + timedelta(days=2))
    item = RoleMessage("opened", due, (Why("engineers", ""),), found)
    message = replace(_digest((item,), EVENING - timedelta(days=4), EVENING), deadlines=(due,))
    assert any(line.endswith(f" · {expected}") for line in titles(message))


def test_a_role_with_a_near_deadline_is_listed_once() -> None:
    due = role("1", deadline_at=AT + timedelta(days=2))
    item = replace(revised("1"), role=due)
    message = replace(digest(item, near=(due,)), at=AT)
    [line] = [line for line in titles(message) if "Research Engineer" in line]
    assert line.endswith("raised pay to $141k–245k")
    assert "1 changed" in titles(message)[0]


def test_opened_and_closed_is_shown_with_its_period() -> None:
    item = opened(kind="closed", before_at=EVENING - timedelta(hours=2), after="opened")
    message = _digest((item,), EVENING - timedelta(days=1), EVENING)
    assert any(line.endswith("opened and closed today") for line in titles(message))
    [_, group] = titles(QuietHoursMessage((GroupMessage((item,)),)))[1:3]
    assert group.endswith("opened and closed overnight")


def test_a_closing_whose_opening_was_not_seen_says_no_time() -> None:
    shown = titles(GroupMessage((opened(kind="closed"), opened("2"))))
    assert any(line.endswith("Research Engineer") for line in shown)


def test_a_change_that_only_a_rule_noticed_says_so() -> None:
    item = replace(revised("1"), why=(Why("engineers", "", "now fits"),))
    [line] = [line for line in titles(GroupMessage((item,))) if "raised" in line]
    assert line.endswith("raised pay to $141k–245k · now fits")


def test_a_passed_deadline_is_not_a_day_to_apply_by() -> None:
    late = opened("1")
    late = replace(late, role=replace(late.role, deadline_at=AT - timedelta(days=3)))
    assert "deadline passed May 1" in "".join(titles(GroupMessage((late,))))


def test_a_quiet_day_is_one_line() -> None:
    message = replace(digest(), at=AT, boards=digest().boards[:1])
    assert len(lines(message, LONDON)) == 1
    assert "nothing new. 57 open roles at 1 employer, 6 fit." in draw(message)[0]


BOARDS = (
    BoardCount("greenhouse:a", "Alpha", "", 3),
    BoardCount("lever:b", "Beta", "", 5),
    BoardCount("ashby:b", "Beta", "", 2),
    BoardCount("lever:c", "Gamma", "", 9),
)


def _at(board: str, key: str) -> Role:
    return replace(role(key), posting=f"{board}:{key}", company="x")


def test_a_first_summary_counts_each_role_of_an_employer_once() -> None:
    both = (_at("lever:b", "1"), _at("ashby:b", "x:2"))
    rules = (
        RuleCount("r", both, alerted=("greenhouse:a:7",)),
        RuleCount("s", both[:1], alerted=("greenhouse:a:7", "greenhouse:a:8")),
    )
    said = draw(FirstCheckSummary(BOARDS, rules))[0]
    assert said == "Now watching 3 employers: 19 open roles, 4 fit. Alpha 2, Beta 2."
    shown = titles(FirstCheckSummary(BOARDS, rules))
    assert shown[1] == "Alpha 2 of 3 · Beta 2 of 7 · Gamma 0 of 9"
    assert not any(line.startswith("Gamma") for line in shown)


def test_a_summary_of_an_older_version_counts_what_it_had_alerted() -> None:
    rules = (RuleCount("r", (_at("lever:c", "1"),), 3),)
    assert "9 open roles, 4 fit" in draw(FirstCheckSummary(BOARDS[3:], rules))[0]


def test_later_found_roles_are_not_called_watched() -> None:
    late = replace(summary(roles=[role()]), late=True)
    assert draw(late)[0].startswith("Also found at Example Labs")


@pytest.mark.parametrize(
    ("edited", "unedited", "expected"),
    [
        (7, (), "all 7 that fit"),
        (1, (), "1 that fits"),
        (2, ("x",), "2 of the 3 that fit"),
        (1, ("x",), "1 of the 2 that fit"),
        (7, None, "7 that fit"),
    ],
)
def test_a_board_wide_edit_says_all_only_if_it_is_known(
    edited: int, unedited: tuple[str, ...] | None, expected: str
) -> None:
    fit = (RuleCount("r", tuple(role(str(key)) for key in range(edited))),)
    message = BoardWideEdit(
        "greenhouse:a", "A", "", AT, (Passage("a", "b", 9),), 9, 10, fit, (), unedited=unedited
    )
    assert draw(message)[0].endswith(f"the same way, among them {expected}.")
    words = expected.replace(" that", " roles that" if expected != "1 that fits" else " role that")
    assert any(line.casefold().startswith(words) for line in lines(message))


def test_changed_and_changed_back_is_named_where_nothing_else_is() -> None:
    back = revised("1", FieldChange("pay", "1-2 USD/year", "1-2 USD/year"))
    assert "changed pay and changed back" in "".join(titles(GroupMessage((back,))))


def test_a_digest_of_an_older_version_is_still_drawn() -> None:
    old = DigestMessage(date(2026, 5, 4), AT - timedelta(days=1), (opened(),), (), 1, 1, ())
    assert "1 new" in draw(old)[0]


def test_employers_whose_names_differ_by_case_have_one_block_each() -> None:
    kinds: list[RoleKind] = ["opened", "closed", "opened", "closed"]
    names = ["Acme", "Acme", "ACME", "ACME"]
    items = tuple(of(names[key], str(key), "x", kind) for key, kind in enumerate(kinds))
    shown = titles(GroupMessage(items))
    assert [shown.count("Acme"), shown.count("ACME")] == [1, 1]


def test_a_part_of_a_digest_does_not_say_that_nothing_is_new() -> None:
    due = tuple(role(f"d{key}", "x" * 99, deadline_at=AT + timedelta(1)) for key in range(150))
    whole = replace(_digest((opened("new"),), AT - timedelta(days=1), AT), deadlines=due)
    parts = split_digest(whole)
    assert len(parts) > 1
    heads = [titles(part)[0] for part in parts]
    assert heads[-1].endswith("1 new")
    assert heads[0].endswith(f": {len(parts[0].deadlines)} near deadlines")


def test_an_emoji_code_in_an_employers_name_stays_text() -> None:
    board = BoardCount("greenhouse:a", ":tada: Labs", "https://a.example", 3)
    [header, *_] = render(compose(FirstCheckSummary((board,), ()), LONDON).document, LONDON.zone)
    assert header["text"]["emoji"] is False
