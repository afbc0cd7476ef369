"""The page of roles: pages, their JSON twins, feeds and a calendar. Read-only."""
