"""Read single raw jobs: their key and company, the part that may be stored, and the posting.

A spider declares the fields, and adds `read_job`.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar, cast

import msgspec
from msgspec import Raw
from msgspec.json import Decoder

from crawler.items import Posting, Unreadable

UNREADABLE = (
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)
_KEY = re.compile(r"[\w-]{1,64}", re.ASCII)  # it goes into addresses
_fields = Decoder(dict[str, Raw])

Fields = dict[str, Any]  # of a job, or of an object in it


class RawHeader(msgspec.Struct, gc=False):
    """The fields that identify a raw job. A spider's subclass renames them."""

    id: int | str
    company: object = None  # a name, or an object with one; the job keeps its key whatever it is

    def key(self) -> str:
        """Return the key of the posting."""
        return str(self.id)

    def employer(self) -> str | None:
        """Return the company's name; None where the job names none."""
        name = self.company.get("name") if isinstance(self.company, dict) else self.company
        return name if isinstance(name, str) else None

    def row(self) -> str:
        """Return the identity of the row, where an ATS lists one posting in several rows."""
        return self.key()

    def is_shown(self) -> bool:
        """Return whether the board shows this job to people. Its list may have others, too."""
        return True


class JobHeader(msgspec.Struct, frozen=True, gc=False):  # one is made for each job
    """The key and the company of a raw job."""

    key: str
    company: str | None
    row: str  # its identity among the rows of a list
    is_shown: bool = True


def names(text: str) -> frozenset[str]:
    """Return the names in a text, which white space separates."""
    return frozenset(text.split())


def keyed_by(key: str = "id", kind: object = str, company: str = "company") -> Decoder[RawHeader]:
    """Return the form of a job that has its key and its company in these fields."""
    fields = [
        ("id", kind, msgspec.field(name=key)),
        ("company", object, msgspec.field(name=company, default=None)),
    ]
    form = msgspec.defstruct("Header", fields, bases=(RawHeader,), gc=False)
    return Decoder(cast("type[RawHeader]", form))


def keyed_in(address: str, pattern: re.Pattern[str]) -> Decoder[RawHeader]:
    """Return the form of a job whose key is a part of an address, as `key_in` finds it."""

    class Header(RawHeader, gc=False):
        id: str = msgspec.field(name=address)

        def key(self) -> str:
            return key_in(self.id, pattern)

    return Decoder(Header)


def key_in(address: str, pattern: re.Pattern[str]) -> str:
    """Return what the pattern's group finds in an address, in lower case; "" for nothing."""
    found = pattern.search(address)
    return found[1].lower() if found else ""


class JobReader:
    """Reads the raw jobs of one ATS as its class attributes say."""

    job_form: ClassVar[Decoder[RawHeader]] = Decoder(RawHeader)
    # the fields of a job that are stored, where others may name people; None: all
    stored_fields: ClassVar[frozenset[str] | None] = None

    # what a spider adds

    @staticmethod
    def read_job(job: Fields) -> Posting:
        """Return a job as a posting. Any error makes it unreadable."""
        raise NotImplementedError

    # what it may replace

    @classmethod
    def read_raw(cls, raw: bytes) -> Posting:
        """Return a raw job as a posting. Any error of decoding or reading makes it unreadable."""
        return cls.read_job(msgspec.json.decode(raw))

    @staticmethod
    def hide(fields: dict[str, Raw]) -> dict[str, Raw]:
        """Return the stored fields of a job without what the employer hides."""
        return fields

    @classmethod
    def keep(cls, raw: bytes) -> bytes:
        """Return a raw job as it may be stored: without fields that may name people."""
        if cls.stored_fields is None:
            return raw
        fields = only(_fields.decode(raw), cls.stored_fields)
        # also with all kept: raw may have another value of a key that stands twice
        return msgspec.json.encode(cls.hide(fields))

    # for the base

    @classmethod
    def read(cls, raw: bytes) -> Posting:
        """Return a raw job as a posting. Raises Unreadable."""
        try:
            return cls.read_raw(raw)
        except UNREADABLE as error:
            raise Unreadable(f"{type(error).__name__}: {error}") from error

    def job_header(self, job: bytes | Raw) -> JobHeader:
        """Return a raw job's key and company. Raises ValueError or RecursionError without a key."""
        header = self.job_form.decode(job)
        key = header.key()
        if not _KEY.fullmatch(key):
            raise msgspec.ValidationError("a key that no posting can have")
        row = key if type(header).row is RawHeader.row else header.row()
        return JobHeader(key, header.employer(), row, header.is_shown())


def only(fields: dict[str, Raw], stored: frozenset[str] | None) -> dict[str, Raw]:
    """Return those of the fields that are stored. None: all."""
    return fields if stored is None else {name: fields[name] for name in fields if name in stored}
