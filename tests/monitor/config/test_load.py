from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest

from monitor.config.database_url import parse_url, shown_url
from monitor.config.load import ConfigError, find_file, load, require_boards
from monitor.config.model import Settings
from monitor.config.values import MinPay
from monitor.database.opening import missing_file, open_database
from monitor.errors import UserError

BOARD = '[[boards]]\nboard = "greenhouse:deepmind"\n'
FULL = """
[database]
url = "postgresql://me:hunter2@db/rolewatch"
[crawl]
every = "1h"
contact = "me@example.org"
timeout = "5s"
baseline = "announce"
[ats.greenhouse]
api_url = "http://127.0.0.1:8080"
delay = "0ms"
concurrency = 2
[[boards]]
url = "https://job-boards.greenhouse.io/deepmind/jobs/5938712"
company = "Google DeepMind"
[[boards]]
board = "greenhouse:anthropic"
every = "250ms"
baseline = "summary"
enabled = false
[[rules]]
name = "research-engineer"
any = ["research engineer", "/re(search)? eng/"]
all = ["gemini"]
none = ["intern*"]
in = ["title", "description"]
none_in = ["department"]
locations = ["London", "remote"]
boards = ["greenhouse:deepmind", "https://job-boards.greenhouse.io/anthropic"]
min_pay = "150000 USD"
on = ["opened", "closed"]
fields = ["pay", "employment_type"]
remind = ["36h"]
notify = ["slack:#Roles", "slack:C0ROLES001", "slack:U0ALICE001", "webhook", "console"]
mention = ["U0ALICE001", "S0GROUP001"]
mode = "digest"
[alerts]
operator = ["slack:#rolewatch-ops"]
digest = "09:00"
quiet = "22:00-07:00"
timezone = "Europe/London"
[slack]
api_url = "http://127.0.0.1:8765/api"
admins = ["U0ALICE001"]
[webhook]
[log]
level = "debug"
format = "json"
[history]
keep_checks = "30d"
[health]
listen = "127.0.0.1:9464"
heartbeat_url = "https://hc.example.org/ping/abc"
"""


def loaded(folder: Path, text: str, environ: dict[str, str] | None = None) -> Settings:
    (folder / "rolewatch.toml").write_text(text)
    return load(folder / "rolewatch.toml", environ or {})


def test_every_key_reaches_the_settings(tmp_path: Path) -> None:
    settings = loaded(tmp_path, FULL)
    assert settings.database_url.get_secret_value() == "postgresql://me:hunter2@db/rolewatch"
    assert (settings.crawl.every, settings.crawl.contact, settings.crawl.timeout) == (
        timedelta(hours=1),
        "me@example.org",
        timedelta(seconds=5),
    )
    ats = settings.ats["greenhouse"]
    assert (ats.api_url, ats.delay, ats.concurrency) == ("http://127.0.0.1:8080", timedelta(0), 2)
    first, second = settings.boards
    assert (first.board, first.url, first.company) == (
        "greenhouse:deepmind",
        "https://job-boards.greenhouse.io/deepmind",
        "Google DeepMind",
    )
    assert (first.every, first.baseline, first.enabled) == (timedelta(hours=1), "announce", True)
    assert (second.every, second.baseline, second.enabled) == (
        timedelta(milliseconds=250),
        "summary",
        False,
    )
    (rule,) = settings.rules
    assert (rule.any, rule.all, rule.none) == (
        ("research engineer", "/re(search)? eng/"),
        ("gemini",),
        ("intern*",),
    )
    assert (rule.read_in, rule.none_in, rule.locations) == (
        ("title", "description"),
        ("department",),
        ("London", "remote"),
    )
    assert (rule.boards, rule.min_pay) == (
        ("greenhouse:deepmind", "greenhouse:anthropic"),
        MinPay(150000, "USD"),
    )
    assert (rule.on, rule.fields, rule.remind) == (
        ("opened", "closed"),
        ("pay", "employment_type"),
        (timedelta(hours=36),),
    )
    assert rule.notify == (
        "slack:#roles",
        "slack:C0ROLES001",
        "slack:U0ALICE001",
        "webhook",
        "console",
    )
    assert (rule.mention, rule.mode) == (("U0ALICE001", "S0GROUP001"), "digest")
    alerts = settings.alerts
    assert (alerts.operator, alerts.digest, alerts.quiet) == (
        ("slack:#rolewatch-ops",),
        time(9),
        (time(22), time(7)),
    )
    assert alerts.timezone.key == "Europe/London"
    assert (settings.slack.api_url, settings.slack.admins) == (
        "http://127.0.0.1:8765/api/",
        ("U0ALICE001",),
    )
    assert (settings.log.level, settings.log.format, settings.health.listen) == (
        "debug",
        "json",
        "127.0.0.1:9464",
    )
    assert settings.health.heartbeat_url is not None
    assert settings.history.keep_checks == timedelta(days=30)
    for secret in ("hunter2", "ping/abc"):
        assert secret not in repr(settings)


