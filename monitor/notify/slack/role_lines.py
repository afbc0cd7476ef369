"""Lists of roles, a line a role and all of them: where the room is short the lines get shorter first. Some 150 roles fit into a message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from monitor.messages import Role, RoleKind, RoleMessage
from monitor.notify import wording
from monitor.notify.slack import blockkit
from monitor.notify.slack.blockkit import Part, Parts


@dataclass(frozen=True, slots=True)
class Detail:
    """How much of a role its line has room for, in UTF-16 units; a zero leaves it out."""

    title: int
    company: int
    place: int
    facts: int
    lines: int | None = None  # of a list; None: all


LAYOUTS: Final = (
    Detail(150, 60, 80, 160),
    Detail(100, 40, 50, 80),
    Detail(80, 30, 30, 0),
    Detail(48, 18, 0, 0),
    Detail(30, 0, 0, 0),
    *(Detail(60, 20, 30, 0, lines) for lines in (50, 20, 8, 3, 1)),
)
_HEADINGS: Final[dict[RoleKind, str]] = {
    "opened": "New",
    "revised": "Changed",
    "closed": "Closed",
    "reopened": "Reopened",
}
_LEGEND: Final = 2000  # UTF-16 units of all reasons together, where there are many
_REASONS_A_LINE: Final = 20  # a grey line has ten elements: room for 200 reasons
_MENTIONS: Final = 20


def first_that_fits(drawings: Iterable[Parts]) -> Parts:
    """The first that Slack has room for; the last when none is."""
    drawn: Parts = []
    for drawn in drawings:
        if blockkit.size(drawn) <= blockkit.ROOM and len(drawn) <= blockkit.BLOCKS:
            break
    return drawn


def changes(
    items: Sequence[RoleMessage],
    emoji: Mapping[RoleKind, str],
    detail: Detail,
    marks: Mapping[str, int],
    *,
    named: bool,
    headed: bool,
) -> Parts:
    """A list for each kind of change, `headed` by the kind; each line has the number of its reason where they differ."""
    parts: Parts = []
    for kind, heading in _HEADINGS.items():
        some = [item for item in items if item.kind == kind]
        if some:
            rows = [_change_line(item, detail, marks, named=named) for item in some]
            title = (
                [
                    blockkit.section(
                        blockkit.emoji(emoji[kind]), blockkit.text(f" {heading}", bold=True)
                    )
                ]
                if headed
                else []
            )
            parts += [*title, bullets(rows, detail)]
    return parts


def _change_line(
    item: RoleMessage, detail: Detail, reasons: Mapping[str, int], *, named: bool
) -> Parts:
    marks = (
        ",".join(str(reasons[wording.reason(why)]) for why in item.why) if len(reasons) > 1 else ""
    )
    line = role_line(item.role, detail, named=named, facts=_facts(item))
    return [*line, blockkit.text(f"  ({marks})")] if marks else line


def role_line(role: Role, detail: Detail, *, named: bool, facts: str) -> Parts:
    said = [
        wording.truncate(wording.company(role), detail.company) if named and detail.company else ""
    ]
    said += [
        wording.truncate(wording.place(role), detail.place) if detail.place else "",
        wording.truncate(facts, detail.facts) if detail.facts else "",
    ]
    rest = "".join(blockkit.DOT + word for word in said if word)
    return [
        blockkit.link(role.url, wording.truncate(wording.title(role), detail.title)),
        *([blockkit.text(rest)] if rest else []),
    ]


def _facts(item: RoleMessage) -> str:
    turn = wording.fit_change(item)
    if item.kind == "closed":
        listed = wording.listed_for(item)
        said = f"listed for {listed}" if listed else ""
    elif item.changes:
        said = ", ".join(_moved(item))
    else:
        said = ", ".join(
            filter(None, [wording.pay(item.role.pay), "a repost" if item.role.repost_of else ""])
        )
    return ": ".join(filter(None, [turn, said]))


def _moved(item: RoleMessage) -> Iterator[str]:
    for change in item.changes:
        name = wording.label(change.field).lower()
        if change.old == change.new:
            yield f"{name} {wording.BACK}"
        else:
            yield (
                f"{name} edited"
                if change.field == "description"
                else f"{name} {' → '.join(wording.old_and_new(change))}"
            )


def bullets(lines: Sequence[Parts], detail: Detail, how: str = "") -> Part:
    shown = list(lines[: detail.lines])
    left = len(lines) - len(shown)
    return blockkit.bullets(
        [*shown, blockkit.with_code(f"and {left:,} more{how}")] if left else shown
    )


def reasons(items: Sequence[RoleMessage]) -> dict[str, int]:
    """Every reason once, numbered from 1 in the order of the items."""
    said = dict.fromkeys(wording.reason(why) for item in items for why in item.why)
    return {reason: number for number, reason in enumerate(said, 1)}


def reason_footnotes(reasons: Mapping[str, int]) -> Parts:
    """The reasons in grey, numbered where there are several."""
    if len(reasons) == 1:
        return [blockkit.context(blockkit.plain_text(f"Matched {reason}")) for reason in reasons]
    room = max(10, _LEGEND // max(1, len(reasons)))
    rows = iter(
        f"Matched ({number}) {wording.truncate(reason, room)}" for reason, number in reasons.items()
    )
    lines = iter(lambda: list(islice(rows, _REASONS_A_LINE)), [])
    elements = [blockkit.plain_text("\n".join(line)) for line in lines]
    return [blockkit.context(*elements)] if elements else []


def mentions(items: Sequence[RoleMessage]) -> Parts:
    return mentioned(dict.fromkeys(mention for item in items for mention in item.mention))


def mentioned(people: Iterable[str]) -> Parts:
    """Slack users and groups, who are notified."""
    parts = [
        part
        for one in list(people)[:_MENTIONS]
        for part in (blockkit.mention(one), blockkit.text(" "))
    ]
    return [blockkit.section(*parts)] if parts else []
