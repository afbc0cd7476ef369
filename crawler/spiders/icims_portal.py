"""Read the search pages of iCIMS' older portals.

Cards have one of two shapes. The labels of their fields are the employer's own words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import msgspec
from msgspec import Raw
from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.read.fields import clean_text
from crawler.responses import BadResponse
from crawler.spiders.job_page import place

LIST = "/jobs/search?ss=1&in_iframe=1&pr={page}"
# the fields of a card that are kept, by what their label says; others may name people
_LABELS = {
    # before the place: "Location Type" and "Work Location Arrangement" say how people work
    "workplace": re.compile(
        r"\b(?:arrangement|workplace|remote)\b|\blocations? type\b", re.IGNORECASE
    ),
    "location": re.compile(r"\blocations?\b(?! (?:type|arrangement))", re.IGNORECASE),
    "requisition": re.compile(
        r"^(?:(?:requisition|req|job)\b.*(?:\b(?:id|number)|#)|id)$", re.IGNORECASE
    ),
    "employment_type": re.compile(r"^(?:position|employment|job)? ?type$", re.IGNORECASE),
    "department": re.compile(r"\b(?:category|department|job family)\b", re.IGNORECASE),
    "pay": re.compile(  # "Posted Min Pay Rate"
        r"\b(?:pay|salary|wage|compensation)\b(?!.*\b(?:type|grade|band|level|class|frequency)\b)",
        re.IGNORECASE,
    ),
}
FIELDS = frozenset({"number", "title", *_LABELS})
_IS_REMOTE = re.compile(  # a label that asks, where the value is "Yes" or "No"
    r"(?:is (?:it|this) )?(?:an? )?(?:fully |100% )?(?:remote|telecommute)"
    r"(?: (?:position|role|job|work))?\s?\??",
    re.IGNORECASE,
)
_JOB = re.compile(r"/jobs/([0-9]{1,12})/(?:[^/?#]*/)?job(?:[?#]|$)")
_PAGE = re.compile(r"\bPage\s+([0-9]{1,4})\s+of\s+([0-9]{1,4})\b", re.IGNORECASE)
_PLACE = re.compile(r"([A-Z]{2})(?:-([^-]+))?(?:-(.+))?")  # US-NJ-Edison
_MARK = b"iCIMS_"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of cards."""

    rows: list[Raw]
    number: int | None  # from 1; None where the page does not say
    of: int | None  # pages


def read_page(body: bytes) -> Page:
    """Return the cards of a page. Raises BadResponse for a page of another kind."""
    if _MARK not in body:
        raise BadResponse("its page is not that of an iCIMS portal")
    tree = LexborHTMLParser(body.decode("utf-8", "replace"))
    cards: dict[str, dict[str, str]] = {}
    for link in tree.css("a[href]"):
        if match := _JOB.search(link.attributes.get("href") or ""):
            card = cards.setdefault(match[1], _card(link) | {"number": match[1]})
            card["title"] = card["title"] or _title(link)
    text = tree.body.text(separator=" ") if tree.body else ""
    paging = _PAGE.search(" ".join(text.split()))
    rows = [Raw(msgspec.json.encode(card)) for card in cards.values()]
    return Page(rows, *(map(int, paging.groups()) if paging else (None, None)))


def _card(link: LexborNode) -> dict[str, str]:
    """Return the fields of the card around a link, "" for those that it has not."""
    card = dict.fromkeys(sorted(FIELDS), "")  # in one order: the digest of a row depends on it
    node = link
    while node.parent is not None and not _is_card(node):
        node = node.parent
    for label, value in _fields(node) if _is_card(node) else ():
        name = next((name for name, words in _LABELS.items() if words.search(label)), None)
        if name == "pay":  # its two ends are two fields, which only their labels tell apart
            stated = f"{label}: {value}" if re.search("[1-9]", value) else ""
            card[name] = "; ".join(filter(None, (card[name], stated)))
        elif name and not card[name]:
            card[name] = _answer(label, value) if name == "workplace" else value
    return card | {"location": _location(card["location"])}


def _is_card(node: LexborNode) -> bool:
    classes = (node.attributes.get("class") or "").split()
    return "iCIMS_JobCardItem" in classes or (node.tag == "div" and "row" in classes)


def _fields(card: LexborNode) -> list[tuple[str, str]]:
    """Return the labels and values of a card."""
    found = []
    for label in card.css(".field-label, dt.iCIMS_JobHeaderField"):
        value = label.next
        while value is not None and value.tag == "-text":
            value = value.next
        if value is not None and value.tag in {"span", "dd"}:
            found.append((clean_text(label.text()), clean_text(value.text(separator=" "))))
    return found


def _answer(label: str, value: str) -> str:
    """Return a workplace in words: "Remote" for "Yes" to "Remote?"; "" for any other yes or no."""
    if value.casefold() not in {"yes", "no"}:
        return value
    return "Remote" if value.casefold() == "yes" and _IS_REMOTE.fullmatch(label) else ""


def _title(link: LexborNode) -> str:
    heading = link.css_first("h1, h2, h3, h4")
    return clean_text(heading.text()) if heading else ""


def _location(written: str) -> str:
    """Return the places of a card: "Edison, NJ, US" for "US-NJ-Edison"."""
    return "; ".join(filter(None, map(_place, re.split(r"\s*\|\s*", written))))


def _place(written: str) -> str:
    match = _PLACE.fullmatch(written)
    return place(reversed(match.groups())) if match else written
