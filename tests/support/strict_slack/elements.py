"""The parts of Block Kit's blocks: texts, addresses, images, and what can be pressed or chosen."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

_SELECTS = {
    "static_select",
    "external_select",
    "users_select",
    "conversations_select",
    "channels_select",
}
INTERACTIVE = frozenset(
    {
        "button",
        "overflow",
        "datepicker",
        "timepicker",
        "datetimepicker",
        "checkboxes",
        "radio_buttons",
        "workflow_button",
    }
    | _SELECTS
    | {f"multi_{name}" for name in _SELECTS}
)
_BUTTON = ("action_id", "url", "value", "style", "confirm", "accessibility_label", "workflow")
_MENU = (
    "placeholder",
    "options",
    "option_groups",
    "initial_option",
    "initial_options",
    "action_id",
    "confirm",
    "focus_on_load",
)
_TEXTS = ("mrkdwn", "plain_text")


def units(text: str) -> int:
    """Return the length in UTF-16 units, as Slack counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class Elements:
    """Collects what is wrong, in Slack's words."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.characters = 0

    def error(self, message: str, at: str) -> None:
        self.errors.append(f"{message} [json-pointer:{at}]")

    def count(self, text: str) -> None:
        self.characters += units(text)

    def keys(
        self, part: dict[str, Any], at: str, required: tuple[str, ...], optional: tuple[str, ...]
    ) -> None:
        for name in required:
            if name not in part:
                self.error(f"missing required field: {name}", at)
        for name in part:
            if name not in required and name not in optional:
                self.error(f"no additional properties allowed: {name}", at)

    def string(self, value: object, at: str, least: int, most: int) -> bool:
        if not isinstance(value, str):
            self.error("must be a string", at)
        elif units(value) < least:
            self.error(f"must be more than {least - 1} characters", at)
        elif units(value) > most:
            self.error(f"must be less than {most + 1} characters", at)
        else:
            return True
        return False

    def counted(self, value: object, at: str, least: int, most: int) -> None:
        if self.string(value, at, least, most):
            self.count(str(value))

    def url(self, value: object, at: str, most: int = 3000) -> None:
        if self.string(value, at, 1, most):
            found = urlsplit(str(value))
            if (
                found.scheme not in {"http", "https"}
                or not found.netloc
                or re.search(r"\s", str(value))
            ):
                self.error("must be a valid URL", at)

    def text(self, part: object, at: str, most: int, kinds: tuple[str, ...] = _TEXTS) -> None:
        if not isinstance(part, dict):
            self.error("must be a valid object", at)
            return
        kind = part.get("type")
        if kind not in kinds:
            self.error(
                "must be a valid enum value" if kind in _TEXTS else f"unsupported type: {kind}",
                f"{at}/type",
            )
            return
        self.keys(part, at, ("type", "text"), ("emoji",) if kind == "plain_text" else ("verbatim",))
        for name in ("emoji", "verbatim"):
            if not isinstance(part.get(name, False), bool):
                self.error("must be a boolean", f"{at}/{name}")
        if "text" in part:
            self.counted(part["text"], f"{at}/text", 1, most)

    def items(self, value: object, at: str, least: int, most: int) -> list[Any]:
        if not isinstance(value, list):
            self.error("must be an array", at)
            return []
        if len(value) < least:
            self.error(f"no fewer than {least} items allowed", at)
        if len(value) > most:
            self.error(f"no more than {most} items allowed", at)
        return value

    def image(self, part: dict[str, Any], at: str, more: tuple[str, ...]) -> None:
        self.keys(part, at, ("type", "alt_text"), ("image_url", "slack_file", *more))
        if ("image_url" in part) == ("slack_file" in part):
            self.error("must define either `image_url` or `slack_file`", at)
        if "image_url" in part:
            self.url(part["image_url"], f"{at}/image_url")
        if "alt_text" in part:
            self.string(part["alt_text"], f"{at}/alt_text", 1, 2000)

    def element(self, part: object, at: str, seen: set[str], *, images: bool = False) -> None:
        """Check an interactive element. `seen` has the action ids of its block."""
        if not isinstance(part, dict):
            self.error("must be a valid object", at)
            return
        kind = part.get("type")
        if kind is None:
            self.error("missing required field: type", at)
        elif images and kind == "image":
            self.image(part, at, ())
        elif kind not in INTERACTIVE:
            self.error(f"unsupported type: {kind}", f"{at}/type")
        else:
            self._identified(part, at, seen)
            self._interactive(part, at, str(kind))

    def _identified(self, part: dict[str, Any], at: str, seen: set[str]) -> None:
        if "action_id" in part and self.string(part["action_id"], f"{at}/action_id", 1, 255):
            if part["action_id"] in seen:
                self.error(
                    f"`action_id` `{part['action_id']}` already exists in this block",
                    f"{at}/action_id",
                )
            seen.add(part["action_id"])
        if "confirm" in part:
            self._confirm(part["confirm"], f"{at}/confirm")

    def _interactive(self, part: dict[str, Any], at: str, kind: str) -> None:
        if kind in {"button", "workflow_button"}:
            self._button(part, at)
        elif kind == "overflow":
            self.keys(part, at, ("type", "options"), ("action_id", "confirm"))
            self._options(part, at, 5, url=True)
        elif kind in {"static_select", "multi_static_select"}:
            self._menu(part, at)
        elif kind in {"checkboxes", "radio_buttons"}:
            self.keys(
                part,
                at,
                ("type", "options"),
                ("action_id", "initial_options", "initial_option", "confirm", "focus_on_load"),
            )
            self._options(part, at, 10, kinds=_TEXTS)
        elif "placeholder" in part:
            self.text(part["placeholder"], f"{at}/placeholder", 150, ("plain_text",))

    def _button(self, part: dict[str, Any], at: str) -> None:
        self.keys(part, at, ("type", "text"), _BUTTON)
        if "text" in part:
            self.text(part["text"], f"{at}/text", 75, ("plain_text",))
        if "url" in part:
            self.url(part["url"], f"{at}/url")
        if "value" in part:
            self.string(part["value"], f"{at}/value", 0, 2000)
        if part.get("style", "primary") not in {"primary", "danger"}:
            self.error("must be a valid enum value", f"{at}/style")
        if "accessibility_label" in part:
            self.string(part["accessibility_label"], f"{at}/accessibility_label", 1, 75)

    def _menu(self, part: dict[str, Any], at: str) -> None:
        self.keys(part, at, ("type",), (*_MENU, "max_selected_items"))
        if ("options" in part) == ("option_groups" in part):
            self.error("must define either `options` or `option_groups`", at)
        if "options" in part:
            self._options(part, at, 100)
        if "initial_option" in part and part["initial_option"] not in part.get(
            "options", [part["initial_option"]]
        ):
            self.error("must be one of the provided options", f"{at}/initial_option")
        if "placeholder" in part:
            self.text(part["placeholder"], f"{at}/placeholder", 150, ("plain_text",))

    def _options(
        self,
        part: dict[str, Any],
        at: str,
        most: int,
        *,
        kinds: tuple[str, ...] = ("plain_text",),
        url: bool = False,
    ) -> None:
        for number, option in enumerate(
            self.items(part.get("options", []), f"{at}/options", 1, most)
        ):
            self._option(option, f"{at}/options/{number}", kinds, url=url)

    def _option(self, part: object, at: str, kinds: tuple[str, ...], *, url: bool) -> None:
        if not isinstance(part, dict):
            self.error("must be a valid object", at)
            return
        self.keys(part, at, ("text", "value"), ("description", "url") if url else ("description",))
        for name in ("text", "description"):
            if name in part:
                self.text(part[name], f"{at}/{name}", 75, kinds)
        if "value" in part:
            self.string(part["value"], f"{at}/value", 1, 150)
        if "url" in part:
            self.url(part["url"], f"{at}/url")

    def _confirm(self, part: object, at: str) -> None:
        if not isinstance(part, dict):
            self.error("must be a valid object", at)
            return
        self.keys(part, at, ("title", "text", "confirm", "deny"), ("style",))
        for name, most in (("title", 100), ("confirm", 30), ("deny", 30)):
            if name in part:
                self.text(part[name], f"{at}/{name}", most, ("plain_text",))
        if "text" in part:
            self.text(part["text"], f"{at}/text", 300)
        if part.get("style", "primary") not in {"primary", "danger"}:
            self.error("must be a valid enum value", f"{at}/style")
