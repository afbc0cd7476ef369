"""Texts of messages: refused as Slack does, and noted if nobody should send them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.support.strict_slack.blocks import check
from tests.support.strict_slack.elements import units
from tests.support.strict_slack.workspace import ApiError, Body, Workspace

_CUT, _LONG, _UPDATED = 40_000, 4000, 4000
_LINK = re.compile(
    r"^(https?://|mailto:|tel:|@[UW]|#C|!date\^|!subteam\^|!here|!channel|!everyone|slack://)"
)
_EVENT_TYPE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,254}$")
_METADATA = {"event_type", "event_payload", "entities"}


def decoded(arguments: Body, name: str, word: str) -> Any:  # any JSON
    """Return an argument that may come as JSON text. Raises ApiError of that word."""
    value = arguments.get(name)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value.strip() else None
    except ValueError as error:
        raise ApiError(word) from error


def content(
    workspace: Workspace, arguments: Body, record: Body, warnings: list[str], method: str
) -> Body:
    """Return what a message says. Raises ApiError."""
    text, markdown = arguments.get("text"), arguments.get("markdown_text")
    if text is not None and not isinstance(text, str):
        raise ApiError("invalid_arguments", ["must be a string [json-pointer:/text]"])
    blocks = _blocks(workspace, decoded(arguments, "blocks", "invalid_blocks_format"))
    attachments = _attachments(decoded(arguments, "attachments", "invalid_attachments"))
    if markdown is not None and (blocks or text):
        raise ApiError("markdown_text_conflict")
    if markdown is not None and units(markdown) > 12_000:
        raise ApiError("msg_too_long")
    text = _text(workspace, text, record, warnings, method)
    said = next((one for one in (text, markdown) if one and one.strip()), None)
    if said is None and not blocks and not attachments:
        raise ApiError("no_text")
    if (blocks or attachments) and not (text and text.strip()):
        workspace.lint(
            record, "missing_fallback_text", "blocks without top-level text: an empty notification"
        )
    found = {
        "text": text if text is not None else markdown,
        "blocks": blocks,
        "attachments": attachments,
    }
    if "metadata" in arguments:
        found["metadata"] = _metadata(
            workspace, decoded(arguments, "metadata", "invalid_metadata_format"), method
        )
    _lint(workspace, record, text, blocks or [])
    if (
        method == "chat.postMessage"
        and "unfurl_links" not in arguments
        and re.search(r"https?://", json.dumps([text, blocks]))
    ):
        workspace.lint(record, "unfurl_not_decided", "a link, and unfurl_links is not set")
    return found


def _blocks(workspace: Workspace, blocks: Any) -> list[Body] | None:  # any JSON
    if blocks is None:
        return None
    if not isinstance(blocks, list):
        raise ApiError("invalid_blocks_format")
    errors, characters = check(blocks)
    if errors:
        raise ApiError("invalid_blocks", errors)
    if characters > workspace.options.max_blocks_chars:
        raise ApiError("msg_blocks_too_long")
    return blocks


def _attachments(attachments: Any) -> list[Body] | None:  # any JSON
    if attachments is None:
        return None
    if not isinstance(attachments, list) or not all(isinstance(one, dict) for one in attachments):
        raise ApiError("invalid_attachments")
    if len(attachments) > 100:
        raise ApiError("too_many_attachments")
    for number, one in enumerate(attachments):
        errors, _ = (
            check(one["blocks"], f"/attachments/{number}/blocks") if "blocks" in one else ([], 0)
        )
        if errors:
            raise ApiError("invalid_attachments", errors)
    return attachments


def _text(
    workspace: Workspace, text: str | None, record: Body, warnings: list[str], method: str
) -> str | None:
    """Return the text as Slack keeps it."""
    if text is None:
        return None
    most = workspace.options.max_text
    if (method == "chat.update" and units(text) > _UPDATED) or (most and len(text) > most):
        raise ApiError("msg_too_long")
    if len(text) > _CUT:
        warnings.append("message_truncated")
        workspace.lint(record, "text_truncated_at_40000")
        return text[:_CUT]
    if len(text) > _LONG:
        workspace.lint(
            record, "text_over_4000", "Slack may split longer text over several messages"
        )
    return text


# any JSON
def _metadata(workspace: Workspace, metadata: Any, method: str) -> Body | None:
    if metadata is None:
        return None
    if not isinstance(metadata, dict):
        raise ApiError("invalid_metadata_format")
    if not metadata and method == "chat.update":
        return {}
    wrong = [
        f"no additional properties allowed: {name} [json-pointer:/metadata]"
        for name in sorted(set(metadata) - _METADATA)
    ]
    kind, payload = metadata.get("event_type"), metadata.get("event_payload")
    if not isinstance(kind, str) or not _EVENT_TYPE.match(kind):
        wrong.append(
            "event_type must be an alphanumeric string [json-pointer:/metadata/event_type]"
        )
    if not isinstance(payload, dict):
        wrong.append("must be a valid object [json-pointer:/metadata/event_payload]")
    else:
        wrong += [
            f"unsupported value type [json-pointer:/metadata/event_payload/{name}]"
            for name, one in payload.items()
            if not _fits(one)
        ]
    if wrong:
        raise ApiError("invalid_metadata_schema", wrong)
    if len(json.dumps(metadata, ensure_ascii=False).encode()) > workspace.options.max_metadata:
        raise ApiError("metadata_too_large")
    return metadata


def _fits(value: object, *, deep: bool = True) -> bool:
    """Return True for metadata's values: scalars, or one level of objects and lists of them."""
    if isinstance(value, dict):
        return all(isinstance(one, str | int | float) for one in value.values())
    if isinstance(value, list) and deep:
        return all(_fits(one, deep=False) for one in value)
    return isinstance(value, str | int | float)