def test_an_empty_file_has_the_defaults_and_watches_nothing(tmp_path: Path) -> None:
    settings = loaded(tmp_path, "")
    assert (settings.boards, settings.rules, settings.crawl.every) == (
        (),
        (),
        timedelta(minutes=15),
    )
    with pytest.raises(
        UserError, match=r"rolewatch\.toml: \[\[boards\]\]: no board is watched: add one"
    ):
        require_boards(settings)


def test_a_disabled_board_is_not_watched(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no board is watched: remove `enabled = false` from one$"):
        require_boards(loaded(tmp_path, BOARD + "enabled = false"))
    require_boards(loaded(tmp_path, BOARD))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:///rolewatch.db", "sqlite:///{folder}/rolewatch.db"),
        ("sqlite:///data/r.db", "sqlite:///{folder}/data/r.db"),
        ("sqlite:////var/lib/r.db", "sqlite:////var/lib/r.db"),
        ("postgres://me@db/x", "postgres://me@db/x"),
        ("postgresql://me@db/x", "postgresql://me@db/x"),
    ],
)
def test_a_database_file_is_beside_the_configuration(
    tmp_path: Path, url: str, expected: str
) -> None:
    settings = loaded(tmp_path, f'[database]\nurl = "{url}"')
    assert settings.database_url.get_secret_value() == expected.format(folder=tmp_path)
    settings = loaded(
        tmp_path, '[database]\nurl = "sqlite:///other.db"', {"ROLEWATCH_DATABASE_URL": url}
    )
    assert settings.database_url.get_secret_value() == expected.format(folder=tmp_path)


@pytest.mark.parametrize("folder", ["what?a", "50%25 off", "50% off", "a#b", "ü &=;:@+"])
def test_a_database_file_works_in_a_folder_of_any_name(tmp_path: Path, folder: str) -> None:
    place = tmp_path / folder
    place.mkdir()
    (place / "rolewatch.toml").write_text('[database]\nurl = "sqlite:///rolewatch.db"')
    url = load(place / "rolewatch.toml", {}).database_url.get_secret_value()
    assert missing_file(url) == place / "rolewatch.db"
    open_database(url).dispose()
    assert sorted(
        file.name for file in place.iterdir() if not file.name.endswith(("-wal", "-shm"))
    ) == ["rolewatch.db", "rolewatch.toml"]
    assert [file.name for file in tmp_path.iterdir()] == [folder]


@pytest.mark.parametrize(
    "url",
    [
        "mysql://me:hunter2@db/x",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite://r.db",
        "rolewatch.db",
        "http://[hunter2",
    ],
)
def test_another_database_is_refused_without_its_password(tmp_path: Path, url: str) -> None:
    with pytest.raises(
        ConfigError, match=r"rolewatch\.toml: database\.url: .*expected sqlite:///FILE"
    ) as caught:
        loaded(tmp_path, f'[database]\nurl = "{url}"')
    assert "hunter2" not in str(caught.value)


