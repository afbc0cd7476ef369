"""A board in, one Snapshot, Unchanged or Failure out."""
