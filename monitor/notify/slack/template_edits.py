"""The same edit on most of a board: what was replaced, in how many roles, and which of them fit."""

from __future__ import annotations

from typing import Final

from monitor.messages import BoardWideEdit, Passage, RuleCount
from monitor.notify import wording
from monitor.notify.slack import blockkit, role_lines
from monitor.notify.slack.blockkit import Parts

_SHOWN: Final = 3  # passages


def sentence(message: BoardWideEdit) -> str:
    """`Example Labs made the same edit in the descriptions of 80 of 85 open roles`."""
    return f"{_company(message)} {_did(message)}"


def _company(message: BoardWideEdit) -> str:
    return wording.sanitize(message.company, 100) or message.board


def _did(message: BoardWideEdit) -> str:
    return f"made the same edit in the descriptions of {message.edited:,} of {wording.count(message.listed, 'open role')}"


def edits(message: BoardWideEdit) -> list[str]:
    """What was replaced, as lines for a terminal."""
    sides = [
        side
        for passage in message.passages[:_SHOWN]
        for side in (("removed", passage.old), ("added", passage.new))
    ]
    return [
        f"  {name}: {wording.sanitize(said, wording.PASSAGE)}" for name, said in sides if said
    ] + [f"  {more}" for more in _more(message)]


def _more(message: BoardWideEdit) -> list[str]:
    left = len(message.passages) - _SHOWN
    return [f"and {wording.count(left, 'more passage')}"] if left > 0 else []


def template(message: BoardWideEdit, emoji: str) -> Parts:
    return role_lines.first_that_fits(
        _template(message, emoji, detail) for detail in role_lines.LAYOUTS
    )


def _template(message: BoardWideEdit, emoji: str, detail: role_lines.Detail) -> Parts:
    head = blockkit.context(blockkit.mrkdwn_text(f":{emoji}: *Same edit on most of a board*"))
    said = blockkit.section(
        blockkit.link(message.url, _company(message), bold=True), blockkit.text(f" {_did(message)}")
    )
    quotes = [_passage(passage, message.edited) for passage in message.passages[:_SHOWN]]
    more = [blockkit.section(blockkit.text(each)) for each in _more(message)]
    rules = [part for rule in message.rules for part in _rule(rule, detail)]
    reasons = {wording.reason(why): number for number, why in enumerate(message.why, 1)}
    fits = [blockkit.block(*rules, *role_lines.mentioned(message.mention))] if rules else []
    return [
        head,
        blockkit.block(said, *quotes, *more),
        *fits,
        *role_lines.reason_footnotes(reasons),
    ]


def _passage(passage: Passage, edited: int) -> blockkit.Part:
    share = [blockkit.text(f"in {passage.roles:,} of them")] if passage.roles != edited else []
    rows = [_side("Removed", passage.old, strike=True), _side("Added", passage.new), share]
    return blockkit.quote(*blockkit.lines(*filter(None, rows))["elements"])


def _side(name: str, said: str, *, strike: bool = False) -> Parts:
    return (
        [
            blockkit.text(name, bold=True),
            blockkit.text("  "),
            blockkit.text(wording.sanitize(said, wording.PASSAGE), strike=strike),
        ]
        if said
        else []
    )


def _rule(rule: RuleCount, detail: role_lines.Detail) -> Parts:
    rows = [
        role_lines.role_line(role, detail, named=False, facts=wording.pay(role.pay))
        for role in rule.roles
    ]
    name = wording.sanitize(rule.rule, 100)
    heading = blockkit.section(blockkit.text(f"{name}: {len(rows):,}", bold=True))
    return [
        heading,
        role_lines.bullets(rows, detail, how=f": `rolewatch roles --rule {name}` shows them"),
    ]
