"""Text that is safe to show: without secrets, on one line, without control characters.

Secrets are not logged: settings keep them in SecretStr, and errors have no addresses. `redact` is
the last line of defense, over the finished line.
"""

from __future__ import annotations

import json
import re
from typing import Final
from unicodedata import category

_SECRETS = (
    (re.compile(r"\b(xapp|xox[a-z](?:\.xox[a-z])?)-[\w.-]+"), r"\1-…"),
    (re.compile(r"(hooks\.slack(?:-gov)?\.com)/[^\s\"'\\]+"), r"\1/…"),
    (re.compile(r"/services/T\w+/B\w+/\w+"), "/services/…"),  # the same address at another host
    (re.compile(r"(://[^\s/:@\"'\\]*):[^\s/\"'\\]*@"), r"\1:…@"),
    (re.compile(r"\b(bearer|basic) [\w.~+/=-]{8,}", re.IGNORECASE), r"\1 …"),
    (
        re.compile(
            r"\b(access_token|auth_token|api_?key|\w*secret|password|passwd)=[^\s&\"'\\]+",
            re.IGNORECASE,
        ),
        r"\1=…",
    ),
)
# categories of control, zero-width and direction characters, surrogates, and line separators
_UNSEEN: Final = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_JOINERS: Final = "\u200c\u200d"  # in Persian words, and in emoji of several signs
_FOUR_DIGITS: Final = 0xFFFF  # JSON writes a character behind it as two surrogates


def redact(text: str) -> str:
    """Return the text without anything like a token, a webhook's address or a password."""
    for secret, shown in _SECRETS:
        text = secret.sub(shown, text)
    return text


def printable(text: str) -> str:
    """Return the text on one line, with the characters that nobody sees as escapes of JSON."""
    if text.isprintable():
        return text
    return "".join(_escaped(sign) if _is_unseen(sign) else sign for sign in text)


def _is_unseen(character: str) -> bool:
    return category(character) in _UNSEEN and character not in _JOINERS


def _escaped(character: str) -> str:
    if character in "\t\n\r" or ord(character) > _FOUR_DIGITS:
        return json.dumps(character)[1:-1]
    return f"\\u{ord(character):04x}"
