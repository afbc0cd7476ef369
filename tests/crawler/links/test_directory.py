"""Names in the bundled directory lead to the right boards, former boards to current ones."""

import re
from datetime import date

import pytest

from crawler.links.address import parse
from crawler.links.directory import (
    Match,
    companies_by_board,
    company_of,
    current_board,
    directory_spelling,
    employer,
    employer_domain,
    entries,
    other_boards,
    search_by_name,
)
from tests.support.places import ROOT

DIRECTORY = ROOT / "crawler" / "directory.csv"
NAMES = {
    "Anthropic": "greenhouse:anthropic",
    "OpenAI": "ashby:openai",
    "DeepMind": "google:deepmind",
    "xAI": "greenhouse:xai",
    "Mistral AI": "ashby:mistral.ai",
    "Cohere": "ashby:cohere",
    "Hugging Face": "workable:huggingface",
    "Perplexity": "ashby:perplexity",
    "Character.AI": "ashby:character",
    "Inflection AI": "greenhouse:inflectionai",
    "Thinking Machines Lab": "ashby:ThinkingMachines",
    "Reflection AI": "ashby:reflectionai",
    "World Labs": "ashby:worldlabs",
    "Black Forest Labs": "ashby:black-forest-labs",
    "Runway": "ashby:runway-ml",
    "Luma AI": "ashby:lumaai",
    "Stability AI": "greenhouse:stabilityai",
    "Together AI": "greenhouse:togetherai",
    "Ai2": "greenhouse:thealleninstitute",
    "Isomorphic Labs": "greenhouse:isomorphiclabs",
    "ElevenLabs": "ashby:elevenlabs",
    "Suno": "ashby:suno",
    "Poolside": "ashby:poolside",
    "Cognition": "ashby:cognition",
    "Cursor": "ashby:cursor",
    "Scale AI": "greenhouse:scaleai",
    "Harvey": "ashby:harvey",
    "Sierra": "ashby:Sierra",
    "Decagon": "ashby:decagon",
    "Glean": "greenhouse:gleanwork",
    "Replit": "ashby:replit",
    "LangChain": "ashby:langchain",
    "METR": "lever:metr",
    "Apollo Research": "lever:apolloresearch",
    "AISI": "greenhouse:aisi",
    "Goodfire": "greenhouse:goodfire",
    "Center for AI Safety": "lever:aisafety",
    "FAR.AI": "ashby:far.ai",
    "Figure": "greenhouse:figureai",
    "Physical Intelligence": "ashby:physicalintelligence",
    "1X": "ashby:1x",
    "Apptronik": "greenhouse:apptronik",
    "Skild AI": "greenhouse:skildai-careers",
    "Boston Dynamics": "workday:bostondynamics.wd1/Boston_Dynamics",
    "Anduril": "greenhouse:andurilindustries",
    "Waymo": "greenhouse:waymo",
    "Zoox": "lever:zoox",
    "Wayve": "greenhouse:wayve",
    "Aurora": "greenhouse:aurorainnovation",
    "Waabi": "lever:waabi",
    "NVIDIA": "workday:nvidia.wd5/NVIDIAExternalCareerSite",
    "Cerebras": "ashby:cerebras",
    "Groq": "gem:groq",
    "Tenstorrent": "greenhouse:tenstorrent",
    "Jane Street": "greenhouse:janestreet",
    "Hudson River Trading": "greenhouse:wehrtyou",
    "Databricks": "greenhouse:databricks",
    "Stripe": "greenhouse:stripe",
    "Palantir": "lever:palantir",
    "SpaceX": "greenhouse:spacex",
}


def _surest(name: str) -> list[Match]:
    found = search_by_name(name)
    return [match for match in found if match.rank == found[0].rank]


@pytest.mark.parametrize(("name", "board"), NAMES.items())
def test_a_well_known_employer_is_found_by_name_alone(name: str, board: str) -> None:
    [match] = _surest(name)
    assert (match.entry.board, match.exact) == (board, True)


@pytest.mark.parametrize(
    ("name", "board"),
    [
        ("deepmind", "google:deepmind"),
        ("google", "google:all"),
        (" GOOGLE-DEEPMIND ", "google:deepmind"),
        ("thinking machines", "ashby:ThinkingMachines"),
        ("mistral", "ashby:mistral.ai"),
        ("character ai", "ashby:character"),
        ("openia", "ashby:openai"),
        ("cerebrassystems", "ashby:cerebras"),
        ("runwayml", "ashby:runway-ml"),
        ("nvidia", "workday:nvidia.wd5/NVIDIAExternalCareerSite"),
    ],
)
def test_a_name_is_found_as_people_write_it(name: str, board: str) -> None:
    assert search_by_name(name)[0].entry.board == board


@pytest.mark.parametrize(
    ("name", "company"),
    [
        ("OpenAI, Inc.", "OpenAI"),
        ("Nvidia Corporation", "NVIDIA"),
        ("Helsing GmbH", "Helsing"),
        ("Spotify A.B.", "Spotify"),
        ("Anthropic PBC", "Anthropic"),
    ],
)
def test_a_name_is_found_with_its_legal_form(name: str, company: str) -> None:
    [match] = search_by_name(name)
    assert (match.entry.company, match.exact) == (company, True)


def test_a_short_name_of_two_employers_is_a_part_of_both() -> None:
    found = search_by_name("Lucid")
    assert {match.entry.company for match in found} == {"Lucid Motors", "Lucid Software"}
    assert not any(match.exact for match in found)


def test_a_part_or_a_typing_error_is_not_an_exact_match() -> None:
    assert not search_by_name("openia")[0].exact
    assert not any(match.exact for match in search_by_name("labs"))
    assert len(search_by_name("labs")) > 10


def test_a_part_of_a_name_begins_a_word_of_it() -> None:
    found = [match.entry.company for match in search_by_name("institute")]
    assert "Allen Institute for AI" in found
    assert search_by_name("arm") == []  # not Recursion Pharmaceuticals


@pytest.mark.parametrize("name", ["no such lab", "", " - ", "zz"])
def test_an_unknown_name_finds_nothing(name: str) -> None:
    assert search_by_name(name) == []


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
