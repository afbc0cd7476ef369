"""The tokens that a name is tried as."""

import pytest

from crawler.links.spellings import TRIED, boards_to_try, same_name


@pytest.mark.parametrize(
    ("name", "greenhouse", "ashby", "lever"),
    [
        ("acme", "acme", "acme", "acme Acme"),
        (
            "Acme Robotics",
            "acmerobotics acme-robotics",
            "acmerobotics acme-robotics Acme%20Robotics",
            "acmerobotics acme-robotics AcmeRobotics",
        ),
        (
            "Widget.ai",
            "widgetai widget-ai",
            "widgetai widget-ai Widget.ai",
            "widgetai widget-ai WidgetAi",
        ),
        ("  OpenWidgets ", "openwidgets", "openwidgets", "openwidgets OpenWidgets"),
        ("Acme, Inc.", "acme", "acme Acme%2C%20Inc.", "acme Acme"),
        ("Zürich", "zurich", "zurich Z%C3%BCrich", "zurich"),
        ("Inc", "inc", "inc", "inc Inc"),
        ("embed", "", "", ""),
        ("!!!", "", "", ""),
        ("", "", "", ""),
        ("acme:robotics", "", "", ""),
        ("acme.example/careers", "", "", ""),
        ("jobs@acme.example", "", "", ""),
        ("a" * 200, "", "", ""),
    ],
)
def test_a_name_is_tried_in_few_spellings(
    name: str, greenhouse: str, ashby: str, lever: str
) -> None:
    tokens = {
        ats: " ".join(board.removeprefix(f"{ats}:") for board in boards_to_try(ats, name))
        for ats in TRIED
    }
    assert tokens == {"greenhouse": greenhouse, "ashby": ashby, "lever": lever}


@pytest.mark.parametrize(
    "other", ["acme robotics", "Acme Robotics GmbH", "ACME-Robotics, Inc.", "AcmeRobotics"]
)
def test_one_name_has_many_forms(other: str) -> None:
    assert same_name("Acme Robotics", other)


@pytest.mark.parametrize("other", ["Acme", "Acme Robotics Museum", "", "!!!"])
def test_names_of_two_employers_are_not_taken_for_one(other: str) -> None:
    assert not same_name("Acme Robotics", other)
    assert not same_name(other, "Acme Robotics")
