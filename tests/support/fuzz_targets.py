"""Targets that read any bytes as outside data, and assert what must always hold.

Used by hypothesis in the suite (`tests/fuzz/test_targets.py`), and by a coverage-guided fuzzer
(`make fuzz`).
"""

from __future__ import annotations

import contextlib
import json
import unicodedata
from collections.abc import Callable
from datetime import UTC
from pathlib import Path

import msgspec

from crawler.items import Posting, Unreadable
from crawler.links.address import linked_boards, parse
from crawler.links.directory import companies_by_board
from crawler.links.employer_names import search_by_name
from crawler.read.deadline import read_deadline
from crawler.read.pay import read_pay
from crawler.read.place import places
from crawler.read.text import clean, to_text
from crawler.read.workplace import workplace
from crawler.responses import BadResponse, bad_status, decode, next_address
from crawler.spiders.greenhouse import GreenhouseSpider
from crawler.unpack import unpack
from monitor.config.load import parse_settings
from monitor.config.model import Rule
from monitor.errors import UserError
from monitor.history.compare import differences, digest, keep_unsent
from monitor.rules.matcher import Candidate, Matcher
from monitor.text.phrases import Phrase
from tests.support.crawling import site
from tests.support.fuzz_messages import NOON, draw_message, words, write_line


def harmless(text: str) -> None:
    """Text that can be stored in both databases and written anywhere."""
    text.encode()
    assert "\x00" not in text
    assert not any(
        unicodedata.category(sign) in {"Cc", "Cf", "Cs"} for sign in text.replace("\n", "")
    )


def one_line(error: Exception) -> None:
    """Check that an error can be shown to people."""
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
    """Read a raw job: the posting can be stored and compared, or the job is unreadable."""
    try:
        head = GreenhouseSpider(boards="").job_header(data)
    except (ValueError, RecursionError):
        return
    assert head.key.isascii()
    try:
        posting = GreenhouseSpider.read(data)
        GreenhouseSpider.keep(data)
    except Unreadable:
        return
    _sound(posting)
    kept = GreenhouseSpider.keep(data)
    assert GreenhouseSpider.keep(kept) == kept


def _sound(posting: Posting) -> None:
    for value in (getattr(posting, name) for name in posting.__slots__):
        for text in value if isinstance(value, tuple) else [value]:
            if isinstance(text, str):
                harmless(text)
    assert differences(posting, posting) == ()
    assert keep_unsent(posting, posting) == posting
    digest(posting)


def read_list(data: bytes) -> None:
    spider = GreenhouseSpider(boards="")
    try:
        listing = spider.slice(unpack(data, "", 1_000_000), site())
    except BadResponse as trouble:
        one_line(trouble)
        return
    for job in listing.jobs:
        read_job(bytes(job))


def read_answer(data: bytes) -> None:
    """Headers and packed bodies."""
    text, location = (data.decode("latin-1") + "|").split("|")[:2]
    wait = bad_status(429, text, NOON).retry_after
    assert wait is None or 0 <= wait <= 86_400
    for work in (
        lambda: next_address("https://boards.example/v1", location, 302),
        lambda: unpack(data, "gzip", 10_000),
    ):
        try:
            work()
        except BadResponse as trouble:
            one_line(trouble)
    with contextlib.suppress(BadResponse):
        decode(data, msgspec.json.Decoder(list[msgspec.Raw]))


def read_address(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    search_by_name(text[:50])
    for board in linked_boards(text):
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
        assert found.found_in(text) in {True, False}
        rule = Rule(
            "r",
            any=(written,),
            none=(text,) if _can(text) else (),
            locations=(written,),
            read_in=("title", "description"),
        )
        seen = Matcher(rule).explain(
            Candidate("greenhouse:a", "A", text, description=place, location=place)
        )
        assert seen.fits == bool(seen.words) != bool(seen.failed)


def _can(written: str) -> bool:
    try:
        Phrase(written)
    except ValueError:
        return False
    return True


def read_configuration(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    start = '[[boards]]\nboard = "greenhouse:a"\n[[rules]]\nname = "r"\n'
    for written in (text, f"{start}any = [{json.dumps(text)}]\n{text}"):
        try:
            parse_settings(written, Path("/nowhere/rolewatch.toml"), {})
        except UserError as error:
            for line in str(error).splitlines():
                harmless(line)


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
companies_by_board()  # read once, before a fuzzer watches
