"""Every answer that a board can give, with the expected result: docs/reliability.md's fault table.

`python -m tests.support.faults` prints the table as the document has it.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
from isal import igzip

from monitor.demo.board_server import Trouble
from tests.support.greenhouse import job

Outcome = Literal["failure", "read", "unchanged", "collapsed"]
Where = Literal["held", "board", "slow", "refused", "self-signed", "plain", "nameless", "clock"]

JOBS = [job(key, title=f"Research Engineer, Team {key}") for key in range(1, 21)]


@dataclass(frozen=True)
class Fault:
    """One way to answer a board of 20 open postings, for as long as the trouble lasts."""

    answer: str  # in words, the table's first column
    outcome: Outcome
    trouble: Trouble = field(default_factory=Trouble)
    # what the board's line in `check` holds, and `rolewatch boards list` and `checks` as the reason
    says: str = ""
    opened: int = 0
    unreadable: int = 0
    where: Where = "board"  # or the whole host, or our own machine

    @property
    def exit_code(self) -> int:
        return 1 if self.outcome == "failure" else 0


def listing(jobs: list[Any], **more: object) -> bytes:
    """Return a list as Greenhouse sends it."""
    return msgspec.json.encode({"jobs": jobs, "meta": {"total": len(jobs)}} | more)


def _http(status: int, **headers: str) -> Trouble:
    return Trouble(
        status=status,
        body=b'{"error":"no"}',
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def _raw(head: str, body: bytes = b"") -> Trouble:
    """Everything that is sent."""
    return Trouble(
        raw=f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{head}\r\n\r\n".encode() + body
    )


def _with(**fields: object) -> dict[str, Any]:
    """Return the first job with these fields."""
    return JOBS[0] | fields


_LIST = listing(JOBS)
_ZIPPED = gzip.compress(_LIST, 1)
_GZIP = {"Content-Encoding": "gzip"}
# each worker packs it: Python's own gzip would take half a second
_BOMB = igzip.compress(b'{"jobs":[' + b" " * (70 << 20) + b"]}", 1)
_PAGE = b"<!doctype html><html><title>Log in</title><form action=/login></form></html>"
_HERE = "/v1/boards/{board}/jobs"
_NEW = [job(key, title=f"Research Engineer, Team {key}") for key in range(101, 121)]
_PADDED = _LIST[:-1] + b" " * (50 << 20) + b"}"
_UNTITLED = {name: value for name, value in JOBS[0].items() if name != "title"}
_UNNAMED = {name: value for name, value in JOBS[0].items() if name != "id"}

_LONG = "Research Engineer " * 600_000
_BEYOND = _LIST.replace(b'"id":1,', b'"id":1,"x":1e400,', 1)

FAULTS = (
    Fault("500", "failure", _http(500), "HTTP 500"),
    Fault("502 with a page", "failure", Trouble(status=502, body=_PAGE), "HTTP 502"),
    Fault("503", "failure", _http(503), "HTTP 503", where="held"),
    Fault("500 once, then a good list", "unchanged", Trouble(status=500, times=2), "unchanged"),
    Fault("403", "failure", _http(403), "HTTP 403"),
    Fault("404", "failure", _http(404), "HTTP 404: no such board"),
    Fault("410", "failure", _http(410), "HTTP 410: the board no longer exists"),
    Fault("429", "failure", _http(429), "HTTP 429: too many requests", where="held"),
    Fault(
        "429 with Retry-After: 7200",
        "failure",
        _http(429, Retry_After="7200"),
        "HTTP 429: too many requests",
        where="held",
    ),
    Fault(
        "429 with Retry-After: soon",
        "failure",
        _http(429, Retry_After="soon"),
        "HTTP 429: too many requests",
        where="held",
    ),
    Fault(
        "204 without a body", "failure", Trouble(raw=b"HTTP/1.1 204 No Content\r\n\r\n"), "HTTP 204"
    ),
    Fault(
        "304 always, though the list changed",
        "unchanged",
        Trouble(raw=b"HTTP/1.1 304 Not Modified\r\n\r\n"),
        "unchanged",
    ),
    Fault(
        "connection refused",
        "failure",
        says="cannot connect to 127.0.0.1: Connection refused",
        where="refused",
    ),
    Fault("no such host", "failure", says="no such host: boards.invalid", where="nameless"),
    Fault(
        "a self-signed certificate",
        "failure",
        says="no secure connection to 127.0.0.1: self-signed certificate",
        where="self-signed",
    ),
    Fault(
        "no TLS where TLS is expected",
        "failure",
        says="no secure connection to 127.0.0.1",
        where="plain",
    ),
    Fault(
        "connection reset",
        "failure",
        Trouble(reset=True),
        "the connection was lost before a whole answer",
    ),
    Fault(
        "connection closed without an answer",
        "failure",
        Trouble(raw=b""),
        "the connection was lost before a whole answer",
    ),
    Fault(
        "a protocol other than HTTP",
        "failure",
        Trouble(raw=b"SSH-2.0-OpenSSH_9.2\r\n"),
        "the connection was lost before a whole answer",
    ),
    Fault(
        "a header of 1 MB",
        "failure",
        _raw("X-Long: " + "x" * (1 << 20)),
        "the connection was lost before a whole answer",
    ),
    Fault(
        "nothing before the headers",
        "failure",
        Trouble(hang=60),
        "no whole answer within 0.6 s",
        where="slow",
    ),
    Fault(
        "one byte every 0.2 s",
        "failure",
        Trouble(body=_LIST, drip=0.2),
        "no whole answer within 0.6 s",
        where="slow",
    ),
    Fault(
        "cut in the middle", "failure", Trouble(body=_LIST, cut=9000), "the answer was cut short"
    ),
    Fault(
        "cut in the middle, in chunks",
        "failure",
        _raw("Transfer-Encoding: chunked", b'f\r\n{"jobs":[{"id":1\r\n'),
        "the connection was lost before a whole answer",
    ),
    Fault(
        "a chunk with an invalid length",
        "failure",
        _raw("Transfer-Encoding: chunked", b"zz\r\n" + _LIST),
        "the connection was lost before a whole answer",
    ),
    Fault(
        "a Content-Length that is too long",
        "failure",
        _raw("Content-Length: 99999", _LIST),
        "the answer was cut short",
    ),
    Fault(
        "a Content-Length that is too short",
        "failure",
        _raw("Content-Length: 900", _LIST),
        "the connection was lost before a whole answer",
    ),
    Fault(
        "two values of Content-Length",
        "failure",
        _raw("Content-Length: 900\r\nContent-Length: 30000", _LIST),
        "the connection was lost before a whole answer",
    ),
    Fault(
        "not gzip, though the header says so",
        "failure",
        Trouble(body=_LIST, headers=_GZIP),
        "the answer's gzip is broken",
    ),
    Fault(
        "gzip with a flipped bit",
        "failure",
        Trouble(body=_ZIPPED[:-6] + b"!" + _ZIPPED[-5:], headers=_GZIP),
        "the answer's gzip is broken",
    ),
    Fault(
        "gzip that ends early",
        "failure",
        Trouble(body=_ZIPPED[:-300], headers=_GZIP),
        "the answer's gzip is cut short",
    ),
    Fault(
        "an encoding that we did not ask for",
        "failure",
        Trouble(body=_LIST, headers={"Content-Encoding": "br"}),
        "the answer is packed as br",
    ),
    Fault(
        "a gzip bomb: 70 MB in 70 kB",
        "failure",
        Trouble(body=_BOMB, headers=_GZIP),
        "the answer is larger than 64 MB",
    ),
    Fault(
        "70 MB",
        "failure",
        Trouble(body=_PADDED + b" " * (20 << 20)),
        "the answer is larger than 64 MB",
    ),
    Fault("a whole list of 50 MB", "read", Trouble(body=_PADDED), "20 seen"),
    Fault(
        "bytes that are not UTF-8",
        "failure",
        Trouble(body=_LIST.replace(b"Team 7", b"Team \xff")),
        "the answer is not UTF-8",
    ),
    Fault("a byte order mark", "read", Trouble(body=b"\xef\xbb\xbf" + _LIST), "20 seen"),
    Fault(
        "nested 100,000 deep",
        "failure",
        Trouble(body=b'{"jobs":[' + b"[" * 100_000),
        "the answer is nested too deeply",
    ),
    Fault("an empty body, with 200", "failure", Trouble(body=b""), "the answer is not JSON"),
    Fault("a login page, with 200", "failure", Trouble(body=_PAGE), "the answer is a web page"),
    Fault(
        "a redirect to a login page on another host",
        "failure",
        _http(302, Location="https://login.example.org/"),
        "redirected to another host",
    ),
    Fault(
        "a redirect to a login page on the same host",
        "failure",
        _http(302, Location="/login"),
        "the answer is a web page",
    ),
    Fault(
        "a redirect to a private address",
        "failure",
        _http(302, Location="http://169.254.169.254/"),
        "redirected to another host",
    ),
    Fault(
        "a redirect to a file",
        "failure",
        _http(301, Location="file:///etc/passwd"),
        "redirected to file instead of http",
    ),
    Fault("a redirect to itself", "failure", _http(302, Location=_HERE), "more than 5 redirects"),
    Fault(
        '`{"jobs":null}`',
        "failure",
        Trouble(body=b'{"jobs":null}'),
        "the answer is no list of jobs",
    ),
    Fault(
        '`{"jobs":{}}`', "failure", Trouble(body=b'{"jobs":{}}'), "the answer is no list of jobs"
    ),
    Fault("`[]`", "failure", Trouble(body=b"[]"), "the answer is no list of jobs"),
    Fault("`{}`", "failure", Trouble(body=b"{}"), "the answer is no list of jobs"),
    Fault("`null`", "failure", Trouble(body=b"null"), "the answer is no list of jobs"),
    Fault(
        "half a list, valid JSON, total 20",
        "failure",
        Trouble(body=listing(JOBS[:10], meta={"total": 20})),
        "it lists 10 jobs and says that there are 20",
    ),
    Fault(
        "an empty list",
        "collapsed",
        Trouble(body=listing([])),
        "collapsed: 20 of 20 open postings are not listed",
    ),
    Fault(
        "3 of 20",
        "collapsed",
        Trouble(body=listing(JOBS[:3])),
        "collapsed: 17 of 20 open postings are not listed",
    ),
    Fault("all ids new", "collapsed", Trouble(body=listing(_NEW)), "collapsed: 20 of", opened=20),
    Fault(
        "every job twice", "read", Trouble(body=listing(JOBS + JOBS, meta={"total": 20})), "20 seen"
    ),
    Fault("the jobs in another order", "read", Trouble(body=listing(JOBS[::-1])), "20 seen"),
    Fault(
        "one job without a title",
        "read",
        Trouble(body=listing([_UNTITLED, *JOBS[1:]])),
        "1 unreadable",
        unreadable=1,
    ),
    Fault(
        "one job without an id",
        "read",
        Trouble(body=listing([_UNNAMED, *JOBS[1:]])),
        "1 unreadable",
        unreadable=1,
    ),
    Fault(
        "one job with an empty title",
        "read",
        Trouble(body=listing([_with(title=" "), *JOBS[1:]])),
        "1 unreadable",
        unreadable=1,
    ),
    Fault(
        "one job with a title of 10 MB",
        "read",
        Trouble(body=listing([_with(title=_LONG), *JOBS[1:]])),
        "1 unreadable",
        unreadable=1,
    ),
    Fault(
        "one job with a text of 10 MB",
        "read",
        Trouble(body=listing([_with(content=_LONG), *JOBS[1:]])),
        "1 unreadable",
        unreadable=1,
    ),
    Fault(
        "one job whose id is 1.0",
        "read",
        Trouble(body=listing([_with(id=1.0), *JOBS[1:]])),
        "1 unreadable",
        unreadable=1,
    ),
    Fault(
        "one job with a number that is too large (1e400)",
        "read",
        Trouble(body=_BEYOND),
        "1 unreadable",
        unreadable=1,
    ),
    Fault(
        "one job that is a number",
        "read",
        Trouble(body=listing([7, *JOBS[1:]])),
        "1 unreadable",
        unreadable=1,
    ),
    Fault(
        "a good list, while our clock jumps a year ahead and back",
        "read",
        says="unchanged",
        where="clock",
    ),
)

_OPERATOR = {
    "failure": "failing, then recovered",
    "read": "none",
    "unchanged": "none",
    "collapsed": "collapsed",
}


def table() -> str:
    """Return the fault table in Markdown."""
    lines = [
        "| the board answers | `check` prints | exit code | history | alerts | operator messages |",
        "|---|---|---|---|---|---|",
    ]
    for fault in FAULTS:
        says = f"FAILED {fault.says}" if fault.outcome == "failure" else fault.says
        history = f"{fault.opened} opened, none closed" if fault.opened else "no change"
        alerts = f"{fault.opened}, in one message" if fault.opened else "none"
        lines.append(
            f"| {fault.answer} | {says} | {fault.exit_code} | {history} | {alerts}"
            f" | {_OPERATOR[fault.outcome]} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())  # its output is what it is for
