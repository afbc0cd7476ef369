"""Paths: the root, its recordings, and recordings of other people's boards beside it."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
