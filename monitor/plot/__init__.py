"""Figures of the history. They know facts, and no database; matplotlib is an extra, and none of it is imported before it is wanted."""
