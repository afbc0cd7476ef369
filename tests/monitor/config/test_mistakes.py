from __future__ import annotations

from pathlib import Path

import pytest
import tomlkit

from monitor.config.load import ConfigError, parse_settings
from tests.support.unreadable import UNREADABLE, UNREADABLE_TITLE, UNREADABLE_URL

SOUND = '[[boards]]\nboard = "greenhouse:deepmind"\n[[rules]]\nname = "r"\nany = ["x"]\n'


def mistakes(text: str) -> list[str]:
    """Return the mistakes of the text, without the file's name."""
    try:
        parse_settings(text, Path("/etc/rolewatch.toml"), {})
    except ConfigError as error:
        said = str(error)
    else:
        return []
    assert all(line.startswith("/etc/rolewatch.toml: ") for line in said.splitlines())
    assert "pydantic" not in said
    return [line.removeprefix("/etc/rolewatch.toml: ") for line in said.splitlines()]


LINES = [
    (
        "webhok = 1",
        "webhok: unknown key; did you mean webhook? allowed here: database, crawl, ats, ",
    ),
    (
        "[crawl]\nevry = '1m'",
        (
            "crawl.evry: unknown key; did you mean every? allowed here: every, contact,"
            " timeout, baseline"
        ),
    ),
    (
        "[crawl]\nevery = 15",
        'crawl.every = 15: expected a duration such as "250ms", "30s", "15m", "6h" or "1d"',
    ),
    ("[history]\nkeep_checks = '730d'", 'history.keep_checks = "730d": expected a duration of at'),
    ("[crawl]\ncontact = 'me\\nX: y'", "crawl.contact"),
    (
        '[crawl]\ncontact = "me\\nX: y"',
        'crawl.contact = "me\\nX: y": expected an e-mail address or a URL',
    ),
    ("[crawl]\nbaseline = 'loud'", "crawl.baseline = \"loud\": expected 'summary' or 'announce'"),
    ("crawl = 3", "crawl = 3: expected a table of keys"),
    ("[ats.levr]", "ats.levr: levr is not supported; allowed: amazon, "),
    ("[ats.greenhouse]\ndely = '1s'", "ats.greenhouse.dely: unknown key; did you mean delay?"),
    (
        "[ats.greenhouse]\nenabled = 'yes'",
        'ats.greenhouse.enabled = "yes": expected true or false',
    ),
    ("[ats.greenhouse]\nenabled = 1", "ats.greenhouse.enabled = 1: expected true or false"),
    ("[rules]\nname = 'r'", "rules: expected tables that each begin with [[rules]]"),
    ("boards = 'greenhouse:x'", 'boards = "greenhouse:x": expected tables that each begin with [['),
    ("[ats.greenhouse]\nconcurrency = 0", "ats.greenhouse.concurrency = 0: expected at least 1"),
    (
        "[ats.greenhouse]\nconcurrency = true",
        "ats.greenhouse.concurrency = true: expected a whole number",
    ),
    (
        "[ats.greenhouse]\napi_url = 'https://me:pw@x.org'",
        'ats.greenhouse.api_url = "https://me:…@x.org": expected an address',
    ),
    (
        "[[boards]]\nurl = 'https://example.org/jobs'",
        "boards[0].url: 'https://example.org/jobs' is not a known board",
    ),
    (
        "[[boards]]\nboard = 'nope:x'",
        "boards[0].board: 'nope:x': ats nope is not supported; allowed: amazon, ",
    ),
    (
        f"[[boards]]\nboard = '{UNREADABLE}'",
        (
            f'boards[0].board = "{UNREADABLE}": this version cannot read '
            f"{UNREADABLE_TITLE} boards yet; allowed: amazon, "
        ),
    ),
    ("[[boards]]\nurl = ''", "boards[0].url: '' is not a known board"),
    (
        f"[[boards]]\nurl = '{UNREADABLE_URL}'",
        (
            f'boards[0].url = "{UNREADABLE_URL}": this version cannot read '
            f"{UNREADABLE_TITLE} boards yet"
        ),
    ),
    ("[[boards]]\ncompany = 'X'", "boards[0]: expected one of url and board"),
    (
        SOUND + "[[boards]]\nurl = 'https://job-boards.greenhouse.io/deepmind'",
        (
            'boards[1].url = "https://job-boards.greenhouse.io/deepmind":'
            " greenhouse:deepmind is listed twice; remove one"
        ),
    ),
    (
        SOUND + "[[boards]]\nboard = 'greenhouse:deepmind'",
        'boards[1].board = "greenhouse:deepmind": greenhouse:deepmind is listed twice',
    ),
    (
        "boards = ['greenhouse:deepmind']",
        'boards[0] = "greenhouse:deepmind": expected a table of keys',
    ),
    ("[[rules]]\nany = ['x']", "rules[0].name: this key is required"),
    (
        "[[rules]]\nname = '  '\nany = ['x']",
        'rules[0].name (rule "  ") = "  ": expected a name on one line',
    ),
    (
        '[[boards]]\nboard = "greenhouse:a"\ncompany = " "',
        'boards[0].company = " ": expected a name on one line',
    ),
    (
        '[[boards]]\nboard = "greenhouse:a"\ncompany = "a\\u0000b"',
        'boards[0].company = "a\\u0000b": expected a name on one line',
    ),
    ("[[rules]]\nname = 'r'", 'rules[0] (rule "r"): expected phrases in any or in all'),
    (
        SOUND + "[[rules]]\nname = 'r'\nany = ['x']",
        'rules[1] (rule "r"): name: another rule has this name; choose a different one',
    ),
    (
        SOUND + "boards = ['greenhouse:x']",
        'rules[0] (rule "r"): boards: greenhouse:x is not watched; add it',
    ),
    (SOUND + "boards = ['x']", "rules[0] (rule \"r\"): boards: 'x' is no"),
    (
        SOUND + "boards = ['nope:x']",
        "rules[0] (rule \"r\"): boards: 'nope:x': ats nope is not supported; allowed: amazon, ",
    ),
    (SOUND + "none = ['']", 'rules[0].none[0] (rule "r") = "": has no words'),
    (
        SOUND + "none = ['/(/']",
        (
            'rules[0].none[0] (rule "r") = "/(/": is not a valid pattern: missing ): (; see the '
            "syntax of RE2: https://"
        ),
    ),
    (
        SOUND + "none = 'intern*'",
        'rules[0].none (rule "r") = "intern*": expected a list such as ["…", "…"]',
    ),
    (SOUND + "locations = [3]", 'rules[0].locations[0] (rule "r") = 3: expected a text in quotes'),
    (
        SOUND + "in = ['titel']",
        "rules[0].in[0] (rule \"r\") = \"titel\": expected 'title', 'description', ",
    ),
    (SOUND + "in = []", 'rules[0].in (rule "r") = []: expected at least one'),
    (
        SOUND + "on = ['open']",
        (
            "rules[0].on[0] (rule \"r\") = \"open\": expected 'opened', 'revised',"
            " 'closed' or 'reopened'"
        ),
    ),
    (SOUND + "fields = ['salary']", 'rules[0].fields[0] (rule "r") = "salary": expected '),
    (SOUND + "remind = ['72']", 'rules[0].remind[0] (rule "r") = "72": expected a duration'),
    (
        SOUND + "min_pay = 150000",
        (
            'rules[0].min_pay (rule "r") = 150000: expected an amount a year and its'
            ' currency such as "150000 USD"'
        ),
    ),
    (
        SOUND + "min_pay = '150000 USX'",
        (
            'rules[0].min_pay (rule "r") = "150000 USX": expected a currency of ISO 4217 such as'
            ' "150000 USD"'
        ),
    ),
    (
        SOUND + "notify = ['email:me']",
        'rules[0].notify[0] (rule "r") = "email:me": expected slack:#name, ',
    ),
    (
        SOUND + "notify = ['slack:roles']",
        'rules[0].notify[0] (rule "r") = "slack:roles": expected slack:#name, ',
    ),
    (
        SOUND + "notify = ['apprise:my phone']",
        (
            'rules[0].notify[0] (rule "r") = "apprise:my phone": expected apprise:NAME of'
            " letters, digits, - and _"
        ),
    ),
    (
        SOUND + "notify = ['https://hooks.slack.com/services/T0/B0/hunter2']",
        'rules[0].notify[0] (rule "r") = "https://hooks.slack.com/…',
    ),
    (
        SOUND + "mention = ['@me']",
        'rules[0].mention[0] (rule "r") = "@me": expected Slack\'s id of a person or a group',
    ),
    (
        SOUND + "mode = 'weekly'",
        "rules[0].mode (rule \"r\") = \"weekly\": expected 'instant' or 'digest'",
    ),
    (
        "[alerts]\ndigest = 09:00:00",
        'alerts.digest = "09:00:00": expected a time of day such as "09:00"',
    ),
    (
        "[alerts]\nquiet = '22:00-22:00'",
        'alerts.quiet = "22:00-22:00": expected two different times of day',
    ),
    (
        "[alerts]\ntimezone = 'Europe/Lundon'",
        (
            'alerts.timezone = "Europe/Lundon": expected the name of a time zone such as'
            ' "Europe/London"'
        ),
    ),
    (
        "[slack]\ntoken = 'xoxb-hunter2'",
        (
            "slack.token: unknown key; allowed here: api_url, admins; secrets come from"
            " the environment: $SLACK_BOT_TOKEN"
        ),
    ),
    (
        "[webhook]\nurl = 'https://hunter2'",
        (
            "webhook.url: unknown key; allowed here: none; secrets come from the"
            " environment: $SLACK_WEBHOOK_URL"
        ),
    ),
    (
        "[log]\nlevel = 'loud'",
        "log.level = \"loud\": expected 'debug', 'info', 'warning' or 'error'",
    ),
    (
        "[health]\nlisten = '9464'",
        (
            'health.listen = "9464": expected a host and a port such as "127.0.0.1:9464" or'
            ' "[::1]:9464"'
        ),
    ),
    (
        "[health]\nlisten = '::1:9464'",
        (
            'health.listen = "::1:9464": expected a host and a port such as "127.0.0.1:9464" or'
            ' "[::1]:9464"'
        ),
    ),
    (
        "[health]\nheartbeat_url = 'ftp://hunter2'",
        "health.heartbeat_url: expected an address that begins with https:// or http://",
    ),
    (
        "[crawl\nevery = 1",
        "not valid TOML: Expected ']' at the end of a table declaration (at line 1, column 7)",
    ),
]


