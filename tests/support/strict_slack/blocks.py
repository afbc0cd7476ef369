"""Block Kit's checks with Slack's errors (https://docs.slack.dev/reference/block-kit)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from tests.support.strict_slack.elements import Elements

MOST_IN_MESSAGE, MOST_IN_VIEW = 50, 100
_RICH = {"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"}
_RICH_ELEMENTS = {"emoji", "user", "usergroup", "channel", "broadcast", "date", "color", "team"}
_VIDEO = ("type", "alt_text", "title", "thumbnail_url", "video_url")
_VIDEO_MORE = (
    "block_id",
    "author_name",
    "description",
    "provider_icon_url",
    "provider_name",
    "title_url",
)


def check(
    blocks: object, at: str = "/blocks", most: int = MOST_IN_MESSAGE
) -> tuple[list[str], int]:
    """Return why Slack refuses the blocks, and the characters of all their texts."""
    if not isinstance(blocks, list):
        return [f"must be an array [json-pointer:{at}]"], 0
    checker = _Blocks()
    checker.items(blocks, at, 0, most)
    for number, block in enumerate(blocks):
        checker.block(block, f"{at}/{number}")
    return checker.errors, checker.characters


class _Blocks(Elements):
    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()

    def block(self, block: object, at: str) -> None:
        if not isinstance(block, dict):
            self.error("must be a valid object", at)
            return
        kind = block.get("type")
        if kind is None:
            self.error("missing required field: type", at)
            return
        self._identify(block, at)
        check_one = getattr(self, f"_{kind}", None)
        if check_one is None or str(kind) not in _KINDS:
            self.error(f"unsupported type: {kind}", f"{at}/type")
        else:
            check_one(block, at)

    def _identify(self, block: dict[str, Any], at: str) -> None:
        if "block_id" in block and self.string(block["block_id"], f"{at}/block_id", 1, 255):
            if block["block_id"] in self.ids:
                self.error(f"`block_id` `{block['block_id']}` already exists", f"{at}/block_id")
            self.ids.add(block["block_id"])

    def _section(self, block: dict[str, Any], at: str) -> None:
        self.keys(block, at, ("type",), ("block_id", "text", "fields", "accessory", "expand"))
        if "text" not in block and "fields" not in block:
            self.error("must define either `text` or `fields`", f"{at}/type")
        if "text" in block:
            self.text(block["text"], f"{at}/text", 3000)
        for number, field in enumerate(
            self.items(block["fields"], f"{at}/fields", 1, 10) if "fields" in block else []
        ):
            self.text(field, f"{at}/fields/{number}", 2000)
        if "accessory" in block:
            self.element(block["accessory"], f"{at}/accessory", set(), images=True)

    def _header(self, block: dict[str, Any], at: str) -> None:
        self.keys(block, at, ("type", "text"), ("block_id", "level"))
        if "text" in block:
            self.text(block["text"], f"{at}/text", 150, ("plain_text",))

    def _divider(self, block: dict[str, Any], at: str) -> None:
        self.keys(block, at, ("type",), ("block_id",))

    def _image(self, block: dict[str, Any], at: str) -> None:
        self.image(block, at, ("block_id", "title"))
        if "title" in block:
            self.text(block["title"], f"{at}/title", 2000, ("plain_text",))

    def _context(self, block: dict[str, Any], at: str) -> None:
        self.keys(block, at, ("type", "elements"), ("block_id",))
        for number, element in enumerate(
            self.items(block.get("elements", []), f"{at}/elements", 1, 10)
        ):
            place = f"{at}/elements/{number}"
            if isinstance(element, dict) and element.get("type") == "image":
                self.image(element, place, ())
            else:
                self.text(element, place, 3000)

    def _actions(self, block: dict[str, Any], at: str) -> None:
        self.keys(block, at, ("type", "elements"), ("block_id",))
        seen: set[str] = set()
        for number, element in enumerate(
            self.items(block.get("elements", []), f"{at}/elements", 1, 25)
        ):
            self.element(element, f"{at}/elements/{number}", seen)

    def _markdown(self, block: dict[str, Any], at: str) -> None:
        self.keys(block, at, ("type", "text"), ("block_id",))
        if "text" in block:
            self.counted(block["text"], f"{at}/text", 1, 12_000)

    def _file(self, block: dict[str, Any], at: str) -> None:
        self.keys(block, at, ("type", "external_id", "source"), ("block_id",))

    def _video(self, block: dict[str, Any], at: str) -> None:
        self.keys(block, at, _VIDEO, _VIDEO_MORE)

    def _rich_text(self, block: dict[str, Any], at: str) -> None:
        self.keys(block, at, ("type", "elements"), ("block_id",))
        for number, part in enumerate(self.items(block.get("elements"), f"{at}/elements", 1, 1000)):
            place = f"{at}/elements/{number}"
            if not isinstance(part, dict) or part.get("type") not in _RICH:
                self.error(
                    f"unsupported type: {part.get('type') if isinstance(part, dict) else part}",
                    f"{place}/type",
                )
            elif part["type"] == "rich_text_list":
                self._rich_list(part, place)
            else:
                self._rich_part(part, place)

    def _rich_list(self, part: dict[str, Any], at: str) -> None:
        if part.get("style") not in {"bullet", "ordered"}:
            self.error("must be a valid enum value", f"{at}/style")
        for number, one in enumerate(part.get("elements") or []):
            self._rich_part(one, f"{at}/elements/{number}")

    def _rich_part(self, part: dict[str, Any], at: str) -> None:
        elements = part.get("elements")
        for number, element in enumerate(elements if isinstance(elements, list) else []):
            place = f"{at}/elements/{number}"
            kind = element.get("type") if isinstance(element, dict) else None
            if kind == "text":
                self.counted(element.get("text"), f"{place}/text", 1, 12_000)
            elif kind == "link":
                self.url(element.get("url"), f"{place}/url")
                self.count(str(element.get("text") or element.get("url") or ""))
            elif kind not in _RICH_ELEMENTS:
                self.error(
                    "must be a valid object" if kind is None else f"unsupported type: {kind}",
                    f"{place}/type",
                )


_KINDS: Collection[str] = frozenset(
    {
        "section",
        "header",
        "divider",
        "image",
        "context",
        "actions",
        "markdown",
        "rich_text",
        "file",
        "video",
    }
)
