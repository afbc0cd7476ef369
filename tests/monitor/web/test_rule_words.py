"""A rule in words says each of its keys."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.config.model import Rule
from monitor.config.values import MinPay
from monitor.web.rule_words import in_words, sayings

WHOLE = Rule(
    "everything",
    any=("research engineer", "research software engineer"),
    all=("gemini",),
    none=("intern*", "sales"),
    read_in=("title", "description"),
    none_in=("title", "department"),
    locations=("London", "Mountain View", "remote"),
    boards=("google:deepmind", "ashby:openai"),
    min_pay=MinPay(150_000, "USD"),
    on=("opened", "revised"),
    fields=("pay", "employment_type", "url"),
    remind=(timedelta(hours=24), timedelta(days=3), timedelta(hours=36)),
    notify=("slack:#roles", "console"),
    mention=("U012ABCDEF",),
    mode="digest",
)


def test_every_key_of_a_rule_is_said() -> None:
    assert [(part.label, part.sentence) for part in sayings(WHOLE)] == [
        (
            "Fits",
            (
                "The title or description has “gemini”, and at least one of “research engineer” or"
                " “research software engineer”."
            ),
        ),
        ("Leaves out", "The title or department does not have “intern*” or “sales”."),
        ("Places", "The place is London, Mountain View or remote."),
        ("Boards", "The board is google:deepmind or ashby:openai."),
        ("Pay", "The pay is at least 150,000 USD a year, or is not known."),
        (
            "Sends",
            (
                "An alert is sent when a role opens or changes. A change counts in pay, employment"
                " type or address."
            ),
        ),
        ("Reminds", "A reminder is sent 3 days, 36 hours and 1 day before a deadline."),
        (
            "Channels",
            (
                "Alerts go to slack:#roles and console, in the daily digest only. They mention"
                " U012ABCDEF."
            ),
        ),
    ]


def test_a_short_rule_is_short() -> None:
    assert in_words(Rule("one", any=("research engineer",), remind=(), on=("opened",))) == (
        "The title has “research engineer”. An alert is sent when a role opens."
        " No reminder is sent before a deadline. Alerts go to console."
    )


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Rule("x", all=("a", "b")), "The title has “a” and “b”."),
        (Rule("x", any=("/staff|senior/",)), "The title has “/staff|senior/”."),
        (Rule("x", any=("a",), min_pay=MinPay(44.5, "EUR")), "at least 44.50 EUR a year"),
        (Rule("x", any=("a",), fields=()), "No field counts as a change."),
        (Rule("x", any=("a",), remind=(timedelta(minutes=90),)), "sent 90 minutes before"),
        (Rule("x", any=("a",), remind=(timedelta(milliseconds=1500),)), "sent 1.5 seconds before"),
    ],
)
def test_each_condition_of_a_rule_is_said_in_words(rule: Rule, words: str) -> None:
    assert words in in_words(rule)
