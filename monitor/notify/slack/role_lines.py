"""Lists of roles, one line each. Lines get shorter before a list does; about 150 roles fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from monitor.messages import Role, RoleKind, RoleMessage
from monitor.notify import wording
from monitor.notify.slack import blockkit
from monitor.notify.slack.blockkit import Part, Parts


@dataclass(frozen=True, slots=True)
class Detail:
    """The lengths of a line's parts, in UTF-16 units. Zero leaves a part out."""

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
_REASONS: Final = 2000  # UTF-16 units of all reasons together
_REASONS_PER_ELEMENT: Final = 20  # a grey line has ten elements, so 200 reasons fit
_MENTIONS: Final = 20


def first_that_fits(drawings: Iterable[Parts]) -> Parts:
    """Return the first drawing within Slack's limits, or else the last."""
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
    """Return a list for each kind of change. `marks` are the numbers of the reasons."""
    parts: Parts = []
    for kind, heading in _HEADINGS.items():
        of_kind = [item for item in items if item.kind == kind]
        if of_kind:
            rows = [_change_line(item, detail, marks, named=named) for item in of_kind]
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
    details = [
        wording.truncate(wording.company(role), detail.company) if named and detail.company else ""
    ]
    details += [
        wording.truncate(wording.place(role), detail.place) if detail.place else "",
        wording.truncate(facts, detail.facts) if detail.facts else "",
    ]
    rest = "".join(blockkit.DOT + part for part in details if part)
    return [
        blockkit.link(role.url, wording.truncate(wording.title(role), detail.title)),
        *([blockkit.text(rest)] if rest else []),
    ]


def _facts(item: RoleMessage) -> str:
    fit_change = wording.fit_change(item)
    if item.kind == "closed":
        listed = wording.listed_for(item)
        facts = f"listed for {listed}" if listed else ""
    elif item.changes:
        facts = ", ".join(_changes(item))
    else:
        repost = "a repost" if item.role.repost_of else ""
        facts = ", ".join(filter(None, [wording.format_pay(item.role.pay), repost]))
    return ": ".join(filter(None, [fit_change, facts]))


def _changes(item: RoleMessage) -> Iterator[str]:
    for change in item.changes:
        name = wording.field_label(change.field).lower()
        if change.old == change.new:
            yield f"{name} {wording.CHANGED_BACK}"
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


def rule_list(rule: str, rows: Sequence[Parts], detail: Detail, *, headed: bool = True) -> Parts:
    """Return the matching roles of a rule, below its name and their number."""
    name = wording.sanitize(rule, 100)
    heading = blockkit.section(blockkit.text(f"{name}: {len(rows):,}", bold=True))
    listed = bullets(rows, detail, how=f": `rolewatch roles --rule {name}` shows them")
    return [*([heading] if headed else []), listed]


def reasons(items: Sequence[RoleMessage]) -> dict[str, int]:
    """Return each reason once, numbered from 1 in the order of the items."""
    texts = dict.fromkeys(wording.reason(why) for item in items for why in item.why)
    return {reason: number for number, reason in enumerate(texts, 1)}


def reason_footnotes(reasons: Mapping[str, int]) -> Parts:
    """Return the reasons in grey, numbered if there are several."""
    if len(reasons) == 1:
        return [blockkit.context(blockkit.plain_text(f"Matched {reason}")) for reason in reasons]
    limit = max(10, _REASONS // max(1, len(reasons)))
    rows = [
        f"Matched ({number}) {wording.truncate(reason, limit)}"
        for reason, number in reasons.items()
    ]
    elements = [
        blockkit.plain_text("\n".join(rows[start : start + _REASONS_PER_ELEMENT]))
        for start in range(0, len(rows), _REASONS_PER_ELEMENT)
    ]
    return [blockkit.context(*elements)] if elements else []


def mentions(items: Sequence[RoleMessage]) -> Parts:
    return mentioned(dict.fromkeys(mention for item in items for mention in item.mention))


def mentioned(people: Iterable[str]) -> Parts:
    """Return mentions of Slack users and groups, which notify them."""
    parts = [
        part
        for user in list(people)[:_MENTIONS]
        for part in (blockkit.mention(user), blockkit.text(" "))
    ]
    return [blockkit.section(*parts)] if parts else []
