"""`/stats`: the charts of `rolewatch stats --plot`, each with its numbers, and the employers."""

from __future__ import annotations

from typing import Any

from monitor.web.charts import chart_path
from monitor.web.site import PageError, Shown, Visit
from monitor.web.statistics import statistics


def page(visit: Visit) -> Shown:
    """Return the statistics of all boards."""
    found = statistics(visit)
    if visit.wants_json:
        if found is None:
            raise PageError(503, "The history is being counted. Try again in half a minute.")
        return Shown("", {}, found.rows)
    if found is None:
        return Shown("stats_not_yet.html", {}, [])
    context: dict[str, Any] = {
        "rows": found.rows,
        "period": found.period,
        "charts": [(name, chart_path(name), chart) for name, chart in found.charts.items()],
        "left_out": found.left_out,
    }
    return Shown("stats.html", context, found.rows)
