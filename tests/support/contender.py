"""Run rolewatch with a lease of six seconds instead of sixty, so that a test is fast.

`python contender.py NAMESPACE ARGUMENT…`: NAMESPACE is the pid namespace that the process reports;
`-` is its own.
"""

from __future__ import annotations

import sys
from datetime import timedelta

from monitor.cli import main
from monitor.daemon import poller
from monitor.database import lease, lease_holder

if __name__ == "__main__":
    name = sys.argv.pop(1)
    if name != "-":
        lease_holder._namespace = lambda: name
    # final for everybody else
    lease.LIFE, lease._CALL, poller.RENEW_EVERY = timedelta(seconds=6), 2.5, 2.0  # type: ignore[misc,attr-defined]
    main()
