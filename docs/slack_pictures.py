"""Draw docs/slack/*.png, Slack messages at desktop and phone width: `make pictures`.

The messages go through the program's own notifier to the strict Slack of the tests, and are read
back from there. A message that Slack refuses, or that has a silent mistake, draws nothing.
"""

from __future__ import annotations

import asyncio
import io
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import aiohttp
from PIL import Image, ImageChops

from docs.slack_page import Part, Reader, page
from docs.slack_stories import ZONE, Post, Story, stories
from monitor.notify.compose.style import Style
from monitor.notify.slack.notifier import SlackNotifier
from tests.support.simulator import TOKEN, simulating

FOLDER: Final = Path(__file__).with_name("slack")
WIDTHS: Final = {"": 720, "-phone": 360}  # pixels, by the end of the picture's name
SCALE: Final = 1.5
COLORS: Final = 64
_WINDOW: Final = (760, 3000)  # larger than any page
_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
_FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


@dataclass(frozen=True)
class Shown:
    """A story as Slack has it."""

    story: Story
    messages: Sequence[Part]
    times: Mapping[str, datetime]  # of the story, by Slack's ts

    def html(self, width: int) -> str:
        reader = Reader(f"# {self.story.channel.removeprefix('#')}", ZONE, self.times, {}, width)
        return page(
            self.messages,
            reader,
            {
                message["ts"]
                for message, post in zip(self.messages, self.story.posts, strict=True)
                if post.open_menu
            },
        )


async def send(address: str) -> list[Shown]:
    """Send each story to a strict Slack, and return what it has then."""
    found = []
    notifier = SlackNotifier(TOKEN, f"{address}/api/", style=Style(ZONE, interactive=True))
    async with aiohttp.ClientSession(f"{address}/") as session:
        for story in stories():
            await _control(session, "reset", now=True)
            await _control(session, "config", rate=0, workspace_per_min=0)
            times = await _tell(notifier, story)
            state = await _control(session, "state")
            check(story.name, state["outcomes"], (await _control(session, "lint"))["lints"])
            channel = state["channels"][story.channel.removeprefix("#")]
            found.append(Shown(story, channel["messages"], times))
    await notifier.close()
    return found


async def _tell(notifier: SlackNotifier, story: Story) -> dict[str, datetime]:
    """Post, reply and edit. Return when each message came, by its ts."""
    times: dict[str, datetime] = {}
    for number, post in enumerate(story.posts):
        times |= await _post(notifier, f"slack:{story.channel}", post, f"{story.name}-{number}")
    return times


async def _post(
    notifier: SlackNotifier, channel: str, post: Post, delivery: str
) -> dict[str, datetime]:
    card = await notifier.send(channel, post.message, delivery)
    times = {str(card.ts): post.at}
    for number, reply in enumerate(post.thread):
        sent = await notifier.reply(channel, card, reply.message, f"{delivery}-{number}")
        times[str(sent.ts)] = reply.at
    if post.edited is not None:
        await notifier.edit(channel, card, post.edited)
    return times


async def _control(session: aiohttp.ClientSession, what: str, **body: object) -> dict[str, Any]:
    method = "POST" if body else "GET"
    async with session.request(method, f"_ctl/{what}", json=body or None) as response:
        answer: dict[str, Any] = await response.json()
        return answer


def check(story: str, outcomes: Iterable[str], lints: Sequence[object]) -> None:
    """Exit if Slack refused a call (`method:error` instead of `method:200`) or would complain."""
    refused = [outcome for outcome in outcomes if not outcome.endswith(":200")]
    if refused or lints:
        sys.exit(f"{story}: Slack would complain: {[*refused, *lints]}")


def draw(shown: Shown, end: str, browser: str) -> None:
    """Write a picture, as high as its content and with few colors."""
    width = WIDTHS[end]
    picture = _screenshot(shown.html(width), browser)
    content = ImageChops.invert(picture).getbbox()
    if content is None or content[2] > width * SCALE:
        sys.exit(f"{shown.story.name}{end}: the page is wider than {width} pixels")
    cut = picture.crop((0, 0, round(width * SCALE), content[3] + round(16 * SCALE)))
    few = cut.quantize(COLORS, method=Image.Quantize.MEDIANCUT, kmeans=3, dither=Image.Dither.NONE)
    few.save(FOLDER / f"{shown.story.name}{end}.png", optimize=True)


def _screenshot(html: str, browser: str) -> Image.Image:
    with TemporaryDirectory() as folder:
        file, picture = Path(folder) / "page.html", Path(folder) / "page.png"
        file.write_text(html)
        how = [
            f"--user-data-dir={folder}/profile",
            f"--window-size={_WINDOW[0]},{_WINDOW[1]}",
            f"--force-device-scale-factor={SCALE}",
            f"--screenshot={picture}",
        ]
        # our own page
        command = [browser, *_FLAGS, *how, file.as_uri()]
        subprocess.run(command, check=True, timeout=120, capture_output=True)  # noqa: S603
        return Image.open(io.BytesIO(picture.read_bytes())).convert("RGB")


def main() -> None:
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        sys.exit(
            "Chromium is needed to draw the pictures"
            " (Debian: apt install chromium fonts-lato fonts-noto-color-emoji)"
        )
    with simulating() as address:
        found = asyncio.run(send(address))
    FOLDER.mkdir(exist_ok=True)
    for shown in found:
        for end in WIDTHS:
            draw(shown, end, browser)


if __name__ == "__main__":
    main()
