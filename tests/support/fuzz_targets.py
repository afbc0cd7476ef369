"""What comes from outside, given any bytes at all: each target reads them, and states what holds whatever they are.

Used twice: by hypothesis in the suite (`tests/fuzz/test_targets.py`), and by a fuzzer that is guided by what the code does (`make fuzz`).
"""

from __future__ import annotations

import contextlib
import io
import json
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from block_rules import faults

from crawler.address import directory, discover, find, parse
from crawler.answer import Unusable, bad_status, decode, next_address, unpack
from crawler.items import Posting, Unreadable
from crawler.read.deadline import read_deadline
from crawler.read.pay import read_pay
from crawler.read.place import places, workplace
from crawler.read.text import clean, to_text
from crawler.spiders.greenhouse import GreenhouseSpider
from monitor.cli.output import clean as for_terminal
from monitor.compare import carry, differences, digest
from monitor.config import understand
from monitor.errors import UserError
from monitor.logs import printable, redact
from monitor.messages import (
    BoardCount,
    FieldChange,
    GroupMessage,
    Message,
    OperatorMessage,
    Role,
    RoleMessage,
    RuleCount,
    SummaryMessage,
    Why,
    card_of,
    dump,
    load,
)
from monitor.notify.blocks import draw, draw_reply
from monitor.notify.plain import fallback, lines
from monitor.phrases import Phrase
from monitor.rules import Candidate, Matcher
from monitor.settings import KINDS, Rule

NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)
_LIMIT = 4000  # characters of a notification


def words(data: bytes) -> list[str]:
    """The bytes as some texts, at least ten."""
    found = data.decode("utf-8", "replace").split("|")
    return [found[number % len(found)] for number in range(max(10, len(found)))]


def harmless(text: str) -> None:
    """Text that can be stored in both databases and written anywhere."""
    text.encode()
    assert "\x00" not in text
    assert not any(unicodedata.category(sign) in {"Cc", "Cf", "Cs"} for sign in text.replace("\n", ""))


def one_line(error: Exception) -> None:
    """An error that a person can be shown."""
    assert "\n" not in str(error)
    harmless(str(error))


