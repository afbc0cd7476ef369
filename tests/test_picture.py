"""The pictures of the documents can be drawn from today's program."""

from __future__ import annotations

import asyncio
import re
import sys
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

import pytest
from PIL import Image, ImageChops

from docs import slack_pictures
from docs.slack_pictures import FOLDER, SCALE, WIDTHS, Shown
from docs.slack_stories import ENGINEERS, SCIENTISTS, stories
from monitor.reports.charts.page import page_of
from tests.support.places import ROOT
from tests.support.simulator import simulating

NAMES = [f"{story.name}{end}" for story in stories() for end in WIDTHS]
HEADER = 60  # pixels: the channel's name with a line across the page
MARGIN = 10
LARGEST = 60_000  # bytes of a picture
_IMAGE = re.compile(r"!\[([^\]]+)\]\(([^)]+\.png)\)")


def program(name: str) -> Any:
    """Return a program of the documents."""
    spec = spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module  # where its dataclasses look
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def shown() -> dict[str, Shown]:
    """Return what the strict Slack has of each story. It accepted everything."""
    with simulating() as address:
        return {one.story.name: one for one in asyncio.run(slack_pictures.send(address))}


def body(shown: Shown, end: str = "") -> str:
    return shown.html(WIDTHS[end]).partition("<main>")[2]


def test_a_picture_shows_the_same_at_both_widths(shown: dict[str, Shown]) -> None:
    assert all(body(one) == body(one, "-phone") for one in shown.values())
    assert all("width:360px" in one.html(360) for one in shown.values())


def test_a_card_shows_four_lines_and_three_controls(shown: dict[str, Shown]) -> None:
    closed, new = body(shown["card"]).split("<article")[1:]
    controls = re.findall(r'class="button[^"]*">([^<]+)<', new)
    assert controls == ["View", "Save", "•••"]
    assert re.findall(r"<div>([^<]+)</div>", new)[0] == "Why this?"
    assert re.search(r"<s><b><a [^>]+>Senior Research Engineer, Manipulation</a>", closed)
    assert ">View<" not in closed


def test_a_thread_shows_old_words_struck_and_new_ones_in_bold(shown: dict[str, Shown]) -> None:
    page = body(shown["thread"])
    assert "<s>TensorFlow</s>" in page
    assert "<b>JAX or PyTorch</b>" in page
    assert page.count("(edited)") == 1
    assert page.count('class="also"') == 2


def test_a_date_is_in_the_readers_zone(shown: dict[str, Shown]) -> None:
    page = body(shown["thread"])
    assert "December 18, 5:00 PM" in page
    assert "<time>9:12 AM</time>" in page


def test_the_first_summary_and_its_thread_list_every_role_once(shown: dict[str, Shown]) -> None:
    page = body(shown["first-summary"])
    assert all(page.count(f">{role.title}</a>") == 1 for role in (*ENGINEERS, *SCIENTISTS))
    assert "1 reply" in page


def test_a_digest_shows_near_deadlines_before_what_happened(shown: dict[str, Shown]) -> None:
    page = body(shown["digest"])
    assert page.index("December 9, 5:00 PM") < page.index("Research Engineer, Agents")
    assert len(re.findall("<s><a ", page)) == 2


def test_an_incident_ends_in_its_thread(shown: dict[str, Shown]) -> None:
    first, reply, other = body(shown["operator"]).split("<article")[1:]
    assert "(edited)" in first
    assert "47 minutes" in reply
    assert "(edited)" not in other


def test_text_of_a_board_is_no_markup_in_a_picture(shown: dict[str, Shown]) -> None:
    card = shown["card"]
    hostile = "<img src=x> & *bold*"
    block = {"type": "rich_text_section", "elements": [{"type": "text", "text": hostile}]}
    message = {"ts": card.messages[0]["ts"], "blocks": [{"type": "rich_text", "elements": [block]}]}
    page = Shown(card.story, [message, message], card.times).html(720)
    assert page.count("&lt;img src=x&gt; &amp; *bold*") == 2


def test_a_message_with_a_mistake_is_not_drawn() -> None:
    with pytest.raises(SystemExit, match="card"):
        slack_pictures.check("card", {"chat.postMessage:invalid_blocks": 1}, [])
    with pytest.raises(SystemExit, match="unfurl"):
        slack_pictures.check("card", {"chat.postMessage:200": 1}, [{"code": "unfurl_not_decided"}])


def test_without_chromium_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SystemExit, match="apt install chromium") as ended:
        slack_pictures.main()
    assert "\n" not in str(ended.value)


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_small_and_nothing_is_cut_at_its_edge(name: str) -> None:
    file = FOLDER / f"{name}.png"
    width = round(WIDTHS["-phone" if name.endswith("-phone") else ""] * SCALE)
    with Image.open(file) as picture:
        assert picture.width == width
        edge = picture.convert("RGB").crop(
            (width - MARGIN, round(HEADER * SCALE), width, picture.height)
        )
    assert ImageChops.invert(edge).getbbox() is None
    assert file.stat().st_size < LARGEST


def test_every_picture_of_slack_is_in_the_documents() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    found = {(page.parent / path) for page in pages for _, path in _IMAGE.findall(page.read_text())}
    assert {FOLDER / f"{name}.png" for name in NAMES} <= found
    assert {*FOLDER.iterdir()} == {FOLDER / f"{name}.png" for name in NAMES}


def test_the_example_of_statistics_shows_every_chart() -> None:
    page = page_of(program("charts").facts())
    assert (len(page.charts), page.left_out) == (4, "")
