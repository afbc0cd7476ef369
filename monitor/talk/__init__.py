"""What people ask for in Slack: clicks on a card's buttons, and `/rolewatch`.

    line      one websocket: every envelope is acknowledged first, then handed on
    keep      a line after the other, for as long as the daemon runs
    heard     an envelope → a click, or typed words: pure
    desk      a click or words in, database asked in a thread, what to say out to Slack
    clicks    what a click does
    commands  what typed words ask for
    muted     what is muted, as people read it
    answers   the answers as Slack shows them: pure; pages.py draws the long ones, difference.py the file
    calls     Slack's Web API and response URLs

The daemon alone runs it, since it has the database's lease and so is one a deployment: any of an app's open connections may get an
envelope. All state is in the database (`mutes.py`, `saves.py`), so that a click on an old card works and a second one changes nothing.
"""
