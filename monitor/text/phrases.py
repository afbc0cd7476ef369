"""Match a phrase of a rule with a text, as a person would.

Both are normalized (`normal_form.py`): lower case, no accents, and one sign between words.

    " Research Scientist/Engineer (m/f), Gemini "  →  ",research scientist/engineer(m/f),gemini,"

The phrase becomes one RE2 expression over the normal form, so every match takes linear time.

The phrase "research engineer" is matched by these rules:
- Spacing and hyphens do not matter, even inside a word: "Research-Engineer", "ResearchEngineer".
  "full stack" and "fullstack" are the same.
- Alternatives share the words around them: "Research Scientist/Engineer" (one word may stand before
  the slash or "or"), "Research/ML Engineer" (up to two after it), "Research Scientists and
  Engineers" (only if the phrase ends its part of the text).
- Words in parentheses can be left out: "Research (Software) Engineer".
- A comma, a dash between spaces, a bracket or the end of a sentence separates words: "Product
  Research, Engineer Hiring" does not match. A phrase that has such a sign itself accepts any.
- Scripts without spaces between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese) need no word
  boundary.
- A plural is the English one, or an added "s". An inclusive ending does not change the word:
  "Ingénieur·e", "Entwickler:in", "EntwicklerIn".
- Alternative grades share the words after them: "Senior/Staff Software Engineer" is a senior
  software engineer, and not a "senior engineer".
- Kinds joined by "and" share the last word: "Software & Integration Engineer". Fixed pairs do not:
  "Research and Development Engineer".

In a place, commas, brackets and dashes do not matter. A code of two letters must be written as one:
"OR" matches "Portland, OR", and not "London or Paris".
"""

from __future__ import annotations

import re
from itertools import takewhile

import re2

from monitor.text.normal_form import GRADE_SIGN, PREFIX, TIED, normalize
from monitor.text.spelling import is_unspaced, word_forms

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
# ignored in places: "Remote - US" and "Remote (US)" are the same
_PLACE_SIGNS = re.compile(r"[,:()\[\]]|\s[-\u2013\u2014]+\s")
_CODE = re.compile(r"[A-Za-z]{2}")
# no codes of Indiana and Ontario
_CAPITAL_MODEL = re.compile(r"(?<!\w)(?:IN-(?:OFFICE|PERSON)|ON-SITE)(?!\w)")
# gaps of a phrase that may hold an "and"; with more, the expression would grow by the square
_MAX_AND_GAPS = 8


class Phrase:
    """A compiled phrase of a rule. Raises ValueError for an invalid one."""

    def __init__(self, written: str, *, commas: bool = True) -> None:
        """Compile the phrase. For places, `commas=False` ignores commas, brackets and dashes."""
        self.written = written
        self._commas = commas
        self._is_regex = _is_regex(written)
        self._expression = (
            regular_expression(written[1:-1])
            if self._is_regex
            else _compile(_expression(self._normalize(written.replace("*", PREFIX))))
        )

    def found_in(self, text: str) -> bool:
        """Return True if the text contains the phrase."""
        return (
            self._expression.search(
                text.encode("utf-8", "replace") if self._is_regex else self._normalize(text)
            )
            is not None
        )

    def _normalize(self, text: str) -> bytes:
        return normalize(text if self._commas else _PLACE_SIGNS.sub(" ", text))


def _is_regex(written: str) -> bool:
    return len(written) > 1 and written.startswith("/") and written.endswith("/")


def letters_of(written: str) -> str | None:
    """Return ASCII letters and digits that each text with the phrase has, in this order.

    None for a regular expression and a phrase with letters that are not ASCII. The order is that of
    the normal form. The phrase must be valid.
    """
    if _is_regex(written):
        return None
    words = re.split(f"[{_BREAKS}]", normalize(written.replace("*", PREFIX)).decode())
    found = "".join(
        word.removesuffix(PREFIX) if word.endswith(PREFIX) else _beginning(word_forms(word))
        for word in words
        if word
    )
    return found if found.isascii() and found.isalnum() else None


def _beginning(forms: set[str]) -> str:
    """Return the letters that all forms of a word begin with."""
    both = zip(min(forms), max(forms), strict=False)
    return "".join(first for first, _ in takewhile(lambda pair: pair[0] == pair[1], both))


