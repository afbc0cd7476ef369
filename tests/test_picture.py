"""The picture in README can be drawn from today's messages."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location

from tests.support.places import ROOT


def test_the_picture_shows_a_card_and_its_thread() -> None:
    spec = spec_from_file_location("picture", ROOT / "docs" / "picture.py")
    assert spec is not None
    assert spec.loader is not None
    picture = module_from_spec(spec)
    spec.loader.exec_module(picture)
    page = picture.page()
    assert "<s>TensorFlow</s>" in page
    assert "<b>JAX or PyTorch</b>" in page
    assert "also sent to the channel" in page
