"""The pictures of the documents can be drawn from today's program."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

from monitor.reports.charts.page import page_of
from tests.support.places import ROOT


def program(name: str) -> Any:
    """Return a program of the documents."""
    spec = spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module  # where its dataclasses look
    spec.loader.exec_module(module)
    return module


def test_the_picture_shows_a_card_and_its_thread() -> None:
    page = program("picture").page()
    assert "<s>TensorFlow</s>" in page
    assert "<b>JAX or PyTorch</b>" in page
    assert "also sent to the channel" in page


def test_the_example_of_statistics_shows_every_chart() -> None:
    page = page_of(program("charts").facts())
    assert (len(page.charts), page.left_out) == (4, "")
