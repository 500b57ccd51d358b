"""`modera-bot bench ml` measures what it says; how much that is, is for people to judge."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from modera_bot.bench import hosted
from modera_bot.cli import commands


def test_the_time_around_a_call_and_of_a_repetition_are_measured(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosted, "PROVIDER_S", 0.1)
    monkeypatch.setattr(hosted, "SIZE", (512, 768))
    monkeypatch.setenv("MODERA_MODELS", str(models))
    ended = CliRunner().invoke(commands, ["bench", "ml", "--repeat", "1", "--json"])
    assert ended.exit_code == 0, ended.output
    figures = json.loads(ended.stdout)
    assert 0 < figures["overhead"] <= figures["longest_overhead"]
    assert 0 < figures["cache_hit"] <= figures["longest_cache_hit"]
    assert "a result from before" in hosted.table(hosted.Figures(**figures))
