"""Seniority by the words of a title."""

from __future__ import annotations

import pytest

from crawler.read.seniority import LEVELS, OTHER_MEANINGS, SOMEBODY_ELSE, WORDS, seniority

TITLES = {
    "intern": (
        "Research Intern", "Software Engineering Internship - London", "Intern, Office of the CTO",
        "Praktikant (m/w/d)", "Pflichtpraktikum KI", "Postgraduate Intern",
        "Senior Year Intern", "Software Engineer Co-op",
    ),
    "entry": (
        "Graduate Software Engineer", "Software Engineer, New Grad", "Entry-Level Analyst",
        "Jr. Developer", "Junior Product Manager", "Early Career - Physician", "Nurse Trainee",
    ),
    "senior": (
        "Administrative Assistant, Senior", "CIO Advisory Senior Consultant",
        "Senior Research Engineer", "Sr. Engineer", "(Senior) Data Engineer",
        "Senior Account Executive", "Senior Product Manager", "Senior Member of Technical Staff",
        "Senior Health Economist", "Senior Health & Safety Advisor",
    ),
    "staff": ("Staff Engineer", "Senior Staff Engineer", "Engineer, Staff", "Staff+ Engineer"),
    "principal": ("Principal Scientist", "Senior Principal Engineer", "Principal Product Manager"),
    "lead": (
        "Tech Lead", "Lead Analyst", "Alliances & Channels Leader", "Lead Product Manager",
        "Gruppenleiterin Robotik (m/w/d)",
    ),
    "manager": (
        "Engineering Manager", "Senior Engineering Manager", "Product Manager", "Sales Mgr",
        "Technical Lead Manager", "Manager, Account Executive - Startups",
        "Marketing Operations Manager, Lead Funnel",
    ),
    "director": (
        "Director of Product Management", "Senior Director, Finance", "Head of Research",
        "Director, Executive Communications", "Directrice artistique", "Assistant Director",
        "Head, Risk", "Head – Sales", "Global Head, Compliance",
    ),
    "executive": (
        "Chief Technology Officer", "Chief Information Security Officer", "VP, Engineering",
        "Vice President of Sales", "CEO",
    ),
}  # fmt: skip
NONE = (
    "Research Engineer", "Member of Technical Staff", "Account Executive", "Chief of Staff",
    "Chief of Staff to the CEO", "Executive Assistant to the Vice President", "Event Staff",
    "Staff Accountant", "Lead Generation Specialist", "Principal Investigator",
    "Internal Communications", "International Sales", "Leadership Development",
    "Scientist, Lead Optimization", "Lead-Acid Battery Engineer", "Lead Time Analyst",
    "Internship Coordinator", "Coordinator, Intern Programs", "Graduate Medical Education Analyst",
    "Software Engineer, Google Ad Manager", "Assistant Vice President, Risk", "EA to CEO",
    "Business Partner to the Chief Financial Officer", "Associate Scientist, CMO",
    "CISO Advisor", "Speechwriter, CEO Communications", "Engineer, reports to Director",
    "Director's Assistant", "Associate, CEO's Office", "Secretary to Managing Director",
    "Administrative Assistant, VP Sales", "Executive Business Partner, CTO", "PA to CEO",
    "Technical Advisor - CTO", "CFO Services Consultant", "COO Office Analyst", "Staff RN",
    "Lead Scoring Analyst", "Junior High Teacher", "Software Engineer, Ads Manager",
    "Print Head, Mechanical Engineer", "Head Chef", "Head Start Teacher", "Staff Psychiatrist",
    "Medical Staff Coordinator", "Lead Nurture Specialist", "Intern Experience Specialist",
    "Co-op Store Cashier", "Food Co-op Clerk", "Recruiter, Director and VP Searches",
    "Sourcer - Director & VP Hires", "University Recruiter, Interns", "Recruiter - Intern Hiring",
    "Junior Achievement Coordinator", "Nursing Staff Coordinator",
    "Registered Nurse - Senior Health", "Physician (Senior Health)", "Nurse, Senior Adult Unit",
    "Event Staff Security", "Clinic Staff Trainer", "Staff Attorneys", "Staff LPN",
    "Investigador Principal", "Post-Graduate Researcher", "Grad Student Researcher",
    "Artist, Disney Junior Series", "Controller (career path to CFO)", "EVP Assistant",
    "Early Career Recruiter", "Office of the CTO, Engineer", "", "Vulnerability Management",
)  # fmt: skip


@pytest.mark.parametrize(
    ("level", "title"), [(level, title) for level, titles in TITLES.items() for title in titles]
)
def test_the_words_of_a_title_say_its_level(level: str, title: str) -> None:
    assert seniority(title) == level


@pytest.mark.parametrize("title", NONE)
def test_a_title_that_names_no_level_has_none(title: str) -> None:
    assert seniority(title) is None


def test_each_listed_word_alone_is_its_level() -> None:
    for level in LEVELS:
        for word in WORDS[level]:
            assert seniority(word.replace("…", "medical")) == level, word


def test_phrases_of_other_meanings_say_no_level() -> None:
    for phrase in (*OTHER_MEANINGS, *SOMEBODY_ELSE):
        assert seniority(phrase) is None, phrase
