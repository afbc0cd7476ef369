"""What a person did wrong, said once and plainly."""

from __future__ import annotations


class UserError(Exception):
    """A mistake of the user: its text is one clear line (or one a mistake) that says what to do. The command exits with 2."""
