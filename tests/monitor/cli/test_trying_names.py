"""`boards add` of a name that the directory lacks: tried as a token on three ATS, and checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from monitor.demo.board_server import BoardServer, Trouble
from tests.support import ashby, greenhouse, lever
from tests.support.program import Program, Ran
from tests.support.server_threads import in_a_thread

NAME = "Acme Turbines"
CONFIG = """
[database]
url = "sqlite:///rolewatch.db"
[crawl]
timeout = "1s"
[ats.greenhouse]
api_url = "{greenhouse}"
delay = "0ms"
[ats.ashby]
api_url = "{ashby}"
delay = "0ms"
[ats.lever]
api_url = "{lever}"
delay = "0ms"
[[boards]]
board = "greenhouse:other"
"""


@dataclass
class World:
    """The three ATS, and the program that may ask them."""

    greenhouse: BoardServer
    ashby: ashby.AshbyServer
    lever: lever.LeverServer
    program: Program

    @property
    def asked(self) -> list[str]:
        """The paths that were asked for."""
        servers: tuple[BoardServer, ...] = (self.greenhouse, self.ashby, self.lever)
        return [seen.target for server in servers for seen in server.requests]

    def lists_on_greenhouse(self, token: str, company: str = NAME) -> None:
        self.greenhouse.board(token, greenhouse.job(1, company_name=company))

    def add(self, *options: str, name: str = NAME, stdin: str = "") -> Ran:
        """Run `boards add`. Assert that a refusal is one line that adds nothing."""
        ran = self.program("boards", "add", name, *options, stdin=stdin)
        assert (self.added != []) == (ran.code == 0)
        return ran

    @property
    def added(self) -> list[str]:
        """The boards that were added."""
        return self.program.watched()[1:]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Return three empty ATS, and the program configured for them."""
    with (
        in_a_thread(BoardServer()) as on_greenhouse,
        in_a_thread(ashby.AshbyServer()) as on_ashby,
        in_a_thread(lever.LeverServer()) as on_lever,
    ):
        file = tmp_path / "rolewatch.toml"
        file.write_text(
            CONFIG.format(greenhouse=on_greenhouse.url, ashby=on_ashby.url, lever=on_lever.url)
        )
        yield World(on_greenhouse, on_ashby, on_lever, Program(str(file)))


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a person sit at a terminal."""
    monkeypatch.setattr("monitor.cli.choosing.is_terminal", lambda: True)


def test_an_unknown_name_is_tried_only_when_the_person_asks_for_it(world: World) -> None:
    world.lists_on_greenhouse("acmeturbines")
    ran = world.add()
    assert (ran.code, world.asked, len(ran.err.splitlines())) == (2, [], 1)
    assert "--try-name" in ran.err


def test_the_only_board_of_that_name_is_added_with_its_own_name(world: World) -> None:
    world.lists_on_greenhouse("acmeturbines", "ACME Turbines, Inc.")
    ran = world.add("--try-name")
    assert (ran.code, ran.err) == (0, "")
    assert "greenhouse:acmeturbines (ACME Turbines, Inc., 1 posting)" in ran.out
    assert world.added == ["greenhouse:acmeturbines"]


@pytest.mark.parametrize(
    ("token", "board"),
    [
        ("Acme-Turbines", "ashby:acme-turbines"),
        ("Acme Turbines", "ashby:Acme%20Turbines"),
    ],
)
def test_the_spellings_of_a_name_are_tried(world: World, token: str, board: str) -> None:
    world.ashby.lists(token, ashby.job())
    assert world.add("--try-name").code == 0
    assert world.added == [board]


@pytest.mark.parametrize("token", ["acme-turbines", "AcmeTurbines"])
def test_case_is_kept_where_the_ats_does(world: World, token: str) -> None:
    world.lever.sites[token] = [lever.job(title="Arm Calibrator")]
    ran = world.add("--try-name")
    assert world.added == [f"lever:{token}"]
    assert "1 posting such as “Arm Calibrator”" in ran.out


def test_a_lever_board_on_its_eu_host_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    from crawler.spiders.lever import LeverSpider  # noqa: PLC0415  # the spider loads Scrapy

    with in_a_thread(lever.LeverServer()) as eu:
        eu.sites["acmeturbines"] = [lever.job()]
        monkeypatch.setattr(LeverSpider, "api_url", world.lever.url)
        monkeypatch.setattr(LeverSpider, "other_urls", (eu.url,))
        file = tmp_path / "rolewatch.toml"
        file.write_text(file.read_text().replace(f'api_url = "{world.lever.url}"\n', ""))
        assert world.add("--try-name").code == 0
    assert world.added == ["lever:acmeturbines"]
    assert world.lever.requests


def test_a_board_without_postings_is_a_board(world: World) -> None:
    world.lever.sites["acmeturbines"] = []
    assert "(0 postings)" in world.add("--try-name").out


def test_a_board_of_another_firm_is_not_added_without_a_person(world: World) -> None:
    world.lists_on_greenhouse("acmeturbines", "Acme Turbines Museum")
    ran = world.add("--try-name")
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)
    assert "greenhouse:acmeturbines (Acme Turbines Museum, 1 posting, https://job-b" in ran.err


def test_several_boards_of_that_name_are_listed(world: World) -> None:
    world.lists_on_greenhouse("acmeturbines")
    world.lever.sites["acmeturbines"] = [lever.job()]
    ran = world.add("--try-name")
    assert ran.code == 2
    assert "greenhouse:acmeturbines (Acme Turbines, " in ran.err
    assert "lever:acmeturbines (1 posting such as “Research Engineer”" in ran.err


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(("answer", "added"), [("2", ["lever:acmeturbines"]), ("", [])])
def test_a_person_chooses_a_board_and_it_is_not_asked_again(
    world: World, answer: str, added: list[str]
) -> None:
    world.lists_on_greenhouse("acmeturbines")
    world.lever.sites["acmeturbines"] = [lever.job()]
    world.add("--try-name", stdin=f"{answer}\n")
    assert world.added == added
    assert [seen.path for seen in world.lever.requests].count("/v0/postings/acmeturbines") == 1


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(("answers", "added"), [("y\n1\n", 1), ("\n", 0)])
def test_a_person_at_a_terminal_is_asked_whether_to_try(
    world: World, answers: str, added: int
) -> None:
    world.lists_on_greenhouse("acmeturbines")
    world.add(stdin=answers)
    assert len(world.added) == added
    assert bool(world.asked) == answers.startswith("y")


@pytest.mark.usefixtures("terminal")
def test_ctrl_c_at_the_question_whether_to_try_is_a_no(world: World) -> None:
    ran = world.add(stdin="")  # the end of the input, which is asked as Ctrl-C is
    assert (ran.code, world.asked) == (2, [])
    assert "--try-name" in ran.err


@pytest.mark.usefixtures("terminal")
def test_the_last_choice_beside_similar_names_is_to_try(world: World) -> None:
    world.lists_on_greenhouse("openia", "Openia")
    assert world.add(name="openia", stdin="2\n1\n").code == 0
    assert world.added == ["greenhouse:openia"]


def test_a_name_that_only_resembles_another_is_tried(world: World) -> None:
    world.lists_on_greenhouse("openia", "Openia")
    assert "--try-name" in world.add(name="openia").err
    assert world.add("--try-name", name="openia").code == 0
    assert world.added == ["greenhouse:openia"]


def test_a_name_of_the_directory_is_not_tried(world: World) -> None:
    assert world.add("--try-name", "--no-check", name="DeepMind").code == 0
    assert (world.added, world.asked) == (["google:deepmind"], [])


def test_a_name_without_a_board_is_refused_with_what_was_tried(world: World) -> None:
    ran = world.add("--try-name")
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)
    for board in ("greenhouse:acme-turbines", "ashby:Acme%20Turbines", "lever:AcmeTurbines"):
        assert board in ran.err


@pytest.mark.parametrize("trouble", [Trouble(status=429), Trouble(hang=2), Trouble(reset=True)])
def test_an_ats_in_trouble_is_not_said_to_have_no_board(world: World, trouble: Trouble) -> None:
    for token in ("acmeturbines", "acme-turbines", "AcmeTurbines"):
        world.lever.troubles[f"/v0/postings/{token}"] = trouble
    ran = world.add("--try-name")
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)
    assert "Lever could not be asked (" in ran.err
    assert "ashby:acmeturbines" in ran.err
    assert "lever:" not in ran.err


def test_a_board_is_not_the_only_one_while_an_ats_is_in_trouble(world: World) -> None:
    world.lists_on_greenhouse("acmeturbines")
    world.lever.troubles["/v0/postings/acmeturbines"] = Trouble(status=503)
    ran = world.add("--try-name")
    assert ran.code == 2
    assert "may mean greenhouse:acmeturbines" in ran.err
    assert "Lever could not be asked (" in ran.err


@pytest.mark.usefixtures("terminal")
def test_a_person_may_choose_while_an_ats_is_in_trouble(world: World) -> None:
    world.lists_on_greenhouse("acmeturbines")
    world.lever.troubles["/v0/postings/acmeturbines"] = Trouble(status=503)
    ran = world.add("--try-name", stdin="1\n")
    assert "Lever could not be asked (" in ran.err
    assert world.added == ["greenhouse:acmeturbines"]


def test_an_ats_that_is_off_is_not_asked(tmp_path: Path, world: World) -> None:
    file = tmp_path / "rolewatch.toml"
    file.write_text(file.read_text().replace("[ats.lever]", "[ats.lever]\nenabled = false"))
    ran = world.add("--try-name")
    assert world.lever.requests == []
    assert "Lever could not be asked (it is off: " in ran.err


def test_few_requests_are_made(world: World) -> None:
    world.add("--try-name")
    counts = [len(server.requests) for server in (world.greenhouse, world.ashby, world.lever)]
    assert counts == [5, 7, 3]
    assert len(world.asked) == len(set(world.asked)) + 1  # each host's robots.txt


def test_a_move_may_try_a_name_too(world: World) -> None:
    world.lists_on_greenhouse("acmeturbines")
    ran = world.program(
        "boards", "move", "greenhouse:other", NAME, "--try-name", environ={"COLUMNS": "200"}
    )
    assert (ran.code, world.program.watched()) == (0, ["greenhouse:acmeturbines"])


@pytest.mark.parametrize("name", ["!!!", "acme/turbines", "jobs@acme.example"])
def test_what_is_no_name_is_not_tried(world: World, name: str) -> None:
    assert world.add("--try-name", name=name).code == 2
    assert world.asked == []


@pytest.mark.usefixtures("terminal")
def test_a_person_reads_these_words(world: World, snapshot: SnapshotAssertion) -> None:
    world.lists_on_greenhouse("acmeturbines", "Acme Turbines Museum")
    world.lever.sites["acme-turbines"] = [lever.job(title="Blade Balancer")]
    world.lever.troubles["/v0/postings/AcmeTurbines"] = Trouble(status=500)
    chosen = world.program("boards", "add", NAME, stdin="y\n2\n")
    assert chosen.code == 0
    nothing = world.program("boards", "add", "Nobody Knows Them", "--try-name")
    assert nothing.code == 2
    config = world.program.config
    assert [text.replace(config, "FILE") for text in (chosen.out, chosen.err, nothing.err)] == (
        snapshot
    )
