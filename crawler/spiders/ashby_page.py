"""Read the rows of an Ashby board's page. They are there even where its public API is off.

The page has its data as one JSON object: `window.__appData = {…};`. The page of an unknown board is
a 200 too: its `jobBoard` is null.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from crawler.read.text import clean
from crawler.spiders.board_page import OtherFormError, PageError, script_data

_MISSING = object()
BEGINNING = b'{"organization":'  # of a row as `read_page` makes it; no job of the API begins so
_FIELDS = (  # name nobody; `userRoles` may
    *("id", "title", "updatedAt", "publishedDate", "applicationDeadline", "jobId"),
    *("jobRequisitionId", "isListed", "departmentId", "departmentName", "departmentExternalName"),
    *("teamId", "teamName", "teamExternalName", "locationId", "locationName"),
    *("locationExternalName", "secondaryLocations", "workplaceType", "employmentType"),
    *("shouldDisplayCompensationOnJobBoard", "compensationTierSummary"),
    *("suppressDescriptionOpening", "suppressDescriptionClosing"),
)
STORED = frozenset({"organization", *_FIELDS})


class Page(NamedTuple):
    """A board as its page shows it."""

    token: str  # the board's name, as the employer writes it
    rows: list[Any]  # one a posting, without what may name people, with the board's name and slug


def read_page(html: str, name: str) -> Page | None:
    """Return the board on the page that was asked for by that name. Raises PageError.

    None when its data says that there is no such board.
    """
    data = script_data(html, "__appData")
    if data.get("maintenanceMode") is True:
        raise PageError("Ashby is down for maintenance")
    board, organization = data.get("jobBoard", _MISSING), data.get("organization", _MISSING)
    if not isinstance(board, dict):
        if board is None or organization is None:
            return None
        raise OtherFormError("its data has no board")
    if not isinstance(rows := board.get("jobPostings"), list):
        raise PageError("its data has no list of jobs")
    about = _texts(organization) if isinstance(organization, dict) else {}
    slug = about.get("hostedJobsPageSlug") or name
    return Page(slug, [_row(row, about | {"hostedJobsPageSlug": slug}) for row in rows])


def _texts(organization: dict[str, Any]) -> dict[str, str]:
    found = {name: organization.get(name) for name in ("name", "hostedJobsPageSlug")}
    return {name: clean(value) for name, value in found.items() if isinstance(value, str)}


def _row(row: Any, organization: dict[str, str]) -> Any:  # noqa: ANN401  # whatever the page has
    if not isinstance(row, dict):
        return None
    return {"organization": organization} | {name: row[name] for name in _FIELDS if name in row}
