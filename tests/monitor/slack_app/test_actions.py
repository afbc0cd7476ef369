"""The effects of clicks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, insert

from monitor.alerts import mutes
from monitor.config.model import SlackSettings
from monitor.database import tables
from monitor.database.engine import read_transaction
from monitor.notify.document import Composed
from monitor.slack_app import actions, mute_replies, replies
from monitor.slack_app.diff_files import DiffUpload
from monitor.slack_app.effects import Announce, Effects, Replace, Respond, Upload
from monitor.slack_app.payloads import Click, parse_envelope
from tests.support.boards import BOARD, posting, snapshot
from tests.support.history import History
from tests.support.rendered import drawn
from tests.support.socket_server import ADMIN, ALICE, BOB, CARD, ROLES, click
from tests.support.story import STORY, tell


@pytest.fixture
def history(sqlite_engine: Engine) -> History:
    """Return the story on SQLite, with messages sent to #roles and to Alice."""
    return sent(sqlite_engine)


def sent(engine: Engine) -> History:
    history = tell(engine)
    history.settings = replace(history.settings, slack=SlackSettings(admins=(ADMIN,)))
    with engine.begin() as connection:
        for number, (channel, channel_id) in enumerate(
            (("slack:#roles", ROLES), (f"slack:{ALICE}", "D0ALICE001"))
        ):
            row = {
                "delivery_id": f"d{number}",
                "channel": channel,
                "message": "{}",
                "state": "sent",
                "created_at": history.now,
                "attempts": 1,
            }
            connection.execute(
                insert(tables.Delivery).values(**row, channel_id=channel_id, ts=CARD)
            )
    return history


def press(
    history: History, action: str, value: str = STORY, user: str = ALICE, channel: str = ROLES
) -> Effects:
    [clicked] = parse_envelope(
        {"envelope_id": "e", "type": "interactive", "payload": click(action, value, user, channel)}
    )
    assert isinstance(clicked, Click)
    with history.engine.begin() as connection:
        return actions.handle_action(connection, history.settings, clicked, history.now)


def answer(effects: Effects) -> Composed:
    [reply] = [effect.reply for effect in effects if isinstance(effect, Respond)]
    return reply


def answered(effects: Effects) -> str:
    return drawn(answer(effects)).text


def announced(effects: Effects) -> bool:
    return any(isinstance(effect, Announce) for effect in effects)


def uploaded(effects: Effects) -> DiffUpload | None:
    return next((effect.file for effect in effects if isinstance(effect, Upload)), None)


def muted(history: History) -> list[tuple[str, str | None, str | None]]:
    with read_transaction(history.engine) as connection:
        return [
            (row.channel, row.posting, row.rule)
            for row in mutes.list_mutes(connection, history.now)
        ]


def test_an_admin_mutes_for_everyone_in_the_channel(history: History) -> None:
    assert announced(press(history, "role_mute", user=ADMIN))
    assert announced(press(history, "rule_mute", "kernels", user=ADMIN))
    assert muted(history) == [("slack:#roles", STORY, None), ("slack:#roles", None, "kernels")]


def test_muting_twice_is_muting_once(history: History) -> None:
    press(history, "role_mute", user=ADMIN)
    again = press(history, "role_mute", user=ADMIN)
    assert not announced(again)
    assert answered(again).startswith("Already muted")
    assert len(muted(history)) == 1


def test_others_may_not_mute_for_everyone(history: History) -> None:
    for action, value in (("role_mute", STORY), ("rule_mute", "kernels")):
        effects = press(history, action, value)
        assert answer(effects) == mute_replies.not_allowed([ADMIN])
        assert not announced(effects)
    history.settings = replace(history.settings, slack=SlackSettings())
    assert answer(press(history, "role_mute")) == mute_replies.not_allowed([])
    assert muted(history) == []


def test_a_mute_in_a_direct_message_is_personal(history: History) -> None:
    press(history, "role_mute", channel="D0ALICE001")
    press(history, "rule_mute", "kernels", channel="D0ALICE001")
    assert muted(history) == [(f"slack:{ALICE}", STORY, None), (f"slack:{ALICE}", None, "kernels")]


def test_a_mute_is_undone_by_those_who_may_make_it(history: History) -> None:
    press(history, "role_mute", user=ADMIN)
    with read_transaction(history.engine) as connection:
        number = str(mutes.list_mutes(connection, history.now)[0].id)
    assert answer(press(history, "mute_undo", number, BOB)) == mute_replies.not_allowed([ADMIN])
    undone = press(history, "mute_undo", number, ADMIN)
    assert isinstance(undone[0], Replace)
    assert len(undone) == 1  # the announcement says it
    assert muted(history) == []
    assert answered(press(history, "mute_undo", number, ADMIN)).startswith(
        mute_replies.undone(new=False)
    )


