"""Links of every kind lead to the right board and posting, or to one sentence with the reason.

The links are in `links.tsv`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import SplitResult, urlsplit

import pytest

from crawler.links.address import linked_boards, parse
from crawler.links.forms import fold
from crawler.registry import PRODUCTS, title
from tests.support.links import Link, links
from tests.support.places import ROOT

HEADINGS = tuple(dict.fromkeys(link.heading for link in links()))
MEANING = [link for link in links() if link.meant]
REFUSED = [link for link in links() if not link.meant]
FACTS = ROOT.parent / "shared" / "facts"


def meaning(text: str) -> str:
    """Return the posting or board that a text means, or "" if it is refused."""
    try:
        address = parse(text)
    except ValueError:
        return ""
    return address.posting or address.board


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_link_leads_to_its_board_and_posting_or_is_refused(heading: str) -> None:
    wrong = [
        f"{link.text} means {meaning(link.text) or 'nothing'}, not {link.meant or 'nothing'}"
        for link in links()
        if link.heading == heading and meaning(link.text) != link.meant
    ]
    assert wrong == []


def test_a_refusal_is_one_sentence_that_names_the_ats() -> None:
    for link in REFUSED:
        with pytest.raises(ValueError, match=" ") as refused:
            parse(link.text)
        said = str(refused.value)
        assert link.word in said.removeprefix(repr(link.text)), said
        assert said.isprintable()


def test_the_table_has_hundreds_of_links_of_every_ats() -> None:
    assert len({link.text for link in links()}) == len(links()) >= 500
    assert {link.ats for link in MEANING} == PRODUCTS.keys()
    words = {link.word for link in REFUSED if link.word}
    without = {ats for ats in PRODUCTS if not any(word in title(ats) for word in words)}
    assert without == {"jsonld"}  # it has no host of its own


def with_host(link: str, change: Callable[[SplitResult], str]) -> str:
    """Return the link with another host and port."""
    parts = urlsplit(link)
    return parts._replace(netloc=change(parts)).geturl()


WEB_LINKS = [link for link in MEANING if link.is_web_link]
HARMLESS: dict[str, Callable[[str], str]] = {
    "blanks": lambda link: f"  {link}\n",
    "without a scheme": lambda link: link.partition("//")[2],
    "a relative scheme": lambda link: f"//{link.partition('//')[2]}",
    "http": lambda link: f"HTTP://{link.partition('//')[2]}",
    "capitals": lambda link: with_host(link, lambda parts: (parts.hostname or "").upper()),
    "a final dot": lambda link: with_host(
        link, lambda parts: f"{(parts.hostname or '').rstrip('.')}."
    ),
    "a port": lambda link: with_host(link, lambda parts: f"{parts.hostname}:443"),
    "tracking": lambda link: (
        urlsplit(link)
        ._replace(query=f"utm_source=mail&{urlsplit(link).query}&ref=x&gclid=1")
        .geturl()
    ),
    "a fragment": lambda link: urlsplit(link)._replace(fragment="/jobs/1?for=other").geturl(),
    "slashes": lambda link: urlsplit(link)._replace(path=f"/{urlsplit(link).path}//").geturl(),
    "the source of a page": lambda link: link.replace("&amp;", "&").replace("&", "&amp;"),
}


@pytest.mark.parametrize("change", HARMLESS)
def test_how_a_link_is_written_does_not_change_what_it_means(change: str) -> None:
    changed = {HARMLESS[change](link.text): link.meant for link in WEB_LINKS}
    assert {text: meaning(text) for text in changed} == changed


def _other_domain(parts: SplitResult) -> str:
    *labels, name, country = (parts.hostname or "").rstrip(".").split(".")
    return ".".join((*labels, f"evil-{name}", country))


HOSTILE: dict[str, Callable[[str], str]] = {
    "another domain behind": lambda link: with_host(
        link, lambda parts: f"{parts.hostname}.evil.example"
    ),
    "another domain of that name": lambda link: with_host(link, _other_domain),
    "user name": lambda link: with_host(link, lambda parts: f"{parts.netloc}@evil.example"),
    "another port": lambda link: with_host(link, lambda parts: f"{parts.hostname}:8443"),
    "path": lambda link: f"https://evil.example/{link.partition('//')[2]}",
    "query": lambda link: f"https://evil.example/?{link}",
    "fragment": lambda link: f"https://evil.example/#{link}",
    "another scheme": lambda link: f"ftp://{link.partition('//')[2]}",
    "a letter without its dot": lambda link: with_host(
        link,
        lambda parts: parts.netloc.replace("I", "i").replace(
            "i", "\N{LATIN SMALL LETTER DOTLESS I}"
        ),
    ),
}


@pytest.mark.parametrize("change", HOSTILE)
def test_a_link_of_another_host_means_no_board(change: str) -> None:
    written = {link.text.lower() for link in WEB_LINKS}
    changed = [HOSTILE[change](link.text) for link in WEB_LINKS]
    others = [text for text in changed if text.lower() not in written]
    assert len(others) >= 100
    assert [text for text in others if meaning(text)] == []


@pytest.mark.parametrize(
    "link",
    [
        "https://jobs.lever.co/" + "a" * 101,
        "https://jobs.lever.co/" + "a" * 5000,
        "https://jobs.lever.co/acme?" + "a=1&" * 2000,
        "https://jobs.lever.co/" + "a/" * 3000,
        "https://" + "a" * 300 + ".teamtailor.com/jobs",
        "greenhouse:" + "a" * 101,
        "greenhouse:acme:" + "1" * 200,
    ],
)
def test_an_endless_link_is_refused_in_a_short_sentence(link: str) -> None:
    with pytest.raises(ValueError, match="ats:token") as refused:
        parse(link)
    assert len(str(refused.value)) < 300


def test_a_page_of_refused_links_names_no_board() -> None:
    assert linked_boards(_page(link for link in REFUSED if link.is_web_link)) == ()


def test_a_page_of_links_names_each_of_their_boards() -> None:
    named = {fold(board) for board in linked_boards(_page(WEB_LINKS))}
    assert {fold(":".join(link.meant.split(":")[:2])) for link in WEB_LINKS} == named


def _page(shown: Iterable[Link]) -> str:
    return "".join(f'<a href="{link.text}">' for link in shown)


@pytest.mark.needs(FACTS / "LINKS_A.tsv")
@pytest.mark.needs(FACTS / "LINKS_B.tsv")
@pytest.mark.parametrize(("file", "count"), [("LINKS_A.tsv", 198), ("LINKS_B.tsv", 164)])
def test_collected_links_lead_to_the_right_board_or_a_reason(file: str, count: int) -> None:
    lines = (FACTS / file).read_text(encoding="utf-8").splitlines()[1:]
    assert len(lines) == count
    for line in lines:
        link, board, key, note = (*line.split("\t"), "", "", "")[:4]
        if "-deepmind" in link and board == "google:all":
            board = "google:deepmind"  # the link of a DeepMind role
        try:
            address = parse(link)
        except ValueError:
            assert board == "none" or "[page]" in note, link
            continue
        assert (fold(address.board), address.key or "") == (fold(board), key), link
