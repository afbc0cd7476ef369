from __future__ import annotations

import os
import re
import stat
from dataclasses import fields
from pathlib import Path

import pytest

from monitor.channels import KINDS, Kind
from monitor.config.file import EXAMPLE, add_board, move_board, remove_board, write_example
from monitor.config.keys import keys, section, toml
from monitor.config.load import load
from monitor.config.model import ConfigFile
from monitor.errors import UserError
from tests.support.full_disk import disk

COMMENTED = """\
# my boards
[crawl]
every = "1h"  # slow

# the first
[[boards]]
board = "greenhouse:deepmind"  # the one
# every = "5m"

# the second
[[boards]]
url = "https://job-boards.greenhouse.io/anthropic"
company = "Anthropic"

# rules follow
[[rules]]
name = "r"
any = ["research engineer"]
boards = ["greenhouse:deepmind"]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rolewatch.toml"
    path.write_text(COMMENTED)
    return path


def watched(file: Path) -> list[str]:
    return [board.board for board in load(file, {}).boards]


def test_the_example_works_as_it_stands(tmp_path: Path) -> None:
    write_example(tmp_path / "rolewatch.toml")
    settings = load(tmp_path / "rolewatch.toml", {})
    assert [board.board for board in settings.boards][:2] == [
        "google:deepmind",
        "greenhouse:anthropic",
    ]
    assert [rule.name for rule in settings.rules] == ["research-engineer"]
    # until there is a token
    assert settings.effective_channel(settings.rules[0].notify[0]) == "console"


def test_the_example_works_with_every_line_uncommented(tmp_path: Path) -> None:
    text = re.sub(r"^# ([a-z_]+ = )", r"\1", EXAMPLE, flags=re.MULTILINE)
    (tmp_path / "rolewatch.toml").write_text(text)
    settings = load(tmp_path / "rolewatch.toml", {})
    assert settings.health.listen == "127.0.0.1:9464"
    assert settings.rules[0].none == ("intern*", "sales research engineer")


def test_uncommented_defaults_change_nothing(tmp_path: Path) -> None:
    (tmp_path / "rolewatch.toml").write_text(EXAMPLE)
    plain = load(tmp_path / "rolewatch.toml", {})
    no_default = (
        "contact",
        "all",
        "none",
        "locations",
        "boards",
        "min_pay",
        "mention",
        "digest",
        "quiet",
        "timezone",
        "admins",
        "listen",
        "heartbeat_url",
    )
    text = re.sub(
        rf"^# (?!(?:{'|'.join(no_default)}) )([a-z_]+ = )", r"\1", EXAMPLE, flags=re.MULTILINE
    )
    text = text.replace('api_url = "https://boards-api.greenhouse.io"', "")
    (tmp_path / "rolewatch.toml").write_text(text)
    switched_on = load(tmp_path / "rolewatch.toml", {})
    assert (switched_on.crawl, switched_on.boards, switched_on.rules) == (
        plain.crawl,
        plain.boards,
        plain.rules,
    )
    # a delay that is not set is that of the ATS
    assert switched_on.politeness("greenhouse") == plain.politeness("greenhouse")
    assert (switched_on.alerts, switched_on.slack, switched_on.log.level) == (
        plain.alerts,
        plain.slack,
        plain.log.level,
    )
    assert switched_on.database_url.get_secret_value() == plain.database_url.get_secret_value()


def test_the_example_does_not_overwrite_a_file(file: Path) -> None:
    with pytest.raises(UserError, match="exists already"):
        write_example(file)
    assert file.read_text() == COMMENTED


def test_the_example_needs_a_folder(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be written"):
        write_example(tmp_path / "nowhere" / "rolewatch.toml")


def test_an_example_that_a_full_disk_cuts_leaves_no_file(tmp_path: Path) -> None:
    with disk(tmp_path) as full:
        full.fill(os.getpid())
        try:
            with pytest.raises(UserError, match="cannot be written"):
                write_example(tmp_path / "rolewatch.toml")
        finally:
            full.free(os.getpid())
        assert not (tmp_path / "rolewatch.toml").exists()


def test_add_puts_a_board_after_the_others(file: Path) -> None:
    add_board(file, "greenhouse:scaleai", company='Scale "AI"', every="1d")
    assert watched(file) == ["greenhouse:deepmind", "greenhouse:anthropic", "greenhouse:scaleai"]
    block = '\n[[boards]]\nboard = "greenhouse:scaleai"\ncompany = "Scale \\"AI\\""\nevery = "1d"\n'
    assert file.read_text() == COMMENTED.replace(
        'company = "Anthropic"\n', f'company = "Anthropic"\n{block}'
    )


def test_add_and_remove_restore_the_file(file: Path) -> None:
    add_board(file, "greenhouse:scaleai", url="https://job-boards.greenhouse.io/scaleai")
    remove_board(file, "greenhouse:scaleai")
    assert file.read_text() == COMMENTED


def test_remove_keeps_the_comments_of_other_boards(file: Path) -> None:
    file.write_text(COMMENTED.replace('boards = ["greenhouse:deepmind"]\n', ""))
    remove_board(file, "greenhouse:deepmind")
    assert watched(file) == ["greenhouse:anthropic"]
    assert {
        "# my boards",
        "# the first",
        "# the second",
        "# rules follow",
        'every = "1h"  # slow',
    } <= set(file.read_text().splitlines())
    assert 'every = "5m"' not in file.read_text()
    remove_board(file, "greenhouse:anthropic")
    assert watched(file) == []
    assert "# rules follow\n[[rules]]" in file.read_text()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing yet",
        "[log]\nlevel = 'debug'",
        "boards = []\n",
        "boards = [\n  # mine\n]\n",
        "\ufeff[crawl]\r\n",
    ],
)
def test_boards_start_from_an_empty_file(tmp_path: Path, text: str) -> None:
    file = tmp_path / "rolewatch.toml"
    file.write_bytes(text.encode())
    add_board(file, "greenhouse:deepmind")
    add_board(file, "greenhouse:anthropic", company="Anthropic")
    assert watched(file) == ["greenhouse:deepmind", "greenhouse:anthropic"]
    remove_board(file, "greenhouse:deepmind")
    remove_board(file, "greenhouse:anthropic")
    assert watched(file) == []


@pytest.mark.parametrize("there", [False, True])
def test_move_changes_a_rule_with_another_spelling(file: Path, there: bool) -> None:
    more = '[[boards]]\nboard = "ashby:deepmind"\n' if there else ""
    file.write_text(
        COMMENTED.replace('boards = ["greenhouse:deepmind"]', 'boards = ["greenhouse:DeepMind"]')
        + more
    )
    move_board(file, "greenhouse:deepmind", "ashby:DeepMind")
    assert [board.casefold() for board in load(file, {}).rules[0].boards] == ["ashby:deepmind"]
    assert [board.casefold() for board in watched(file)] == [
        "greenhouse:anthropic",
        "ashby:deepmind",
    ][:: 1 if there else -1]


@pytest.mark.parametrize("board", ["greenhouse:deepmind", "greenhouse:anthropic"])
def test_a_board_is_added_once(file: Path, board: str) -> None:
    with pytest.raises(UserError, match=f"{board} is watched already"):
        add_board(file, board)
    assert file.read_text() == COMMENTED


def test_remove_refuses_an_unknown_board(file: Path) -> None:
    with pytest.raises(UserError, match="greenhouse:scaleai is not among its boards"):
        remove_board(file, "greenhouse:scaleai")


def test_remove_refuses_a_board_that_a_rule_names(file: Path) -> None:
    with pytest.raises(UserError, match='the rule "r" names greenhouse:deepmind'):
        remove_board(file, "greenhouse:deepmind")
    assert file.read_text() == COMMENTED


def test_a_file_that_does_not_load_is_not_edited(file: Path) -> None:
    file.write_text(COMMENTED + "\n[lgo]\n")
    with pytest.raises(UserError, match="did you mean log"):
        add_board(file, "greenhouse:scaleai")
    assert file.read_text() == COMMENTED + "\n[lgo]\n"


def test_an_edit_that_would_not_load_is_refused(file: Path) -> None:
    with pytest.raises(UserError, match="expected a duration"):
        add_board(file, "greenhouse:scaleai", every="soon")
    assert file.read_text() == COMMENTED


def test_a_header_inside_a_string_is_not_a_board(file: Path) -> None:
    text = (
        '[[rules]]\nname = "r"\nany = ["""\n[[boards]]\nx"""]\n\n'
        + COMMENTED.partition("# rules follow")[0]
    )
    file.write_text(text)
    with pytest.raises(UserError, match="by hand"):
        remove_board(file, "greenhouse:deepmind")
    assert file.read_text() == text


def test_an_edit_keeps_mode_link_and_line_ends(file: Path, tmp_path: Path) -> None:
    file.write_bytes(COMMENTED.replace("\n", "\r\n").encode())
    file.chmod(0o640)
    link = tmp_path / "link.toml"
    link.symlink_to(file)
    add_board(link, "greenhouse:scaleai")
    assert link.is_symlink()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert (
        file.read_bytes().count(b"\n")
        == file.read_bytes().count(b"\r\n")
        == COMMENTED.count("\n") + 3
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.toml", "rolewatch.toml"]


def test_a_missing_file_is_a_one_line_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read: No such file"):
        add_board(tmp_path / "rolewatch.toml", "greenhouse:deepmind")


MOVED = COMMENTED.replace("greenhouse:deepmind", "google:deepmind")


def test_move_replaces_the_board_and_its_name_in_rules(file: Path) -> None:
    move_board(file, "greenhouse:deepmind", "google:deepmind")
    assert file.read_text() == MOVED
    move_board(file, "google:deepmind", "greenhouse:deepmind")
    assert file.read_text() == COMMENTED


def test_move_keeps_the_other_keys_of_the_entry(file: Path) -> None:
    move_board(file, "greenhouse:anthropic", "ashby:anthropic")
    url = 'url = "https://job-boards.greenhouse.io/anthropic"\n'
    assert file.read_text() == COMMENTED.replace(url, 'board = "ashby:anthropic"\n')


def test_move_to_a_listed_board_removes_the_old_entry(file: Path) -> None:
    rule = (
        '\n[[rules]]\nname = "s"\nany = ["chef"]\nboards = ["greenhouse:anthropic", '
        '"https://job-boards.greenhouse.io/deepmind"]\n'
    )
    file.write_text(COMMENTED + rule)
    move_board(file, "greenhouse:deepmind", "greenhouse:anthropic")
    settings = load(file, {})
    assert watched(file) == ["greenhouse:anthropic"]
    assert [rule.boards for rule in settings.rules] == [("greenhouse:anthropic",)] * 2
    assert "# the second" in file.read_text()


def test_move_edits_an_inline_list(file: Path) -> None:
    file.write_text(
        'boards = [{ url = "https://job-boards.greenhouse.io/deepmind", every = "1h" }, '
        '{ board = "greenhouse:b" }]  # all\n'
    )
    move_board(file, "greenhouse:deepmind", "google:deepmind")
    assert watched(file) == ["google:deepmind", "greenhouse:b"]
    assert load(file, {}).boards[0].every.total_seconds() == 3600
    assert "# all" in file.read_text()


def test_move_keeps_comments_in_a_rules_list(file: Path) -> None:
    lines = (
        'boards = [\n  "greenhouse:anthropic",  # first\n  "greenhouse:deepmind",  # second\n]\n'
    )
    file.write_text(
        COMMENTED.replace('boards = ["greenhouse:deepmind"]\n', lines).replace("\n", "\r\n")
    )
    before = file.read_bytes()
    move_board(file, "greenhouse:deepmind", "google:deepmind")
    assert file.read_bytes() == before.replace(b"greenhouse:deepmind", b"google:deepmind")


def test_move_of_an_unknown_board_adds_the_new_one(file: Path) -> None:
    move_board(file, "greenhouse:gone", "google:deepmind")
    assert watched(file) == ["greenhouse:deepmind", "greenhouse:anthropic", "google:deepmind"]
    before = file.read_text()
    move_board(file, "greenhouse:gone", "google:deepmind")
    assert file.read_text() == before


def test_a_failed_move_leaves_the_file_unchanged(file: Path) -> None:
    file.write_text(
        COMMENTED.replace(
            '"greenhouse:deepmind"  # the one', '"""greenhouse:deepmind"""  # the one'
        )
    )
    before = file.read_text()
    with pytest.raises(UserError, match="by hand"):
        move_board(file, "greenhouse:deepmind", "google:deepmind")
    assert file.read_text() == before


@pytest.mark.parametrize("new", ["greenhouse:DeepMind", "greenhouse:deepmind"])
def test_move_to_itself_is_refused(file: Path, new: str) -> None:
    with pytest.raises(UserError, match="are one board"):
        move_board(file, "greenhouse:deepmind", new)
    assert file.read_text() == COMMENTED


def test_move_returns_the_board_of_the_new_file(file: Path) -> None:
    assert move_board(file, "greenhouse:anthropic", "ashby:anthropic") == load(file, {}).board(
        "ashby:anthropic"
    )
    assert move_board(file, "greenhouse:anthropic", "ashby:anthropic") == load(file, {}).board(
        "ashby:anthropic"
    )


def example_keys() -> dict[str, dict[str, str]]:
    """Return the keys of each section of the example, commented or not, with their values."""
    shown: dict[str, dict[str, str]] = {}
    for line in EXAMPLE.splitlines():
        if header := re.match(r"\[+([a-z]+)", line):
            section = shown.setdefault(header[1], {})
        elif key := re.match(r"(?:# )?([a-z_]+) = (.+?)(?: +#.*)?$", line):
            section.setdefault(key[1], key[2])
    return shown


@pytest.mark.parametrize("known", KINDS.values(), ids=KINDS)
def test_the_example_names_every_kind_of_channel_and_its_secret(known: Kind) -> None:
    head, _, body = EXAMPLE.partition("\n[database]\n")
    (notify,) = (line for line in body.splitlines() if line.startswith("notify = "))
    missing = [form for form in known.forms if form.split()[0].lower() not in notify.lower()]
    assert missing == [], "name them beside `notify` in monitor/example.toml"
    variable = known.variable_of("NAME")
    assert variable in head, "name the variable at the top of monitor/example.toml"


@pytest.mark.parametrize("name", [field.name for field in fields(ConfigFile)])
def test_the_example_shows_every_key_with_its_default(name: str) -> None:
    example = example_keys().get(name, {})
    known = keys(section((name,)))
    # the example names its boards by `board`, and its rule has a channel of its own
    assert {key.name for key in known} - example.keys() == ({"url"} if name == "boards" else set())
    different = {
        key.name
        for key in known
        if key.default not in {None, ()} and example[key.name] != toml(key.default)
    }
    assert different <= ({"notify"} if name == "rules" else set())
