"""A phrase of a rule, and whether a text has it as a person reads it.

Both are folded into one plain form: lower case, no accents, words parted by a single sign that says what stood between them,

    " Research Scientist/Engineer (m/f/d), Gemini "  →  ",research scientist/engineer(m/f/d),gemini,"

and the phrase becomes one RE2 expression over that form, so every match takes linear time.

What a person reads, and this reads too, for "research engineer":
- spacing and hyphens do not matter, even inside a word: "Research-Engineer", "ResearchEngineer"; "full stack" and "fullstack";
- alternatives share what is written once: "Research Scientist/Engineer" (one word is passed over before the slash or "or"),
  "Research/ML Engineer" (up to two after it), "Research Scientists and Engineers" (only where the phrase ends its part of the text);
- what is in parentheses can be left out: "Research (Software) Engineer";
- a comma, a dash between spaces, a bracket or the end of a sentence parts what does not belong together: "Product Research, Engineer
  Hiring" does not fit. Where the phrase itself has such a sign, the text may have any;
- scripts without spaces between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese) have no word boundary to respect;
- a plural is the English one, or an added "s"; an inclusive ending is the same word: "Ingénieur·e", "Entwickler:in", "EntwicklerIn";
- grades that alternate share all that follows: "Senior/Staff Software Engineer" is a senior software engineer, and no "senior engineer";
- kinds joined by "and" share the last word: "Software & Integration Engineer". Fixed pairs do not: "Research and Development Engineer".

In a place a comma, brackets and a dash do not matter, and a code of two letters must be written as one: "OR" fits "Portland, OR", not
"London or Paris".
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import re2

_SHORT = 400  # characters; titles and places come again for every rule, descriptions are kept only while theirs is looked at

_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "\u0131": "i",
        "ħ": "h",
        "™": " ",
        "®": " ",
        "©": " ",
        "℠": " ",
    }
)
_DROPPED = re.compile(
    "[\u0300-\u036f\u00ad\u0591-\u05c7\u061c\u064b-\u065f\u0670\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]"
)
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_SCRIPT_CHANGE = re.compile(rf"(?<=[{_UNSPACED}])(?=[^\W_{_UNSPACED}])|(?<=[^\W_{_UNSPACED}])(?=[{_UNSPACED}])")

_FRENCH_ENDINGS = "es|e|ses|se|euses?|trices?|rices?|nes?|eres?|fes?|tes?|les?|ives?"
_ENDING = re.compile(  # Engineer(s), Ingénieur(e), Entwickler:in, Ingenieur/-in, Ingénieur·e, Engenheiro(a)
    rf"(?<=\w)(?:\((?:s|es|in|innen|as?|os?|r|ka|tka|{_FRENCH_ENDINGS})\)|[*:_](?:innen|in)(?!\w)|[·•∙‧](?:s|{_FRENCH_ENDINGS})(?!\w)"
    rf"|(?<=\w\w\w)(?:\.(?:e|se|euse|trice|rice|ne)|/-?(?:innen|in|as?|os?|e|ne|euse|trice|rice|ka|tka))(?!\w))"
)
_CAPITAL_IN = re.compile(r"(?<=[^\W\d_])(?:(?<=er)|(?<=or)|(?<=ur)|(?<=nt)|(?<=st)|(?<=te))In(?:nen)?(?!\w)")  # EntwicklerIn, not LinkedIn
_POSSESSIVE = re.compile(r"(?<=\w)['\u2019](?=s\b)")
_CPP = re.compile(r"(?<!\w)c\+\+")
_SHARP = re.compile(r"(?<!\w)([acfj])#")
_DOTNET = re.compile(r"\.net(?!\w)")
_PREFIX = "ʘ"  # stands for the `*` of a phrase while it is folded: a letter that no posting has

_MARKS = "\u0900-\u0fff\u1000-\u109f\u1780-\u17ff\u3099\u309a"  # vowel signs are letters to a reader, if not to Python's \w
_GAP = re.compile(rf"(?: (?=[^\w{_MARKS}]|_)|[^\w{_MARKS} ]|_)(?:[^\w{_MARKS}]|_)*")  # all but a single space, which stays what it is
_DASH = "\u2010-\u2013\u2212-"  # hyphens, en dash, minus
_PARTING = re.compile(rf"[,;:!?…|•·‣▪●\[\]{{}}<>—、。「」『』【】]|--|[{_DASH}]\s|\s[{_DASH}]|\.\s|\n\s*\n")
_SLASHES = frozenset("/\\\u2044\u2215")
_ABBREVIATION = re.compile(r"(?<!\w)(sr|jr|dr|mr|ms|st|no|mgr|eng|assoc|asst|dept)\.(?=\s)")
_WORDS = ((",or ", " or "), ("(or ", " or "), (" and/or ", " or "), ("/or ", " or "), (" or/", " or "))

_GRADE_SIGN, _TIED = "¦", "⁀"  # between grades that alternate; for the "and" of a fixed pair
_GRADE = r"(?:mid level|entry level|senior|staff|principal|lead|junior|mid|medior|sr|jr|associate|graduate|distinguished|expert|intern|i{1,3}|iv)"
_GRADES = re.compile(rf"(?<=[ ,/(){_GRADE_SIGN}])({_GRADE})(?:/| or | and )(?={_GRADE}[ ,/()])")
_PAIR = re.compile(
    r"(?<=[ ,/()])(?:research and (?:development|innovation)|(?:health|trust|food|fire) and safety|learning and development|mergers and acquisitions"
    r"|equity and inclusion|diversity and (?:inclusion|equity|belonging)|food and beverage|oil and gas|profit and loss|supply and demand|arts and crafts"
    r"|command and control|navigation and control|test and evaluation|(?:verification|validation) and (?:validation|verification)|terms and conditions"
    r"|risk and compliance|media and entertainment|travel and expenses?|time and attendance|bed and breakfast|search and rescue|fraud and abuse"
    r"|track and trace|pick and place|monitoring and evaluation|science and technology|information and communications?|wear and tear)(?=[ ,/()])"
)


def canonical(text: str) -> bytes:
    """The text in the plain form of this module, UTF-8; `b","` at both ends, and that alone for a text without words."""
    return (_canonical_short if len(text) <= _SHORT else _canonical_long)(text)


def _canonical(text: str) -> bytes:
    plain = _fold(_CAPITAL_IN.sub("", text) if "In" in text else text)
    plain = _ENDING.sub(lambda end: "s" if end.group() in ("(s)", "(es)") else "", plain)
    plain = _DOTNET.sub(" dotnet", _SHARP.sub(r"\1sharp ", _CPP.sub("cplusplus ", _POSSESSIVE.sub("", plain))))
    plain = _GAP.sub(lambda gap: _sign(gap.group()), _ABBREVIATION.sub(r"\1 ", plain)).strip(" ,/()")
    plain = f",{plain}," if plain else ","
    for written, read in _WORDS:
        plain = plain.replace(written, read)
    if " and " in plain:
        plain = _PAIR.sub(lambda pair: pair[0].replace(" and ", _TIED), plain)
    plain = _GRADES.sub(rf"\1{_GRADE_SIGN}", plain)
    return plain.encode("utf-8", "replace")


_canonical_short = lru_cache(maxsize=4096)(_canonical)
_canonical_long = lru_cache(maxsize=4)(_canonical)


def _fold(text: str) -> str:
    if text.isascii():
        return text.lower()
    letters = unicodedata.normalize("NFKD", text.replace("™", " ").replace("℠", " ")).casefold().translate(_LETTERS)
    return _SCRIPT_CHANGE.sub(" ", unicodedata.normalize("NFC", _DROPPED.sub("", letters)))


@lru_cache(maxsize=1024)  # a language has few of them
def _sign(gap: str) -> str:
    """What stands between two words, as one sign; " and " is written out so that "R&D" is "R and D"."""
    if gap in {" ", "-"}:
        return " "
    if "(" in gap:
        return "("
    if not _SLASHES.isdisjoint(gap):
        return "/"
    if _PARTING.search(gap):
        return ","
    if ")" in gap:
        return ")"
    return " and " if "&" in gap else " "


_BREAKS = f" ,/(){_GRADE_SIGN}{_TIED}"
_WORD = f"[^{_BREAKS}]+"
_EITHER = r"(?:/| or )"
_BEGIN = _END = f"[{_BREAKS}]"
_PASSED_BEFORE = rf"[ (]{_WORD}(?:{_EITHER}{_WORD})*{_EITHER}"  # research [scientist/]engineer
_PASSED_AFTER = rf"(?:{_EITHER}{_WORD}(?: {_WORD})?)+ "  # research[/machine learning ]engineer
_PASSED_GRADES = rf"(?:{_GRADE_SIGN}{_WORD}(?: level)?)+ "  # senior[/staff] software engineer
_WITHIN = rf" ?|\)|\([^()]*\)|{_PASSED_BEFORE}|{_PASSED_AFTER}|{_PASSED_GRADES}"
_ANYTHING = rf"(?:[{_BREAKS}]|)(?:and |or )?"  # where the phrase itself has a sign
_JOINED_BY_AND = rf" {_WORD} and "
_PLACE_SIGNS = re.compile(r"[,()\[\]]|\s[-\u2013\u2014]+\s")  # in "Remote - US" and "Remote (US)" they do not matter
_CODE = re.compile(r"[A-Za-z]{2}")
_MANY = 8  # gaps of a phrase that are tried for an "and": a longer phrase is a sentence, and its expression would grow by the square


class Phrase:
    """One phrase of a rule, ready to be looked for. Raises ValueError with what is wrong with it."""

    def __init__(self, written: str, *, commas: bool = True) -> None:
        """`commas=False` for places, where "San Francisco, CA" and "San Francisco CA" are the same."""
        self.written = written
        self._commas = commas
        self._is_regex = len(written) > 1 and written.startswith("/") and written.endswith("/")
        self._expression = _regex(written[1:-1]) if self._is_regex else _compile(_expression(self._read(written.replace("*", _PREFIX))))

    def in_(self, text: str) -> bool:
        """Whether the text has the phrase."""
        return self._expression.search(text.encode("utf-8", "replace") if self._is_regex else self._read(text)) is not None

    def _read(self, text: str) -> bytes:
        return canonical(text if self._commas else _PLACE_SIGNS.sub(" ", text))


class PlaceCode:
    """A code of two letters, as rules name states and countries: it must be written as a code in the place."""

    def __init__(self, written: str) -> None:
        self.written = written
        code = written.upper()
        ends = r"(?:\s*(?:$|[^\w\s]|\d))"
        self._expression = _compile(
            rf"(?:^|[^\w\s])\s*{code}(?:{ends}|\s+\w*[a-z])"  # "US Remote", not "LA PAZ"
            rf"|(?:^|\W){code}{ends}"  # "Portland, OR", "Remote US"
            rf"|,\s*(?i:{code})\s*(?:$|[;|)])"
        )

    def in_(self, text: str) -> bool:
        """Whether the text has the code."""
        return self._expression.search(text.encode("utf-8", "replace")) is not None


def place_phrase(written: str) -> Phrase | PlaceCode:
    """A place of a rule, ready to be looked for. Raises ValueError as `Phrase` does."""
    return PlaceCode(written) if _CODE.fullmatch(written) else Phrase(written, commas=False)


def _regex(pattern: str) -> re2._Regexp:
    if not pattern.strip():
        raise ValueError("is an empty regular expression")
    options = re2.Options()
    options.case_sensitive = False
    try:
        return _compile(pattern, options)
    except ValueError as error:
        raise ValueError(f"{error}; an expression is read as RE2 does: https://github.com/google/re2/wiki/Syntax") from error


def _compile(pattern: str, options: re2.Options | None = None) -> re2._Regexp:
    options = options or re2.Options()
    options.log_errors = False  # it would write to standard error by itself
    try:
        return re2.compile(pattern.encode("utf-8", "replace"), options)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        shown = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise ValueError(f"cannot be looked for: {shown}") from error


def _expression(read: bytes) -> str:
    """The phrase, in its plain form, as an expression over a text's plain form."""
    pieces = re.split(f"([{_BREAKS}])", read.decode().strip(", "))
    words, signs = pieces[::2], pieces[1::2]
    if not any(words):
        raise ValueError("has no words to look for")
    for word in words:
        if _PREFIX in word[:-1] or word == _PREFIX:
            raise ValueError("has a `*` that does not end a word; only the beginning of a word can be given: intern*")
    first, last = words[0], words[-1]
    begin = "" if _is_unspaced(first[0]) else _BEGIN
    end = "" if _is_unspaced(last[-1]) else _END
    readings = [_joined(words, [_within(word) if sign == " " else _ANYTHING for word, sign in zip(words, signs, strict=False)])]
    for place, sign in enumerate(signs[:_MANY]):
        if sign == " ":
            readings.append(_joined(words, [_JOINED_BY_AND if at == place else _ANYTHING for at in range(len(signs))]) + "[,()]")
    return f"{begin}(?:{readings[0]}{end}{''.join('|' + reading for reading in readings[1:])})"


