"""`boards find`: what a name or a link means, without the network."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.registry import is_readable, title
from tests.support.links import links
from tests.support.program import Program
from tests.support.unreadable import UNREADABLE, UNREADABLE_URL

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
            UNREADABLE_URL,
            {
                "board": UNREADABLE,
                "posting": None,
                "company": None,
                "url": UNREADABLE_URL,
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


def test_an_ats_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    ran = Program(str(tmp_path / "none.toml"))("boards", "find", "nope:x")
    assert (ran.code, ran.out) == (1, "")
    assert "ats nope is not supported" in ran.err


def test_an_endless_address_is_refused_in_a_sentence(tmp_path: Path) -> None:
    program = Program(str(tmp_path / "none.toml"))
    ran = program("boards", "find", f"https://openai.com/{'x' * 4000}")
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (1, "", 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("greenhouse:deepmind", "which is at google:deepmind now"),
        ("breezy:acme", "rolewatch cannot read Breezy HR boards yet"),
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


@pytest.mark.parametrize(
    ("text", "alike"),
    [
        ("Tesla", "ashby:tesslcareers (Tessl)"),
        ("Citadel", "ashby:citadel-ai (Citadel AI)"),
        ("google deepmimd", "google:deepmind (Google DeepMind)"),
        ("no such lab", ""),
        ("A. B. Nosuch & Co.", ""),
    ],
)
def test_an_employer_whose_name_is_only_alike_is_no_answer(
    tmp_path: Path, text: str, alike: str
) -> None:
    ran = Program(str(tmp_path / "none.toml"))("boards", "find", text, "--format", "json")
    assert (ran.code, ran.out) == (1, "[]\n")
    assert f"“{text}”: {f'unless you mean {alike}, ' * bool(alike)}give the address" in ran.err


UNREADABLE_LINKS = {link.ats: link for link in links() if link.ats and not is_readable(link.meant)}


@pytest.mark.parametrize("ats", UNREADABLE_LINKS)
def test_an_ats_that_cannot_be_read_is_named_in_a_sentence(tmp_path: Path, ats: str) -> None:
    program, link = Program(str(tmp_path / "none.toml")), UNREADABLE_LINKS[ats]
    [row] = program.ask("boards", "find", link.text)
    assert (row["posting"] or row["board"], row["readable"]) == (link.meant, False)
    for command in ("find", "add"):
        assert f"cannot read {title(ats)} boards yet" in program("boards", command, link.text).err
