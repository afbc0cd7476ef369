"""Draw docs/alert.png, the picture in README, from our own messages: `python docs/picture.py`.

It needs chromium. It knows the blocks that rolewatch uses and looks like Slack. It does not prove
how Slack itself draws them.
"""

from __future__ import annotations

import html
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from monitor.messages import FieldChange, Role, RoleMessage, Why, card_of
from monitor.notify.compose.message import broadcasts
from monitor.notify.slack.draw import draw, draw_reply

FILE = Path(__file__).with_name("alert.png")
SIZE = (760, 560)  # pixels, before they are scaled
EMOJI = {
    "new": "🆕",
    "pencil2": "✏️",
    "no_entry_sign": "🚫",
    "arrows_counterclockwise": "🔄",
    "white_circle": "⚪",
}
STYLE = """body{margin:18px 22px;font:15px/1.45 "Liberation Sans",Arial,"Noto Color Emoji",sans-serif;color:#1d1c1d}
.msg{margin:0 0 10px 46px;position:relative} .msg:before{content:"R";position:absolute;left:-46px;top:2px;width:36px;height:36px;
border-radius:6px;background:#4a154b;color:#fff;font:900 18px/36px Arial;text-align:center}
.thread{margin:4px 0 0 46px;border-left:2px solid #e8e8e8;padding-left:14px}
.name{font-weight:900} .app{background:#e8e8e8;color:#616061;font-size:10px;font-weight:700;padding:1px 3px;margin:0 4px}
.grey{color:#616061;font-size:12px;margin:4px 0;white-space:pre-wrap} .grey span{margin-right:6px} .p{white-space:pre-wrap;margin:2px 0}
a{color:#1264a3;text-decoration:none} blockquote{border-left:4px solid #ddd;margin:4px 0;padding-left:12px;white-space:pre-wrap}
.btn{display:inline-block;border:1px solid #bbb;border-radius:4px;font-size:13px;font-weight:700;padding:3px 12px;margin:4px 8px 4px 0}
.primary{background:#007a5a;color:#fff;border-color:#007a5a}"""

SEEN = datetime(2026, 5, 4, 9, 2, tzinfo=UTC)
MOVED = SEEN + timedelta(days=9)
ROLE = Role(
    posting="greenhouse:examplelabs:5938712",
    company="Example Labs",
    title="Research Engineer, Product Inspired Research",
    url="https://job-boards.greenhouse.io/examplelabs/jobs/5938712",
    location="Mountain View, California, US",
    pay="133000-240000 USD/year",
    deadline_at=datetime(2026, 5, 19, 19, tzinfo=UTC),
    deadline_text="12pm PST Tuesday 19th of May 2026",
    department="Research",
    first_seen_at=SEEN,
)
WHY = (Why("research-engineer", "title has “research engineer”; location has “Mountain View”"),)
OLD = (
    "You have experience with TensorFlow and large-scale model training. You like to teach. We "
    "hire for our office."
)
NEW = (
    "You have experience with JAX or PyTorch and large-scale model training. You like to teach. "
    "We hire for our office: three days a week."
)
CHANGES = (
    FieldChange("pay", "133000-240000 USD/year", "141000-245000 USD/year"),
    FieldChange("deadline", "2026-05-19T19:00:00.000000Z", "2026-05-26T19:00:00.000000Z"),
    FieldChange("description", OLD, NEW),
)


def page() -> str:
    """Return a card after a revision, with its thread, as HTML."""
    late = msgspec.structs.replace(
        ROLE,
        pay="141000-245000 USD/year",
        deadline_at=ROLE.deadline_at and ROLE.deadline_at + timedelta(days=7),
        deadline_text="",
    )
    revision = RoleMessage("revised", late, WHY, MOVED, CHANGES)
    card = msgspec.structs.replace(
        card_of(RoleMessage("opened", late, WHY, SEEN)), changed_at=MOVED
    )
    shown = " · also sent to the channel" if broadcasts(revision) else ""
    thread = f'<div class="grey">1 reply{shown}</div>{_message(draw_reply(revision)[1], MOVED)}'
    body = f'{_message(draw(card)[1], SEEN, " (edited)")}<div class="thread">{thread}</div>'
    return f"<!doctype html><meta charset=utf-8><style>{STYLE}</style>{body}"


def _message(blocks: list[dict[str, Any]], at: datetime, edited: str = "") -> str:
    head = (
        '<span class="name">rolewatch</span><span class="app">APP</span><span '
        f'class="grey">{at:%H:%M}{edited}</span>'
    )
    return f'<div class="msg">{head}{"".join(map(_block, blocks))}</div>'


def _block(block: dict[str, Any]) -> str:
    parts = block["elements"]
    if block["type"] == "context":
        return f'<div class="grey">{"".join(f"<span>{_grey(part)}</span>" for part in parts)}</div>'
    if block["type"] == "actions":
        return "".join(
            f'<span class="btn {part.get("style", "")}">{html.escape(part["text"]["text"])}</span>'
            for part in parts
        )
    return "".join(_rich(part) for part in parts)


def _grey(part: dict[str, Any]) -> str:
    """Words of our own: an emoji, bold, a date."""
    text = part["text"]
    if part["type"] == "plain_text":
        return html.escape(text)
    for name, sign in EMOJI.items():
        text = text.replace(f":{name}:", sign)
    before, _, rest = text.partition("<!date^")
    if rest:
        text = before + _moment(int(rest.split("^")[0])) + rest.partition(">")[2]
    pieces = html.escape(text).split("*")
    return "".join(
        f"<b>{piece}</b>" if number % 2 else piece for number, piece in enumerate(pieces)
    )


def _rich(part: dict[str, Any]) -> str:
    tag = "blockquote" if part["type"] == "rich_text_quote" else 'div class="p"'
    return f"<{tag}>{''.join(map(_inline, part['elements']))}</{tag.split(maxsplit=1)[0]}>"


def _inline(part: dict[str, Any]) -> str:
    if part["type"] == "date":
        return _moment(part["timestamp"])
    said = html.escape(part.get("text", ""))
    for name, tag in (("bold", "b"), ("strike", "s"), ("code", "code")):
        if part.get("style", {}).get(name):
            said = f"<{tag}>{said}</{tag}>"
    return f"<a>{said}</a>" if part["type"] == "link" else said


def _moment(timestamp: int) -> str:
    at = datetime.fromtimestamp(timestamp, UTC)
    return f"{at:%b} {at.day}, {at.year} at {at:%H:%M} UTC"


def main() -> None:
    chromium = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if chromium is None:
        sys.exit(
            "chromium is needed to draw the picture (Debian: apt install chromium "
            "fonts-noto-color-emoji)"
        )
    with TemporaryDirectory() as folder:
        file = Path(folder) / "alert.html"
        file.write_text(page())
        how = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={folder}/profile",
        ]
        size = [f"--window-size={SIZE[0]},{SIZE[1]}", "--force-device-scale-factor=1.5"]
        # our own page
        subprocess.run(  # noqa: S603
            [chromium, *how, *size, f"--screenshot={FILE}", file.as_uri()],
            check=True,
            timeout=120,
            capture_output=True,
        )


if __name__ == "__main__":
    main()
