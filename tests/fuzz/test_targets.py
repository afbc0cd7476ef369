"""Check the fuzz targets with their corpus and with inputs of hypothesis."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.fuzz_targets import CORPUS, TARGETS

FINDINGS = [(name, file) for name in TARGETS for file in sorted((CORPUS / name).iterdir())]
STRANGE = [
    "\x00",
    "\ud800",
    "\u202e",
    "\x1b[31m",
    "<!channel>",
    "&lt;",
    "{}",
    "[",
    '"',
    "|",
    "/",
    "\\",
    "-",
    "$1",
    "9" * 30,
    "://",
    "é",
    "👩\u200d🔬",
]
PARTS = st.lists(st.one_of(st.text(max_size=40), st.sampled_from(STRANGE)), max_size=12)
TEXTS = PARTS.map(lambda parts: "".join(parts).encode("utf-8", "replace"))


@pytest.mark.parametrize(
    ("name", "file"), FINDINGS, ids=[f"{name}-{file.name}" for name, file in FINDINGS]
)
def test_bytes_that_once_made_a_target_fail_do_not_any_more(name: str, file: Path) -> None:
    TARGETS[name](file.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=30, deadline=None)
@given(data=st.one_of(st.binary(max_size=200), TEXTS))
def test_no_bytes_make_a_target_fail(name: str, data: bytes) -> None:
    TARGETS[name](data)


def test_every_target_has_a_corpus() -> None:
    assert {folder.name for folder in CORPUS.iterdir()} == set(TARGETS)
