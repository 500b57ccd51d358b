"""A sample of the kills; `scripts/crash-test` tries them all."""

import pytest

from tests.crash.harness import Kill, journey


@pytest.mark.slow
@pytest.mark.parametrize(
    "kill",
    [
        Kill("commit", 12),
        Kill("commit", 24),
        Kill("commit", 30),
        Kill("before", 9),
        Kill("after", 12),
        Kill("after", 16),
    ],
    ids=lambda kill: f"{kill.where}-{kill.n}",
)
async def test_a_kill_loses_nothing_and_settles_once(kill, tmp_path, models):
    outcome = await journey(kill, tmp_path, models)
    assert outcome.killed
    assert outcome.faults == []
    assert outcome.repeated <= 2  # what one handler had sent but not committed yet
