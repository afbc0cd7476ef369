"""Messages as they are stored."""

from __future__ import annotations

import pytest

from monitor.message_parts import Why
from monitor.messages import RoleMessage, dump, load
from monitor.notify.compose.pages import split_summary
from monitor.notify.slack.draw import draw
from tests.support.alerts import role, summary

STORED = (
    '{"type":"role","kind":"revised","role":{"posting":"greenhouse:examplelabs:11","company":'
    '"Example Labs","title":"Research Engineer","url":"https://jobs.example/11"},"why":[{"rule":'
    '"kernels","words":"description has “kernels”","turn":"now fits"}],"at":"2026-03-02T11:14:00Z"}'
)


def test_a_stored_message_says_what_a_revision_did_to_a_rule() -> None:
    message = load(STORED)
    assert isinstance(message, RoleMessage)
    assert message.why == (Why("kernels", "description has “kernels”", "now fits"),)


def test_a_message_is_stored_under_the_keys_that_older_versions_read() -> None:
    assert '"turn":"now fits"' in dump(load(STORED))


_ROLE = '{"posting":"lever:a:1","company":"A","title":"Engineer","url":"https://a.example"}'
OLDER = (
    (
        '{"type":"summary","boards":[{"board":"lever:a","company":"A","url":"","open":3}],"rules":'
        f'[{{"rule":"r","roles":[{_ROLE}],"told":2}}],"moves":[],"late":false}}'
    ),
    (
        '{"type":"template","board":"lever:a","company":"A","url":"","at":"2026-03-02T11:14:00Z",'
        '"passages":[{"old":"a","new":"b","roles":3}],"edited":3,"listed":4,"rules":[],"why":[]}'
    ),
    (
        '{"type":"digest","day":"2026-03-02","since":"2026-03-01T11:14:00Z","items":[],'
        f'"deadlines":[{_ROLE}],"open":3,"fitting":1,"boards":[]}}'
    ),
    '{"type":"night","parts":[{"type":"reminder","items":[],"at":"2026-03-02T11:14:00Z"}]}',
)


@pytest.mark.parametrize("stored", OLDER)
def test_a_list_that_an_older_version_stored_is_still_read(stored: str) -> None:
    message = load(stored)
    assert load(dump(message)) == message
    assert draw(message)[0]


def test_a_list_with_a_thread_is_read_as_it_was_written() -> None:
    roles = tuple(role(str(number)) for number in range(9))
    head, rests = split_summary(summary(roles=roles), threaded=True)
    assert load(dump(head)) == head
    assert [load(dump(one)) for one in rests] == list(rests)
