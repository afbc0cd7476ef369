"""Errors for the person who uses rolewatch."""

from __future__ import annotations


class UserError(Exception):
    """A mistake of the user. The command prints its text and exits with 2.

    The text is one line, or one for each mistake, and says what to do.
    """
