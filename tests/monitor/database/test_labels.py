"""Labels and pay moves of a history that is older than their columns."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, text

from crawler.items import Pay, Posting, Sighting
from monitor.database.engine import read_transaction
from monitor.database.labels import label_missing
from monitor.database.schema import downgrade, upgrade
from tests.support.boards import posting, snapshot, unreadable
from tests.support.history import History
from tests.support.story import save_and_mute, tell

_PAYS = (
    None,
    Pay(100e3, 120e3, "USD", "year", "a"),
    Pay(None, 125e3, "USD", "year", "b"),
    Pay(60.5, 61.25, "USD", "hour", "c"),
    Pay(100e3, None, "USD", "year", "d"),
    Pay(90e3, 90e3, "GBP", "year", "e"),
    Pay(7e3, 8e3, "GBP", "month", "f"),
    Pay(7e3, 8e3, "GBP", None, "g"),
    Pay(7e3, 8e3, None, "month", "h"),
    Pay(None, None, None, None, "competitive"),
)


def _rows(engine: Engine) -> list[list[tuple[Any, ...]]]:
    queries = (
        "SELECT posting, country, seniority FROM postings ORDER BY posting",
        """SELECT change_id, pay_old_max, pay_new_max, pay_change_percent FROM posting_changes
        ORDER BY change_id""",
        "SELECT user_id, posting FROM saved",
    )
    with read_transaction(engine) as connection:
        return [[tuple(row) for row in connection.execute(text(query))] for query in queries]


def test_an_upgrade_fills_labels_and_pay_as_checks_write_them(engine: Engine) -> None:
    history = tell(engine)
    save_and_mute(engine)
    roles: list[Posting | Sighting] = [
        posting("31", title="Senior Engineer", location="Paris; London", locations=()),
        posting("32", title="Counsel", location="Remote", locations=("Remote",)),
        unreadable("33"),
    ]
    for pay in (*_PAYS, *_PAYS[::-1]):
        stated = frozenset({"pay"})
        history.check(snapshot([posting("30", pay=pay, stated=stated), *roles]))
    before = _rows(engine)
    assert ("greenhouse:examplelabs:31", "FR; GB", "senior") in before[0]
    assert sum(row[3] is not None for row in before[1]) >= 4
    downgrade(engine, "0019")
    upgrade(engine)
    assert _rows(engine) == before


def test_only_postings_without_labels_are_read_again(engine: Engine) -> None:
    history = History(engine)
    history.check(snapshot([posting("1"), posting("2", title="Staff Engineer")]))
    with engine.begin() as connection:
        connection.execute(text("UPDATE posting SET country = 'XX' WHERE key = '1'"))
        connection.execute(
            text("UPDATE posting SET country = NULL, seniority = NULL WHERE key = '2'")
        )
        label_missing(connection)
    query = "SELECT country, seniority FROM postings ORDER BY key"
    assert history.ask(query) == [("XX", None), ("GB", "staff")]
