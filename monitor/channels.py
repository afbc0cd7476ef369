"""Channels by name, and their kinds: `slack:#roles`, `webhook`, `apprise:NAME`, `console`.

KINDS is the one place that lists them. The configuration, `doctor`, `alerts test` and delivery read
it, so a new notifier is its file and its entry here (docs/adding-a-notifier.md).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NamedTuple, Self


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of channel, as the configuration needs to know it.

    `notifier` is a dotted path: reading the configuration must not load a service's library.
    """

    notifier: str  # "monitor.notify.console:ConsoleNotifier"
    forms: tuple[str, ...]  # as a person writes it, such as "apprise:NAME"
    pattern: str = ""  # a regular expression of the whole channel; empty: the kind alone
    cased: bool = False  # whether its names keep their case; else they are stored in lower case
    names_in_words: str = ""  # the NAME in `kind:NAME`, for a person who wrote another one
    # the variable with its secret, empty if it needs none. {NAME} in it is the channel's name;
    # without {NAME}, all channels of the kind share the variable
    variable: str = ""
    value_pattern: str = ""  # a regular expression of how the secret begins
    value_in_words: str = ""
    value_noun: str = "secret"  # what the secret is, for a person: "address", "token"

    def variable_of(self, name: str) -> str:
        """Return the variable of the channel of that name: `ROLEWATCH_APPRISE_FAMILY`."""
        return self.variable.replace("{NAME}", name.upper().replace("-", "_"))


# the ids of Slack's conversations and people, without the prefix "slack:"
_SLACK_CHANNEL_ID: Final = "[CGD][A-Z0-9]{5,}"
_SLACK_USER_ID: Final = "[UW][A-Z0-9]{5,}"

KINDS: Final[dict[str, Kind]] = {
    "slack": Kind(
        "monitor.notify.slack.notifier:SlackNotifier",
        ("slack:#name", "slack:C… (a channel's id)", "slack:U… (a person)"),
        pattern=rf"slack:(#[^\s#@,:]{{1,80}}|{_SLACK_CHANNEL_ID}|{_SLACK_USER_ID})",
        cased=True,  # ids; Channel.parse lowers the case of a #name
        variable="SLACK_BOT_TOKEN",
        value_noun="token",
    ),
    "apprise": Kind(
        "monitor.notify.apprise:AppriseNotifier",
        ("apprise:NAME",),
        # not …_file: $ROLEWATCH_APPRISE_…_FILE names the file with another channel's address
        pattern=r"(?i:apprise:(?!.*_file$)[a-z0-9][a-z0-9_-]{0,39})",
        names_in_words="letters, digits, - and _ that does not end in _file",
        variable="ROLEWATCH_APPRISE_{NAME}",
        value_pattern=".*://",
        value_in_words="an address as Apprise writes it,"
        " such as ntfy://TOPIC or tgram://TOKEN/CHAT",
        value_noun="address",
    ),
    "webhook": Kind(
        "monitor.notify.webhook:WebhookNotifier",
        ("webhook",),
        variable="SLACK_WEBHOOK_URL",
        value_pattern="https?://[^/]",
        value_in_words="the webhook's address, which begins with https://",
        value_noun="address",
    ),
    "console": Kind("monitor.notify.console:ConsoleNotifier", ("console",)),
}


class Channel(NamedTuple):
    """The two parts of a channel's name: `slack` and `#roles` for `slack:#roles`."""

    kind: str  # a key of KINDS
    name: str  # within its kind; empty for webhook and console

    @classmethod
    def parse(cls, channel: str) -> Self:
        """Return the parts of a channel's name, which is taken as valid.

        Slack's names are in lower case, as Slack spells them. Ids stay as they are.
        """
        kind, _, name = channel.partition(":")
        return cls(kind, name.lower() if kind == "slack" and name.startswith("#") else name)

    @classmethod
    def slack(cls, name: str) -> Self:
        """Return a channel of Slack by its name or id: `#roles`, `C0ROLES001`, `U0ALICE001`."""
        return cls.parse(f"slack:{name}")

    def __str__(self) -> str:
        """Return the name as it is stored and configured: `slack:#roles`."""
        return f"{self.kind}:{self.name}" if self.name else self.kind

    @property
    def is_slack(self) -> bool:
        return self.kind == "slack"

    @property
    def has_slack_name(self) -> bool:
        """Return whether it is a name, which may move to another channel: `slack:#roles`."""
        return self.is_slack and self.name.startswith("#")

    @property
    def is_slack_id(self) -> bool:
        """Return whether Slack takes it as it is: `slack:C…`, `slack:U…`."""
        return self.is_person or self._is_slack(_SLACK_CHANNEL_ID)

    @property
    def is_person(self) -> bool:
        """Return whether it is a direct message by the person's id: `slack:U…`."""
        return self._is_slack(_SLACK_USER_ID)

    @property
    def is_conversation(self) -> bool:
        """Return whether it is a direct message by its own id: `slack:D…`."""
        return self._is_slack(_SLACK_CHANNEL_ID) and self.name.startswith("D")

    @property
    def is_direct_message(self) -> bool:
        """Return whether it is one person's conversation: `slack:U…` or `slack:D…`."""
        return self.is_person or self.is_conversation

    def _is_slack(self, ids: str) -> bool:
        return self.is_slack and re.fullmatch(ids, self.name) is not None


class Listed(NamedTuple):
    """A channel as the workspace lists it."""

    channel_id: str
    private: bool


def kind(channel: str) -> str:
    """Return the kind of notifier: `slack` for `slack:#roles`."""
    return Channel.parse(channel).kind


def secret_name(channel: str) -> str:
    """Return the channel's variable in the environment: `ROLEWATCH_APPRISE_FAMILY`."""
    parts = Channel.parse(channel)
    known = KINDS.get(parts.kind)
    return known.variable_of(parts.name) if known else ""


def secret_word(channel: str) -> str:
    """Return what the channel's secret is, for a person: `address`."""
    return KINDS[kind(channel)].value_noun


def parse_channel(written: str) -> str:
    """Return a configured channel as it is stored, ids as they are. Raise ValueError."""
    for name, known in KINDS.items():
        if re.fullmatch(known.pattern or re.escape(name), written):
            return str(Channel.parse(written if known.cased else written.lower()))
    named = KINDS.get(kind(written))
    if named is not None and named.names_in_words:
        raise ValueError(
            f"expected {named.forms[0]} of {named.names_in_words}; "
            f"its {named.value_noun} is ${named.variable_of('NAME')}"
        )
    *forms, last = channel_forms()
    raise ValueError(f"expected {', '.join(forms)} or {last}")


def channel_forms() -> list[str]:
    """Return the forms of all channels, as a person writes them."""
    return [form for known in KINDS.values() for form in known.forms]
