"""A phrase of a rule, and whether a text has it as a person reads it.

Both are folded into one plain form: lower case, no accents, words parted by a single sign that says
what stood between them,

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

In a place a comma, brackets and a dash do not matter, and a code of two letters must be written as
one: "OR" fits "Portland, OR", not "London or Paris".
"""

from __future__ import annotations

import re

import re2

from monitor.text.normal_form import GRADE_SIGN, PREFIX, TIED, normalize
from monitor.text.spelling import forms, is_unspaced

_BREAKS = f" ,/(){GRADE_SIGN}{TIED}"
_WORD = f"[^{_BREAKS}]+"
_EITHER = r"(?:/| or )"
_BEGIN = _END = f"[{_BREAKS}]"
_PASSED_BEFORE = rf"[ (]{_WORD}(?:{_EITHER}{_WORD})*{_EITHER}"  # research [scientist/]engineer
_PASSED_AFTER = rf"(?:{_EITHER}{_WORD}(?: {_WORD})?)+ "  # research[/machine learning ]engineer
_PASSED_GRADES = rf"(?:{GRADE_SIGN}{_WORD}(?: level)?)+ "  # senior[/staff] software engineer
_GAP_PATTERN = rf" ?|\)|\([^()]*\)|{_PASSED_BEFORE}|{_PASSED_AFTER}|{_PASSED_GRADES}"
_FREE_GAP = rf"(?:[{_BREAKS}]|)(?:and |or )?"  # where the phrase itself has a sign
_JOINED_BY_AND = rf" {_WORD} and "
# in "Remote - US" and "Remote (US)" they do not matter
_PLACE_SIGNS = re.compile(r"[,:()\[\]]|\s[-\u2013\u2014]+\s")
_CODE = re.compile(r"[A-Za-z]{2}")
# gaps of a phrase that are tried for an "and": a longer phrase is a sentence, and its expression
# would grow by the square
_MANY = 8


class Phrase:
    """One phrase of a rule, ready to be looked for. Raises ValueError with what is wrong with it."""

    def __init__(self, written: str, *, commas: bool = True) -> None:
        """`commas=False` for places, where "San Francisco, CA" and "San Francisco CA" are the same."""
        self.written = written
        self._commas = commas
        self._is_regex = len(written) > 1 and written.startswith("/") and written.endswith("/")
        self._expression = (
            _regex(written[1:-1])
            if self._is_regex
            else _compile(_expression(self._read(written.replace("*", PREFIX))))
        )

    def found_in(self, text: str) -> bool:
        """Whether the text has the phrase."""
        return (
            self._expression.search(
                text.encode("utf-8", "replace") if self._is_regex else self._read(text)
            )
            is not None
        )

    def _read(self, text: str) -> bytes:
        return normalize(text if self._commas else _PLACE_SIGNS.sub(" ", text))


class PlaceCode:
    """A code of two letters, as rules name states and countries: it must be written as a code in the place."""

    def __init__(self, written: str) -> None:
        self.written = written
        code = rf"{written[0].upper()}\.?{written[1].upper()}"
        ends = r"(?:\s*(?:$|[^\w\s]|\d))"
        self._expression = _compile(
            rf"(?:^|[^\w\s])\s*{code}(?:{ends}|\s+\w*[a-z])"  # "US Remote", not "LA PAZ"
            rf"|(?:^|\W){code}{ends}"  # "Portland, OR", "Remote US"
            rf"|,\s*(?i:{code})\s*(?:$|[;|)])"
        )

    def found_in(self, text: str) -> bool:
        """Whether the text has the code."""
        return self._expression.search(text.encode("utf-8", "replace")) is not None


_EXCLUDED = re.compile(
    r"\b(?:(anywhere|everywhere) but|excluding|except(?:ing)?(?: for)?|not (?:available |open |based |eligible )?(?:in|to)|outside of"
    r"|außer|ausgenommen|nicht in|sauf|excepto|excepto en|eccetto|tranne|behalve|uitgezonderd|z wyjątkiem|oprócz|exceto|utom|undtagen"
    r"|cu excepția|kromě)\b[^()\[\];|\n]*",
    re.IGNORECASE,
)


def included(place: str) -> str:
    """The place without what it leaves out: "Remote" of "Remote (excluding California)"."""
    return _EXCLUDED.sub(lambda found: found[1] or "", place)


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
        raise ValueError(
            f"{error}; an expression is read as RE2 does: https://github.com/google/re2/wiki/Syntax"
        ) from error


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
        if PREFIX in word[:-1] or word == PREFIX:
            raise ValueError(
                "has a `*` that does not end a word; only the beginning of a word can be given: intern*"
            )
    first, last = words[0], words[-1]
    begin = "" if is_unspaced(first[0]) else _BEGIN
    end = "" if is_unspaced(last[-1]) else _END
    readings = [
        _joined(
            words,
            [
                _within(word) if sign == " " else _FREE_GAP
                for word, sign in zip(words, signs, strict=False)
            ],
        )
    ]
    for place, sign in enumerate(signs[:_MANY]):
        if sign == " ":
            readings.append(
                _joined(
                    words,
                    [_JOINED_BY_AND if at == place else _FREE_GAP for at in range(len(signs))],
                )
                + "[,()]"
            )
    return f"{begin}(?:{readings[0]}{end}{''.join('|' + reading for reading in readings[1:])})"


def _within(word: str) -> str:
    """What may stand behind this word of a phrase: software [& integration] engineer, front end [and back end] engineer."""
    return rf"(?:{_GAP_PATTERN}| and {_WORD} | and {_WORD} {re.escape(word)} )"


def _joined(words: list[str], gaps: list[str]) -> str:
    return "".join(_word_pattern(word) + gap for word, gap in zip(words, [*gaps, ""], strict=True))


def _word_pattern(word: str) -> str:
    """An expression for the word in singular and plural, each letter apart where the text writes it so."""
    if word.endswith(PREFIX):
        return re.escape(word.removesuffix(PREFIX)) + f"[^{_BREAKS}]*"
    either = sorted(forms(word))
    return (
        "(?:" + "|".join(" ?".join(re.escape(letter) for letter in form) for form in either) + ")"
    )
