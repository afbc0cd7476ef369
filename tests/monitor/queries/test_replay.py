"""The cost of a replay, counted: seconds are the machine's, the number of judgements is ours."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from monitor.config.model import Rule, Settings
from monitor.database.engine import read_transaction
from monitor.queries.replay import replay
from monitor.rules.matcher import Candidate, Explanation, Matcher
from tests.support.half_year import HalfYear

RULES = (
    Rule("titles", any=("research engineer",)),
    Rule("texts", any=("large models",), read_in=("description",)),
)


def test_each_stored_content_is_matched_once_by_each_rule(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = HalfYear(boards=2, postings=15, days=40)
    end = history.write(engine)
    decided: list[tuple[str, str]] = []
    progress: list[int] = []
    explain = Matcher.explain

    def counted(matcher: Matcher, candidate: Candidate) -> Explanation:
        decided.append((matcher.rule.name, candidate.title))
        return explain(matcher, candidate)

    monkeypatch.setattr(Matcher, "explain", counted)
    settings = Settings(Path("rolewatch.toml"), SecretStr(str(engine.url)), rules=RULES)
    with read_transaction(engine) as connection:
        alerts = list(replay(connection, settings, end - timedelta(days=365), progress.append))
        assert len(decided) == len(history.versions) * len(RULES)
        decided.clear()
        assert list(replay(connection, settings, end)) == []
    assert alerts
    assert progress
    assert len(decided) == len(history.current) * len(
        RULES
    )  # what was open then, and nothing older
