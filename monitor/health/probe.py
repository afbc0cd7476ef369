"""Check one rolewatch process from inside its container: the command of HEALTHCHECK.

    python -m monitor.health.probe daemon            /healthz, or the lease if nothing listens
    python -m monitor.health.probe worker            the worker's row in the view `workers`
    python -m monitor.health.probe 127.0.0.1:8460    /healthz at that address

It exits with 0, or with 1 and one line. It needs nothing that the image lacks, such as curl. The
container's configuration is the one that $ROLEWATCH_CONFIG names. A worker has none, and needs only
$ROLEWATCH_DATABASE_URL.
"""

from __future__ import annotations

import http.client
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from monitor.errors import UserError

_TIMEOUT: Final = 5.0  # seconds
_OK: Final = 200
# a server on every interface is asked on the loopback one
_EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # noqa: S104  # nothing listens here


def check_address(listen: str) -> str | None:
    """Return what is wrong with the server at HOST:PORT by its /healthz, else None."""
    host, _, port = listen.rpartition(":")
    server = http.client.HTTPConnection(
        _EVERYWHERE.get(host, host).strip("[]"), int(port), timeout=_TIMEOUT
    )
    try:
        server.request("GET", "/healthz")
        answer = server.getresponse()
        reasons = answer.read().decode(errors="replace").strip().replace("\n", "; ")
    except (OSError, http.client.HTTPException) as error:
        return f"{listen} does not answer: {str(error) or type(error).__name__}"
    finally:
        server.close()
    return None if answer.status == _OK else f"HTTP {answer.status}: {reasons}"


def check_daemon(environ: Mapping[str, str]) -> str | None:
    """Return what is wrong with the daemon of this host, else None."""
    from monitor.config.load import load  # an address needs no configuration  # noqa: PLC0415

    settings = load(None, environ)
    if settings.health.listen is not None:
        return check_address(settings.health.listen)
    return _check_lease(settings.database_url.get_secret_value())


def _check_lease(url: str) -> str | None:
    """Return None if a daemon on this host holds the lease, which a hung one cannot renew."""
    # /healthz needs no database
    from monitor.database.engine import read_transaction  # noqa: PLC0415
    from monitor.database.lease import running  # noqa: PLC0415
    from monitor.database.opening import open_existing  # noqa: PLC0415

    engine = open_existing(url, whatever_schema=True)
    try:
        with read_transaction(engine) as connection:
            row = running(connection)
    finally:
        engine.dispose()
    if row is None or row.command != "run":
        return "no daemon holds the lease of the database"
    if row.host != socket.gethostname():
        return f"the lease is held by another daemon: pid {row.pid} on {row.host}"
    return None


def check_worker(environ: Mapping[str, str]) -> str | None:
    """Return what is wrong with the worker of this host, else None."""
    from sqlalchemy import text  # a check of another process needs none  # noqa: PLC0415

    from monitor.config.environment import Environment  # noqa: PLC0415
    from monitor.database.engine import read_transaction  # noqa: PLC0415
    from monitor.database.opening import open_existing  # noqa: PLC0415

    mistakes: list[str] = []
    secret = Environment(environ, Path(), mistakes).secret("ROLEWATCH_DATABASE_URL")
    if secret is None:
        return "; ".join(mistakes) or "$ROLEWATCH_DATABASE_URL is not set"
    engine = open_existing(secret.get_secret_value(), whatever_schema=True)
    alive = text("SELECT count(*) FROM workers WHERE host = :host AND state <> 'lost'")
    try:
        with read_transaction(engine) as connection:
            count = connection.scalar(alive, {"host": socket.gethostname()})
    finally:
        engine.dispose()
    return None if count else "no worker on this host has reported lately"


def check(target: str, environ: Mapping[str, str]) -> str | None:
    """Return what is wrong with `daemon`, `worker` or the server at an address, else None."""
    if target not in _CHECKS:
        return check_address(target)
    from monitor.database.trouble import DATABASE_ERRORS, describe  # noqa: PLC0415  # likewise

    try:
        return _CHECKS[target](environ)
    except (UserError, OSError) as error:
        return str(error)
    except DATABASE_ERRORS as error:
        return describe(error)


_CHECKS: Final = {"daemon": check_daemon, "worker": check_worker}


def main(arguments: list[str], environ: Mapping[str, str]) -> int:
    """Return the exit code for the arguments of the command."""
    [target] = arguments
    wrong = check(target, environ)
    if wrong is not None:
        sys.stderr.write(f"{wrong}\n")
    return 0 if wrong is None else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
