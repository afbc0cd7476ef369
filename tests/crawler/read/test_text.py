import html
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.read.text import clean, to_text

TAGS = [
    "<p>",
    "</p>",
    "<ul>",
    "<li>",
    "</li>",
    "</ul>",
    "<br>",
    "<div a='1>2'>",
    "</div>",
    "<td>",
    "<table>",
    "<!--",
    "-->",
    "<script>",
    "&amp;",
    "&lt;",
]
HTML = st.lists(st.sampled_from(TAGS) | st.text(max_size=8), max_size=30).map("".join)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<h3>Title</h3>body", "Title\n\nbody"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        (
            "<p>We want</p><ul><li>this</li><li><p>that</p></li></ul><p>and you</p>",
            "We want\n\n• this\n• that\n\nand you",
        ),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "• a\n• b\n• c"),
        ("<ul><li>a<li>b</ul>end", "• a\n• b\n\nend"),
        ("<ul><li></li></ul><p>after an empty item</p>", "after an empty item"),
        ("<p>white \n\t  space&nbsp;&nbsp;collapses</p>", "white space collapses"),
        ("<p> </p><p>&nbsp;</p><p><strong></strong></p>shown", "shown"),
        ("<b>bold</b><i>er</i>", "bolder"),
        ("<p data-x='1'>same</p>", "same"),
        ("R&amp;D &mdash; &#8217;", "R&D \u2014 \u2019"),
        ("<script>no()</script><style>p{}</style><!-- nor this -->yes", "yes"),
        ("<p>zero\u200bwidth\u00ad\ufeff</p>", "zerowidth"),
        ("<p>e\u0301</p>", "\u00e9"),
        ("<p>a\x00b\x07c\ud800</p>", "abc"),
        (
            "<div>Pay:</div><div><span>$1</span><span>&mdash;</span><span>$2 USD</span></div>",
            "Pay:\n\n$1\u2014$2 USD",
        ),
        (
            (
                "<table><tr><td>Level 1</td><td>$1</td></tr><tr><td title='a > b'>Level "
                "2</td></tr></table>"
            ),
            "Level 1\n$1\nLevel 2",
        ),
        ("<P>upper</P><LI>case", "upper\n\n• case"),
        ("a < b", "a < b"),
        ("", ""),
    ],
)
def test_html_reads_as_a_person_sees_it(content: str, text: str) -> None:
    assert to_text(content) == text


def test_escaped_html_gives_the_same_text() -> None:
    plain = "<p class='a'>R&amp;D&nbsp;in &quot;Zürich&quot;</p><ul><li>x &lt; y</li></ul>"
    assert to_text(html.escape(plain)) == to_text(plain) == 'R&D in "Zürich"\n\n• x < y'


@pytest.mark.parametrize(
    "hostile",
    [
        "<div>" * 200_000,
        "<div>" * 9_000,
        "<b>" * 200_000,
        "<a><b><p>" * 100_000,
        "<ul><li>" * 4_500,
        "<table><tr>" * 90_000,
        "<p>x</p>" * 120_000,
        "<" * 1_000_000,
        "<!--" * 200_000,
        "<td '" * 200_000,
        "\x01I" * 300_000,
        "&lt;p&gt;" * 100_000,
    ],
)
def test_a_hostile_page_is_read_quickly(hostile: str) -> None:
    begun = time.process_time()
    to_text(hostile)
    # on a busy machine, and with its branches counted; by steps that grow it would be minutes
    assert time.process_time() - begun < 4


@settings(max_examples=200, deadline=None)
@given(HTML)
def test_the_text_of_any_html_is_clean(content: str) -> None:
    text = to_text(content)
    assert text == text.strip()
    assert unicodedata.is_normalized("NFC", text)
    for line in text.split("\n"):
        assert "  " not in line
        assert not any(unicodedata.category(character) in {"Cc", "Cf", "Cs"} for character in line)


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_cleaning_a_line_twice_changes_nothing(line: str) -> None:
    assert clean(clean(line)) == clean(line)


def test_a_title_loses_its_odd_white_space() -> None:
    assert clean(" Research\u00a0 Engineer,\tGemini\u200b ") == "Research Engineer, Gemini"