def test_secrets_come_from_the_environment(tmp_path: Path) -> None:
    hook = "https://hooks.slack.com/services/T00/B00/XX"
    settings = loaded(
        tmp_path,
        BOARD,
        {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": " xapp-1\n", "SLACK_WEBHOOK_URL": hook},
    )
    assert settings.slack.token is not None
    assert settings.slack.app_token is not None
    found = [
        secret.get_secret_value()
        for secret in (
            settings.slack.token,
            settings.slack.app_token,
            settings.secrets["webhook"],
        )
    ]
    assert found == ["xoxb-1", "xapp-1", hook]


def test_a_file_may_hold_the_secret_and_dot_env_may_name_it(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("xoxb-file\n")
    (tmp_path / ".env").write_text('SLACK_BOT_TOKEN_FILE=token\nSLACK_APP_TOKEN="xapp-$1"\n')
    settings = loaded(tmp_path, BOARD)
    assert settings.slack.token is not None
    assert settings.slack.app_token is not None
    assert (
        settings.slack.token.get_secret_value(),
        settings.slack.app_token.get_secret_value(),
    ) == ("xoxb-file", "xapp-$1")


@pytest.mark.parametrize("dot_env", ["SLACK_BOT_TOKEN=xoxb-dot", "SLACK_BOT_TOKEN_FILE=nowhere"])
def test_the_environment_wins_over_dot_env(tmp_path: Path, dot_env: str) -> None:
    (tmp_path / ".env").write_text(dot_env)
    (tmp_path / "token").write_text("xoxb-real")
    for environ in ({"SLACK_BOT_TOKEN": "xoxb-real"}, {"SLACK_BOT_TOKEN_FILE": "token"}):
        token = loaded(tmp_path, BOARD, environ).slack.token
        assert token is not None
        assert token.get_secret_value() == "xoxb-real"


@pytest.mark.parametrize(
    ("environ", "line"),
    [
        (
            {"SLACK_BOT_TOKEN_FILE": "nowhere"},
            r"\$SLACK_BOT_TOKEN_FILE: the file nowhere cannot be read: No such file",
        ),
        ({"SLACK_BOT_TOKEN": "xoxb-hunter2 hunter2"}, r"\$SLACK_BOT_TOKEN: it has a space"),
        ({"SLACK_APP_TOKEN": "xapp-hunter2\nX: y"}, r"\$SLACK_APP_TOKEN: it has a space"),
        ({"SLACK_WEBHOOK_URL": "hunter2"}, r"\$SLACK_WEBHOOK_URL: expected the webhook's address"),
        (
            {"ROLEWATCH_DATABASE_URL": "mysql://me:hunter2@db/x"},
            r"\$ROLEWATCH_DATABASE_URL: mysql is not supported",
        ),
    ],
)
def test_an_invalid_secret_is_reported_without_its_value(
    tmp_path: Path, environ: dict[str, str], line: str
) -> None:
    with pytest.raises(ConfigError, match=line) as caught:
        loaded(tmp_path, BOARD, environ)
    assert "hunter2" not in str(caught.value)


def test_a_line_of_dot_env_that_cannot_be_read_is_refused_without_its_text(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text('# mine\nSLACK_BOT_TOKEN="xoxb-hunter2\nhunter2 again\n')
    with pytest.raises(UserError) as caught:
        loaded(tmp_path, BOARD)
    assert str(caught.value) == f"{tmp_path / '.env'}: line 2, 3: expected NAME=VALUE"


def test_a_folder_named_dot_env_is_ignored(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    assert loaded(tmp_path, BOARD).slack.token is None


def test_a_channel_that_a_rule_names_twice_is_one(tmp_path: Path) -> None:
    [rule] = loaded(
        tmp_path,
        '[[rules]]\nname = "r"\nany = ["x"]\nnotify = ["slack:#roles", "console", "slack:#roles"]',
    ).rules
    assert rule.notify == ("slack:#roles", "console")


def test_a_password_may_be_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("vier Möwen im Wind\n")
    environ = {"ROLEWATCH_WEB_PASSWORD_FILE": "password"}
    password = loaded(tmp_path, BOARD, environ).web.password
    assert password is not None
    assert password.get_secret_value() == "vier Möwen im Wind"
    with pytest.raises(ConfigError, match=r"\$ROLEWATCH_WEB_PASSWORD: it has a line end") as caught:
        loaded(tmp_path, BOARD, {"ROLEWATCH_WEB_PASSWORD": "hunter2\nhunter2"})
    assert "hunter2" not in str(caught.value)


def test_the_environment_may_name_a_database_in_a_folder_with_a_space(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/Möwen im Wind/roles.db"
    settings = loaded(tmp_path, BOARD, {"ROLEWATCH_DATABASE_URL": url})
    assert missing_file(settings.database_url.get_secret_value()) == (
        tmp_path / "Möwen im Wind" / "roles.db"
    )


def test_the_file_is_searched_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    with pytest.raises(
        UserError, match=r"rolewatch\.toml or .*xdg/rolewatch/rolewatch\.toml: .*`rolewatch init`"
    ):
        find_file(None, {})
    last = tmp_path / "xdg" / "rolewatch" / "rolewatch.toml"
    last.parent.mkdir(parents=True)
    places = [
        last,
        tmp_path / "rolewatch.toml",
        tmp_path / "environment.toml",
        tmp_path / "named.toml",
    ]
    for place in places:
        place.touch()
    environ = {"ROLEWATCH_CONFIG": str(places[2])}
    assert find_file(places[3], environ) == places[3]
    assert find_file(None, environ) == places[2]
    assert find_file(None, {}) == places[1]
    places[1].unlink()
    assert find_file(None, {}) == last


@pytest.mark.parametrize("environ", [{}, {"ROLEWATCH_CONFIG": "other.toml"}])
def test_a_missing_named_file_is_reported(tmp_path: Path, environ: dict[str, str]) -> None:
    with pytest.raises(UserError, match=r"gone\.toml"):
        load(tmp_path / "gone.toml", environ)
    if environ:
        with pytest.raises(UserError, match=r"other\.toml"):
            load(None, environ)


RULE = '[[rules]]\nname = "r"\nany = ["x"]\nnotify = ["apprise:Phone", "apprise:my-desk"]\n'


def test_an_address_of_apprise_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "desk").write_text("json://desk\n")
    environ = {
        "ROLEWATCH_APPRISE_PHONE": "ntfy://verySecret",
        "ROLEWATCH_APPRISE_MY_DESK_FILE": "desk",
        "ROLEWATCH_APPRISE_OTHER": "x",
    }
    settings = loaded(tmp_path, BOARD + RULE + '[alerts]\noperator = ["apprise:ops"]', environ)
    assert settings.rules[0].notify == ("apprise:phone", "apprise:my-desk")
    assert {name: address.get_secret_value() for name, address in settings.secrets.items()} == {
        "apprise:phone": "ntfy://verySecret",
        "apprise:my-desk": "json://desk",
    }
    assert settings.effective_channel("apprise:ops") == "console"
    assert "verySecret" not in repr(settings)


def test_an_invalid_apprise_address_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, BOARD + RULE, {"ROLEWATCH_APPRISE_PHONE": "verySecret"})
    assert "$ROLEWATCH_APPRISE_PHONE: expected an address as Apprise writes it" in str(caught.value)
    assert "verySecret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:////home/zoë/my jobs/a.db", "sqlite:////home/zoë/my jobs/a.db"),
        ("postgres://me:hunter2@host/name", "postgresql://me:***@host/name"),
        ("postgresql://a%40b@host/name", "postgresql://a%40b@host/name"),
        ("postgresql://me:x@%2Frun%2Fpg:1/name", "postgresql://me:***@:1/name?host=%2Frun%2Fpg"),
    ],
)
def test_a_database_is_named_as_it_is_written(url: str, shown: str) -> None:
    assert shown_url(parse_url(url)) == shown
