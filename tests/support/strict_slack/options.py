"""The simulator's options; `/_ctl/config` changes most of them while it runs."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field, fields

BOT_TOKEN = "xoxb-100000000000-200000000000-simulatorBotToken"
APP_TOKEN = "xapp-1-A0SIMAPP01-300000000000-simulatorAppToken"
SCOPES = (
    "chat:write,channels:read,groups:read,im:read,mpim:read,channels:history,groups:history,im:history,"
    "channels:join,reactions:write,files:write,users:read,commands,metadata.message:read,incoming-webhook"
)


@dataclass
class Options:
    host: str = "127.0.0.1"
    port: int = 0
    log: str = ""  # a file for JSON lines
    bot_token: str = BOT_TOKEN
    app_token: str = APP_TOKEN
    any_token: bool = False  # any well-formed token is good
    scopes: str = SCOPES
    channel: list[str] = field(default_factory=list)  # more public channels with the bot in them
    rate: float = 1.0  # messages a second and channel; 0: no limit
    burst: int = 3
    min_retry_after: float = 1.0
    rate_updates: bool = False  # chat.update counts too
    workspace_per_min: int = 300
    tier_factor: float = 1.0  # of the limits by method; 0: none
    non_marketplace: bool = False  # history and replies: one call a minute, 15 objects
    max_text: int = 0  # msg_too_long above it; 0: cut at 40,000 with a warning, as Slack does
    max_blocks_chars: int = 13_000
    max_metadata: int = 8000
    webhook_channel: str = "C0GENERAL1"
    base: str = ""  # its own address


CHANGEABLE = frozenset(
    {
        "rate",
        "burst",
        "tier_factor",
        "non_marketplace",
        "max_text",
        "scopes",
        "min_retry_after",
        "workspace_per_min",
    }
    | {"max_blocks_chars", "max_metadata", "rate_updates", "webhook_channel"}
)


def read(arguments: list[str]) -> Options:
    """Return the options of a command line: `--tier-factor 0 --non-marketplace --channel jobs`."""
    parser = argparse.ArgumentParser(description="A strict Slack on the loopback.")
    for one in fields(Options):
        name = f"--{one.name.replace('_', '-')}"
        default = getattr(Options(), one.name)
        if isinstance(default, bool):
            parser.add_argument(name, action="store_true")
        elif isinstance(default, list):
            parser.add_argument(name, action="append", default=[])
        else:
            parser.add_argument(name, type=type(default), default=default)
    return Options(**vars(parser.parse_args(arguments)))
