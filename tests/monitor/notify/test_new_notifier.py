"""A notifier of its own, added as docs/adding-a-notifier.md says: a class and an entry of KINDS."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Self, TextIO

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from monitor.channels import KINDS, Kind, parse_channel, secret_name
from monitor.cli import doctor_channels
from monitor.cli.finding import Finding
from monitor.cli.sample import send_samples
from monitor.config.load import ConfigError, parse_settings
from monitor.config.model import Settings
from monitor.delivery.outbox import Outbox
from monitor.messages import Message
from monitor.notify import notifiers
from monitor.notify.base import ChannelRefusedError, Receipt, WriteOnly
from monitor.notify.plain import title_and_body
from tests.support.alerts import AT, AlertWriter, opened

FILE = """
[[boards]]
board = "greenhouse:examplelabs"
[[rules]]
name = "engineers"
any = ["engineer"]
notify = ["pigeon:Anna"]
[alerts]
operator = ["pigeon:Anna", "console"]
"""
LOFT = {"PIGEON_ANNA": "loft-verySecret"}


class PigeonNotifier(WriteOnly):
    """Channels `pigeon:NAME`. The secret is the key in `$PIGEON_NAME`."""

    taken: ClassVar[list[tuple[str, str, str]]] = []  # key, title, delivery id

    def __init__(self, keys: Mapping[str, SecretStr]) -> None:
        self.secrets = keys

    @classmethod
    def from_settings(cls, settings: Settings, _console: TextIO) -> Self:
        return cls(settings.secrets)

    async def send(self, channel: str, message: Message, delivery_id: str) -> Receipt:
        title, _ = title_and_body(message)
        self.taken.append((self.secret_of(channel), title, delivery_id))
        return Receipt()


@pytest.fixture(autouse=True)
def pigeon(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = Kind(
        f"{__name__}:PigeonNotifier",
        ("pigeon:NAME",),
        pattern="pigeon:[a-zA-Z]{1,20}",
        variable="PIGEON_{NAME}",
        value_pattern="loft-",
        value_in_words="a key that begins with loft-",
        names_in_words="letters",
        value_noun="key",
    )
    monkeypatch.setitem(KINDS, "pigeon", entry)
    monkeypatch.setattr(PigeonNotifier, "taken", [])


def settings(environ: dict[str, str] = LOFT, text: str = FILE) -> Settings:
    return parse_settings(text, Path("rolewatch.toml"), environ)


async def test_an_alert_for_it_is_delivered_once(engine: Engine) -> None:
    writer, ways = AlertWriter(engine), notifiers(settings(), io.StringIO())
    writer.tell(opened(), channel="pigeon:anna")
    for _ in range(2):
        await Outbox(engine, ways, lambda: AT).deliver(until_idle=True)
    (delivery,) = writer.deliveries()
    assert delivery.state == "sent"
    title, _ = title_and_body(opened())
    assert PigeonNotifier.taken == [("loft-verySecret", title, delivery.delivery_id)]


async def examined(settings: Settings) -> Finding:
    """Return the finding of `doctor` for the new channel."""
    (finding,) = [
        one async for one in doctor_channels.examine(settings) if one.subject == "pigeon:anna"
    ]
    return finding


async def test_doctor_reports_a_channel_of_the_new_notifier() -> None:
    finding = await examined(settings())
    assert (finding.subject, finding.ok, finding.remedy) == ("pigeon:anna", True, "")
    assert finding.found.startswith("its key is set; ")


async def test_doctor_names_the_missing_secret_of_the_new_notifier() -> None:
    finding = await examined(settings({}))
    assert (finding.subject, finding.ok, finding.remedy) == (
        "pigeon:anna",
        True,
        "set $PIGEON_ANNA",
    )
    assert finding.found.startswith("no key: ")


async def test_a_removed_secret_refuses_its_channel() -> None:
    with pytest.raises(ChannelRefusedError, match="its key is no longer set"):
        await PigeonNotifier({}).send("pigeon:anna", opened(), "id1")


async def test_a_sample_is_sent_to_it() -> None:
    tried = [
        one async for one in send_samples(settings(), notifiers(settings(), io.StringIO()), AT)
    ]
    assert [(one.channel, one.ok) for one in tried] == [("pigeon:anna", True), ("console", True)]
    assert [address for address, _, _ in PigeonNotifier.taken] == ["loft-verySecret"]


def test_the_console_takes_its_alerts_without_a_secret() -> None:
    assert settings({}).effective_channel("pigeon:anna") == "console"
    assert set(notifiers(settings({}), io.StringIO())) == {"console"}


def test_only_the_braces_of_a_variable_stand_for_the_channel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shared = replace(KINDS["pigeon"], variable="PIGEON_USERNAME")
    assert secret_name("pigeon:anna-b") == "PIGEON_ANNA_B"
    monkeypatch.setitem(KINDS, "pigeon", shared)
    assert secret_name("pigeon:anna-b") == "PIGEON_USERNAME"


def test_a_name_keeps_its_case_only_in_a_cased_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    assert parse_channel("pigeon:Anna") == "pigeon:anna"
    monkeypatch.setitem(KINDS, "pigeon", replace(KINDS["pigeon"], cased=True))
    assert parse_channel("pigeon:Anna") == "pigeon:Anna"
    assert secret_name("pigeon:Anna") == "PIGEON_ANNA"


def test_a_mistake_in_its_channel_or_secret_is_reported() -> None:
    with pytest.raises(ConfigError, match=r"pigeon:NAME of letters; its key is \$PIGEON_NAME"):
        settings(text=FILE.replace("pigeon:Anna", "pigeon:7"))
    with pytest.raises(ConfigError, match=r"\$PIGEON_ANNA: .*loft-") as caught:
        settings({"PIGEON_ANNA": "verySecret"})
    assert "verySecret" not in str(caught.value)
