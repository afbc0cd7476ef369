"""Raw jobs in the shape of Greenhouse's Job Board API, written by hand."""

from __future__ import annotations

from typing import Any


# any field of a job
def job(key: int = 4001, title: str = "Research Engineer", **fields: Any) -> dict[str, Any]:
    """Return a job as `/jobs?content=true` lists it."""
    plain = {
        "absolute_url": f"https://job-boards.greenhouse.io/examplelabs/jobs/{key}",
        "internal_job_id": key + 500,
        "location": {"name": "London, UK"},
        "metadata": [],
        "id": key,
        "updated_at": "2026-03-01T10:00:00-05:00",
        "requisition_id": "R-7",
        "title": title,
        "company_name": "Example Labs",
        "first_published": "2026-02-01T10:00:00-05:00",
        "application_deadline": None,
        "content": "&lt;p&gt;Build &amp;amp; test models.&lt;/p&gt;",
        "departments": [{"id": 1, "name": "Research", "child_ids": [], "parent_id": None}],
        "offices": [
            {
                "id": 2,
                "name": "London",
                "location": "London, United Kingdom",
                "child_ids": [],
                "parent_id": None,
            }
        ],
    }
    return plain | fields
