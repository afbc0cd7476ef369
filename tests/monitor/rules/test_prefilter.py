"""No posting that a rule fits is left out in SQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, create_engine, literal, select

from crawler.items import Posting
from monitor.config.model import Rule
from monitor.database import tables
from monitor.database.engine import read_transaction
from monitor.database.tables import Board, Description, PostingVersion
from monitor.queries.roles import RoleFilter, find_roles
from monitor.rules.candidates import candidate_columns, candidate_from_row, fits_all
from monitor.rules.prefilter import may_fit, may_have
from monitor.text.phrases import Phrase, letters_of
from tests.support.boards import posting, snapshot
from tests.support.history import History

PHRASES = (
    "research engineer", "engineers", "analysis", "policies", "full stack", "fullstack", "intern*",
    "research and development", "C++", "C# developer", ".NET", "senior software engineer", "R&D",
    "dotnet", "csharp", "box", "research, engineer", "or", "and", "ingénieur", "/re.*er/", "7",
)  # fmt: skip
WORDS = (
    "Research ENGINEER engineers Engi neer analyses Policy policies Full-Stack fullStack interns"
    " Development c++ C# F# .NET ASP.NET senior/staff Software Engineer(s) and or & Ingénieur·e"
    " Entwickler:in Box boxes's R&D 研究 7 Ünïcode dotnet Sharp plus (m/f/d) (in) (a) .n .ne et t"
)
SIGNS = " -/(),.;:+#&_*\x00\n\u2019\u200b|¦⁀ʘ"
PIECES = st.sampled_from((*WORDS.split(), *SIGNS))
TEXTS = st.lists(st.one_of(PIECES, st.just(" "), st.characters(codec="utf-8")), max_size=12).map(
    "".join
)


@pytest.fixture(scope="module")
def sqlite() -> Iterator[Connection]:
    with create_engine("sqlite://").connect() as connection:
        yield connection


@settings(max_examples=1000, deadline=None)
@given(TEXTS, st.sampled_from(PHRASES))
def test_a_text_with_a_phrase_may_have_its_letters(
    sqlite: Connection, text: str, phrase: str
) -> None:
    letters = letters_of(phrase)
    if letters and Phrase(phrase).found_in(text):
        assert sqlite.scalar(select(may_have(literal(text), letters))), (text, letters)


def test_a_phrase_has_the_letters_that_all_its_forms_share() -> None:
    assert letters_of("Research-Engineers") == "researchengineer"
    assert letters_of("policies") == "polic"
    assert letters_of("intern* C++") == "interncplusplus"
    assert letters_of("ingénieur") == "ingenieur"
    assert letters_of("研究 engineer") is None
    assert letters_of("/engineer/") is None


def test_a_plain_text_without_the_letters_is_left_out(sqlite: Connection) -> None:
    for text, kept in (
        ("Legal Counsel", False),
        ("Sr. Recruiter (EMEA), Sales-Team: [4/5]", False),
        ("Res-earch Engi neer", True),
        ("Legal & Counsel", True),
        ("Legal\x00Counsel", True),
        ("Conseillère", True),
        ("VB.net", True),
        (".n(a)et Developer", True),  # which the normal form spells as "dotnet developer"
    ):
        condition = may_have(literal(text), "researchengineer")
        assert bool(sqlite.scalar(select(condition))) is kept


TITLES = (
    "Research Engineer", "RESEARCH ENGINEERS", "ResearchEngineer", "Research Scientist/Engineer",
    "Research (Software) Engineer", "Product Research, Engineer Hiring", "Legal Counsel",
    "Ingénieur·e de recherche", "Research\u2011Engineer", "Research & Engineering", "R&D Engineer",
    "C++ Engineer", "Policy Analyst", "Policies, Engineer", "Head of Research", "Engineer",
)  # fmt: skip
RULES = (
    Rule("one", all=("research engineer",), read_in=("title", "company")),
    Rule("two", all=("engineer", "policy"), read_in=("title", "company")),
    Rule("company", all=("example labs", "engineer"), read_in=("title", "company")),
    Rule("any", any=("policy", "c++", "counsel"), all=("research",), read_in=("department",)),
    Rule("any of a title", any=("policy", "c++", "counsel")),
    Rule("regex", any=("/^re/", "counsel")),
    Rule("text", any=("kernels",), read_in=("description",)),
    Rule("none", any=("engineer",), none=("research",), locations=("London",)),
    Rule("many", any=(*(f"word{number}" for number in range(400)), "engineer")),
)


def _stored() -> list[Posting]:
    places = ("London", "Paris")
    return [
        posting(
            str(number),
            title=title,
            location=places[number % 2],
            locations=(places[number % 2],),
            department=("Policy Research", "Sales", "C++ research")[number % 3],
            company=("", "Example Labs")[number % 2],
        )
        for number, title in enumerate(TITLES)
    ]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_roles_are_those_that_the_rule_fits_of_all_postings(engine: Engine, rule: Rule) -> None:
    history = History(engine)
    history.check(snapshot(_stored()))
    with read_transaction(engine) as connection:
        found = {row["key"] for row in find_roles(connection, RoleFilter(rules=(rule,))).rows}
        statement = (
            select(tables.Posting.key, *candidate_columns([rule]))
            .join(Board, Board.id == tables.Posting.board_id)
            .join(PostingVersion, PostingVersion.posting_id == tables.Posting.id)
            .join(Description, Description.digest == PostingVersion.description_digest)
        )
        fits = fits_all([rule])
        rows = connection.execute(statement).mappings().all()
        assert found == {row["key"] for row in rows if fits(candidate_from_row(row))}
        left = len(connection.execute(statement.where(*may_fit(connection, [rule]))).all())
    assert len(rows) == len(TITLES)
    if engine.dialect.name == "sqlite" and rule.name in {"one", "two", "none"}:
        assert left < len(TITLES)
