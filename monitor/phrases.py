"""A phrase of a rule, and whether a text has it as a person reads it.

Both are folded into one plain form: lower case, no accents, words parted by a single sign that says what stood between them,

    " Research Scientist/Engineer (m/f/d), Gemini "  →  ",research scientist/engineer(m/f/d),gemini,"

and the phrase becomes one RE2 expression over that form, so every match takes linear time.

What a person reads, and this reads too, for "research engineer":
- spacing and hyphens do not matter, even inside a word: "Research-Engineer", "ResearchEngineer"; "full stack" and "fullstack";
- alternatives share what is written once: "Research Scientist/Engineer" (one word is passed over before the slash or "or"),
  "Research/ML Engineer" (up to two after it), "Research Scientists and Engineers" (only where the phrase ends its part of the text:
  "Research and Development Engineer" is no research engineer);
- what is in parentheses can be left out: "Research (Software) Engineer";
- a comma, a dash between spaces, a bracket or the end of a sentence parts what does not belong together: "Product Research, Engineer
  Hiring" does not fit. Where the phrase itself has such a sign, the text may have any;
- scripts without spaces between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese) have no word boundary to respect;
- a plural is the English one, or an added "s".
"""

from __future__ import annotations

import re
from functools import lru_cache

import re2

from monitor.spelling import MARKS, forms, is_unspaced
from monitor.spelling import plain as spelled

_SHORT = 400  # characters; titles and places come again for every rule, descriptions are kept only while theirs is looked at

_PREFIX = "ʘ"  # stands for the `*` of a phrase while it is folded: a letter that no posting has

_GAP = re.compile(rf"(?: (?=[^\w{MARKS}]|_)|[^\w{MARKS} ]|_)(?:[^\w{MARKS}]|_)*")  # all but a single space, which stays what it is
_DASH = "\u2010-\u2013\u2212-"  # hyphens, en dash, minus
_PARTING = re.compile(rf"[,;:!?…|•·‣▪●\[\]{{}}<>—、。「」『』【】]|--|[{_DASH}]\s|\s[{_DASH}]|\.\s|\n\s*\n")
_SLASHES = frozenset("/\\\u2044\u2215")
_ABBREVIATION = re.compile(r"(?<!\w)(sr|jr|dr|mr|ms|st|no|mgr|eng|assoc|asst|dept)\.(?=\s)")
_WORDS = ((",or ", " or "), ("(or ", " or "), (" and/or ", " or "), ("/or ", " or "), (" or/", " or "))


def canonical(text: str) -> bytes:
    """The text in the plain form of this module, UTF-8; `b","` at both ends, and that alone for a text without words."""
    return (_canonical_short if len(text) <= _SHORT else _canonical_long)(text)


def _canonical(text: str) -> bytes:
    plain = _GAP.sub(lambda gap: _sign(gap.group()), _ABBREVIATION.sub(r"\1 ", spelled(text))).strip(" ,/()")
    plain = f",{plain}," if plain else ","
    for written, read in _WORDS:
        plain = plain.replace(written, read)
    return plain.encode("utf-8", "replace")


_canonical_short = lru_cache(maxsize=4096)(_canonical)
_canonical_long = lru_cache(maxsize=4)(_canonical)


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


_WORD = r"[^ ,/()]+"
_EITHER = r"(?:/| or )"
_BEGIN, _END = r"[ ,/()]", r"[ ,/()]"
_PASSED_BEFORE = rf"[ (]{_WORD}(?:{_EITHER}{_WORD})*{_EITHER}"  # research [scientist/]engineer
_PASSED_AFTER = rf"(?:{_EITHER}{_WORD}(?: {_WORD})?)+ "  # research[/machine learning ]engineer
_WITHIN = rf"(?: ?|\)|\([^()]*\)|{_PASSED_BEFORE}|{_PASSED_AFTER})"
_ANYTHING = r"(?:[ ,/()]|)(?:and |or )?"  # where the phrase itself has a sign
_JOINED_BY_AND = rf" {_WORD} and "
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
        return canonical(text if self._commas else text.replace(",", " "))


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
    pieces = re.split(r"([ ,/()])", read.decode().strip(", "))
    words, signs = pieces[::2], pieces[1::2]
    if not any(words):
        raise ValueError("has no words to look for")
    for word in words:
        if _PREFIX in word[:-1] or word == _PREFIX:
            raise ValueError("has a `*` that does not end a word; only the beginning of a word can be given: intern*")
    first, last = words[0], words[-1]
    begin = "" if is_unspaced(first[0]) else _BEGIN
    end = "" if is_unspaced(last[-1]) else _END
    readings = [_joined(words, [_WITHIN if sign == " " else _ANYTHING for sign in signs])]
    for place, sign in enumerate(signs[:_MANY]):
        if sign == " ":
            readings.append(_joined(words, [_JOINED_BY_AND if at == place else _ANYTHING for at in range(len(signs))]) + "[,()]")
    return f"{begin}(?:{readings[0]}{end}{''.join('|' + reading for reading in readings[1:])})"


def _joined(words: list[str], gaps: list[str]) -> str:
    return "".join(_forms(word) + gap for word, gap in zip(words, [*gaps, ""], strict=True))


def _forms(word: str) -> str:
    """An expression for the word in singular and plural, each letter apart where the text writes it so."""
    if word.endswith(_PREFIX):
        return re.escape(word.removesuffix(_PREFIX)) + r"[^ ,/()]*"
    either = sorted(forms(word))
    return "(?:" + "|".join(" ?".join(re.escape(letter) for letter in form) for form in either) + ")"
