"""The pages of a board that is a sitemap: which of them are jobs, and which are read in a check.

new pages and those whose `lastmod` moved → read, at most 50
a page that is read and has a JobPosting  → a posting; its key is noted beside its address
a page that is read and has none          → no job; it is read when it moves, in a day, then weekly
pages beyond 50, or without an answer     → wait for a later check
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain

import msgspec

from crawler.fetch import Answer
from crawler.items import Probe
from crawler.responses import BadResponse
from crawler.spiders import jsonld_posting as postings
from crawler.spiders.jsonld_identifiers import Identifiers
from crawler.spiders.jsonld_notes import Deadlines, Noted, as_noted
from crawler.spiders.jsonld_page import Job, Page, read_page
from crawler.spiders.jsonld_sitemap import path_on
from crawler.spiders.marks import mark, packed, unpacked
from crawler.spiders.probing import MOST_DETAILS, Reply, ask_in_turn
from crawler.spiders.site import OK, Site

_HTML = {"Accept": "text/html"}
_A_DAY, _A_WEEK = 86_400.0, 7 * 86_400.0  # seconds
_GONE = frozenset({404, 410})
_PAGES = "pages"  # the note of what is known of each page
_UNREAD = "?"  # the `lastmod` of a page that did not answer
_ALIKE = 5  # pages with one identifier: more languages of one job are not believed
_FIRST = "first"  # the note of the pages that wait, or are doubted, since the first check


@dataclass(slots=True)
class JobPages:
    """The pages of one board, and its notes of them."""

    site: Site
    host: str  # as people see it
    noted: dict[str, Noted] = field(default_factory=dict)  # by path, with the query
    found: dict[str, bytes] = field(default_factory=dict)  # stored jobs by key
    late: set[str] = field(default_factory=set)  # keys of pages that the first check listed
    employers: set[str] = field(default_factory=set)
    identifiers: Identifiers = field(init=False)
    deadlines: Deadlines = field(init=False)
    again: list[str] = field(default_factory=list)  # pages whose key was none
    doubted: set[str] = field(default_factory=set)  # no job the first time: a login may hide it
    bare: int = 0  # pages of known postings that show none now

    def __post_init__(self) -> None:
        own = self.site.notes.own
        self.noted = as_noted(own.get(_PAGES, {}), dict[str, Noted])
        self.deadlines, self.identifiers = Deadlines(own), Identifiers(own)

    # notes

    def note(self, known: frozenset[str], listed: Mapping[str, str] | None = None) -> None:
        """Note what the next check needs: the pages that are listed or of open postings."""
        keys = known | self.found.keys()
        self.site.notes.own[_PAGES] = {
            path: msgspec.to_builtins(one)
            for path, one in self.noted.items()
            if one.key in keys or (listed is not None and path in listed)
        }
        self.deadlines.note(keys)

    def note_page(self, key: str, address: str) -> None:
        """Note the page of a posting, if it has one on this host."""
        if address and (path := path_on(self.host, address)):
            self.noted[path] = Noted(key, "", self.site.now)

    def remarks(self, waiting: int) -> str | None:
        """Say in one line which pages this check could not see."""
        parts = (
            (waiting, "{} of its pages are read at later checks"),
            (self.bare, "on {} of its pages the JobPosting is missing"),
        )
        return "; ".join(words.format(count) for count, words in parts if count) or None

    def keys_of(self, listed: Mapping[str, str]) -> frozenset[str]:
        """Return the keys of the postings whose pages are listed."""
        return frozenset(map(self._key_at, listed)) - {""}

    def _key_at(self, path: str) -> str:
        return self.noted[path].key if path in self.noted else ""

    def is_partly_read(self, listed: Mapping[str, str]) -> bool:
        """Return whether a listed page was never asked for: a relaunch gives all a new address."""
        return any(path not in self.noted for path in listed)

    def has_one_key(self, listed: Mapping[str, str]) -> bool:
        """Return whether all of many listed pages of jobs have the same key."""
        keys = [self._key_at(path) for path in listed if self._key_at(path)]
        return len(keys) >= _ALIKE and len(set(keys)) == 1

    def _unshare(self, job: Job, path: str, listed: Mapping[str, str]) -> None:
        """Note the identifier of a job if a listed page of another number has it, too.

        Those pages are read again, for their own keys.
        """
        name, number = postings.identifier(job), postings.id_in(f"https://{self.host}{path}")
        key = postings.key_of(job, "")
        if not name or not number or not key or name in self.identifiers.shared:
            return
        rivals = [other for other in listed if other != path and self._key_at(other) == key]
        numbers = {postings.id_in(f"https://{self.host}{other}") for other in rivals}
        if numbers - {"", number}:
            self.identifiers.share(name)
            self.found.pop(key, None)
            self.again += rivals
            for other in rivals:
                del self.noted[other]

    # the pages

    async def read(
        self, listed: Mapping[str, str], known: frozenset[str], most: int = MOST_DETAILS
    ) -> int:
        """Read new and changed pages, at most so many. Return how many still wait."""
        wanted = self._wanted(listed, known)
        since_first = unpacked(self.site.notes.own.get(_FIRST))
        done: set[str] = set()

        async def ask(path: str) -> Reply:
            try:
                answer = await self.site.get_further(path, _HTML)
                key = self._take(path, listed, answer, known)
            except BadResponse as trouble:
                if Reply.of(trouble) is Reply.BUSY:
                    return Reply.BUSY
                key = self._miss(path, listed[path], trouble, known)
            if key is None:
                return Reply.SILENT
            done.add(path)
            self.late |= {key} if key and mark(path) in since_first else set()
            return Reply.CLEAR

        await ask_in_turn(chain(wanted[:most], self.again), ask)
        unclear = [path for path in listed if path in self.doubted or path not in done]
        marks, is_first = map(mark, unclear), _FIRST not in self.site.notes.own
        self.site.notes.own[_FIRST] = packed(one for one in marks if is_first or one in since_first)
        return len(set(wanted) - done)

    def _wanted(self, listed: Mapping[str, str], known: frozenset[str]) -> list[str]:
        """Return the pages to read: those never read first, then the one read longest ago."""
        # one time on all pages is that of the file
        is_build = len(listed) > 1 and len(set(listed.values())) == 1
        wanted: list[str] = []
        for path, lastmod in listed.items():
            noted = self.noted.get(path)
            if noted is not None and is_build and noted.lastmod != _UNREAD:
                noted.lastmod = lastmod
            if noted is None or noted.lastmod != lastmod or self._is_due(noted, known):
                wanted.append(path)
        never = Noted("", "")
        return sorted(wanted, key=lambda path: (self.noted.get(path, never).at, path))

    def _is_due(self, noted: Noted, known: frozenset[str]) -> bool:
        """Return whether a page that did not move is read again."""
        age = abs(self.site.now - noted.at)  # the clock may have been set back
        if not noted.key:
            return age >= (_A_DAY if noted.is_daily else _A_WEEK)
        if noted.key not in known:
            return True
        return self.deadlines.needs_reading(noted.key, age)

    def _take(
        self, path: str, listed: Mapping[str, str], answer: Answer, known: frozenset[str]
    ) -> str | None:
        """Take in the answer to a page. Return the key of its posting, "" for a page of no job.

        None for a page that no longer shows its posting, or shows it in a broken block.
        """
        page = read_page(answer.body, f"https://{self.host}{path}")
        noted = self.noted.get(path, Noted("", ""))
        job = self._job_of(page, path)
        if job:
            self._unshare(job, path, listed)
            job = self.identifiers.own(job)
        key = postings.key_of(job, page.address) if job else None
        if job and key:
            rivals = [other for other in listed if other != path and self._key_at(other) == key]
            self._forget_old(key, listed)
            self.noted[path] = Noted(key, listed[path], self.site.now)
            # the same job in another language; only one of them is the posting
            if not rivals or (noted.key and path < min(rivals)):
                self.keep(key, job, page.address)
            return key
        if noted.key in known:
            noted.at = self.site.now  # it stays as it was read; others come first next time
            self.bare += 1
            return None
        self.doubted |= {path} - self.noted.keys()
        is_daily = bool(page.broken) or path in self.doubted
        self.noted[path] = Noted("", listed[path], self.site.now, is_daily)
        return None if page.broken else ""

    def _forget_old(self, key: str, listed: Mapping[str, str]) -> None:
        """Drop the pages that showed this posting and are listed no more: a probe asks the new."""
        old = [path for path, one in self.noted.items() if one.key == key and path not in listed]
        for path in old:
            del self.noted[path]

    def _miss(
        self, path: str, lastmod: str, trouble: BadResponse, known: frozenset[str]
    ) -> str | None:
        """Note that a page did not answer. Return "" for a 404 or 410 while it is listed."""
        noted = self.noted.get(path)
        is_missing = trouble.status in _GONE
        if noted and noted.key and (noted.key in known or not is_missing):
            noted.at = self.site.now
        else:
            seen = lastmod if is_missing else _UNREAD
            self.noted[path] = Noted("", seen, self.site.now, is_missing)
        return "" if is_missing else None

    def _job_of(self, page: Page, path: str) -> Job | None:
        """Return the job that a page is about; None for a list of jobs."""
        if len(page.jobs) == 1:
            return page.jobs[0]
        own = [job for job in page.jobs if path_on(self.host, str(job.get("url"))) == path]
        return own[0] if own else None

    def keep(self, key: str, job: Job, url: str) -> None:
        """Take in a posting that a page shows. The first one of a key counts."""
        is_deadline = self.deadlines.proved(key, postings.may_be_deadline(job), self.site.now)
        self.found.setdefault(key, postings.stored_job(job, url, is_deadline=is_deadline))
        self.employers.add(postings.employer(job))

    async def probe(self, key: str) -> Probe:
        """Ask for the page of one posting. Only 404 and 410 prove that it closed."""
        path = next((path for path, one in self.noted.items() if one.key == key), None)
        if path is None:
            return Probe.SILENT
        try:
            answer = await self.site.get(path, _HTML, OK | _GONE)
            if answer.status in _GONE:
                return Probe.GONE
            page = read_page(answer.body, f"https://{self.host}{path}")
        except BadResponse:
            return Probe.SILENT
        job = self._job_of(page, path)
        is_there = job and postings.key_of(self.identifiers.own(job), page.address) == key
        if job is None or not is_there or postings.is_over(job, self.site.request.at):
            return Probe.SILENT
        return Probe.THERE
