"""Where things are: the root of the project, its own recordings, and recordings of other people's boards beside it."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
