"""Make the columns of postings, versions and changes. `postings.py` writes them."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

import zstandard

from crawler.items import Pay, Posting
from crawler.labels import labels
from crawler.registry import reader_version
from monitor.history.compare import digest
from monitor.message_parts import FieldChange

# a compressor serves one thread, and making one takes as long as using it
_local = threading.local()


def _pack(raw: bytes) -> bytes:
    """Return a raw job as it is stored."""
    packer: zstandard.ZstdCompressor | None = getattr(_local, "packer", None)
    if packer is None:
        packer = _local.packer = zstandard.ZstdCompressor()
    return packer.compress(raw)


def version_columns(ats: str, posting: Posting, raw: bytes) -> dict[str, object]:
    """Return the columns of a version, as read by the current reader."""
    return content_columns(posting) | {
        "reader_version": reader_version(ats),
        "raw": _pack(raw),
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
        **list_columns(posting),
    }


def list_columns(posting: Posting) -> dict[str, object]:
    """Return what lists of roles filter and sort by, with the labels ("" for none)."""
    read, pay = labels(posting.title, posting.location, posting.locations), posting.pay
    return {
        "country": "; ".join(read.countries),
        "seniority": read.seniority or "",
        "location": posting.location,
        "workplace": posting.workplace,
        "pay_currency": pay and pay.currency,
        "pay_year_max": pay and pay.yearly_maximum,
        "deadline_at": posting.deadline and posting.deadline.at,
    }


def text_digest(text: str) -> str:
    """Return the key under which a description is stored."""
    return sha256(text.encode()).hexdigest()


def change_rows(
    changes: Iterable[FieldChange], old: Pay | None, new: Pay | None, **common: object
) -> list[dict[str, object]]:
    """Return the `revised` rows of one posting, one per field. An empty side is null.

    `old` and `new` are its pay before and after the revision.
    """
    return [
        common
        | {
            "kind": "revised",
            "field": change.field,
            "old": change.old or None,
            "new": change.new or None,
            **(_yearly_maxima(old, new) if change.field == "pay" else NO_PAY),
        }
        for change in changes
    ]


NO_PAY: Final[dict[str, float | None]] = {"pay_old_max": None, "pay_new_max": None}


def _yearly_maxima(old: Pay | None, new: Pay | None) -> dict[str, float | None]:
    """Return the columns of a pay change. Amounts in two currencies are not compared."""
    currencies = {pay.currency for pay in (old, new) if pay and pay.yearly_maximum is not None}
    if len(currencies) != 1 or None in currencies:
        return NO_PAY
    return {
        "pay_old_max": old.yearly_maximum if old else None,
        "pay_new_max": new.yearly_maximum if new else None,
    }
