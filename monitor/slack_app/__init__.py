"""Requests of people in Slack: clicks on a card's buttons, and `/rolewatch`.

A click: `connection` acknowledges the envelope → `payloads` reads a `Click` → `app` skips repeats →
`handler` opens a transaction → `actions` changes the database as `viewer` allows, and returns
effects built by `replies` → after the commit, `handler` runs each effect through `slack_calls`.

A slash command: the same way to `handler`, which opens a read transaction → `slash_commands` asks
`monitor.queries` → `lists` or `overviews` draws the reply → `slack_calls` sends it.

All state is in the database: a click on an old card works, and the same click twice acts once.
"""
