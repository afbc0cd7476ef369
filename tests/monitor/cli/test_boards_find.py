"""`boards find`: what a name or a link means, without the network."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.program import Program

KEY = "138166347879064262"
GOOGLE = "https://www.google.com/about/careers/applications/jobs/results/"


@pytest.mark.parametrize(
    ("text", "row"),
    [
        (
            "deepmind",
            {
                "board": "google:deepmind",
                "posting": None,
                "company": "Google DeepMind",
                "url": f"{GOOGLE}?company=DeepMind",
                "readable": True,
            },
        ),
        (
            f"{GOOGLE}{KEY}-engineer-deepmind?hl=de",
            {
                "board": "google:deepmind",
                "posting": f"google:deepmind:{KEY}",
                "company": "Google DeepMind",
                "url": GOOGLE + KEY,
                "readable": True,
            },
        ),
        (
            "https://jobs.gem.com/Acme",
            {
                "board": "gem:Acme",
                "posting": None,
                "company": None,
                "url": "https://jobs.gem.com/Acme",
                "readable": False,
            },
        ),
        (
            "Sierra",
            {
                "board": "ashby:Sierra",
                "posting": None,
                "company": "Sierra",
                "url": "https://jobs.ashbyhq.com/Sierra",
                "readable": True,
            },
        ),
    ],
)
def test_a_name_or_a_link_is_said_to_mean_a_board_without_a_configuration(
    tmp_path: Path, text: str, row: dict[str, object]
) -> None:
    assert Program(str(tmp_path / "none.toml")).ask("boards", "find", text)[0] == row


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no such lab", "No employer in the directory matches “no such lab”"),
        ("https://acme.example/jobs?gh_jid=1", "a job of Greenhouse on the employer's own site"),
        ("https://grnh.se/3d8f6c4b2us", "short link"),
        ("nope:x", "ats nope is not supported"),
        (
            "https://openai.com/careers",
            "is a web page: `rolewatch boards add https://openai.com/careers` reads it",
        ),
        ("https://openai.com/" + "x" * 4000, "is not an address"),
    ],
)
def test_what_means_no_board_is_said_in_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    program = Program(str(tmp_path / "none.toml"))
    ran = program("boards", "find", text, "--format", "json")
    assert (ran.code, ran.json, len(ran.err.splitlines())) == (1, [], 1)
    assert said in ran.err
    table = program("boards", "find", text)
    assert (table.code, table.out, table.err) == (1, "", ran.err)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("greenhouse:deepmind", "which is at google:deepmind now"),
        ("nvidia", "rolewatch cannot read Workday boards yet"),
        ("openai", ""),
    ],
)
def test_what_a_person_should_know_of_a_found_board_is_said_beside_it(
    tmp_path: Path, text: str, said: str
) -> None:
    ran = Program(str(tmp_path / "none.toml"))("boards", "find", text)
    assert ran.code == 0
    assert said in ran.err
    assert bool(said) == bool(ran.err)
