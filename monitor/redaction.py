"""Text that is safe to show: without secrets, on one line, without control characters.

Secrets are not logged: settings keep them in SecretStr, and errors have no addresses. `redact` is
the last line of defense, over the finished line.
"""

from __future__ import annotations

import re

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
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def redact(text: str) -> str:
    """Return the text without anything like a token, a webhook's address or a password."""
    for secret, shown in _SECRETS:
        text = secret.sub(shown, text)
    return text


def printable(text: str) -> str:
    """Return the text on one line, with control and direction characters as escapes."""
    return _CONTROL.sub(lambda match: _escaped(match[0]), text)


def _escaped(character: str) -> str:
    return repr(character)[1:-1] if character in "\t\n\r" else f"\\u{ord(character):04x}"