class PlaceCode:
    """A code of two letters for a state or country. The place must write it as a code too."""

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
        """Return True if the text contains the code."""
        without = _CAPITAL_MODEL.sub(" ", text)
        return self._expression.search(without.encode("utf-8", "replace")) is not None


_EXCLUDED = re.compile(
    r"\b(?:(anywhere|everywhere) but|excluding|except(?:ing)?(?: for)?"
    r"|not (?:available |open |based |eligible )?(?:in|to)|outside of"
    r"|außer|ausgenommen|nicht in|sauf|excepto|excepto en|eccetto|tranne|behalve|uitgezonderd"
    r"|z wyjątkiem|oprócz|exceto|utom|undtagen|cu excepția|kromě)\b[^()\[\];|\n]*",
    re.IGNORECASE,
)


def without_exclusions(place: str) -> str:
    """Return the place without its exclusions: "Remote" for "Remote (excluding California)"."""
    return _EXCLUDED.sub(lambda exclusion: exclusion[1] or "", place)


def place_phrase(written: str) -> Phrase | PlaceCode:
    """Compile a place of a rule. Raises ValueError for an invalid one."""
    return PlaceCode(written) if _CODE.fullmatch(written) else Phrase(written, commas=False)


def regular_expression(pattern: str) -> re2._Regexp:
    """Compile a regular expression that ignores case. Raises ValueError for an invalid one."""
    if not pattern.strip():
        raise ValueError("is an empty regular expression")
    options = re2.Options()
    options.case_sensitive = False
    try:
        return _compile(pattern, options)
    except ValueError as error:
        raise ValueError(
            f"{error}; see the syntax of RE2: https://github.com/google/re2/wiki/Syntax"
        ) from error


def _compile(pattern: str, options: re2.Options | None = None) -> re2._Regexp:
    options = options or re2.Options()
    options.log_errors = False  # else RE2 itself writes to standard error
    try:
        return re2.compile(pattern.encode("utf-8", "replace"), options)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        shown = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise ValueError(f"is not a valid pattern: {shown}") from error


def _expression(phrase: bytes) -> str:
    """Return a normalized phrase as an expression over normalized texts."""
    pieces = re.split(f"([{_BREAKS}])", phrase.decode().strip(", "))
    words, signs = pieces[::2], pieces[1::2]
    if not any(words):
        raise ValueError("has no words")
    for word in words:
        if PREFIX in word[:-1] or word == PREFIX:
            raise ValueError(
                "has a `*` that does not end a word; write it at the end of a word: intern*"
            )
    first, last = words[0], words[-1]
    begin = "" if is_unspaced(first[0]) else _BEGIN
    end = "" if is_unspaced(last[-1]) else _END
    alternatives = [
        _joined(
            words,
            [
                _gap_after(word) if sign == " " else _FREE_GAP
                for word, sign in zip(words, signs, strict=False)
            ],
        )
    ]
    for and_gap, sign in enumerate(signs[:_MAX_AND_GAPS]):
        if sign == " ":
            alternatives.append(
                _joined(
                    words,
                    [_JOINED_BY_AND if gap == and_gap else _FREE_GAP for gap in range(len(signs))],
                )
                + "[,()]"
            )
    more = "".join(f"|{alternative}" for alternative in alternatives[1:])
    return f"{begin}(?:{alternatives[0]}{end}{more})"


def _gap_after(word: str) -> str:
    """Return the pattern of the text that may follow this word of a phrase.

    "software [& integration] engineer", "front end [and back end] engineer"
    """
    return rf"(?:{_GAP_PATTERN}| and {_WORD} | and {_WORD} {re.escape(word)} )"


def _joined(words: list[str], gaps: list[str]) -> str:
    return "".join(_word_pattern(word) + gap for word, gap in zip(words, [*gaps, ""], strict=True))


def _word_pattern(word: str) -> str:
    """Return the pattern of the word in singular and plural. Spaces between letters are allowed."""
    if word.endswith(PREFIX):
        return re.escape(word.removesuffix(PREFIX)) + f"[^{_BREAKS}]*"
    forms = sorted(word_forms(word))
    return "(?:" + "|".join(" ?".join(re.escape(letter) for letter in form) for form in forms) + ")"
