"""Messages as they are stored."""

from __future__ import annotations

from monitor.messages import RoleMessage, Why, dump, load

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
