"""The site that all pages share, and one request as a page sees it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import quote, urlencode

from sqlalchemy import Connection, Engine

from monitor.config.model import Rule, Settings
from monitor.database.reading import bounded_read
from monitor.web.cache import Cache
from monitor.web.prepared import FIRST_WAIT, Prepared

SECONDS: Final = 10.0  # for one request
_SLOW: Final = 600.0  # seconds for what is made beside the requests
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Site:
    """The database, the current settings, and the time."""

    engine: Engine  # from `reading_engine`
    settings: Callable[[], Settings]
    clock: Callable[[], datetime]
    listen: str  # host and port
    seconds: float = SECONDS
    cache: Cache = field(default_factory=Cache)
    prepared: Prepared = field(default_factory=Prepared)
    beside: Engine | None = None  # for what is made beside the requests; `engine` without one


class PageError(Exception):
    """An answer other than a page: a status and a sentence for the reader."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


class Elsewhere(Exception):  # noqa: N818  # an answer, and no error
    """The answer that what is asked has another path: `/roles/greenhouse:deepmind:5938712`."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def not_found(sentence: str) -> PageError:
    return PageError(404, sentence)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: what is asked, and the open transaction to answer it from.

    A value of `query` is a list, since a filter may be repeated: `?kind=opened&kind=closed`.
    """

    connection: Connection
    settings: Settings  # without personal watches: no page, feed or calendar shows them
    now: datetime
    path: str = "/"  # without `.json`
    name: str = ""  # of the role, the board or the rule in the path
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    wants_json: bool = False
    cache: Cache = field(default_factory=Cache)  # the site's
    prepared: Prepared = field(default_factory=Prepared)  # the site's
    beside: Engine | None = None  # the site's

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of the configuration."""
        return self.settings.rules

    @property
    def names(self) -> list[tuple[str, bool]]:
        """The names that the path may mean, and whether each asks for the page: not for its twin.

        A name may itself end with `.json`.
        """
        own = (self.name, not self.wants_json)
        return [own, (f"{self.name}.json", True)] if self.wants_json else [own]

    def slowly(
        self,
        key: Hashable,
        basis: Hashable,
        make: Callable[[Connection], T],
        wait: float = FIRST_WAIT,
    ) -> T | None:
        """Return a result that `Prepared` keeps, made with a connection of its own."""
        engine = self.beside or self.connection.engine

        def work() -> T:
            with bounded_read(engine, _SLOW) as connection:
                return make(connection)

        return self.prepared.get(key, basis, work, wait)

    def value(self, name: str) -> str:
        """Return a filter's value, the last one if it is repeated; "" without one."""
        given = self.query.get(name, ())
        return given[-1].strip() if given else ""

    def values(self, name: str) -> tuple[str, ...]:
        """Return all values of a filter that are not empty."""
        return tuple(text for value in self.query.get(name, ()) if (text := value.strip()))


@dataclass(frozen=True, slots=True)
class Shown:
    """A page: its template with what that shows, and the data of its JSON twin."""

    template: str
    context: Mapping[str, Any]
    data: object
    is_page: bool = False  # also at a path that ends with `.json`, as a role's name may


class Page(Protocol):
    """A function that makes one page. It raises UserError for a filter's wrong value."""

    def __call__(self, visit: Visit, /) -> Shown: ...


def board_path(board: str) -> str:
    """Return the path of a board's page: `/boards/greenhouse:deepmind`."""
    return f"/boards/{quote(board, safe=':')}"


def rule_path(rule: str) -> str:
    """Return the path of a rule's page: `/rules/research-engineer`."""
    return f"/rules/{quote(rule, safe=':')}"


def page_address(path: str, query: Mapping[str, Sequence[str]], page: int) -> str:
    """Return the address of another page of the same list."""
    kept = {name: values for name, values in query.items() if name not in {"page", "key"}}
    return path + query_text(kept | ({"page": [str(page)]} if page > 1 else {}))


def query_text(query: Mapping[str, Sequence[str]]) -> str:
    """Return `?q=research+engineer&page=2` without filters that are empty; "" for none."""
    pairs = [(name, value) for name, values in query.items() for value in values if value.strip()]
    return f"?{urlencode(pairs)}" if pairs else ""