@pytest.mark.parametrize(("text", "line"), LINES)
def test_a_mistake_is_one_line_with_key_value_and_what_is_allowed(text: str, line: str) -> None:
    (found,) = mistakes(text)
    assert found.startswith(line)
    assert "hunter2" not in found
    assert ":pw@" not in found


def test_all_mistakes_are_reported_at_once() -> None:
    text = (
        "webhok = 1\n[crawl]\nevery = 15\n[ats.levr]\ndelay = 3\n"
        + SOUND
        + "boards = ['greenhouse:x']\n[[rules]]\nname = 'r'\nany = 'x'\n"
        + "[[rules]]\nname = 'r'\nall = ['x']\n"
    )
    keys = [line.split(":")[0].split(" =")[0] for line in mistakes(text)]
    assert sorted(keys) == [
        "ats.levr",
        "ats.levr.delay",
        "crawl.every",
        'rules[0] (rule "r")',
        'rules[1] (rule "r")',
        'rules[1].any (rule "r")',
        'rules[2] (rule "r")',
        "webhok",
    ]


def test_an_entry_with_a_mistake_is_checked_for_others() -> None:
    board = "[[boards]]\nboard = 'greenhouse:deepmind'\nevery = 15\n"
    rule = (
        "[[rules]]\nname = 'r'\nmode = 'weekly'\n"
        "boards = ['greenhouse:deepmind', 'greenhouse:x', 'nope:x']\n"
    )
    assert [line.split(":")[0].split(" =")[0] for line in mistakes(board + SOUND + rule)] == [
        "boards[0].every",
        'rules[1].mode (rule "r")',
        "boards[1].board",
        *['rules[1] (rule "r")'] * 4,
    ]


