"""The same edit on most of a board: the passages, the number of roles, and the matching ones."""

from __future__ import annotations

from typing import Final

from monitor.messages import BoardWideEdit, Passage, RuleCount
from monitor.notify import wording
from monitor.notify.sentences import edit_result, edited_company
from monitor.notify.slack import blockkit, role_lines
from monitor.notify.slack.blockkit import Part, Parts

_PASSAGES: Final = 3


def template(message: BoardWideEdit, emoji: str) -> Parts:
    return role_lines.first_that_fits(
        _template(message, emoji, detail) for detail in role_lines.LAYOUTS
    )


def _template(message: BoardWideEdit, emoji: str, detail: role_lines.Detail) -> Parts:
    head = blockkit.context(blockkit.mrkdwn_text(f":{emoji}: *Same edit on most of a board*"))
    summary = blockkit.section(
        blockkit.link(message.url, edited_company(message), bold=True),
        blockkit.text(f" {edit_result(message)}"),
    )
    quotes = [_passage(passage, message.edited) for passage in message.passages[:_PASSAGES]]
    left = len(message.passages) - _PASSAGES
    more = [_line(f"and {wording.count(left, 'more passage')}")] if left > 0 else []
    rules = [part for rule in message.rules for part in _rule(rule, detail)]
    reasons = {wording.reason(why): number for number, why in enumerate(message.why, 1)}
    fits = [blockkit.block(*rules, *role_lines.mentioned(message.mention))] if rules else []
    return [
        head,
        blockkit.block(summary, *quotes, *more),
        *fits,
        *role_lines.reason_footnotes(reasons),
    ]


def _line(text: str) -> Part:
    return blockkit.section(blockkit.text(text))


def _passage(passage: Passage, edited: int) -> Part:
    share = [blockkit.text(f"in {passage.roles:,} of them")] if passage.roles != edited else []
    rows = [_side("Removed", passage.old, strike=True), _side("Added", passage.new), share]
    return blockkit.quote(*blockkit.lines(*filter(None, rows))["elements"])


def _side(name: str, text: str, *, strike: bool = False) -> Parts:
    return (
        [
            blockkit.text(name, bold=True),
            blockkit.text("  "),
            blockkit.text(wording.sanitize(text, wording.PASSAGE_LIMIT), strike=strike),
        ]
        if text
        else []
    )


def _rule(rule: RuleCount, detail: role_lines.Detail) -> Parts:
    rows = [
        role_lines.role_line(role, detail, named=False, facts=wording.format_pay(role.pay))
        for role in rule.roles
    ]
    return role_lines.rule_list(rule.rule, rows, detail)
