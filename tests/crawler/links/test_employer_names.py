"""Names of employers lead to the right boards, and to no others."""

import pytest

from crawler.links.employer_names import Match, search_by_name

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