@pytest.mark.parametrize(
    "text",
    [
        "boards = 3\n[[rules]]\nname = 'r'\nany = ['x']\nboards = ['greenhouse:deepmind']",
        *(
            SOUND.replace(written, instead) + "boards = ['greenhouse:deepmind']"
            for written, instead in [
                ('"greenhouse:deepmind"', "3"),
                ("greenhouse:deepmind", "greenhouse:"),
                ("board =", "bord ="),
                ("board =", "board = 3\nurl ="),
            ]
        ),
        SOUND.replace("any", "anny"),
        SOUND.replace('["x"]', "'x'"),
        SOUND.replace('name = "r"', "") + "[[rules]]\nname = 'a'\nany = ['x']",
        "rules = ['x']",
    ],
)
def test_an_unreadable_entry_causes_no_other_mistake(text: str) -> None:
    assert len(mistakes(text)) == 1


@pytest.mark.parametrize(
    "text",
    ["15", "15 m", "1.5h", "-1h", "0s", "1w", "15M", "", "1h30m", "999999999d", "\u0661\u0665m"],
)
def test_an_invalid_duration_is_refused(text: str) -> None:
    (found,) = mistakes(f'[crawl]\nevery = "{text}"')
    assert "expected a duration" in found


@pytest.mark.parametrize("value", [1, 1.5, True, "x", ["x"], {"x": 1}, [{"x": 1}], [[]], []])
@pytest.mark.parametrize(
    "key",
    [
        "database",
        "crawl.every",
        "ats",
        "ats.greenhouse",
        "ats.greenhouse.delay",
        "boards",
        "rules",
        "alerts.quiet",
        "slack.admins",
        "log.level",
        "health",
    ],
)
def test_any_value_anywhere_is_valid_or_a_mistake(key: str, value: object) -> None:
    document: object = value
    for step in reversed(key.split(".")):
        document = {step: document}
    assert isinstance(document, dict)
    mistakes(tomlkit.dumps(document))


def test_a_rule_has_a_name_of_at_most_80_characters() -> None:
    assert not mistakes(SOUND.replace('"r"', f'"{"r" * 80}"'))
    (found,) = mistakes(SOUND.replace('"r"', f'"{"r" * 81}"'))
    assert found.endswith(": expected at most 80 characters")


def test_a_long_value_is_cut() -> None:
    (found,) = mistakes(f'[log]\nlevel = "{"x" * 5000}"')
    assert len(found) < 200
