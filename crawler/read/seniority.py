"""Read the seniority of a role from the words of its title.

The highest word of the title counts: "Senior Staff Engineer" is `staff`. An internship is one
whatever else the title says. The manager of a thing gives way to another word: "Senior Product
Manager" is `senior`, "Product Manager" is `manager`. A title without such a word has no seniority.
`docs/sql.md` lists the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, get_args

from crawler.items import Seniority
from crawler.read.letters import fold_letters
from crawler.read.text import clean

LEVELS: Final[tuple[Seniority, ...]] = get_args(Seniority)  # from the lowest

# Words without accents. A space may be a hyphen. An ellipsis stands for up to three words.
WORDS: Final[dict[Seniority, tuple[str, ...]]] = {
    "intern": (
        "intern", "interns", "internship", "internships", "co-op", "working student",
        "werkstudent", "werkstudentin", "praktikant", "praktikantin", "praktikum",
        "pflichtpraktikum", "stagiaire", "becario", "becaria", "tirocinio", "estagio", "estagiario",
    ),
    "entry": (
        "junior", "jr", "entry level", "early career", "graduate", "grad", "grads", "trainee",
        "apprentice", "apprenticeship", "alternance", "alternant", "alternante",
    ),
    "senior": ("senior", "sr", "snr"),
    "staff": ("staff",),
    "principal": ("principal",),
    "lead": (
        "lead", "leader", "teamlead", "teamleiter", "teamleiterin", "gruppenleiter",
        "gruppenleiterin", "lider",
    ),
    "manager": ("manager", "managers", "mgr", "gerente"),
    "director": (
        "director", "directeur", "directrice", "direktor", "direktorin", "directora", "head of",
    ),
    "executive": (
        "chief … officer", "ceo", "cto", "cfo", "coo", "cio", "ciso", "vice president", "vp",
        "svp", "evp", "president",
    ),
}  # fmt: skip
# before "manager": a person who manages these may lead nobody
THINGS: Final = (
    "product", "products", "program", "programme", "project", "account", "accounts", "success",
    "marketing", "partner", "partnerships", "community", "office", "delivery", "engagement",
    "implementation", "operations", "development", "risk", "compliance", "release", "content",
    "brand", "category", "supply chain", "procurement", "policy", "portfolio",
)  # fmt: skip
# phrases in which such a word says no level
OTHER_MEANINGS: Final = (
    "account executive", "technical staff", "staff accountant", "staff nurse", "staff attorney",
    "staff pharmacist", "staff writer", "staff assistant", "staff auditor", "staff augmentation",
    "staff training", "staff therapist", "staff physician", "staff development", "staff scheduling",
    "staff sergeant", "staff chaplain", "staff dentist", "staff interpreter", "staff photographer",
    "staff psychologist", "staff reporter", "staff rn", "staff technologist", "staff veterinarian",
    "staff physical therapist", "staff occupational therapist", "staff psychiatrist",
    "staff member", "staff officer", "staff experience", "staff relations", "medical staff",
    "elementary principal", "principal residence", "lead nurture", "lead follow up",
    "lead sourcing", "lead capture", "senior day care", "intern experience", "intern supervisor",
    "internship supervisor", "of interns",
    "inbound lead specialist", "outbound lead specialist", "lead conversion", "lead enrichment",
    "lead funnel", "lead intake", "lead paint", "lead qualifier", "lead routing", "lead scoring",
    "principal investigator", "investigador principal", "investigadora principal",
    "post graduate", "grad student", "assistant principal", "vice principal", "school principal",
    "lead generation", "lead gen", "lead flow", "lead qualification", "lead development",
    "lead management", "lead nurturing", "lead to cash", "lead acid", "lead free", "lead time",
    "lead times", "lead abatement", "lead recycling", "lead discovery", "lead identification",
    "lead optimization", "thought leader", "senior center", "senior centers", "senior leadership",
    "senior living", "senior care", "senior services", "senior housing", "senior citizen",
    "senior citizens", "graduate school", "graduate student", "graduate admissions",
    "graduate studies", "graduate medical education", "graduate program coordinator",
    "graduate programs", "junior high", "junior college", "data entry level", "chief petty officer",
    "apprenticeship program manager", "apprenticeship programme manager", "intern program manager",
    "internship program manager", "graduate program manager", "intern program coordinator",
    "internship program coordinator", "intern coordinator", "internship coordinator",
    "intern programs", "internship programs", "early career recruiter", "early careers recruiter",
    "graduate recruiter", "intern recruiter", "intern mentor", "of internships",
    "internship program lead", "ad manager", "ads manager", "cluster manager", "device manager",
    "file manager", "task manager", "package manager", "password manager", "secrets manager",
    "tag manager", "window manager", "assistant vice president", "ceo office", "ceo communications",
    "cto office", "cto operations", "cto advisor", "cfo advisor", "cfo advisory", "cio advisor",
    "cio advisory", "ciso advisor", "ciso advisory", "president's club",
    "co-op store", "co-op food", "co-op grocery", "co-op market", "co-op member", "co-op housing",
    "food co-op", "grocery co-op", "housing co-op", "co-op program manager", "co-op coordinator",
    "co-op program coordinator", "intern hiring", "intern recruiting", "intern recruitment",
    "junior achievement", "junior league", "kitchen staff", "nursing staff", "teaching staff",
    "event staff", "wait staff", "permanent staff", "clinic staff", "clinical staff",
    "administrative staff", "staff registered nurse", "staff lpn", "staff clinician",
    "staff attorneys", "staff tax accountant", "staff trainer", "staff educator",
    "staff credentialing", "staff speech therapist", "staff psychiatric", "senior adult",
    "senior day center", "disney junior", "cto organization", "evp assistant",
)  # fmt: skip
# behind these, and a comma, a dash, "to" or "for", a manager, director or executive is another one
SUPPORT: Final = (
    "assistant", "secretary", "advisor", "adviser", "admin", "administrator", "business partner",
    "pa", "ea",
)  # fmt: skip
# what follows these names somebody else
SOMEBODY_ELSE: Final = (
    "chief of staff", "executive assistant", "assistant to", "partner to", "ea to", "to the",
    "office of", "reporting to", "reports to", "report to", "advisor to", "path to", "support for",
)  # fmt: skip


def _any_of(phrases: Iterable[str]) -> str:
    written = (
        re.escape(phrase).replace(r"\ …\ ", r"(?:\W+\w+){1,3}?\W+").replace(r"\ ", r"[\s-]")
        for phrase in phrases
    )
    return rf"(?<![^\W_])(?:{'|'.join(written)})(?![^\W_])"


_LEVEL = {level: re.compile(_any_of(words)) for level, words in WORDS.items()}
_OTHER_MEANING = re.compile(_any_of(OTHER_MEANINGS))
_SOMEBODY_ELSE = re.compile(_any_of(SOMEBODY_ELSE) + ".*")
_OF_A_THING = re.compile(
    _any_of(f"{thing} {word}" for thing in THINGS for word in WORDS["manager"])
)
_SUPPORTED = re.compile(rf"({_any_of(SUPPORT)}(?:\s?[,(/\u2013\u2014]|\s-\s|\s(?:to|for)\b))(.*)")
_OTHERS = re.compile(
    _any_of(word for level in ("manager", "director", "executive") for word in WORDS[level])
)
# "CFO Services Consultant"
_OF_AN_OFFICER = re.compile(
    r"(?<![^\W_])(?:ceo|cto|cfo|coo|cio|ciso)\s(?=(?:[\w&-]+\s){0,3}(?:analyst|associate|consultant"
    r"|coordinator|engineer|manager|partner|recruiter|specialist)(?![^\W_]))"
)
# "Head, Risk", "Global Head - Sales", and not "Print Head, Mechanical Engineer"
_HEAD = re.compile(
    r"(?:^|(?<=^global )|(?<=^deputy )|(?<=^regional )|(?<=^group )|(?<=^country ))"
    r"head(?=\s?,|\s[-\u2013\u2014]\s)"
)
# "Recruiter, Director and VP Searches"
_SOUGHT = re.compile(
    rf"(?:{_OTHERS.pattern}(?:\s?[,/&]\s?|\sand\s|\s)){{1,4}}(?:searches|hires)(?![^\W_])"
    r"|(?<=recruiter)[\s,-]{1,3}interns(?![^\W_])"
)
_POSSESSIVE = re.compile(r"[\w-]+['\u2019]s(?![^\W_])")  # "Director's Assistant"
_WORD = re.compile(r"[^\W_]+")
# each phrase begins with one of these; to look for them takes a tenth of the time of all patterns
_FIRST_WORDS = frozenset(
    _WORD.findall(phrase)[0] for phrases in WORDS.values() for phrase in phrases
)
# "Nurse - Senior Health" cares for seniors; "Senior Health Economist" is a level
_OF_SENIORS = re.compile(r"(?<![^\W_])senior[\s-]health(?=\s*(?:[])|\u2013\u2014-]|$))")
# "Event Staff" are people; "Staff Engineer" and "Engineer, Staff" are levels
_PEOPLE = re.compile(r"(?<=\w)\sstaff(?=\s*(?:[^\w\s]|$))")


# few: each kept title is a text between freed ones, whose memory it holds
@lru_cache(maxsize=1024)
def seniority(title: str) -> Seniority | None:
    """Return the level that the title names, or None if it names none."""
    text = fold_letters(clean(title))
    if _FIRST_WORDS.isdisjoint(_WORD.findall(text)):
        return None
    text = _HEAD.sub("head of", text)
    text = _SOUGHT.sub(" | ", _SOMEBODY_ELSE.sub(" ", text))
    text = _SUPPORTED.sub(_without_others, text)
    text = _OF_AN_OFFICER.sub(" | ", _POSSESSIVE.sub(" | ", text))
    text = _PEOPLE.sub(" ", _OF_SENIORS.sub(" | ", _OTHER_MEANING.sub(" | ", text)))
    if _LEVEL["intern"].search(text):
        return "intern"
    of_no_thing = _highest(_OF_A_THING.sub(" ", text))
    return of_no_thing or _highest(text)


def _without_others(match: re.Match[str]) -> str:
    return f"{match[1]}{_OTHERS.sub(' ', match[2])}"


def _highest(text: str) -> Seniority | None:
    return next((level for level in reversed(LEVELS) if _LEVEL[level].search(text)), None)