def _within(word: str) -> str:
    """What may stand behind this word of a phrase and before the next: software [& integration] engineer, front end [and back end] engineer."""
    return rf"(?:{_WITHIN}| and {_WORD} | and {_WORD} {re.escape(word)} )"


def _joined(words: list[str], gaps: list[str]) -> str:
    return "".join(_forms(word) + gap for word, gap in zip(words, [*gaps, ""], strict=True))


def _forms(word: str) -> str:
    """An expression for the word in singular and plural, each letter apart where the text writes it so."""
    if word.endswith(_PREFIX):
        return re.escape(word.removesuffix(_PREFIX)) + f"[^{_BREAKS}]*"
    forms = sorted(_plurals(word))
    return "(?:" + "|".join(" ?".join(re.escape(letter) for letter in form) for form in forms) + ")"


def _plurals(word: str) -> set[str]:
    """The word, its singular and its plural, as far as spelling tells; a few that are no words do no harm."""
    if len(word) == 1 or not word[-1].isalpha() or _is_unspaced(word[-1]) or word in {"it", "us"}:
        return {word}
    singulars = {word}
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):  # noqa: PLR2004  # "iOS", "AWS" are no plurals
        singulars.add(word[:-1])
        if word.endswith(("ses", "xes", "zes", "ches", "shes", "oes")):
            singulars.add(word[:-2])
        if word.endswith("ies"):
            singulars.add(word[:-3] + "y")
        if word.endswith("ses"):
            singulars.add(word[:-2] + "is")
    return singulars.union(*(_plural(singular) for singular in singulars))


def _plural(word: str) -> set[str]:
    if word.endswith("y") and word[-2:-1] not in set("aeiou"):
        return {word[:-1] + "ies"}
    if word.endswith("sis"):
        return {word[:-2] + "es"}
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return {word + "es"}
    return {word + "s"}


def _is_unspaced(letter: str) -> bool:
    return re.match(f"[{_UNSPACED}]", letter) is not None
