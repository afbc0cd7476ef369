"""A posting's card in a channel: it shows the current state, and its thread the changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.alerts import mutes
from monitor.config.model import Rule
from monitor.queries.resolve import find_posting
from tests.support.boards import posting, postings
from tests.support.outbox_fixture import PostOffice
from tests.support.slack_scenario import MORE, MOST, PAY, RULE, SlackScenario, kinds, paid
from tests.support.slack_server import ROLES, shown


@pytest.fixture
async def life(office: PostOffice) -> SlackScenario:
    """Return a scenario after the first check, in which no posting fits."""
    life = SlackScenario(office)
    await life.check()
    return life


async def test_a_posting_is_one_card_with_its_changes_in_the_thread(life: SlackScenario) -> None:
    await life.check(paid(PAY))
    assert kinds(life.cards) == ["opened"]
    await life.check(paid(MORE))
    assert kinds(life.thread) == ["changed!"]
    assert "$141k–245k" in shown(life.card)
    assert "$133k" not in shown(life.card)
    await life.check(
        paid(MORE, description="We look for an engineer who can cook.\n\nYou will build things.")
    )
    await life.check(closed="1")
    assert kinds(life.cards) == ["closed"]
    assert '"strike": true' in shown(life.card["blocks"][0])
    await life.check(paid(MORE))
    assert kinds(life.cards) == ["reopened"]
    assert "strike" not in shown(life.card)
    assert kinds(life.thread) == ["changed!", "changed", "closed!", "reopened!"]
    assert life.card["edits"] == 3  # an edit of the description alone changes no card
    assert life.office.one_copy_each()


async def test_a_current_card_is_not_edited(life: SlackScenario) -> None:
    await life.check(posting())
    await life.check(posting())
    await life.deliver()
    assert life.slack.calls["chat.update"] == 0


async def test_a_burst_of_changes_is_one_edit_and_every_change_a_reply(life: SlackScenario) -> None:
    await life.check(paid(PAY))
    life.check_without_delivery(paid(MORE))
    life.check_without_delivery(paid(MOST))
    await life.check(paid(PAY))
    assert life.card["edits"] == 1
    assert kinds(life.thread) == ["changed!"] * 3
    assert "$133k" in shown(life.card)


async def test_a_backlog_before_the_card_exists_comes_after_it(life: SlackScenario) -> None:
    life.check_without_delivery(paid(PAY))
    life.check_without_delivery(paid(MORE))
    await life.check(closed="1")
    assert kinds(life.cards) == ["closed"]
    assert kinds(life.thread) == ["changed!", "closed!"]


async def test_a_baseline_posting_gets_a_card_at_its_first_change(
    office: PostOffice,
) -> None:
    life = SlackScenario(office)
    await life.check(paid(PAY))
    assert life.cards == []
    await life.check(paid(MORE))
    assert kinds(life.cards) == ["changed"]
    assert "$133k" in shown(life.card)
    assert life.thread == []
    await life.check(closed="1")
    assert kinds(life.thread) == ["closed!"]


async def test_a_grouped_posting_gets_a_card_at_its_next_change(
    life: SlackScenario,
) -> None:
    await life.check(*postings(12))
    assert len(life.cards) == 1
    await life.check(*postings(11), paid(PAY, "12", title="Research Engineer, Team Twelve"))
    assert kinds(life.cards[1:]) == ["changed"]


async def test_a_card_is_edited_when_a_group_has_its_change(life: SlackScenario) -> None:
    await life.check(posting("1", title="Research Engineer, Team 1"))
    await life.check(
        *[
            replace(one, title=one.title + " B", location="Paris", locations=("Paris",))
            for one in postings(12)
        ]
    )
    assert "Team 1 B" in shown(life.cards[0])
    assert life.slack.channels[ROLES].threads == {}


@pytest.mark.parametrize(
    "rule",
    [
        replace(RULE, on=("opened",)),
        replace(RULE, fields=("title",)),
        replace(RULE, on=("opened", "closed"), fields=("title",)),
    ],
    ids=["opened alone", "titles alone", "no revisions"],
)
async def test_a_card_shows_changes_that_have_no_alert(office: PostOffice, rule: Rule) -> None:
    life = SlackScenario(office, rule)
    await life.check()
    await life.check(paid(PAY))
    await life.check(paid(MORE, location="Paris", locations=("Paris",), department="Kitchen"))
    assert all(fact in shown(life.card) for fact in ("$141k", "Paris"))
    assert life.thread == []


async def test_a_closing_without_an_alert_strikes_the_card_through(office: PostOffice) -> None:
    life = SlackScenario(office, replace(RULE, on=("opened",)))
    await life.check()
    await life.check(posting())
    await life.check(closed="1")
    assert kinds(life.cards) == ["closed"]
    await life.check(posting())
    assert kinds(life.cards) == ["reopened"]
    assert life.thread == []


async def test_a_check_without_alerts_still_updates_cards(life: SlackScenario) -> None:
    await life.check(paid(PAY))
    life.history.alerts = False
    await life.check(paid(MORE))
    assert "$141k" in shown(life.card)
    assert life.thread == []


async def test_a_card_shows_that_a_posting_starts_and_stops_to_fit(
    life: SlackScenario,
) -> None:
    await life.check(posting(title="Gardener"))
    await life.check(posting(title="Research Engineer"))
    assert "now fits" in shown(life.card["blocks"][0])
    await life.check(posting(title="Gardener II"))
    assert "no longer fits" in shown(life.thread[0])
    assert kinds(life.cards) == ["changed"]
    await life.check(posting(title="Gardener III"))
    assert len(life.thread) == 1
    assert "Gardener III" in shown(life.card)


async def test_a_second_fitting_rule_is_named_on_the_card(office: PostOffice) -> None:
    life = SlackScenario(
        office,
        RULE,
        Rule("london", any=("engineer",), locations=("London",), notify=("slack:#roles",)),
    )
    await life.check()
    await life.check(posting(location="Paris", locations=("Paris",)))
    assert "london" not in shown(life.card)
    await life.check(posting())
    assert "now fits" in shown(life.thread[0])
    assert all(name in shown(life.card) for name in ("research-engineer", "london"))


async def test_each_channel_has_its_own_card(office: PostOffice) -> None:
    life = SlackScenario(office, replace(RULE, notify=("slack:#roles", "slack:#secret", "console")))
    await life.check()
    await life.check(paid(PAY))
    await life.check(paid(MORE))
    secret = life.slack.channels["C00SECRET"]
    assert kinds(secret.messages[1:]) == ["changed"]
    assert kinds(secret.replies(secret.messages[1])) == ["changed!"]
    assert office.console.getvalue().count("raised pay") == 1
    assert life.history.ask("SELECT count(*) FROM card") == [(2,)]


async def test_a_direct_message_has_a_card_too(office: PostOffice) -> None:
    life = SlackScenario(office, replace(RULE, notify=("slack:U0ALICE001",)))
    await life.check()
    await life.check(paid(PAY))
    await life.check(paid(MORE))
    chat = life.slack.channels["D0ALICE001"]
    assert kinds(chat.replies(chat.messages[1])) == ["changed!"]


async def test_an_alert_links_to_its_message(life: SlackScenario) -> None:
    await life.check(paid(PAY))
    await life.check(paid(MORE))
    urls = [
        row[0]
        for row in life.history.ask(
            "SELECT message_url FROM alerts WHERE kind <> 'summary' ORDER BY alert_id"
        )
    ]
    card, reply = life.card["ts"], life.thread[0]["ts"]
    base = f"https://example.slack.com/archives/{ROLES}/p"
    assert urls == [
        base + card.replace(".", ""),
        f"{base}{reply.replace('.', '')}?thread_ts={card}&cid={ROLES}",
    ]


async def test_a_deleted_card_is_reposted_when_it_changes(
    office: PostOffice,
) -> None:
    life = SlackScenario(office, replace(RULE, on=("opened",)))
    await life.check()
    await life.check(paid(PAY))
    life.slack.delete(life.card)
    await life.check(paid(MORE))
    assert kinds(life.cards) == ["changed"]
    assert "$141k" in shown(life.card)
    await life.check(paid(MOST))
    assert "$150k" in shown(life.card)


@pytest.mark.parametrize("replies", [0, 1])
async def test_a_deleted_card_is_reposted_once_by_the_next_change(
    life: SlackScenario, replies: int
) -> None:
    await life.check(paid(PAY))
    if replies:
        await life.check(paid(MOST))
    life.slack.delete(life.card)
    await life.check(paid(MORE))
    assert "$141k" in shown(life.card)
    [(delivery_id,)] = life.history.ask("SELECT delivery_id FROM alert ORDER BY id DESC LIMIT 1")
    assert life.slack.copies(delivery_id) == 1
    await life.check(closed="1")
    assert kinds(life.cards) == ["closed"]
    assert kinds(life.thread) == ["closed!"]


async def test_a_card_keeps_the_place_that_its_rule_asks_for_in_front(office: PostOffice) -> None:
    life = SlackScenario(office, replace(RULE, locations=("London",)))
    await life.check()
    places = ("New York, NY", "Zurich", "London, UK")
    for pay in (PAY, MORE):
        await life.check(paid(pay, location="; ".join(places), locations=places))
        assert "London, New York +1" in life.card["text"]
    assert life.card["edits"] == 1


@pytest.mark.parametrize("rule", [None, RULE.name])
async def test_a_deleted_card_of_a_muted_role_is_not_reposted(
    life: SlackScenario, rule: str | None
) -> None:
    await life.check(paid(PAY))
    life.slack.delete(life.card)
    with life.office.engine.begin() as connection:
        posting_id, now = None if rule else find_posting(connection, "1").id, life.office.clock()
        mutes.mute(connection, "slack:#roles", posting_id=posting_id, rule=rule, by="U1", now=now)
    await life.check(closed="1")
    assert life.cards == []


async def test_a_deleted_card_of_a_removed_rule_is_not_reposted(life: SlackScenario) -> None:
    await life.check(paid(PAY))
    life.slack.delete(life.card)
    life.history.settings = replace(life.history.settings, rules=(Rule("cooks", any=("cook",)),))
    await life.check(paid(MORE))
    assert life.cards == []


async def test_a_name_that_moved_to_another_channel_gets_new_cards(life: SlackScenario) -> None:
    await life.check(paid(PAY))
    life.slack.channels[ROLES].name = "roles-2025"
    life.slack.channels["C0000OPS"].name = "roles"
    await life.check(paid(MORE))
    assert kinds(life.slack.channels["C0000OPS"].messages) == ["changed"]
    assert life.thread == []


async def test_a_role_that_reopens_with_other_pay_is_hiring_again(life: SlackScenario) -> None:
    await life.check(paid(PAY))
    await life.check(closed="1")
    await life.check(paid(MORE))
    assert kinds(life.cards) == ["reopened"]
    await life.check(paid(MORE, description="Another text, of another team, about other work."))
    assert kinds(life.cards) == ["reopened"]
    await life.check(paid(MOST, description="Another text, of another team, about other work."))
    assert kinds(life.cards) == ["changed"]
