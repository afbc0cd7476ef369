"""The same edit on most of a board: what was replaced, in how many roles, and which of them fit."""

from __future__ import annotations

from typing import Final

from monitor.messages import Passage, RuleCount, TemplateMessage
from monitor.notify import lines, rich, words
from monitor.notify.rich import Parts

_SHOWN: Final = 3  # passages


def sentence(message: TemplateMessage) -> str:
    """`Example Labs made the same edit in the descriptions of 80 of 85 open roles`."""
    return f"{_company(message)} {_did(message)}"


def _company(message: TemplateMessage) -> str:
    return words.clean(message.company, 100) or message.board


def _did(message: TemplateMessage) -> str:
    return f"made the same edit in the descriptions of {message.edited:,} of {words.count(message.listed, 'open role')}"


def edits(message: TemplateMessage) -> list[str]:
    """What was replaced, as lines for a terminal."""
    sides = [side for passage in message.passages[:_SHOWN] for side in (("removed", passage.old), ("added", passage.new))]
    return [f"  {name}: {words.clean(said, words.PASSAGE)}" for name, said in sides if said] + [f"  {more}" for more in _more(message)]


def _more(message: TemplateMessage) -> list[str]:
    left = len(message.passages) - _SHOWN
    return [f"and {words.count(left, 'more passage')}"] if left > 0 else []


def template(message: TemplateMessage, emoji: str) -> Parts:
    return lines.fitting(_template(message, emoji, detail) for detail in lines.DETAILS)


def _template(message: TemplateMessage, emoji: str, detail: lines.Detail) -> Parts:
    head = rich.context(rich.ours(f":{emoji}: *Same edit on most of a board*"))
    said = rich.section(rich.link(message.url, _company(message), bold=True), rich.text(f" {_did(message)}"))
    quotes = [_passage(passage, message.edited) for passage in message.passages[:_SHOWN]]
    more = [rich.section(rich.text(each)) for each in _more(message)]
    rules = [part for rule in message.rules for part in _rule(rule, detail)]
    reasons = {words.reason(why): number for number, why in enumerate(message.why, 1)}
    fits = [rich.block(*rules, *lines.mentioned(message.mention))] if rules else []
    return [head, rich.block(said, *quotes, *more), *fits, *lines.legend(reasons)]


def _passage(passage: Passage, edited: int) -> rich.Part:
    share = [rich.text(f"in {passage.roles:,} of them")] if passage.roles != edited else []
    rows = [_side("Removed", passage.old, strike=True), _side("Added", passage.new), share]
    return rich.quote(*rich.lines(*filter(None, rows))["elements"])


def _side(name: str, said: str, *, strike: bool = False) -> Parts:
    return [rich.text(name, bold=True), rich.text("  "), rich.text(words.clean(said, words.PASSAGE), strike=strike)] if said else []


def _rule(rule: RuleCount, detail: lines.Detail) -> Parts:
    rows = [lines.role_line(role, detail, named=False, facts=words.pay(role.pay)) for role in rule.roles]
    name = words.clean(rule.rule, 100)
    heading = rich.section(rich.text(f"{name}: {len(rows):,}", bold=True))
    return [heading, lines.bullets(rows, detail, how=f": `rolewatch roles --rule {name}` shows them")]
