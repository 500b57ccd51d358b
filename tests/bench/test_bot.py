"""The benches run: a small crowd is served, and a job is begun."""

import sys

import pytest

from modera_bot.bench import bot, jobs


@pytest.mark.slow
def test_a_small_crowd_is_served_and_counted(monkeypatch):
    command = bot.contestants(None)[bot.OURS]
    monkeypatch.setattr(bot, "contestants", lambda aiogram: {bot.OURS: command})
    told = []
    ((played,),) = bot.compare(3, 1, None, told.append).values()
    assert (played["users"], played["served"], played["answers"]) == (3, 3, 3)
    assert played["calls_per_s"] > 0
    assert "3 of 3 served" in told[0]


def test_ours_is_compared_by_the_medians_of_the_rounds():
    speeds = {bot.STOCK: [1.0], bot.OURS: [50.0, 10.0, 40.0]}
    figures = {name: [{"flows_per_s": n} for n in speed] for name, speed in speeds.items()}
    assert bot.summary(figures) == ["ours is 40.00 × python-telegram-bot"]


def test_a_bot_that_serves_nobody_is_told_with_its_last_words(monkeypatch):
    program = [sys.executable, "-c", "raise SystemExit('no bot today')"]
    with pytest.raises(RuntimeError, match="no bot today"):
        bot._play(lambda addresses, folder: program, users=1, patience_s=1)


def test_a_job_is_begun_and_idling_is_measured(tmp_path, monkeypatch):
    monkeypatch.setattr(jobs, "IDLE_S", 0.05)
    monkeypatch.setattr(jobs, "PAUSE_S", 0.0)
    figures = jobs.measure("SQLite, memory", f"sqlite:///{tmp_path}/modera.db", "memory:", 3)
    assert 0 < figures.p50 <= figures.p95
    assert "SQLite, memory" in jobs.table([figures])
