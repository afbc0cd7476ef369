"""The schema's history, shipped in the wheel."""
