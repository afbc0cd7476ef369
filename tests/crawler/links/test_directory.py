"""The bundled directory names each board once, and former boards lead to current ones."""

import re
from datetime import date

import pytest

from crawler.links.address import parse
from crawler.links.directory import (
    companies_by_board,
    company_of,
    current_board,
    directory_spelling,
    employer,
    employer_domain,
    entries,
    other_boards,
)
from tests.support.places import ROOT

DIRECTORY = ROOT / "crawler" / "directory.csv"


@pytest.mark.parametrize(
    ("former", "now"),
    [
        ("greenhouse:deepmind", "google:deepmind"),
        ("greenhouse:DeepMind", "google:deepmind"),
        ("lever:mistral", "ashby:mistral.ai"),
        ("greenhouse:cerebrassystems", "ashby:cerebras"),
        ("greenhouse:thinkingmachines", "ashby:ThinkingMachines"),
        ("greenhouse:worldlabs", "ashby:worldlabs"),
        ("greenhouse:blackforestlabs", "ashby:black-forest-labs"),
        ("greenhouse:fireworksai", "ashby:fireworks"),
        ("greenhouse:runwayml", "ashby:runway-ml"),
        ("greenhouse:magic", "ashby:magic.dev"),
        ("greenhouse:humeai", "ashby:hume-ai"),
        ("greenhouse:fal", "ashby:fal-ai"),
        ("greenhouse:hebbia", "ashby:hebbia-ai"),
        ("greenhouse:appliedintuition", "ashby:applied"),
        ("gem:lumalabs-ai", "ashby:lumaai"),
        ("lever:plaid", "ashby:plaid"),
        ("lever:saronic", "ashby:saronic"),
        ("greenhouse:openai", "ashby:openai"),
        ("ashby:openai", None),
        ("greenhouse:nobody", None),
    ],
)
def test_a_former_board_leads_to_the_current_one(former: str, now: str | None) -> None:
    assert current_board(former) == now


@pytest.mark.parametrize(
    ("board", "others"),
    [
        ("greenhouse:optiverus", ("greenhouse:optiverprivate",)),
        ("greenhouse:OptiverPrivate", ("greenhouse:optiverus",)),
        ("greenhouse:deepmind", ("google:deepmind",)),
        ("ashby:openai", ()),
        ("greenhouse:nobody", ()),
    ],
)
def test_the_other_live_boards_of_an_employer_are_known(
    board: str, others: tuple[str, ...]
) -> None:
    assert other_boards(board) == others


@pytest.mark.parametrize(
    ("board", "host"),
    [
        ("ashby:openai", "openai.com"),
        ("greenhouse:openai", "openai.com"),
        ("ashby:alan", None),
        ("greenhouse:nobody", None),
    ],
)
def test_an_employers_domain_is_one_of_its_aliases(board: str, host: str | None) -> None:
    assert employer_domain(board) == host


def test_the_directory_names_each_board_once_and_fills_every_column() -> None:
    boards = [entry.board for entry in entries()]
    assert len({board.casefold() for board in boards}) == len(boards) > 900
    first_line = DIRECTORY.read_text(encoding="utf-8").partition("\n")[0]
    assert date.fromisoformat(first_line.split()[-1]) >= date(2026, 11, 28)
    for entry in entries():
        assert parse(entry.board).board == entry.board
        assert entry.live or current_board(entry.board)
        assert entry.company == entry.company.strip() != ""
        assert entry.newest or not entry.live
        assert all(re.fullmatch("[a-z]+(-[a-z]+)*", group) for group in entry.groups)


def test_the_directory_has_the_groups_that_people_ask_for() -> None:
    groups = {group for entry in entries() for group in entry.groups}
    assert {
        "ai-labs",
        "ai-safety",
        "robotics",
        "autonomous",
        "chips",
        "quant",
        "big-tech",
    } <= groups


@pytest.mark.parametrize(
    "wrong", ["smartrecruiters:nvidia", "greenhouse:invisible", "ashby:adaptive"]
)
def test_a_wrong_board_is_not_in_the_directory(wrong: str) -> None:
    assert wrong not in companies_by_board()


@pytest.mark.parametrize(
    ("board", "company"),
    [
        ("ashby:Nobody%20We%20Know", "Nobody We Know"),
        ("google:youtube", "YouTube"),
        ("google:all", "Google"),
        ("workday:acme.wd5/External", "acme"),
        ("oracle:acme.fa.us2.oraclecloud.com/CX_1", "acme.fa.us2.oraclecloud.com/CX_1"),
        ("greenhouse:deepmind", "Google DeepMind"),
    ],
)
def test_a_board_has_a_name_for_people(board: str, company: str) -> None:
    assert company_of(board) == company


def test_a_board_is_found_in_any_spelling_of_its_token() -> None:
    assert employer("ashby:OPENAI") == "OpenAI"
    assert employer("greenhouse:nobody") is None
    assert (directory_spelling("ashby:sierra"), directory_spelling("ashby:Nobody")) == (
        "ashby:Sierra",
        "ashby:Nobody",
    )
