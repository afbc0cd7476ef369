"""The addresses of feeds and calendars: `/feeds/RULE.atom`, `/calendar/RULE.ics`.

Readers ask again and again, so an answer has an `ETag`, and a reader that has it already gets 304.
Errors are plain text: no feed reader shows a page.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from monitor.config.model import Rule, Settings
from monitor.database.reading import ReadTimeoutError, bounded_read
from monitor.database.trouble import DATABASE_ERRORS
from monitor.errors import UserError
from monitor.queries.deadlines import find_deadlines
from monitor.queries.feed import newest_events
from monitor.web import calendar, feed
from monitor.web.addresses import address, feed_path
from monitor.web.keys import is_key
from monitor.web.respond import SPARE, failed_file, make_visit, tagged
from monitor.web.site import PageError, Site, Visit, not_found

Write = Callable[[Visit, Rule | None, str], bytes]  # the third is the base address


def subscription_routes(site: Site) -> list[BaseRoute]:
    """Return the routes. A rule's name may have slashes; a rule `all` has no feed of its own."""
    written: tuple[tuple[str, Write, str], ...] = (
        ("/feeds/all.atom", _feed, feed.CONTENT_TYPE),
        ("/feeds/{name:path}.atom", _feed, feed.CONTENT_TYPE),
        ("/calendar.ics", _calendar, calendar.CONTENT_TYPE),
        ("/calendar/{name:path}.ics", _calendar, calendar.CONTENT_TYPE),
    )
    return [Route(path, _endpoint(site, write, kind)) for path, write, kind in written]


def _endpoint(site: Site, write: Write, content_type: str) -> Callable[[Request], Response]:
    """Return the endpoint of a feed or calendar. Starlette runs it in a thread."""

    def answer(request: Request) -> Response:
        try:
            with bounded_read(site.engine, site.seconds - SPARE) as connection:
                visit = make_visit(site, request, connection)
                rule = _rule(visit.settings, request.path_params.get("name"))
                body = write(visit, rule, _base(visit.settings, request))
        except (PageError, UserError, ReadTimeoutError, *DATABASE_ERRORS) as error:
            return failed_file(error)
        return tagged(request, body, content_type)

    return answer


def _rule(settings: Settings, name: str | None) -> Rule | None:
    """Return the rule in the path; None for all. Raise PageError if there is no such rule."""
    if name is None:
        return None
    found = next((rule for rule in settings.rules if rule.name == name), None)
    if found is None:
        raise not_found(f"There is no rule “{name}”. The page /rules lists the rules.")
    return found


def _base(settings: Settings, request: Request) -> str:
    """Return `base_url`, or the address that the request came to, whose host the guard checked."""
    return settings.web.base_url or f"{request.url.scheme}://{request.headers['host']}"


def _feed(visit: Visit, rule: Rule | None, base: str) -> bytes:
    name = rule.name if rule else None
    return feed.atom(
        newest_events(visit.connection, visit.settings, rule),
        base=base,
        rule=name,
        address=address(feed_path(name), base, _password_of_key(visit)),
        zone=visit.settings.alerts.timezone,
    )


def _password_of_key(visit: Visit) -> str | None:
    """Return the password if the request has its key: then the feed's own address has it too."""
    secret = visit.settings.web.password
    if secret is None or not is_key(secret.get_secret_value(), visit.path, visit.value("key")):
        return None
    return secret.get_secret_value()


def _calendar(visit: Visit, rule: Rule | None, base: str) -> bytes:
    return calendar.calendar(
        find_deadlines(visit.connection, visit.settings, visit.now, rule),
        base=base,
        rule=rule.name if rule else None,
        zone=visit.settings.alerts.timezone,
    )
