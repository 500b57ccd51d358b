"""`modera-bot bench draft` measures what it says; how much that is, is for people to judge."""

import asyncio
import json
import time

import pytest
from click.testing import CliRunner

from modera_bot.bench import draft
from modera_bot.bench.lag import Lag
from modera_bot.cli import commands
from modera_bot.ml.draft.watching import Step


@pytest.fixture(scope="module")
def figures(models):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(draft, "AT_ONCE", 2)
        patch.setenv("MODERA_MODELS", str(models))
        ended = CliRunner().invoke(commands, ["bench", "draft", "--repeat", "1", "--json"])
    assert ended.exit_code == 0, ended.output
    return json.loads(ended.stdout)


def test_every_stage_and_the_whole_are_measured(figures):
    stages = figures["stages"]
    assert set(stages) == set(Step)
    parts = sum(times["median"] for times in stages.values())
    assert 0.5 * figures["anew"]["median"] < parts <= figures["anew"]["median"]


def test_memory_is_that_of_the_picture_process(figures):
    assert 50e6 < figures["memory"] < 2e9


def test_several_at_once_are_measured_with_the_lag_of_the_loop(figures):
    assert 0 <= figures["lag_p99"] <= figures["lag_max"] < figures["at_once"]


async def test_a_loop_that_is_held_up_is_late():
    lag = Lag()
    watch = asyncio.create_task(lag.watch())
    await asyncio.sleep(0.02)
    time.sleep(0.05)  # noqa: ASYNC251 - this is what is to be noticed
    await asyncio.sleep(0.02)
    watch.cancel()
    assert lag.share(1) > 0.04


def test_the_table_has_a_line_for_every_stage():
    times = draft.Times(0.1, 0.2)
    made = draft.Figures(1, times, times, dict.fromkeys(Step, times), None, 5, 0.001, 0.002)
    told = draft.table(made)
    assert [step for step in Step if f"\n{step} " not in f"\n{told}"] == []
    assert "at most unknown" in told