def read_text(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    read = to_text(text)
    harmless(read)
    assert "\n\n\n" not in read
    assert clean(clean(text)) == clean(text)
    harmless(clean(text))


def read_money(data: bytes) -> None:
    pay = read_pay(clean(data.decode("utf-8", "replace")))
    if pay is not None:
        known = [amount for amount in (pay.minimum, pay.maximum) if amount is not None]
        assert all(0 <= amount < 1e12 for amount in known)
        assert known == sorted(known)
        harmless(pay.text)


def read_moment(data: bytes) -> None:
    text, place = words(data)[:2]
    deadline = read_deadline(to_text(text), published=NOON, place=clean(place))
    if deadline is not None:
        assert deadline.text
        assert deadline.at is None or deadline.at.tzinfo is UTC


def read_place(data: bytes) -> None:
    text = clean(data.decode("utf-8", "replace"))
    for place in places(text):
        assert place == place.strip() != ""
    assert workplace(text) in {None, "remote", "hybrid", "onsite"}


def read_job(data: bytes) -> None:
    """A raw job: a posting that can be stored and compared, or one that cannot be read."""
    try:
        head = GreenhouseSpider(boards="").head(data)
    except (ValueError, RecursionError):
        return
    assert head.key.isascii()
    try:
        posting = GreenhouseSpider.read(data)
        GreenhouseSpider.keep(data)
    except Unreadable:
        return
    _sound(posting)


def _sound(posting: Posting) -> None:
    for value in (getattr(posting, name) for name in posting.__slots__):
        for text in value if isinstance(value, tuple) else [value]:
            if isinstance(text, str):
                harmless(text)
    assert differences(posting, posting) == ()
    assert carry(posting, posting) == posting
    digest(posting)


def read_list(data: bytes) -> None:
    spider = GreenhouseSpider(boards="")
    try:
        listing = spider.slice(unpack(data, "", 1_000_000))
    except Unusable as trouble:
        one_line(trouble)
        return
    for job in listing.jobs:
        read_job(bytes(job))


def read_answer(data: bytes) -> None:
    """Headers and packed bodies."""
    text, location = (data.decode("latin-1") + "|").split("|")[:2]
    wait = bad_status(429, text, NOON).retry_after
    assert wait is None or 0 <= wait <= 86_400
    for work in (lambda: next_address("https://boards.example/v1", location, 302), lambda: unpack(data, "gzip", 10_000)):
        try:
            work()
        except Unusable as trouble:
            one_line(trouble)
    with contextlib.suppress(Unusable):
        decode(data, msgspec.json.Decoder(list[msgspec.Raw]))


def read_address(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    find(text[:50])
    for board in discover(text):
        assert parse(board).board == board
    try:
        address = parse(text)
    except ValueError as error:
        one_line(error)
        return
    assert parse(address.posting or address.board) == address
    assert address.url.startswith("https://")


def read_rule(data: bytes) -> None:
    phrase, text, place = words(data)[:3]
    for written in (phrase, f"/{phrase}/", f"{phrase}*"):
        try:
            found = Phrase(written)
        except ValueError as error:
            str(error).encode()
            continue
        assert found.in_(text) in {True, False}
        rule = Rule("r", any=(written,), none=(text,) if _can(text) else (), locations=(written,), within=("title", "description"))
        seen = Matcher(rule).explain(Candidate("greenhouse:a", "A", text, description=place, location=place))
        assert seen.fits == bool(seen.words) != bool(seen.failed)


def _can(written: str) -> bool:
    try:
        Phrase(written)
    except ValueError:
        return False
    return True


def read_configuration(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    for written in (text, f'[[boards]]\nboard = "greenhouse:a"\n[[rules]]\nname = "r"\nany = [{json.dumps(text)}]\n{text}'):
        try:
            understand(written, Path("/nowhere/rolewatch.toml"), {})
        except UserError as error:
            for line in str(error).splitlines():
                harmless(line)


def draw_message(data: bytes) -> None:
    """Blocks that Slack takes, a notification that it takes, and the same message after its row."""
    for message in _messages(words(data)):
        for draws in (draw, draw_reply):
            text, blocks = draws(message)
            assert faults(blocks) == []
            assert 0 < len(text) <= _LIMIT
            assert "<!" not in text
            text.encode()
        fallback(message).encode()
        for line in lines(message):
            assert printable(for_terminal(line)) == for_terminal(line)
        assert load(dump(message)) == message


def _messages(texts: list[str]) -> list[Message]:
    a, b, c, d, e, f, g, h, i, j = texts[:10]
    role = Role(a, b, c, d, e, f, NOON, g, h, i, j, NOON, a)
    pairs = zip(("title", "pay", "deadline", "description"), texts, texts[1:], strict=False)
    changes = tuple(FieldChange(field, old, new) for field, old, new in pairs)
    why = (Why(a, b), Why(c, d, "now fits"))
    told = [RoleMessage(kind, role, why, NOON, changes, NOON, (e,)) for kind in KINDS]
    board, rule = BoardCount(a, b, c, len(texts)), RuleCount(d, (role,) * len(texts))
    operator = OperatorMessage("failing", a, tuple(texts), b, c)
    return [*told, card_of(told[2]), GroupMessage(tuple(told * 5)), SummaryMessage((board,) * 3, (rule,) * 3), operator]


def write_line(data: bytes) -> None:
    """What a terminal and a log get."""
    text = data.decode("utf-8", "surrogateescape")
    shown = for_terminal(text)
    assert not any(sign in shown for sign in "\x1b\x9b\x07\x08\x00\x7f\u202e")
    assert printable(redact(text)).isascii() or "\n" not in printable(text)
    assert io.StringIO(printable(text)).readlines() in ([], [printable(text)])


TARGETS: dict[str, Callable[[bytes], None]] = {
    "text": read_text,
    "pay": read_money,
    "deadline": read_moment,
    "place": read_place,
    "job": read_job,
    "list": read_list,
    "answer": read_answer,
    "address": read_address,
    "rule": read_rule,
    "configuration": read_configuration,
    "message": draw_message,
    "line": write_line,
}
CORPUS = Path(__file__).parents[1] / "fuzz" / "corpus"
directory()  # read once, before a fuzzer watches
