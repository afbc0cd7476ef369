"""Results in, history and alerts out."""
