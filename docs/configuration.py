# a program, no package
"""Write docs/configuration.md from the models of the settings: `python docs/configuration.py`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Final

from monitor.channels import KINDS
from monitor.config.keys import Key, keys, section, toml
from monitor.config.model import ConfigFile

FILE = Path(__file__).with_name("configuration.md")
_HEADERS: Final = {"ats": "[ats.NAME]", "boards": "[[boards]]", "rules": "[[rules]]"}
_MORE: Final = {
    "boards": "See [boards](boards.md).",
    "rules": "See [rules](rules.md).",
    "slack": "See [Slack](slack.md).",
    "web": "See [the page](web.md).",
    "health": "See [operating](operating.md#monitoring).",
}
INTRODUCTION = """\
# Configuration

`make docs` writes this page from the program's own models.

`rolewatch init` writes `rolewatch.toml` with every key, its default and what it means.
`rolewatch doctor` checks the file.

rolewatch takes the first of these: `--config FILE`, `$ROLEWATCH_CONFIG`, `./rolewatch.toml`,
the configuration folder of your system. A running daemon reloads the file when it changes.

A duration is a whole number with `ms`, `s`, `m`, `h` or `d`: `"250ms"`, `"30s"`, `"15m"`, `"6h"`,
`"1d"`.

## Secrets

Secrets come from the environment or from `.env` next to the file:

| variable | what it is |
|---|---|
| `SLACK_BOT_TOKEN` | the bot token |
| `SLACK_APP_TOKEN` | the app token, for buttons and `/rolewatch` |
{channels}\
| `ROLEWATCH_DATABASE_URL` | the database. It overrides the file |
| `ROLEWATCH_WEB_PASSWORD` | the page's password, required beyond this machine |

Each may be given as `NAME_FILE`, the path of a file that holds the value.
"""


def page() -> str:
    """Return the whole page in Markdown."""
    introduction = INTRODUCTION.replace("{channels}", "".join(_channel_secrets()))
    return "".join([introduction, *(line for f in fields(ConfigFile) for line in _section(f.name))])


def _channel_secrets() -> Iterator[str]:
    """Yield a row for each kind of channel with a secret. Slack's two tokens are in the text."""
    for name, known in KINDS.items():
        if known.variable and name != "slack":
            form = known.forms[0]
            what = f"the {known.value_noun} of the channel `{form}`"
            yield f"| `{known.variable_of('NAME')}` | {what} |\n"


def _section(name: str) -> Iterator[str]:
    """Yield the header of a section, its sentence, and a table of its keys."""
    model = section((name,))
    yield f"\n## `{_HEADERS.get(name, f'[{name}]')}`\n\n"
    yield " ".join(filter(None, [model.__doc__, _MORE.get(name)])) + "\n"
    if rows := keys(model):
        yield "\n| key | default | meaning |\n|---|---|---|\n"
        yield from map(_row, rows)


def _row(key: Key) -> str:
    default = "required" if key.is_required else "none"
    if key.default is not None:
        default = f"`{toml(key.default)}`"
    example = f" Example: `{toml(key.example)}`." if key.example is not None else ""
    return f"| `{key.name}` | {default} | {key.description}{example} |\n"


if __name__ == "__main__":
    FILE.write_text(page())
