"""Full-text search, on both databases alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, func, select

from crawler.items import Probe
from monitor.database.engine import read_transaction
from monitor.database.schema import downgrade, upgrade
from monitor.database.search import matches_words
from monitor.database.search_index import index_all
from monitor.database.tables import SearchText
from monitor.database.texts import find_new_texts, store_texts
from monitor.errors import UserError
from monitor.queries.consistency import findings
from monitor.queries.roles import RoleFilter, Status, find_roles
from monitor.text.phrases import Phrase
from tests.support.boards import BOARD, posting, snapshot
from tests.support.history import History

KERNELS = posting(
    "1",
    title="Research Engineer",
    description="We write fast kernels for large language models.\n\nZürich.",
)
LAW = posting(
    "2",
    title="Legal Counsel",
    description="You write contracts. Models of law are large; language matters.",
)
TOKYO = posting("3", title="エンジニア", description="機械学習の研究です。")


@pytest.fixture
def history(engine: Engine) -> History:
    history = History(engine)
    history.check(snapshot([KERNELS, LAW, TOKYO]))
    return history


def found(history: History, words: str, status: Status = "open") -> list[str]:
    with read_transaction(history.engine) as connection:
        return sorted(
            row["key"] for row in find_roles(connection, RoleFilter(status=status, text=words)).rows
        )


def matches(connection: Connection, word: str) -> int:
    """Return how many indexed texts have the word."""
    query = select(func.count()).select_from(SearchText).where(matches_words(connection, word))
    return connection.execute(query).scalar_one()


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("kernel", ["1"]),
        ("KERNELS Engineers", ["1"]),  # one in the text, one in the title
        ("write", ["1", "2"]),
        ('"large language models"', ["1"]),
        ('"engineer we"', []),  # the title is not the beginning of the text
        ("larg* lang*", ["1", "2"]),
        ("zurich", ["1"]),
        ("機械学習", ["3"]),
        ("械機", []),
        ("the of and", []),
        ("' OR 1=1 --", []),
        ("title:kernels", []),
        ("NEAR(a b)", []),
    ],
)
def test_a_search_finds_texts_with_all_words(history: History, words: str, keys: list[str]) -> None:
    assert found(history, words) == keys


ALIKE = [
    ("box", "Boxes"), ("boxes", "box"), ("church", "churches"), ("analysis", "Analyses"),
    ("analyses", "analysis"), ("moller", "Møller"), ("Møller", "Moller"), ("search", "searches"),
    ("approaches", "approach"), ("batch", "Batches"), ("company", "companies"),
    ("class", "classes"), ("bus", "buses"), ("lens", "lenses"), ("c++", "C++"), ("c", "C++"),
    ("c#", "C#"), (".net", ".NET"), ("engineers", "Engineer(s)"), ("men's", "men\u2019s"),
    ("mens", "men's"), ("aws", "aw"), ("it", "its"), ("gas", "ga"), ("Łódź", "Lodz"), ("ae", "æ"),
    ("straße", "strasse"), ("zürich", "ZURICH"), ("機械", "機械学習"), ("काम", "काम"),
    ("한국", "한국어"), ("us", "u"),
]  # fmt: skip


@pytest.mark.parametrize(("word", "text"), ALIKE, ids=" in ".join)
def test_a_search_reads_a_word_as_a_rule_does(history: History, word: str, text: str) -> None:
    history.check(snapshot([posting("1", title=text, description="")]))
    assert ("1" in found(history, word)) == Phrase(word).found_in(text)


def test_query_syntax_has_no_meaning(history: History) -> None:
    for words in (
        '" AND (',
        'kernels" OR "law',
        "kernels' & !law | (",
        "\\ kernels:* ^write {title}:",
        "kernel NOT law",
    ):
        assert found(history, words) == []
    for words in (
        'kernels" & ( | )',
        "!kernels",
        "kernels:*",
        "'kernels'",
        "^kernels",
        "{kernels}",
        "\\kernels",
        "\0kernels",
    ):
        assert found(history, words) == ["1"]


def test_too_many_words_are_refused(history: History) -> None:
    assert found(history, " ".join(f"word{number}" for number in range(100))) == []
    with pytest.raises(UserError, match="more than 100 words to search for"):
        found(history, '"' + " ".join(f"word{number}" for number in range(20_000)) + '"')


def test_a_search_without_words_is_refused(history: History) -> None:
    for words in ("?!", '"', '""', "*", '"*"*', "( & | ! )", "\0", "\ud800", "\u200d"):
        with pytest.raises(UserError, match="no word to search for in"):
            found(history, words)


def test_a_search_reads_only_the_newest_version(history: History) -> None:
    history.check(
        snapshot([replace(KERNELS, description="We write contracts.\n\nZürich."), LAW, TOKYO])
    )
    assert found(history, "kernel") == []
    assert found(history, "write contracts") == ["1", "2"]
    history.check(snapshot([KERNELS, TOKYO], {"2": Probe.GONE}))
    assert found(history, "kernel") == ["1"]
    assert found(history, "write contracts") == []
    assert found(history, "write contracts", "closed") == ["2"]


def test_a_limit_keeps_the_order_of_the_results(history: History) -> None:
    history.check(
        snapshot([KERNELS, LAW, TOKYO, replace(KERNELS, key="4"), replace(KERNELS, key="5")])
    )
    history.check(
        snapshot(
            [KERNELS, TOKYO, replace(KERNELS, key="4"), replace(KERNELS, key="5")],
            {"2": Probe.GONE},
        )
    )
    filters: list[dict[str, Any]] = [
        {},
        {"limit": 3},
        {"boards": (BOARD,), "limit": 1},
        {"boards": ("greenhouse:other",)},
        {"saved": True},
    ]
    with read_transaction(history.engine) as connection:
        keys = [
            [
                row["key"]
                for row in find_roles(
                    connection, RoleFilter(status="all", text="write", **wanted)
                ).rows
            ]
            for wanted in filters
        ]
        later = find_roles(
            connection, RoleFilter(text="write", since=history.now - timedelta(minutes=20))
        )
    assert keys == [["4", "5", "1", "2"], ["4", "5", "1"], ["4"], [], []]
    assert [row["key"] for row in later.rows] == ["4", "5"]


def test_a_text_is_indexed_once_for_all_versions(history: History) -> None:
    same = [
        replace(KERNELS, key=str(key), title=title)
        for key, title in ((4, KERNELS.title), (5, "Kernel Engineer"))
    ]
    history.check(snapshot([KERNELS, LAW, TOKYO, *same]))
    assert found(history, "kernels") == ["1", "4", "5"]
    assert history.ask("SELECT count(*) FROM search_text") == [(4,)]


def test_a_text_that_another_process_stores_meanwhile_is_indexed_once(history: History) -> None:
    text = ("Compiler Engineer", "0" * 64, "You build compilers.")
    other = ("Runtime Engineer", "1" * 64, "You build runtimes.")
    with history.engine.begin() as connection:
        new, again = find_new_texts(connection, [text]), find_new_texts(connection, [other, text])
        store_texts(connection, new)
        store_texts(connection, again)
        indexed = [matches(connection, word) for word in ("compilers", "runtimes", "kernels")]

    assert indexed == [1, 1, 1]


def test_a_rebuilt_index_finds_the_same(history: History) -> None:
    with history.engine.begin() as connection:
        index_all(connection)
    assert found(history, "write") == ["1", "2"]
    assert found(history, '"large language models"') == ["1"]


def test_a_very_long_text_is_found(history: History) -> None:
    book = " ".join(f"word{number} again" for number in range(200_000))
    history.check(snapshot([posting("9", description=book)]))
    assert found(history, "word77 again") == ["9"]


def test_a_very_long_title_is_found(history: History) -> None:
    letters = Random(1)
    title = " ".join(
        "".join(letters.choices("abcdefghijklmnopqrstuvwxyz", k=9)) for _ in range(2_000)
    )
    history.check(snapshot([replace(KERNELS, title=title), LAW, TOKYO]))
    assert found(history, title.split()[-1]) == found(history, "kernel") == ["1"]


@pytest.mark.parametrize("before", ["0005", "0010", "0012", "0014"])
def test_an_upgrade_indexes_an_old_database(history: History, before: str) -> None:
    history.check(
        snapshot(
            [replace(KERNELS, description="We write laws.\n\nZürich."), TOKYO], {"2": Probe.GONE}
        )
    )
    history.check(snapshot([KERNELS, LAW, TOKYO]))
    downgrade(history.engine, before)
    upgrade(history.engine)
    assert found(history, "write") == ["1", "2"]
    assert found(history, "laws", "all") == ["2"]
    with read_transaction(history.engine) as connection:
        assert list(findings(connection)) == []
    assert history.ask("SELECT posting FROM postings WHERE key = '3'") == [(f"{BOARD}:3",)]
