"""Columns of the rows that a check writes, made from its values."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

import zstandard

from crawler.items import Posting
from crawler.registry import reader_version
from monitor.history.compare import digest
from monitor.history.reposts import Repost
from monitor.messages import FieldChange


def version_columns(ats: str, posting: Posting, raw: bytes) -> dict[str, object]:
    """Return the columns of a version, as read by the current reader."""
    return content_columns(posting) | {
        "reader_version": reader_version(ats),
        "raw": zstandard.compress(raw),
    }


def content_columns(posting: Posting) -> dict[str, object]:
    """Return the columns that hold what a reader sees."""
    pay, deadline = posting.pay, posting.deadline
    return {
        "digest": digest(posting),
        "title": posting.title,
        "location": posting.location,
        "locations": list(posting.locations),
        "department": posting.department,
        "employment_type": posting.employment_type,
        "workplace": posting.workplace,
        "pay_min": pay and pay.minimum,
        "pay_max": pay and pay.maximum,
        "pay_currency": pay and pay.currency,
        "pay_period": pay and pay.period,
        "pay_text": pay and pay.text,
        "deadline_at": deadline and deadline.at,
        "deadline_text": deadline and deadline.text,
        "url": posting.url,
        "description_digest": text_digest(posting.description),
        "stated": sorted(posting.stated),
        "unsent": sorted(posting.unsent),
    }


def posting_columns(posting: Posting) -> dict[str, object]:
    """Return the columns of a posting's own row, from its newest content."""
    return {
        "company": posting.company,
        "requisition": posting.requisition,
        "internal_job": posting.internal_job,
        "ats_first_published": posting.first_published,
        "ats_updated_at": posting.updated_at,
    }


def text_digest(text: str) -> str:
    """Return the key under which a description is stored."""
    return sha256(text.encode()).hexdigest()


def change_rows(changes: Iterable[FieldChange], **common: object) -> list[dict[str, object]]:
    """Return the `revised` rows of one posting, one per field. An empty side is null."""
    return [
        common
        | {
            "kind": "revised",
            "field": change.field,
            "old": change.old or None,
            "new": change.new or None,
        }
        for change in changes
    ]


def repost_columns(repost: Repost | None) -> dict[str, object]:
    """Return the columns that say which posting this one repeats, and why."""
    return {"repost_of": repost and repost.id, "repost_reason": repost and repost.reason}
