"""A strict Slack on the loopback: it refuses as Slack does and records silent mistakes.

    options     what the simulator is started with
    workspace   channels, messages, answers, files, faults, the log
    blocks      Block Kit: which blocks are refused, and the words with which Slack does it
    content     text, blocks, attachments and metadata of a message
    requests    encodings, tokens, scopes, rate limits
    messages    chat.*
    reading     conversations.*
    methods     every other method of the Web API
    envelopes   Socket Mode: clicks, commands and events to the app, and its acknowledgements
    control     /_ctl/*: what a test orders and asks, which is no part of Slack
    faults      the ways in which a call goes wrong
    server      the HTTP server: `python -m strict_slack.server` prints READY and its address

Lengths are counted in UTF-16 units. Where Slack's limit is not documented the strict side is taken.
"""