def test_an_older_announcement_with_the_id_of_another_mute_undoes_nothing(
    history: History,
) -> None:
    press(history, "role_mute", user=ADMIN)
    with history.engine.begin() as connection:
        [mute] = mutes.list_mutes(connection, history.now)
        mutes.announced(connection, mute.id, ROLES, "1700000000.000200")
    pressed = press(history, "mute_undo", str(mute.id), ADMIN)  # in the message CARD
    assert answer(pressed) == mute_replies.UNKNOWN_MUTE
    assert len(muted(history)) == 1


def test_a_click_on_an_ephemeral_message_is_private() -> None:
    payload = click("mute_undo", "1")
    payload["container"]["is_ephemeral"] = True
    [clicked] = parse_envelope({"envelope_id": "e", "type": "interactive", "payload": payload})
    assert isinstance(clicked, Click)
    assert clicked.private


def test_an_expired_mute_of_a_rule_can_be_repeated(history: History) -> None:
    press(history, "rule_mute", "kernels", ADMIN)
    history.now += timedelta(days=1, minutes=1)
    assert muted(history) == []
    assert announced(press(history, "rule_mute", "kernels", ADMIN))


def test_a_card_of_a_missing_role_or_rule_gets_a_reply(history: History) -> None:
    for action in ("role_save", "role_mute", "role_diff", "role_why", "role_unsave"):
        for value in (
            "greenhouse:examplelabs:999",
            "greenhouse:nowhere:1",
            "",
            "nonsense",
            "https://x.example/",
        ):
            assert answer(press(history, action, value, ADMIN)) == replies.UNKNOWN_ROLE
    assert answer(press(history, "rule_mute", "gone", ADMIN)) == mute_replies.no_rule("gone")
    for value in ("", "x", "999", "9" * 50, "-1", "²"):
        assert answer(press(history, "mute_undo", value, ADMIN)) == mute_replies.UNKNOWN_MUTE


def test_why_explains_each_rule(history: History) -> None:
    blocks = str(drawn(answer(press(history, "role_why", f"{BOARD}:12"))).blocks)
    assert "title has “research engineer”" in blocks
    assert "the description has none of “kernels”" in blocks


def test_the_diff_is_of_the_last_revision_with_its_fields(history: History) -> None:
    moved = posting(
        "12", title="Research Scientist/Engineer", location="Paris", locations=("Paris",)
    )
    history.check(snapshot([moved]))
    file = uploaded(press(history, "role_diff", f"{BOARD}:12"))
    assert file is not None
    assert "-location: Paris, France; Zürich\n+location: Paris\n" in file.content
    assert file.name == "12-version-2.diff"


@pytest.mark.parametrize(("value", "version"), [(STORY, 3), (f"{STORY} 2", 2), (f"{STORY} 3", 3)])
def test_a_diff_button_names_its_revision_or_means_the_last(
    history: History, value: str, version: int
) -> None:
    file = uploaded(press(history, "role_diff", value))
    assert file is not None
    assert file.name == f"11-version-{version}.diff"
    assert ("+location: Mountain View" in file.content) is (version == 2)
    assert ("+We build very large kernels." in file.content) is (version == 3)


def test_an_unknown_revision_has_no_diff(history: History) -> None:
    for value in (f"{STORY} 99", f"{STORY} 1"):
        reply = answer(press(history, "role_diff", value))
        assert reply == replies.never_revised("Research Engineer, Gemini")


def test_each_revision_has_its_own_diff(history: History) -> None:
    assert uploaded(press(history, "role_diff", STORY)) is not None
    assert uploaded(press(history, "role_diff", f"{STORY} 2")) is not None
    third = press(history, "role_diff", f"{STORY} 3", BOB)
    assert answer(third) == replies.diff_uploading("Research Engineer, Gemini")


def test_a_role_without_revisions_has_no_diff(history: History) -> None:
    reply = answer(press(history, "role_diff", "greenhouse:otherworks:21"))
    assert reply == replies.never_revised("Research Engineer")


def test_a_saved_role_can_be_removed(history: History) -> None:
    press(history, "role_save")
    for _ in range(2):
        reply = answer(press(history, "role_unsave"))
        assert reply == replies.unsaved("Research Engineer, Gemini")
    assert history.ask("SELECT count(*) FROM saved") == [(0,)]


def test_every_button_has_its_effect_on_both_databases(engine: Engine) -> None:
    history = sent(engine)
    for _ in range(2):
        for action, value in (
            ("role_save", STORY),
            ("role_mute", STORY),
            ("rule_mute", "kernels"),
            ("role_diff", STORY),
            ("role_why", STORY),
        ):
            press(history, action, value, ADMIN)
    counts = [
        history.ask(f"SELECT count(*) FROM {table}") for table in ("saved", "mute", "diff_file")
    ]
    assert counts == [[(1,)], [(2,)], [(1,)]]
    for (number,) in history.ask("SELECT id FROM mute"):
        press(history, "mute_undo", str(number), ADMIN)
    press(history, "role_unsave", STORY, ADMIN)
    assert muted(history) == []