def _lint(workspace: Workspace, record: Body, text: str | None, blocks: list[Body]) -> None:
    for where, said in _mrkdwn(text, blocks):
        for code, detail in _complaints(said):
            workspace.lint(record, code, f"{where}: {detail}")
    for block in blocks:
        for element in [
            *(block.get("elements") or []),
            *([block["accessory"]] if "accessory" in block else []),
        ]:
            if element.get("type") == "button" and "action_id" not in element:
                workspace.lint(record, "button_without_action_id", str(element.get("url", "")))
            if str(element.get("image_url", "")).startswith(("http://127.", "http://localhost")):
                workspace.lint(record, "image_url_not_public", element["image_url"])


def _complaints(said: str) -> Iterator[tuple[str, str]]:
    if re.search(r"&(?!(amp|lt|gt);)", said):
        yield "unescaped_ampersand", said[:60]
    for match in re.finditer(r"<([^<>\n]*)>", said):
        if not _LINK.match(match[1]):
            yield "unescaped_angle_brackets", match[0][:60]
    stripped = re.sub(r"<[^<>\n]*>", "", said)
    if "<" in stripped or re.search(r"(?<!^)(?<!\n)>", stripped):
        yield "stray_angle_bracket", stripped[:60]
    if re.search(r"<!(here|channel|everyone)", said):
        yield "broadcast_mention", said[:60]
    if re.search(r"\*\*[^*\n]+\*\*|\[[^\]\n]+\]\(https?://", said):
        yield "markdown_not_mrkdwn", said[:60]


def _mrkdwn(text: str | None, blocks: list[Body]) -> Iterator[tuple[str, str]]:
    """Return every text that Slack reads as markup, and where it stands."""
    if text:
        yield "text", text
    for number, block in enumerate(blocks):
        parts = [
            block.get("text"),
            *(block.get("fields") or []),
            *(block["elements"] if block["type"] == "context" else []),
        ]
        for part in parts:
            if isinstance(part, dict) and part.get("type") == "mrkdwn":
                yield f"blocks/{number}", part["text"]
